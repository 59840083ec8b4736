// Two roads from a packet to a line of text: rendered in WebAssembly (weir replay), and enriched,
// stored and rendered by SQL (flow logs, tail). They must say the same, field by field.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { loadReplayInventory } from '../../src/app/replay-inventory.ts';
import { CaptureReader } from '../../src/capture/capture-reader.ts';
import { createEnricher, PointRegistry } from '../../src/enrich/index.ts';
import { HotPath, LINK_POLICY } from '../../src/hotpath/index.ts';
import { parseInventory } from '../../src/inventory/index.ts';
import { Meter } from '../../src/meter/meter.ts';
import { createSegmentWriter, openReader } from '../../src/query/index.ts';
import { findField, VPC_FIELDS, type Field } from '../../src/spine/fields.ts';
import type { FlowBatch } from '../../src/spine/flow.ts';
import { segmentName } from '../../src/spine/segment.ts';
import { EMPTY_SNAPSHOT } from '../../src/spine/topology.ts';
import { pcap, type CapturedFrame } from '../support/captures.ts';
import { ethernet } from '../support/link-layers.ts';
import { icmp, ipv4, ipv6, tcp, udp } from '../support/packets.ts';
import { Random } from '../support/random.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { runWeir } from '../support/weir.ts';

const INTERFACES = 6;
const DEFAULTS = { accountId: '000000000000', region: 'us-east-1' };
/** Replay, which renders flow by flow, does not look for next hops. */
const FIELDS = [...VPC_FIELDS, findField('x-start-ms'), findField('x-end-ms')].filter(
  (field): field is Field => field !== undefined && !field.name.startsWith('next-hop-'),
);
const FORMAT = FIELDS.map((field) => `\${${field.name}}`).join(' ');
/** A multiple of 600. */
const START_SECOND = 1_800_000_000;

const INVENTORY = `
vpcs: [{id: vpc-1, account: 123456789012, region: eu-west-1, cidrs: [10.0.0.0/16, '2001:db8::/56']}]
subnets:
  - id: subnet-1
    vpc: vpc-1
    cidrs: [10.0.0.0/24, '2001:db8::/64']
    az-id: euw1-az2
    routes:
      - {destination: 0.0.0.0/0, target: igw-1}
      - {destination: 10.9.0.0/16, target: pcx-1}
enis:
${Array.from(
  { length: INTERFACES },
  (_, n) => `  - {id: eni-${n}, subnet: subnet-1, mac: '02:00:00:00:00:0${n}',
     ipv4: [10.0.0.${10 + n}, 10.0.0.${110 + n}], ipv6: ['2001:db8::${n}:1', '2001:db8::${n}:2']}`,
).join('\n')}
`;

/** Traffic of the interfaces with each other and the world, over some minutes. */
function trafficOf(seed: number, count: number): CapturedFrame[] {
  const random = new Random(seed);
  const mac = (n: number): string =>
    n < INTERFACES ? `02:00:00:00:00:0${n}` : '02:ff:00:00:00:01';
  const address4 = (n: number): string =>
    n < INTERFACES
      ? `10.0.0.${random.below(2) * 100 + 10 + n}`
      : `${[8, 10][random.below(2)]}.9.8.${n}`;
  const address6 = (n: number): string =>
    `2001:db8:${n < INTERFACES ? '' : 'ffff'}:0:0:0:${n}:${1 + random.below(2)}`;
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [random.below(INTERFACES + 2), random.below(INTERFACES + 2)];
    const ports = {
      sourcePort: 1000 + random.below(5),
      destinationPort: [53, 80, 443][random.below(3)] ?? 53,
    };
    const inner = [udp(ports), tcp({ ...ports, flags: random.below(64) }), icmp()][random.below(3)];
    const ends = random.below(4) > 0;
    const fields = ends
      ? { source: address4(from), destination: address4(to) }
      : { source: address6(from), destination: address6(to) };
    const packet = (ends ? ipv4 : ipv6)(fields, inner ?? icmp());
    return {
      bytes: ethernet(packet, { source: mac(from), destination: mac(to) }),
      timeNs: BigInt(START_SECOND) * 1_000_000_000n + BigInt(index) * 250_123_000n,
    };
  });
}

