import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';

import { makeBatch } from '../../test/support/record-batches.ts';
import { createSegmentWriter } from '../query/index.ts';
import { segmentName } from '../spine/segment.ts';
import type { CommandDeps } from './command-deps.ts';
import { runCommandLine } from './program.ts';

/** A stream that keeps what is written, and fails after `most` writes. */
function createSink(most = Infinity): { readonly stream: Writable; readonly text: () => string } {
  const parts: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      parts.push(chunk.toString());
      done(parts.length < most ? null : Object.assign(new Error('gone'), { code: 'EPIPE' }));
    },
  });
  return { stream, text: () => parts.join('') };
}

describe('weir query', () => {
  let data: string;

  before(async () => {
    data = mkdtempSync(path.join(os.tmpdir(), 'weir-query-'));
    const store = path.join(data, 'store');
    await mkdir(store);
    const name = segmentName({ firstSequence: 1, lastSequence: 1, windowStart: 0, windowEnd: 60 });
    const writer = createSegmentWriter();
    const rows = [
      { dstPort: 443, octets: 5000 },
      { dstPort: 53, octets: 70 },
    ];
    await writer.write(makeBatch(rows), 1, path.join(store, name));
    writer.close();
  });

  after(() => rmSync(data, { recursive: true, force: true }));

  async function run(
    words: readonly string[],
    stdout = createSink(),
  ): Promise<{ code: number; out: string; err: string }> {
    const stderr = createSink();
    const deps: CommandDeps = {
      stdin: process.stdin,
      stdout: stdout.stream,
      stderr: stderr.stream,
      environment: { WEIR_DATA: data },
      now: () => 0,
      runDaemon: () => Promise.resolve(0),
      runReplay: () => Promise.resolve(0),
      setExitCode: () => undefined,
    };
    const code = await runCommandLine(['query', ...words], '0.0.0', deps);
    return { code, out: stdout.text(), err: stderr.text() };
  }

  it('prints a table, and the number of rows beside it', async () => {
    const { code, out, err } = await run([
      'SELECT dstaddr, dstport, bytes, traffic_path FROM flow_logs ORDER BY bytes',
    ]);

    assert.equal(code, 0);
    assert.equal(
      out,
      [
        'dstaddr   dstport  bytes  traffic_path',
        '--------  -------  -----  ------------',
        '10.0.0.2       53     70             -',
        '10.0.0.2      443   5000             -',
        '',
      ].join('\n'),
    );
    assert.equal(err, '2 rows\n');
  });

  it('prints CSV and JSON', async () => {
    const sql = 'SELECT dstport, sum(bytes) AS bytes FROM flow_logs GROUP BY ALL ORDER BY 1';

    const csv = await run([sql, '--format', 'csv']);
    const json = await run(['--format', 'json', sql]);

    assert.equal(csv.out, 'dstport,bytes\r\n53,70\r\n443,5000\r\n');
    assert.deepEqual(JSON.parse(json.out), [
      { dstport: 53, bytes: 70 },
      { dstport: 443, bytes: 5000 },
    ]);
  });

  it('says what is wrong with the SQL, with exit code 1', async () => {
    const { code, out, err } = await run(['SELECT srcport, dst FROM flow_logs']);

    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, /^weir: Binder Error: .*"dst" not found.*\nLINE 1: .*\n +\^\n$/);
  });

  it('says what to do where there is no store', async () => {
    const { code, err } = await run(['--data', path.join(data, 'nowhere'), 'SELECT 1']);

    assert.equal(code, 1);
    assert.match(err, /^weir: There are no records in ".*nowhere": .*--data\n$/);
  });

  it('tells wrong usage by exit code 2', async () => {
    assert.equal((await run([])).code, 2);
    assert.equal((await run(['SELECT 1', '--format', 'xml'])).code, 2);
    assert.equal((await run(['SELECT', '1'])).code, 2);
  });

  it('ends quietly when nobody reads any more', async () => {
    const sql = 'SELECT range FROM range(1_000_000)';

    const { code, err } = await run([sql, '--format', 'csv'], createSink(2));

    assert.equal(code, 0);
    assert.equal(err, '');
  });
});
