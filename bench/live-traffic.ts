// Traffic for benchmarks of the running daemon: two namespaces joined by a veth pair, a generator
// of small UDP packets on the first core, and what a process and the store say afterwards.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

import { runWeir } from '../test/support/weir.ts';

const SENDER = `weir-bench-a-${process.pid}`;
/** The namespace in which Weir runs; its interface is `weir0`. */
export const RECEIVER = `weir-bench-b-${process.pid}`;
const RECEIVER_MAC = '02:00:00:00:00:0b';
/** Unit of times in /proc, USER_HZ. */
const TICKS_PER_SECOND = 100;
export interface CpuSeconds {
  readonly user: number;
  readonly system: number;
}

export interface Counts {
  readonly recorded: number;
  readonly dropped: number;
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

export function buildNamespaces(): void {
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

export function removeNamespaces(): void {
  for (const name of [SENDER, RECEIVER]) {
    spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  }
}

/** CPU time of all threads of a process (proc(5): utime and stime, fields 14 and 15). */
export function cpuOf(pid: number): CpuSeconds {
  return cpuIn(`/proc/${pid}/stat`);
}

function cpuIn(file: string): CpuSeconds {
  const stat = readFileSync(file, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    user: Number(fields[11]) / TICKS_PER_SECOND,
    system: Number(fields[12]) / TICKS_PER_SECOND,
  };
}

/** CPU seconds, user and system, of each thread of a process, by its number. */
export function threadsOf(pid: number): ReadonlyMap<number, number> {
  return new Map(
    readdirSync(`/proc/${pid}/task`).map((thread) => {
      const { user, system } = cpuIn(`/proc/${pid}/task/${thread}/stat`);
      return [Number(thread), user + system];
    }),
  );
}

/** Packets that the kernel dropped on the wire, before anybody could capture them. */
export function droppedOnWire(): number {
  const text = execFileSync('ip', ['-n', SENDER, '-s', '-j', 'link', 'show', 'weir0'], {
    encoding: 'utf8',
  });
  const [link] = JSON.parse(text) as { stats64: { tx: { dropped: number } } }[];
  return link?.stats64.tx.dropped ?? Number.NaN;
}

export function peakMebibytes(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1024;
}

/** What the store holds of the generator's traffic, and what it says was lost. */
export function countsIn(folder: string): Counts {
  const statement =
    'SELECT coalesce(sum(CASE WHEN dstport = 9 AND protocol = 17 THEN packets END), 0)::BIGINT ' +
    'AS recorded, coalesce(sum(x_packets_dropped), 0)::BIGINT AS dropped FROM flow_logs';
  const run = runWeir(['query', statement, '--data', folder, '--format', 'csv']);
  if (run.status !== 0) throw new Error(`weir query failed: ${run.stderr}`);
  const [recorded, dropped] = (run.stdout.trimEnd().split('\n')[1] ?? '').split(',');
  return { recorded: Number(recorded), dropped: Number(dropped) };
}

/** The generator's run, on the first core. */
export function blast(
  blaster: string,
  rate: number,
  packets: number,
  flows: string,
  payload: string,
) {
  const command = [blaster, 'weir0', RECEIVER_MAC, String(rate), String(packets), flows, payload];
  const pinned = ['netns', 'exec', SENDER, 'taskset', '-c', '0', ...command];
  return new Promise<{ sent: number; wall_s: number }>((resolve, reject) => {
    const run = spawnSync('ip', pinned, { encoding: 'utf8' });
    if (run.status !== 0) reject(new Error(`blaster failed: ${run.stderr}`));
    else resolve(JSON.parse(run.stdout) as { sent: number; wall_s: number });
  });
}
