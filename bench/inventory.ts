// How long do 100,000 interfaces take: to read, to index, to look up, to annotate and enrich by?
// Prints one JSON object; run by `node dist/bench/inventory.js` after a build.
import { cpus } from 'node:os';

import { annotate, createEnricher, InterfacePlans, PointRegistry } from '../src/enrich/index.ts';
import { createResolver, mergeTopologies, parseInventory } from '../src/inventory/index.ts';
import { parseAddress } from '../src/records/address.ts';
import type { FlowBatch } from '../src/spine/flow.ts';
import type { Snapshot } from '../src/spine/topology.ts';
import { batchOf, type TestFlow } from '../test/support/flow-entries.ts';

const ENI_COUNT = 100_000;
/** A host captures few of the interfaces that an inventory may have. */
const FEW_ENI_COUNT = 100;
const YAML_ENI_COUNT = 2000;
const FLOW_COUNT = 200_000;
const ROUNDS = 5;
const SUBNET_COUNT = 400;

/** Pseudo-random numbers, the same on each run (xorshift32). */
function createRandom(): (limit: number) => number {
  let state = 0x9e3779b9;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

function addressOf(index: number): string {
  const subnet = index % SUBNET_COUNT;
  const host = 10 + Math.floor(index / SUBNET_COUNT);
  return `10.${subnet >> 6}.${((subnet & 63) << 2) | (host >> 8)}.${host & 255}`;
}

/** A network of many interfaces in 400 subnets, as an inventory file. */
function fileOf(eniCount: number): object {
  const subnets = Array.from({ length: SUBNET_COUNT }, (_, index) => ({
    id: `subnet-${index}`,
    vpc: 'vpc-1',
    cidrs: [`10.${index >> 6}.${(index & 63) << 2}.0/22`],
    'az-id': 'use1-az1',
    routes: [{ destination: '0.0.0.0/0', target: 'igw-1' }],
  }));
  const enis = Array.from({ length: eniCount }, (_, index) => ({
    id: `eni-${index}`,
    subnet: `subnet-${index % SUBNET_COUNT}`,
    mac: `02:00:${(index + 2 ** 32)
      .toString(16)
      .slice(-8)
      .replace(/(..)(?=.)/g, '$1:')}`,
    ipv4: [addressOf(index)],
  }));
  return { vpcs: [{ id: 'vpc-1', cidrs: ['10.0.0.0/8'] }], subnets, enis };
}

/** Milliseconds of the fastest of a few runs. */
function fastest(run: () => unknown, rounds = ROUNDS): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function perItemNs(run: () => unknown, count: number): number {
  return Math.round((fastest(run) * 1e6) / count);
}

/** Flows of that many interfaces, each flow at one of them at random. */
function flowsOf(registry: PointRegistry, eniCount: number): FlowBatch {
  const random = createRandom();
  const flows = Array.from({ length: FLOW_COUNT }, (): TestFlow => {
    const eni = random(eniCount);
    const isEgress = random(2) === 0;
    const own = addressOf(eni);
    const other = `${20 + random(200)}.${random(256)}.${random(256)}.${random(256)}`;
    return {
      point: registry.pointFor(`eni-${eni}`),
      direction: isEgress ? 'egress' : 'ingress',
      src: isEgress ? own : other,
      dst: isEgress ? other : own,
      srcPort: random(65536),
      dstPort: 443,
    };
  });
  return batchOf(flows);
}

const source = { path: 'bench', accountId: '000000000000', region: 'us-east-1' };
const json = JSON.stringify(fileOf(ENI_COUNT));
const small = JSON.stringify(fileOf(YAML_ENI_COUNT));
const readJsonMs = fastest(() => parseInventory(json, source), 1);
// A blank comment in front keeps the reader from taking the way of JSON.
const readYamlMs = fastest(() => parseInventory(`#\n${small}`, source), 1);
const topology = parseInventory(json, source);
const snapshot: Snapshot = { version: 1, ...topology };
const buildMs = fastest(() => createResolver(snapshot));
const empty = parseInventory('', source);
const mergeMs = fastest(() => mergeTopologies(empty, topology));

const resolver = createResolver(snapshot);
const texts = Array.from({ length: ENI_COUNT }, (_, index) =>
  addressOf((index * 7919) % ENI_COUNT),
);
const words = texts.map((text) => Uint32Array.from(parseAddress(text)?.words ?? []));
const macs = [...snapshot.enis.values()].map((eni) => eni.mac ?? '');
const scope = resolver.scopeOf('vpc-1');
let found = 0;
const byWordsNs = perItemNs(() => {
  for (const [w0, w1, w2, w3] of words) {
    if (resolver.eniByWords(scope, w0 ?? 0, w1 ?? 0, w2 ?? 0, w3 ?? 0) !== undefined) found++;
  }
}, ENI_COUNT);
const byTextNs = perItemNs(() => {
  for (const text of texts) if (resolver.eniByAddress(text, 'vpc-1') !== undefined) found++;
}, ENI_COUNT);
const byMacNs = perItemNs(() => {
  for (const mac of macs) if (resolver.eniByMac(mac) !== undefined) found++;
}, ENI_COUNT);
if (found !== 3 * ROUNDS * ENI_COUNT) throw new Error(`Found ${found}`);

const registry = new PointRegistry(source);
const batch = flowsOf(registry, ENI_COUNT);
const few = flowsOf(registry, FEW_ENI_COUNT);
const fewEntries = new Uint32Array(few.entries);
const entries = new Uint32Array(batch.entries);
const plans = new InterfacePlans(registry);
plans.use(snapshot);
const firstAnnotateMs = fastest(() => annotate({ u32: entries }, 0, FLOW_COUNT, plans), 1);
const annotateNs = perItemNs(() => annotate({ u32: entries }, 0, FLOW_COUNT, plans), FLOW_COUNT);
const annotateFewNs = perItemNs(
  () => annotate({ u32: fewEntries }, 0, FLOW_COUNT, plans),
  FLOW_COUNT,
);
const enricher = createEnricher({ registry, awsServices: () => null });
const enrichNs = perItemNs(() => enricher.enrich(batch, snapshot), FLOW_COUNT);
const enrichFewNs = perItemNs(() => enricher.enrich(few, snapshot), FLOW_COUNT);

console.log(
  JSON.stringify({
    machine: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    interfaces: ENI_COUNT,
    flows: FLOW_COUNT,
    readJsonMs: Math.round(readJsonMs),
    readYamlMicrosecondsPerInterface: Math.round((readYamlMs * 1000) / YAML_ENI_COUNT),
    mergeMs: Math.round(mergeMs),
    buildResolverMs: Math.round(buildMs),
    lookupNs: { byWords: byWordsNs, byText: byTextNs, byMac: byMacNs },
    firstAnnotateMs: Math.round(firstAnnotateMs),
    annotateNsPerFlow: { everyInterface: annotateNs, fewInterfaces: annotateFewNs },
    enrichNsPerFlow: { everyInterface: enrichNs, fewInterfaces: enrichFewNs },
  }),
);