/** The lines of the second road. */
async function linesByStore(
  folder: string,
  file: Uint8Array,
  aggregationSeconds: 60 | 600,
): Promise<string[]> {
  const inventory = path.join(folder, 'inventory.yaml');
  const topology = parseInventory(INVENTORY, { path: inventory, ...DEFAULTS });
  const snapshot = { ...EMPTY_SNAPSHOT, ...topology, version: 1 };
  const registry = new PointRegistry(DEFAULTS);
  // The same numbers in the same order as replay gives them.
  for (const interfaceId of snapshot.enis.keys()) registry.pointFor(interfaceId);
  const hotPath = new HotPath({ maxFlows: 100_000 });
  (await loadReplayInventory({ inventory, ...DEFAULTS })).install(hotPath, () => {});
  const batches: FlowBatch[] = [];
  const meter = new Meter(hotPath, {
    windowSeconds: 60,
    latenessSeconds: 1,
    earlyFlushesMax: Infinity,
    onFlows: (table) =>
      batches.push({
        ...table,
        entries: hotPath.flows().u8.slice().buffer,
        flowCount: hotPath.flowCount,
        points: [],
        excludedFrames: {},
      }),
  });
  const reader = new CaptureReader({
    hotPath,
    feed: (from, feed) => meter.feed(from, feed),
    linkFor: () => ({ point: 0, policy: LINK_POLICY.inventory }),
  });
  let at = 0;
  const read = (target: Uint8Array, offset: number, length: number): number => {
    const piece = file.subarray(at, at + length);
    target.set(piece, offset);
    at += piece.length;
    return piece.length;
  };
  assert.equal(await reader.read({ read }, 'parity'), null);
  meter.finish();

  const enricher = createEnricher({ registry, awsServices: () => null });
  const writer = createSegmentWriter();
  let sequence = 0;
  for (const batch of batches) {
    sequence += 1;
    const { windowStart, windowSeconds } = batch;
    const range = { firstSequence: sequence, lastSequence: sequence, windowStart };
    const name = segmentName({ ...range, windowEnd: windowStart + windowSeconds });
    await writer.write(enricher.enrich(batch, snapshot).batch, sequence, path.join(folder, name));
  }
  writer.close();
  const store = await openReader({ storeDirectory: folder });
  let text = '';
  for await (const chunk of store.readLines({
    fromSequence: 1,
    toSequence: sequence,
    scope: null,
    trafficType: 'ALL',
    fields: FIELDS,
    aggregationSeconds,
    slotSeconds: 300,
  })) {
    text += chunk.text;
  }
  store.close();
  return text.trimEnd().split('\n');
}

async function assertParity(context: TestContext, interval: 60 | 600): Promise<void> {
  const folder = temporaryFolder(context);
  const inventory = path.join(folder, 'inventory.yaml');
  writeFileSync(inventory, INVENTORY);
  const file = pcap(trafficOf(11, 4000));
  const capture = path.join(folder, 'capture.pcap');
  writeFileSync(capture, file);

  const run = runWeir([
    ...['replay', capture, '--inventory', inventory, '--no-header'],
    ...['--format', FORMAT, '--interval', String(interval)],
  ]);
  const replayed = run.stdout.trimEnd().split('\n').sort();
  const stored = (await linesByStore(folder, file, interval)).sort();

  assert.ok(replayed.length > 500, run.stderr);
  assert.deepEqual(stored, replayed);
}

describe('a record rendered in WebAssembly and one rendered from the store', () => {
  it('are the same line, in every field, at 60 s', (context) => assertParity(context, 60));

  it('are the same line at 600 s', (context) => assertParity(context, 600));
});
