// Overload: a daemon that is stopped while packets come loses what its ring cannot hold, and says
// so to the packet.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';

import { deliveredRecords, queryRows, startWeir } from '../support/daemon.ts';
import { makeBed, pause, sendDatagrams, SKIP_LIVE } from './live-bed.ts';

const SENT = 30_000;

describe('a daemon that cannot keep up', { skip: SKIP_LIVE }, () => {
  it('writes SKIPDATA, and records plus losses are what was sent', async (context) => {
    const bed = makeBed();
    context.after(() => bed.remove());
    const data = mkdtempSync(path.join(tmpdir(), 'weir-skip-'));
    context.after(() => rmSync(data, { recursive: true, force: true }));
    const config = path.join(data, 'weir.yaml');
    writeFileSync(config, 'capture: {ringBytes: 1MiB}\n');
    const weir = await startWeir(bed.a, [
      '--data',
      data,
      '--config',
      config,
      '--log-to',
      'skipped',
    ]);
    await pause(500);

    process.kill(weir.pid, 'SIGSTOP');
    await sendDatagrams(bed.a, SENT, 64);
    process.kill(weir.pid, 'SIGCONT');
    await pause(500);
    assert.equal(await weir.stop(), 0, weir.lines.join('\n'));

    const [totals] = queryRows(
      data,
      `SELECT sum(packets)::INTEGER AS recorded, sum(x_packets_dropped)::INTEGER AS dropped,
         count(*) FILTER (log_status = 'SKIPDATA')::INTEGER AS skipped FROM flow_logs`,
    );
    const { recorded, dropped, skipped } = totals as Record<string, number>;
    assert.ok((dropped ?? 0) > 0, 'the ring was large enough for all of it');
    assert.equal((recorded ?? 0) + (dropped ?? 0), SENT);
    assert.ok((skipped ?? 0) >= 1);
    const lines = deliveredRecords(data, 'skipped').filter((line) => line.endsWith(' SKIPDATA'));
    assert.match(lines[0] ?? '', /^2 \d{12} eni-[0-9a-f]{17}( -){7} \d{10} \d{10} - SKIPDATA$/);
  });
});
