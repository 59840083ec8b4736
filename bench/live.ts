// How many small UDP packets per second does `weir up` record without loss, and at what CPU cost?
// Two namespaces joined by a veth pair: a generator on the first core, Weir pinned to the last.
//
//   npm run bench -- live [--rate 300000] [--seconds 20] [--flows 1000] [--payload 18]
//                         [--json FILE]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { startWeir } from '../test/support/daemon.ts';
import { captureFolder } from './captures.ts';
import {
  blast,
  buildNamespaces,
  countsIn,
  cpuOf,
  peakMebibytes,
  RECEIVER,
  removeNamespaces,
} from './live-traffic.ts';
import { machine } from './machine.ts';
import { PINNED_CORE } from './measurement.ts';
import { compile } from './programs.ts';

/** Until the ring's last block has been read. */
const SETTLE_MS = 500;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '300000' },
      seconds: { type: 'string', default: '20' },
      flows: { type: 'string', default: '1000' },
      payload: { type: 'string', default: '18' },
      json: { type: 'string' },
    },
  });
  const rate = Number(values.rate);
  const blaster = compile('blaster', captureFolder());
  const data = mkdtempSync(path.join(captureFolder(), 'live-'));
  try {
    buildNamespaces();
    const weir = await startWeir(RECEIVER, [
      ...['--data', data, '--listen', '127.0.0.1:0', '--interface', 'weir0'],
    ]);
    spawnSync('taskset', ['-a', '-p', '-c', String(PINNED_CORE), String(weir.pid)]);
    await sleep(SETTLE_MS);
    const before = cpuOf(weir.pid);
    const packets = rate * Number(values.seconds);
    const generator = await blast(blaster, rate, packets, values.flows, values.payload);
    await sleep(SETTLE_MS);
    const after = cpuOf(weir.pid);
    const peak = peakMebibytes(weir.pid);
    await weir.stop();
    const counts = countsIn(data);
    const perPacketUs = (seconds: number) => Number(((seconds * 1e6) / generator.sent).toFixed(3));
    const result = {
      packets_per_second: Math.round(generator.sent / generator.wall_s),
      sent: generator.sent,
      recorded: counts.recorded,
      dropped: counts.dropped,
      unaccounted: generator.sent - counts.recorded - counts.dropped,
      user_us_per_packet: perPacketUs(after.user - before.user),
      system_us_per_packet: perPacketUs(after.system - before.system),
      peak_mib: Math.round(peak),
      machine: machine(),
    };
    const text = JSON.stringify(result, null, 2);
    process.stdout.write(`${text}\n`);
    if (values.json !== undefined) writeFileSync(values.json, `${text}\n`);
  } finally {
    removeNamespaces();
    rmSync(data, { recursive: true, force: true });
  }
}

await main();
