// How long until one window has reached a thousand flow logs, and what does it cost? A store on
// disk, 10,000 interfaces, flow logs of VPCs, subnets and interfaces in the mix of a large account.
// Prints one JSON object; run by `node dist/bench/delivery.js` after a build.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import type { FlowLog, FlowLogResourceType } from '../src/aws/flow-log.ts';
import { createDelivery, openEmbeddedS3 } from '../src/deliver/index.ts';
import { createLogger, createMetrics } from '../src/observe/index.ts';
import { createSegmentWriter, openReader } from '../src/query/index.ts';
import type { RecordBatch } from '../src/spine/record.ts';
import { openStore } from '../src/store/index.ts';
import { FLOW_LOG, makeFolders } from '../test/support/delivery-fixture.ts';
import { makeInterface, makeLargeBatch, WINDOW_START } from '../test/support/record-batches.ts';

const ROWS = 50_000;
const ENIS = 10_000;
const SUBNETS = 400;
const VPCS = 20;
const WINDOWS = 2;
const FLOW_LOGS: readonly (readonly [FlowLogResourceType, number])[] = [
  ['VPC', 40],
  ['Subnet', 260],
  ['NetworkInterface', 700],
];

function nameOf(type: FlowLogResourceType, index: number): string {
  const prefix = type === 'VPC' ? 'vpc' : type === 'Subnet' ? 'subnet' : 'eni';
  const count = type === 'VPC' ? VPCS : type === 'Subnet' ? SUBNETS : ENIS;
  return `${prefix}-${String(index % count).padStart(17, '0')}`;
}

function windowAt(index: number): RecordBatch {
  const interfaces = Array.from({ length: ENIS }, (_, eni) =>
    makeInterface({
      interfaceId: nameOf('NetworkInterface', eni),
      subnetId: nameOf('Subnet', eni),
      vpcId: nameOf('VPC', eni % SUBNETS),
      interfaceName: `veth${eni}`,
    }),
  );
  return { ...makeLargeBatch(ROWS, ENIS, WINDOW_START + index * 60), interfaces };
}

function flowLogs(): readonly FlowLog[] {
  return FLOW_LOGS.flatMap(([resourceType, count]) =>
    Array.from({ length: count }, (_, index): FlowLog => ({
      ...FLOW_LOG,
      flowLogId: `fl-${resourceType}-${index}`,
      resourceType,
      resourceId: nameOf(resourceType, index * 13),
      logFormat: index % 4 === 0 ? ALL_V5 : DEFAULT,
    })),
  );
}

const DEFAULT =
  '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ' +
  '${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}';
const ALL_V5 =
  `${DEFAULT} \${vpc-id} \${subnet-id} \${instance-id} \${tcp-flags} \${type} ` +
  '${pkt-srcaddr} ${pkt-dstaddr} ${region} ${az-id} ${flow-direction} ${traffic-path}';

const root = mkdtempSync(path.join(os.tmpdir(), 'weir-bench-delivery-'));
const folders = makeFolders(root);
const log = createLogger({
  level: 'warn',
  write: (line) => process.stderr.write(line),
  pretty: false,
  now: Date.now,
});
const metrics = createMetrics();
const directory = path.join(root, 'store');
const segmentWriter = createSegmentWriter({ memoryMib: 256 });
const store = await openStore(
  { directory, segmentWriter, retention: { maxAgeHours: null, maxBytes: null } },
  { clock: Date.now, log, metrics },
);
const reader = await openReader({ storeDirectory: directory, memoryMib: 256 });
const delivery = createDelivery(
  {},
  {
    cursorFolder: folders.cursors,
    flowLogs: { list: flowLogs, onChange: () => () => undefined },
    reader,
    commits: store,
    objectStore: await openEmbeddedS3(folders.s3),
    log,
    metrics,
    now: Date.now,
    random: Math.random,
  },
);
delivery.start();
await sleep(500);

const windows = [];
for (let index = 0; index < WINDOWS; index += 1) {
  const batch = windowAt(index);
  const storing = performance.now();
  const { sequence } = await store.append(batch);
  const started = performance.now();
  const before = process.cpuUsage();
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  while (delivery.status().some((entry) => entry.deliveredSequence < sequence)) await sleep(20);
  delays.disable();
  const { user, system } = process.cpuUsage(before);
  windows.push({
    storeMs: Math.round(started - storing),
    deliverMs: Math.round(performance.now() - started),
    cpuMs: Math.round((user + system) / 1000),
    eventLoopDelayMs: {
      p99: Math.round(delays.percentile(99) / 1e6),
      max: Math.round(delays.max / 1e6),
    },
  });
}
const statuses = delivery.status();
const sum = (pick: (entry: (typeof statuses)[number]) => number): number =>
  statuses.reduce((total, entry) => total + pick(entry), 0);
console.log(
  JSON.stringify({
    machine: os.cpus()[0]?.model ?? 'unknown',
    node: process.version,
    flowLogs: statuses.length,
    failed: sum((entry) => entry.failures),
    rowsPerWindow: ROWS,
    recordsDelivered: sum((entry) => entry.records),
    files: sum((entry) => entry.files),
    residentMib: Math.round(process.memoryUsage.rss() / 2 ** 20),
    windows,
  }),
);
await delivery.stop(1000);
reader.close();
segmentWriter.close();
rmSync(root, { recursive: true });
