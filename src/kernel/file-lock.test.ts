import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { lockFile } from './file-lock.ts';

const MODULE = new URL('file-lock.js', import.meta.url).href;

/** A process that takes the lock, says so, and waits. */
function startHolder(file: string): ChildProcess {
  const program = `
    import { lockFile } from '${MODULE}';
    lockFile(${JSON.stringify(file)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program]);
}

describe('lockFile()', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'weir-test-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('gives the lock to one at a time, names the holder, and gives it again after release', () => {
    const file = path.join(folder, 'lock');

    const lock = lockFile(file);

    assert.equal(readFileSync(file, 'utf8'), `${process.pid}\n`);
    assert.throws(() => lockFile(file), {
      code: 'in-use',
      message:
        `Cannot lock "${file}": process ${process.pid} holds it; ` +
        'stop that one or choose another --data folder',
    });
    lock.release();
    lock.release();
    lockFile(file).release();
  });

  it('is free as soon as its holder is killed', async () => {
    const file = path.join(folder, 'killed');
    const holder = startHolder(file);
    await new Promise((resolve) => holder.stdout?.once('data', resolve));
    assert.throws(() => lockFile(file), { code: 'in-use' });

    holder.kill('SIGKILL');
    await new Promise((resolve) => holder.once('exit', resolve));

    lockFile(file).release();
  });

  it('says what is wrong with the path', () => {
    assert.throws(() => lockFile(path.join(folder, 'none/lock')), { code: 'not-found' });
    assert.throws(() => lockFile(folder), { code: 'invalid-input' });
  });
});
