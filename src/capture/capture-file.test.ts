import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import { openCaptureFile, type CaptureFile } from './capture-file.ts';

const MODULE = new URL('capture-file.js', import.meta.url).href;
/** A process that copies what it reads from its argument to standard output. */
const COPY = `
  import { openCaptureFile } from '${MODULE}';
  import { writeSync } from 'node:fs';
  const target = Buffer.alloc(65536);
  try {
    const file = await openCaptureFile(process.argv[1]);
    for (let bytes; (bytes = await file.read(target, 0, target.length)) > 0; ) {
      for (let at = 0; at < bytes; ) {
        try { at += writeSync(1, target, at, bytes - at); }
        catch (error) { if (error.code !== 'EAGAIN') throw error; }
      }
    }
    file.close();
  } catch (error) { console.error(error.code + '|' + error.message); process.exitCode = 1; }`;
const COPY_WORDS = ['--input-type=module', '-e', COPY] as const;

/** Reads to the end; a fault is given back beside what came before it. */
async function readAll(
  file: CaptureFile,
  stepBytes = 70_000,
): Promise<{ bytes: Buffer; fault: unknown }> {
  const parts: Buffer[] = [];
  const target = Buffer.alloc(stepBytes + 10);
  let fault: unknown = null;
  try {
    for (;;) {
      const bytes = await file.read(target, 7, stepBytes);
      if (bytes === 0) break;
      parts.push(Buffer.from(target.subarray(7, 7 + bytes)));
    }
  } catch (cause) {
    fault = cause;
  }
  file.close();
  return { bytes: Buffer.concat(parts), fault };
}

