// How many small UDP packets per second does `weir up` record without loss, and at what CPU cost?
// Two namespaces joined by a veth pair: a generator on the first core, Weir pinned to the last.
//
//   npm run bench -- live [--rate 300000] [--seconds 20] [--flows 1000] [--payload 18]
//                         [--json FILE]
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { startWeir } from '../test/support/daemon.ts';
import { runWeir } from '../test/support/weir.ts';
import { captureFolder } from './captures.ts';
import { machine } from './machine.ts';
import { PINNED_CORE } from './measurement.ts';
import { compile } from './programs.ts';

const SENDER = `weir-bench-a-${process.pid}`;
const RECEIVER = `weir-bench-b-${process.pid}`;
const RECEIVER_MAC = '02:00:00:00:00:0b';
/** Unit of times in /proc, USER_HZ. */
const TICKS_PER_SECOND = 100;
/** Until the ring's last block has been read. */
const SETTLE_MS = 500;

interface CpuSeconds {
  readonly user: number;
  readonly system: number;
}

interface Counts {
  readonly recorded: number;
  readonly dropped: number;
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function buildNamespaces(): void {
  ip('netns', 'add', SENDER);
  ip('netns', 'add', RECEIVER);
  const [sender, receiver] = [`va${process.pid}`, `vb${process.pid}`];
  ip('-n', SENDER, 'link', 'add', sender, 'type', 'veth', 'peer', receiver, 'netns', RECEIVER);
  ip('-n', RECEIVER, 'link', 'set', receiver, 'address', RECEIVER_MAC);
  ip('-n', RECEIVER, 'link', 'set', receiver, 'name', 'weir0');
  ip('-n', SENDER, 'link', 'set', sender, 'name', 'weir0');
  ip('-n', SENDER, 'addr', 'add', '198.18.0.1/24', 'dev', 'weir0');
  ip('-n', RECEIVER, 'addr', 'add', '198.18.0.2/24', 'dev', 'weir0');
  ip('-n', RECEIVER, 'link', 'set', 'lo', 'up');
  ip('-n', SENDER, 'link', 'set', 'weir0', 'up');
  ip('-n', RECEIVER, 'link', 'set', 'weir0', 'up');
}

function removeNamespaces(): void {
  for (const name of [SENDER, RECEIVER]) {
    spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  }
}

/** CPU time of all threads of a process (proc(5): utime and stime, fields 14 and 15). */
function cpuOf(pid: number): CpuSeconds {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    user: Number(fields[11]) / TICKS_PER_SECOND,
    system: Number(fields[12]) / TICKS_PER_SECOND,
  };
}

function peakMebibytes(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

/** What the store holds of the generator's traffic, and what it says was lost. */
function countsIn(folder: string): Counts {
  const statement =
    'SELECT coalesce(sum(CASE WHEN dstport = 9 AND protocol = 17 THEN packets END), 0)::BIGINT ' +
    'AS recorded, coalesce(sum(x_packets_dropped), 0)::BIGINT AS dropped FROM flow_logs';
  const run = runWeir(['query', statement, '--data', folder, '--format', 'csv']);
  if (run.status !== 0) throw new Error(`weir query failed: ${run.stderr}`);
  const [recorded, dropped] = (run.stdout.trimEnd().split('\n')[1] ?? '').split(',');
  return { recorded: Number(recorded), dropped: Number(dropped) };
}

/** The generator's run, on the first core. */
function blast(blaster: string, rate: number, packets: number, flows: string, payload: string) {
  const command = [blaster, 'weir0', RECEIVER_MAC, String(rate), String(packets), flows, payload];
  const pinned = ['netns', 'exec', SENDER, 'taskset', '-c', '0', ...command];
  return new Promise<{ sent: number; wall_s: number }>((resolve, reject) => {
    const run = spawnSync('ip', pinned, { encoding: 'utf8' });
    if (run.status !== 0) reject(new Error(`blaster failed: ${run.stderr}`));
    else resolve(JSON.parse(run.stdout) as { sent: number; wall_s: number });
  });
}

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
