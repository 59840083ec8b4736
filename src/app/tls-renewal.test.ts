import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { makeSelfSigned, SKIP_OPENSSL, type Pair } from '../../test/support/certificates.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { readTlsIdentity } from './tls-identity.ts';
import { openTlsFiles } from './tls-renewal.ts';

const LOOK_EVERY_MS = 10;

interface Followed {
  readonly files: Pair;
  readonly folder: string;
  /** Fingerprints of the certificates put to use, and the lines of faults. */
  readonly told: readonly string[];
  /** Waits until so much was told, at most 5 s. */
  until(toldCount: number): Promise<void>;
  stop(): void;
}

async function follow(
  context: TestContext,
  options: {
    readonly files?: Pair;
    readonly use?: () => void;
    readonly lookEveryMs?: number;
  } = {},
): Promise<Followed> {
  const folder = temporaryFolder(context);
  const files = options.files ?? makeSelfSigned(folder, { name: 'server' });
  const told: string[] = [];
  const tls = await openTlsFiles(files, options.lookEveryMs ?? LOOK_EVERY_MS);
  context.after(() => tls.stop());
  tls.follow({
    onRenewed: ({ fingerprint256 }) => {
      options.use?.();
      told.push(fingerprint256);
    },
    onFault: ({ message }) => told.push(message),
  });
  return {
    files,
    folder,
    told,
    stop: () => tls.stop(),
    async until(toldCount) {
      const deadline = performance.now() + 5000;
      while (told.length < toldCount) {
        if (performance.now() > deadline) throw new Error(`told only: ${told.join('; ')}`);
        await pause();
      }
    },
  };
}

/** A few looks long. */
function pause(looks = 1): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, looks * LOOK_EVERY_MS));
}

describe('openTlsFiles()', { skip: SKIP_OPENSSL, timeout: 60_000 }, () => {
  it('gives a renewed pair once, and says nothing while nothing changes', async (context) => {
    const { files, folder, told, until } = await follow(context);
    const renewed = makeSelfSigned(folder, { name: 'renewed' });
    await pause(5);
    assert.deepEqual(told, []);

    renameSync(renewed.key, files.key);
    renameSync(renewed.certificate, files.certificate);
    await until(1);
    await pause(5);

    assert.deepEqual(told, [(await readTlsIdentity(files)).fingerprint256]);
  });

  it('follows symbolic links, as certbot and Kubernetes replace them', async (context) => {
    const folder = temporaryFolder(context);
    const first = makeSelfSigned(folder, { name: 'first' });
    const second = makeSelfSigned(folder, { name: 'second' });
    const files = {
      certificate: path.join(folder, 'live.pem'),
      key: path.join(folder, 'live.key'),
    };
    symlinkSync(first.certificate, files.certificate);
    symlinkSync(first.key, files.key);
    const { told, until } = await follow(context, { files });

    for (const [link, target] of [
      [files.certificate, second.certificate],
      [files.key, second.key],
    ] as const) {
      symlinkSync(target, `${link}.new`);
      renameSync(`${link}.new`, link);
    }

    await until(1);
    assert.deepEqual(told, [(await readTlsIdentity(second)).fingerprint256]);
  });

  it('says once why a change is of no use, and takes it once it is', async (context) => {
    const { files, folder, told, until } = await follow(context);
    const renewed = makeSelfSigned(folder, { name: 'renewed' });

    copyFileSync(renewed.certificate, files.certificate);
    await until(1);
    await pause(5);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /^The private key in ".*server.key" is not that of the first/);

    copyFileSync(renewed.key, files.key);
    await until(2);
    assert.equal(told[1], (await readTlsIdentity(renewed)).fingerprint256);
  });

  it('does not take two files for a pair while they come one after the other', async (context) => {
    const lookEveryMs = 50;
    const { files, folder, told, until } = await follow(context, { lookEveryMs });
    const expected: string[] = [];

    for (let round = 1; round <= 6; round += 1) {
      const renewed = makeSelfSigned(folder, { name: `renewed-${round}` });
      renameSync(renewed.key, files.key);
      await pause((0.8 * lookEveryMs) / LOOK_EVERY_MS);
      renameSync(renewed.certificate, files.certificate);
      expected.push((await readTlsIdentity(files)).fingerprint256);
      await until(round);
    }

    assert.deepEqual(told, expected);
  });

  it('sees a key that was opened to others, and one that was closed again', async (context) => {
    const { files, told, until } = await follow(context);

    chmodSync(files.key, 0o644);
    await until(1);
    chmodSync(files.key, 0o600);
    await until(2);

    assert.match(told[0] ?? '', /^Other users may read the private key/);
    assert.equal(told[1], (await readTlsIdentity(files)).fingerprint256);
  });

  it('waits while files are missing or being written', async (context) => {
    const { files, told, until } = await follow(context);

    const text = readFileSync(files.certificate, 'utf8');

    rmSync(files.certificate);
    await until(1);
    writeFileSync(files.certificate, text.slice(0, 100));
    await until(2);
    writeFileSync(files.certificate, text);
    await until(3);

    assert.match(told[0] ?? '', /^Cannot read the TLS certificate in ".*server.pem": no such file/);
    assert.match(
      told[1] ?? '',
      /^Cannot use the TLS certificate in ".*server.pem": it has no "---/,
    );
    assert.match(told[2] ?? '', /^[0-9A-F:]{95}$/);
  });

  it('tries again when a good pair could not be put to use', async (context) => {
    let refusals = 2;
    const { files, folder, told, until } = await follow(context, {
      use: () => {
        if (refusals-- > 0) throw new Error('no space left');
      },
    });
    const renewed = makeSelfSigned(folder, { name: 'renewed' });

    renameSync(renewed.key, files.key);
    renameSync(renewed.certificate, files.certificate);
    await until(2);

    assert.equal(told[0], 'Cannot use the renewed TLS certificate: no space left');
    assert.equal(told[1], (await readTlsIdentity(files)).fingerprint256);
  });

  it('says nothing after stop()', async (context) => {
    const { files, told, stop } = await follow(context);

    stop();
    writeFileSync(files.certificate, 'gone');
    await pause(10);

    assert.deepEqual(told, []);
  });
});
