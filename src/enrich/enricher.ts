import type { PrefixTable } from '../records/prefix-table.ts';
import {
  ANNOTATION_EXCLUSION_SHIFT,
  EXCLUSIONS,
  FLOW_PACKETS_OFFSET,
  META_POINT_MASK,
  META_POINT_SHIFT,
  type Exclusion,
  type FlowBatch,
  type PointCounters,
} from '../spine/flow.ts';
import { LOG_STATUS, type LossCounts, type RecordBatch } from '../spine/record.ts';
import type { Snapshot } from '../spine/topology.ts';
import { annotate, ANNOTATION_WORD, ENTRY_WORDS, META_WORD } from './annotate.ts';
import { InterfacePlans } from './interface-plan.ts';
import { InterfaceList, PeerList } from './identity-lists.ts';
import { peerOfFlow } from './peers.ts';
import { UNKNOWN_POINT, type PointRegistry } from './point-registry.ts';
import { RecordRows } from './record-rows.ts';
import { hasLoss, WindowMemory, type WindowNotes } from './window-memory.ts';

/** AWS services of addresses; the table's values are indexes into the names. */
export interface ServiceRanges {
  readonly names: readonly string[];
  readonly table: PrefixTable;
}

export interface EnricherDeps {
  readonly registry: PointRegistry;
  /** Services for pkt-src-aws-service and pkt-dst-aws-service, or null. */
  readonly awsServices: () => ServiceRanges | null;
}

export interface EnrichedBatch {
  readonly batch: RecordBatch;
  /** Packets of flows that are counted and not recorded, by reason. */
  readonly excludedPackets: Readonly<Partial<Record<Exclusion, number>>>;
}

export interface Enricher {
  /**
   * Takes note of an interface while it is there: when its window closes it may be gone, and its
   * last records still carry its identity, addresses and routes.
   */
  know(point: number, snapshot: Snapshot): void;
  /**
   * Turns the flows of a window into records. The entries are annotated in place.
   *
   * @param batch parts of one window in their order, the last one marked
   */
  enrich(batch: FlowBatch, snapshot: Snapshot): EnrichedBatch;
}

/** A row that is no flow. */
interface StatusRow {
  readonly point: number;
  readonly interfaceId: string;
  /** Null for NODATA. */
  readonly loss: PointCounters | null;
  readonly observed: PointCounters['observed'];
}

const PACKETS_WORD = FLOW_PACKETS_OFFSET / 4;

/** Creates the stage between meter and store. It remembers a few windows, and nothing else. */
export function createEnricher(deps: EnricherDeps): Enricher {
  const { registry } = deps;
  const plans = new InterfacePlans(registry);
  const memory = new WindowMemory();
  const interfaces = new InterfaceList(registry);
  const peers = new PeerList();

  return {
    know(point, snapshot) {
      registry.identity(point, snapshot);
      plans.use(snapshot);
      plans.planAt(point);
    },

    enrich(batch, snapshot) {
      plans.use(snapshot);
      const words = new Uint32Array(batch.entries, 0, batch.flowCount * ENTRY_WORDS);
      annotate({ u32: words }, 0, batch.flowCount, plans);
      const excluded = countExcluded(words, batch.flowCount);
      const notes = memory.noteBatch(batch);
      const services = deps.awsServices();
      interfaces.begin(snapshot);
      peers.begin();

      // Which points are idle is known only when all flows have been seen.
      noteRecorded(words, batch.flowCount, notes);
      const statuses = batch.last ? statusRows(notes, interfaces) : [];
      const flowRows = batch.flowCount - excluded.flowCount;
      const rowCount = flowRows + statuses.length;
      const rows = new RecordRows(rowCount, services?.table ?? null);
      fillFlows(rows, words, batch, { plans, interfaces, peers });
      const losses = fillStatuses(rows, flowRows, statuses, { batch, interfaces });
      const { windowStart, windowSeconds } = batch;
      const records: RecordBatch = {
        windowStart,
        windowSeconds,
        rowCount,
        interfaces: interfaces.identities,
        columns: rows.columns,
        losses,
        ...(services === null ? {} : { awsServices: services.names }),
        ...(peers.identities.length === 0 ? {} : { peers: peers.identities }),
      };
      return { batch: records, excludedPackets: excluded.packets };
    },
  };
}

