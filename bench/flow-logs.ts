// What do many flow logs cost? `weir up` with an inventory of 10,000 interfaces records UDP packets
// while it has no flow log, then while it has 1,000: CPU and loss side by side, and the time of
// each call that made, listed and deleted them.
//
//   npm run bench -- flow-logs [--flow-logs 1000] [--rate 200000] [--seconds 20] [--json FILE]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { startWeir, type RunningWeir } from '../test/support/daemon.ts';
import { ROOT } from '../test/support/weir.ts';
import { captureFolder } from './captures.ts';
import {
  blast,
  buildNamespaces,
  countsIn,
  droppedOnWire,
  peakMebibytes,
  RECEIVER,
  removeNamespaces,
  threadsOf,
} from './live-traffic.ts';
import { machine } from './machine.ts';
import { PINNED_CORE } from './measurement.ts';
import { compile } from './programs.ts';

const VPC = 'vpc-bench';
const SUBNETS = 100;
const INTERFACES_PER_SUBNET = 100;
/** Several windows close, and are delivered, while packets come. */
const SETTINGS = { WEIR_METER_WINDOW_SECONDS: '5', WEIR_DELIVER_PUBLISH_SECONDS: '5' };
/** Until the ring is open: what comes before is nobody's. */
const START_MS = 500;
/** Until the last window has been stored and delivered. */
const SETTLE_MS = 12_000;

/** 10,000 interfaces; the first one is the device that packets come to. */
function inventoryText(): string {
  const number = (value: number): string => String(value).padStart(5, '0');
  const subnets = Array.from({ length: SUBNETS }, (_, subnet) => {
    // Wide, so that the generator's addresses are none of those that AWS reserves in a subnet.
    const cidr = subnet === 0 ? '198.16.0.0/12' : `10.0.${subnet}.0/24`;
    return `  - {id: subnet-${number(subnet)}, vpc: ${VPC}, cidrs: [${cidr}]}`;
  });
  const enis = Array.from({ length: SUBNETS * INTERFACES_PER_SUBNET }, (_, index) => {
    const subnet = Math.floor(index / INTERFACES_PER_SUBNET);
    const host = (index % INTERFACES_PER_SUBNET) + 2;
    const address = subnet === 0 ? `198.18.0.${host}` : `10.0.${subnet}.${host}`;
    const device = index === 0 ? ', interface: weir0' : '';
    const owner = `subnet: subnet-${number(subnet)}, ipv4: [${address}]`;
    return `  - {id: eni-${number(index)}, ${owner}${device}}`;
  });
  return [
    `vpcs: [{id: ${VPC}, cidrs: [10.0.0.0/16, 198.16.0.0/12]}]`,
    'subnets:',
    ...subnets,
    'enis:',
    ...enis,
    '',
  ].join('\n');
}

/** Milliseconds of each call. */
function calls(verb: string, data: string, ...words: string[]): number[] {
  const script = path.join(ROOT, 'dist/bench/flow-log-calls.js');
  const args = ['netns', 'exec', RECEIVER, 'taskset', '-c', '0', process.execPath, script];
  const run = spawnSync('ip', [...args, verb, data, ...words], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${verb} failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as number[];
}

function quantiles(valuesMs: readonly number[]): Record<string, number> {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1));
  return { calls: sorted.length, median_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}

interface Load {
  readonly rate: number;
  readonly packets: number;
  readonly blaster: string;
}

interface Cost {
  readonly sent: number;
  readonly packets_per_second: number;
  /** Of the thread that captures. */
  readonly capture_us_per_packet: number;
  /** Of all other threads: enrichment, store, delivery. */
  readonly other_cpu_s: number;
  readonly peak_mib: number;
}

/** The thread that captures is the one that the packets keep busiest while nothing else is done. */
function busiest(spent: ReadonlyMap<number, number>): number {
  return [...spent].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? 0;
}

/**
 * Sends the packets and tells what recording them cost, deliveries included.
 *
 * @param captureThread its number, when it is known already
 */
async function measure(weir: RunningWeir, load: Load, captureThread: number | null) {
  const before = threadsOf(weir.pid);
  const sent = await blast(load.blaster, load.rate, load.packets, '1000', '18');
  await sleep(SETTLE_MS);
  const spent = new Map(
    [...threadsOf(weir.pid)].map(([thread, cpu]) => [thread, cpu - (before.get(thread) ?? 0)]),
  );
  const thread = captureThread ?? busiest(spent);
  const captureS = spent.get(thread) ?? Number.NaN;
  const allS = [...spent.values()].reduce((sum, cpu) => sum + cpu, 0);
  const cost: Cost = {
    sent: sent.sent,
    packets_per_second: Math.round(sent.sent / sent.wall_s),
    capture_us_per_packet: Number(((captureS * 1e6) / sent.sent).toFixed(3)),
    other_cpu_s: Number((allS - captureS).toFixed(2)),
    peak_mib: Math.round(peakMebibytes(weir.pid)),
  };
  return { cost, thread };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'flow-logs': { type: 'string', default: '1000' },
      rate: { type: 'string', default: '200000' },
      seconds: { type: 'string', default: '20' },
      json: { type: 'string' },
    },
  });
  const rate = Number(values.rate);
  const load = {
    rate,
    packets: rate * Number(values.seconds),
    blaster: compile('blaster', captureFolder()),
  };
  const data = mkdtempSync(path.join(captureFolder(), 'flow-logs-'));
  const inventory = `${data}.yaml`;
  writeFileSync(inventory, inventoryText());
  try {
    buildNamespaces();
    const weir = await startWeir(
      RECEIVER,
      ['--data', data, '--listen', '127.0.0.1:0', '--interface', 'weir0', '--inventory', inventory],
      SETTINGS,
    );
    spawnSync('taskset', ['-a', '-p', '-c', String(PINNED_CORE), String(weir.pid)]);
    await sleep(START_MS);
    const without = await measure(weir, load, null);
    const created = calls('create', data, VPC, values['flow-logs']);
    const described = calls('describe', data);
    const withThem = await measure(weir, load, without.thread);
    const deleted = calls('delete', data);
    await weir.stop();
    const counts = countsIn(data);
    const lost = droppedOnWire();
    const sent = without.cost.sent + withThem.cost.sent;
    const result = {
      create: quantiles(created),
      describe_100: quantiles(described),
      delete: quantiles(deleted),
      without_flow_logs: without.cost,
      with_flow_logs: withThem.cost,
      recorded: counts.recorded,
      dropped: counts.dropped,
      dropped_on_wire: lost,
      unaccounted: sent - lost - counts.recorded - counts.dropped,
      machine: machine(),
    };
    const text = JSON.stringify(result, null, 2);
    process.stdout.write(`${text}\n`);
    if (values.json !== undefined) writeFileSync(values.json, `${text}\n`);
  } finally {
    removeNamespaces();
    rmSync(data, { recursive: true, force: true });
    rmSync(inventory, { force: true });
  }
}

await main();
