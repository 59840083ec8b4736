import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import {
  makeIssued,
  makeSelfSigned,
  openssl,
  SKIP_OPENSSL,
  type Pair,
} from '../../test/support/certificates.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { OperationError } from '../observe/operation-error.ts';
import { readTlsIdentity } from './tls-identity.ts';

describe('readTlsIdentity()', { skip: SKIP_OPENSSL }, () => {
  const cleaning: (() => void)[] = [];
  let folder = '';
  let own: Pair;
  let other: Pair;
  before(() => {
    folder = temporaryFolder({ after: (action) => cleaning.push(action) });
    own = makeSelfSigned(folder, { name: 'own' });
    other = makeSelfSigned(folder, { name: 'other' });
  });
  after(() => {
    for (const clean of cleaning) clean();
  });

  function fileOf(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  /** The one line of the refusal; it has nothing of the key. */
  async function refusalOf(files: Pair): Promise<string> {
    const fault = await readTlsIdentity(files).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.ok(fault instanceof OperationError, 'not refused');
    assert.doesNotMatch(fault.message, /\n|BEGIN .*KEY/);
    for (const { key } of [own, other]) {
      const [, secret = '?'] = readFileSync(key, 'utf8').split('\n');
      assert.ok(!fault.message.includes(secret));
    }
    return fault.message;
  }

  it('says of a pair what clients need to know', async () => {
    const identity = await readTlsIdentity(own);

    assert.match(identity.fingerprint256, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.equal(identity.trustFile, own.certificate);
    assert.equal(identity.hasNames, true);
    const days = (identity.validUntilMs - identity.validFromMs) / 86_400_000;
    assert.equal(Math.round(days), 30);
  });

  it('refuses files that are missing, empty or something else, each in one line', async () => {
    const none = path.join(folder, 'none.pem');
    const empty = fileOf('empty', '');
    const cut = fileOf('cut', `${readFileSync(own.certificate, 'utf8').slice(0, 200)}\n`);
    const damaged = readFileSync(own.certificate, 'utf8').replace(/\n\w{9}/, '\nAAAAAAAAA');
    const asked: readonly (readonly [Pair, RegExp])[] = [
      [{ ...own, certificate: none }, /^Cannot read the TLS certificate in ".*none.pem": no such/],
      [{ ...own, key: none }, /^Cannot read the private key in ".*none.pem": no such file/],
      [{ ...own, certificate: folder }, /^Cannot read the TLS certificate in ".*": .*directory/],
      [
        { ...own, certificate: empty },
        /^Cannot use the TLS certificate in ".*": it has no "-----B/,
      ],
      [{ ...own, certificate: own.key }, /it has no "-----BEGIN CERTIFICATE-----" \(PEM\)$/],
      [{ ...own, certificate: cut }, /it has no "-----BEGIN CERTIFICATE-----" \(PEM\)$/],
      [{ ...own, certificate: fileOf('damaged', damaged) }, /": it is damaged$/],
      [{ ...own, key: empty }, /^Cannot use the private key in ".*empty": it is no private key/],
      [{ ...own, key: fileOf('swapped', readFileSync(own.certificate, 'utf8')) }, /no private key/],
    ];

    for (const [files, pattern] of asked) assert.match(await refusalOf(files), pattern);
  });

  it('refuses a key of another certificate', async () => {
    const line = await refusalOf({ ...own, key: other.key });

    assert.equal(
      line,
      `The private key in "${other.key}" is not that of the first certificate in ` +
        `"${own.certificate}"; name the files of one pair, the server certificate first`,
    );
  });

  it('refuses an encrypted key of either form, and says how to open it', async () => {
    const sealed = ['-aes256', '-passout', 'pass:secret'];
    const modern = path.join(folder, 'modern.key');
    const old = path.join(folder, 'old.key');
    openssl(['pkey', '-in', own.key, ...sealed, '-out', modern]);
    openssl(['ec', '-in', own.key, ...sealed, '-out', old]);

    for (const key of [modern, old]) {
      chmodSync(key, 0o600);
      assert.match(
        await refusalOf({ ...own, key }),
        /it is encrypted.*; openssl pkey -in ".*" -out/,
      );
    }
  });

  it('refuses a key that others may read, as ssh does', async () => {
    const key = fileOf('open.key', readFileSync(own.key, 'utf8'));
    chmodSync(key, 0o644);

    const line = await refusalOf({ ...own, key });

    assert.match(
      line,
      /^Other users may read the private key in ".*" \(mode 644\); close it with:/,
    );
  });

  it('refuses what OpenSSL refuses to serve', async () => {
    const weak = { certificate: path.join(folder, 'weak.pem'), key: path.join(folder, 'weak.key') };
    const files = ['-keyout', weak.key, '-out', weak.certificate];
    openssl(['req', '-x509', '-newkey', 'rsa:768', '-nodes', '-subj', '/CN=weak', ...files]);

    assert.match(await refusalOf(weak), /weak.pem": OpenSSL says "ee key too small"$/);
  });

  it('names a file to trust only where it ends in a certificate of its own making', async () => {
    const issued = makeIssued(folder, other, { name: 'issued' });
    const texts = [issued, other].map(({ certificate }) => readFileSync(certificate, 'utf8'));
    const chain = fileOf('chain.pem', texts.join('\n'));

    assert.equal((await readTlsIdentity(issued)).trustFile, null);
    assert.equal((await readTlsIdentity({ ...issued, certificate: chain })).trustFile, chain);
    const relative = path.relative(process.cwd(), chain);
    const identity = await readTlsIdentity({ ...issued, certificate: relative });
    assert.equal(identity.trustFile, chain);
  });

  it('reads a pair from one file', async () => {
    const text = [own.key, own.certificate].map((file) => readFileSync(file, 'utf8')).join('');
    const both = fileOf('both.pem', text);

    const identity = await readTlsIdentity({ certificate: both, key: both });

    assert.equal(identity.fingerprint256, (await readTlsIdentity(own)).fingerprint256);
  });

  it('finds the name by which a host is reached', async () => {
    const identityOf = async (names: string | null) =>
      readTlsIdentity(makeSelfSigned(folder, { name: 'named', names }));
    const wide = await identityOf('DNS:localhost,DNS:*.example.net,DNS:weir.example.net,IP:::1');
    const nameless = await identityOf(null);
    const addressed = await identityOf('IP:10.0.0.5,IP:fd00::5,IP:127.0.0.1');

    assert.equal(wide.nameFor('127.0.0.1'), 'localhost');
    assert.equal(wide.nameFor('::1'), '::1');
    assert.equal(wide.nameFor('a.example.net'), 'a.example.net');
    // localhost is somewhere else for who listens on one address of the network.
    assert.equal(wide.nameFor('10.0.0.5'), 'weir.example.net');
    assert.equal(addressed.nameFor('10.0.0.5'), '10.0.0.5');
    assert.equal(addressed.nameFor('fd00::5'), 'fd00::5');
    assert.equal(addressed.nameFor('fd00::6'), '10.0.0.5');
    assert.equal((await identityOf('IP:fd00::5')).nameFor('127.0.0.1'), 'fd00::5');
    assert.deepEqual([nameless.hasNames, nameless.nameFor('127.0.0.1')], [false, null]);
    // The name in the subject is none: clients do not look there.
    assert.equal(nameless.nameFor('named'), null);
  });
});