function exclusionAt(words: Uint32Array, word: number): number {
  return (words[word + ANNOTATION_WORD]! >>> ANNOTATION_EXCLUSION_SHIFT) & 0xff;
}

function pointAt(words: Uint32Array, word: number): number {
  return (words[word + META_WORD]! >>> META_POINT_SHIFT) & META_POINT_MASK;
}

function countExcluded(
  words: Uint32Array,
  flowCount: number,
): { flowCount: number; packets: Partial<Record<Exclusion, number>> } {
  const packets: Partial<Record<Exclusion, number>> = {};
  let excludedFlows = 0;
  for (let entry = 0; entry < flowCount; entry++) {
    const word = entry * ENTRY_WORDS;
    const code = exclusionAt(words, word);
    if (code === 0) continue;
    excludedFlows++;
    const reason = EXCLUSIONS[code] ?? 'none';
    packets[reason] = (packets[reason] ?? 0) + words[word + PACKETS_WORD]!;
  }
  return { flowCount: excludedFlows, packets };
}

function noteRecorded(words: Uint32Array, flowCount: number, notes: WindowNotes): void {
  const { recorded } = notes;
  for (let entry = 0; entry < flowCount; entry++) {
    const word = entry * ENTRY_WORDS;
    if (exclusionAt(words, word) === 0) recorded[pointAt(words, word)] = 1;
  }
}

/**
 * NODATA for each watched point without a record, SKIPDATA for each point with loss; a point with
 * loss and no record has the second only. Of the unknown interface idleness is not told.
 */
function statusRows(notes: WindowNotes, interfaces: InterfaceList): StatusRow[] {
  const rows: StatusRow[] = [];
  const add = ({ point, observed }: PointCounters, loss: PointCounters | null): void => {
    const interfaceId = interfaces.identityAt(point).interfaceId ?? '';
    rows.push({ point, interfaceId, loss, observed });
  };
  for (const [point, counters] of notes.counters) {
    const isIdle = point !== UNKNOWN_POINT && notes.recorded[point] === 0;
    if (hasLoss(counters)) add(counters, counters);
    else if (isIdle && !notes.idleTold) add(counters, null);
  }
  notes.idleTold = true;
  notes.counters.clear();
  return rows.toSorted((a, b) => {
    if (a.interfaceId === b.interfaceId) return a.point - b.point;
    return a.interfaceId < b.interfaceId ? -1 : 1;
  });
}

function fillFlows(
  rows: RecordRows,
  words: Uint32Array,
  batch: FlowBatch,
  from: {
    readonly plans: InterfacePlans;
    readonly interfaces: InterfaceList;
    readonly peers: PeerList;
  },
): void {
  const { interfaceIndex } = rows.columns;
  let row = 0;
  for (let entry = 0; entry < batch.flowCount; entry++) {
    const word = entry * ENTRY_WORDS;
    if (exclusionAt(words, word) !== 0) continue;
    const point = pointAt(words, word);
    interfaceIndex[row] = from.interfaces.indexOf(point);
    const plan = from.plans.planAt(point);
    rows.setFlow(row, words, word, plan, batch.windowStart);
    const peer = peerOfFlow(plan.peers, words, word);
    if (peer !== null) rows.setPeer(row, from.peers.numberOf(peer));
    row++;
  }
}

function fillStatuses(
  rows: RecordRows,
  firstRow: number,
  statuses: readonly StatusRow[],
  from: { readonly batch: FlowBatch; readonly interfaces: InterfaceList },
): LossCounts[] {
  const { windowStart, windowSeconds } = from.batch;
  const { interfaceIndex } = rows.columns;
  const losses: LossCounts[] = [];
  for (const [index, { point, loss, observed }] of statuses.entries()) {
    const row = firstRow + index;
    const status = loss === null ? LOG_STATUS.NODATA : LOG_STATUS.SKIPDATA;
    interfaceIndex[row] = from.interfaces.indexOf(point);
    const [first, last] = observed ?? [windowStart, windowStart + windowSeconds - 1];
    rows.setStatus(row, status, first, last);
    if (loss === null) continue;
    const { packetsSeen, packetsDropped, packetsEvicted, framesUnparsable } = loss;
    losses.push({ row, packetsSeen, packetsDropped, packetsEvicted, framesUnparsable });
  }
  return losses;
}
