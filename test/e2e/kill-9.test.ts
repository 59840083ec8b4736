// kill -9 in the middle of traffic, twenty times over one data folder: what was committed is there
// afterwards, once, in the store and in the bucket.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { deliveredRecords, queryRows, startWeir } from '../support/daemon.ts';
import { Random } from '../support/random.ts';
import { makeBed, pause, SKIP_LIVE, type LiveBed } from './live-bed.ts';

const KILLS = 20;
const FORMAT_COLUMNS = ['srcaddr', 'dstaddr', 'dstport', 'packets', 'start', '"end"', 'log_status'];

/** Sequences of the segments on disk; a name is there only once its commit is durable. */
function committedSequences(data: string): number[] {
  const folder = path.join(data, 'store');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const match = /^(\d{12})-(\d{12})_.*\.parquet$/.exec(name);
    return match === null ? [] : [Number(match[2])];
  });
}

describe('kill -9', { skip: SKIP_LIVE }, () => {
  let bed: LiveBed;
  let data: string;

  before(() => {
    bed = makeBed();
    data = mkdtempSync(path.join(tmpdir(), 'weir-kill-'));
    writeFileSync(
      path.join(data, 'weir.yaml'),
      'meter: {windowSeconds: 1}\ndeliver: {publishSeconds: 1}\n',
    );
  });
  after(() => {
    bed?.remove();
    if (data !== undefined) rmSync(data, { recursive: true, force: true });
  });

  it(`loses no committed window and repeats none, ${KILLS} times`, async (context) => {
    const random = new Random(2026);
    const args = ['--data', data, '--config', path.join(data, 'weir.yaml'), '--log-to', 'killed'];
    const traffic = spawn('ip', ['netns', 'exec', bed.a, 'ping', '-q', '-i', '0.01', '10.77.0.2'], {
      stdio: 'ignore',
    });
    context.after(() => traffic.kill('SIGKILL'));

    for (let kill = 0; kill < KILLS; kill++) {
      const weir = await startWeir(bed.a, args);
      await pause(2000 + random.below(1500));
      const before = committedSequences(data);
      await weir.kill();
      const after = committedSequences(data);
      assert.deepEqual(
        before.filter((sequence) => !after.includes(sequence)),
        [],
      );
    }
    const last = await startWeir(bed.a, args);
    const expected = committedSequences(data).length;
    await pause(3000);
    assert.equal(await last.stop(), 0, last.lines.join('\n'));

    const sequences = queryRows(
      data,
      'SELECT DISTINCT sequence::INTEGER AS sequence FROM flow_log_rows ORDER BY 1',
    );
    assert.ok(sequences.length >= Math.max(expected, KILLS), `${sequences.length} of ${expected}`);
    const stored = queryRows(data, `SELECT ${FORMAT_COLUMNS.join(', ')} FROM flow_logs`);
    const storedLines = stored.map((row) =>
      Object.values(row)
        .map((value) => value ?? '-')
        .join(' '),
    );
    const delivered = deliveredRecords(data, 'killed').map((line) => {
      const [, , , src, dst, , port, , packets, , start, end, , status] = line.split(' ');
      return [src, dst, port, packets, start, end, status].join(' ');
    });
    assert.deepEqual(delivered.sort(), storedLines.sort());
  });
});