describe('openCaptureFile()', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'weir-test-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function write(name: string, content: Uint8Array): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  it('reads a regular file synchronously and tells how far it is', async () => {
    const content = randomBytes(300_001);
    const file = await openCaptureFile(write('plain', content));

    const first = file.read(Buffer.alloc(4), 0, 4);

    assert.equal(first, 4);
    assert.equal(file.bytesTotal, 300_001);
    assert.equal(file.bytesRead, 4);
    const { bytes } = await readAll(file);
    assert.ok(bytes.equals(content.subarray(4)));
    assert.equal(file.bytesRead, 300_001);
  });

  it('reads files shorter than any magic', async () => {
    for (const content of ['', '\x1f', 'abc']) {
      const { bytes, fault } = await readAll(
        await openCaptureFile(write('short', Buffer.from(content))),
      );
      assert.deepEqual([bytes.toString(), fault], [content, null]);
    }
  });

  it('undoes gzip of several members, whatever the file is called', async () => {
    const content = [randomBytes(400_000), Buffer.alloc(5_000_000, 'x'), Buffer.from('end')];
    const packed = Buffer.concat(content.map((part) => gzipSync(part)));
    const file = await openCaptureFile(write('members.pcap', packed));

    const { bytes, fault } = await readAll(file);

    assert.equal(fault, null);
    assert.ok(bytes.equals(Buffer.concat(content)));
    assert.equal(file.bytesTotal, packed.length);
    assert.equal(file.bytesRead, packed.length);
  });

  it('gives all that can be read of a gzip that was cut, and then says so', async () => {
    const content = randomBytes(1_000_000);
    const packed = gzipSync(content, { level: 0 });
    const file = write('cut.gz', packed.subarray(0, 700_000));

    const { bytes, fault } = await readAll(await openCaptureFile(file));

    assert.ok(bytes.length > 699_000, `${bytes.length} bytes`);
    assert.ok(bytes.equals(content.subarray(0, bytes.length)));
    assert.ok(fault instanceof Error && 'code' in fault);
    assert.equal(fault.code, 'truncated-input');
    assert.equal(fault.message, `Cannot read "${file}" to its end: the gzip data is cut off`);
  });

  it('takes any cut of any gzip: a prefix, and a fault unless it is between members', async () => {
    const parts = [randomBytes(3000), Buffer.alloc(200_000, 'y'), randomBytes(10)];
    const content = Buffer.concat(parts);
    const members = parts.map((part) => gzipSync(part));
    const packed = Buffer.concat(members);
    const ends = members.map((_, index) => Buffer.concat(members.slice(0, index + 1)).length);

    const cut = fc.oneof(fc.integer({ min: 2, max: packed.length }), fc.constantFrom(...ends));
    const step = fc.integer({ min: 1, max: 300_000 }).map((bytes) => Math.max(bytes, 1000));
    await fc.assert(
      fc.asyncProperty(cut, step, async (cutBytes, stepBytes) => {
        const file = await openCaptureFile(write('any-cut', packed.subarray(0, cutBytes)));
        const { bytes, fault } = await readAll(file, stepBytes);
        assert.ok(bytes.equals(content.subarray(0, bytes.length)));
        const code = fault instanceof Error && 'code' in fault ? fault.code : null;
        assert.equal(code, ends.includes(cutBytes) ? null : 'truncated-input');
      }),
      { numRuns: 60 },
    );
  });

  it('says where a gzip is damaged', async () => {
    const packed = gzipSync(randomBytes(500_000));
    packed.fill(0xff, 300_000, 300_100);

    const { fault } = await readAll(await openCaptureFile(write('damaged.gz', packed)));

    assert.ok(fault instanceof Error && 'code' in fault);
    assert.equal(fault.code, 'invalid-input');
    assert.match(fault.message, /damaged\.gz" further: the gzip data is damaged \(.+\)$/);
  });

  it('ignores zeroes after the last member, as gzip does', async () => {
    const padded = Buffer.concat([gzipSync('whole'), Buffer.alloc(300_000)]);

    const { bytes, fault } = await readAll(await openCaptureFile(write('padded.gz', padded)));

    assert.deepEqual([bytes.toString(), fault], ['whole', null]);
  });

  it('inflates no further ahead than a few chunks', async () => {
    const packed = gzipSync(randomBytes(16 * 2 ** 20), { level: 0 });
    const file = await openCaptureFile(write('long.gz', packed));

    await file.read(Buffer.alloc(10), 0, 10);
    await new Promise((resolve) => setTimeout(resolve, 300));

    assert.ok(file.bytesRead < 4 * 2 ** 20, `${file.bytesRead} bytes were read`);
    file.close();
  });

  it('close() in the middle of a gzip ends it', async () => {
    const packed = gzipSync(Buffer.alloc(20_000_000));
    const file = await openCaptureFile(write('closed.gz', packed));

    const target = Buffer.alloc(10);
    assert.equal(await file.read(target, 0, 10), 10);
    file.close();
    file.close();

    // Its descriptor's number belongs to this one now: nothing may be taken from it.
    const next = await openCaptureFile(write('next', Buffer.from('next one')));
    assert.equal((await readAll(next)).bytes.toString(), 'next one');
  });

  it('says in one line why a file cannot be read', async () => {
    const missing = path.join(folder, 'missing.pcap');
    await assert.rejects(openCaptureFile(missing), {
      code: 'not-found',
      message: `Cannot read "${missing}": no such file`,
    });
    await assert.rejects(openCaptureFile(folder), {
      code: 'invalid-input',
      message: `Cannot read "${folder}": it is a directory, not a capture file`,
    });
    const packed = write('x.zst', Buffer.from('28b52ffd0000', 'hex'));
    await assert.rejects(openCaptureFile(packed), {
      code: 'unsupported',
      message:
        `Cannot read "${packed}": of the compressions only gzip is undone; ` +
        `run: zstd -dc "${packed}" | weir replay -`,
    });
  });

  it(
    'tells of a missing permission',
    { skip: process.getuid?.() !== 0 && 'SKIPPED: needs root' },
    () => {
      const file = write('secret', Buffer.from('x'));
      chmodSync(file, 0o600);
      chmodSync(folder, 0o755);

      const words = ['--reuid', '65534', '--clear-groups', process.execPath, ...COPY_WORDS, file];
      const { stderr } = spawnSync('setpriv', words, { encoding: 'utf8' });

      assert.equal(stderr, `not-permitted|Cannot read "${file}": permission denied\n`);
    },
  );

  it('reads standard input: a pipe, a gzip through a pipe, and a file', () => {
    const content = randomBytes(3_000_000);
    const options = { maxBuffer: 2 ** 24 };
    const copy = (input: Uint8Array): Buffer =>
      execFileSync(process.execPath, [...COPY_WORDS, '-'], { ...options, input });

    assert.ok(copy(content).equals(content));
    assert.ok(copy(gzipSync(content)).equals(content));
    assert.equal(copy(Buffer.alloc(0)).length, 0);
    const file = write('stdin.gz', gzipSync(content));
    const redirected = ['-c', `exec "$@" < ${file}`, 'sh', process.execPath, ...COPY_WORDS, '-'];
    assert.ok(execFileSync('sh', redirected, options).equals(content));
  });

  it('reads a named pipe, and a gzip that comes byte by byte', async () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = spawn(process.execPath, [...COPY_WORDS, pipe]);
    const parts: Buffer[] = [];
    reader.stdout.on('data', (chunk: Buffer) => parts.push(chunk));

    const writer = createWriteStream(pipe);
    const packed = Buffer.concat([gzipSync('one, '), gzipSync('two')]);
    for (const value of packed) {
      writer.write(Buffer.from([value]));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    writer.end();
    await new Promise((resolve) => reader.once('close', resolve));

    assert.equal(Buffer.concat(parts).toString(), 'one, two');
  });

  it('does not load the FFI', () => {
    const index = new URL('index.js', import.meta.url).href;
    const program = `
      import { openCaptureFile } from '${index}';
      await openCaptureFile('/dev/null');
      const maps = (await import('node:fs')).readFileSync('/proc/self/maps', 'utf8');
      console.log(maps.includes('koffi'));`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program]);

    assert.equal(said.toString(), 'false\n');
  });
});
