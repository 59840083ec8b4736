// Flow batches from readable flows, and readable rows from record batches.
import {
  addressBytes,
  addressFromValue,
  formatAddress,
  parseAddress,
} from '../../src/records/address.ts';
import {
  DIRECTION,
  FLOW_ANNOTATION_OFFSET,
  FLOW_BYTES,
  FLOW_DESTINATION_OFFSET_IPV4,
  FLOW_DESTINATION_OFFSET_IPV6,
  FLOW_FIRST_OFFSET,
  FLOW_LAST_OFFSET,
  FLOW_META_OFFSET,
  FLOW_OCTETS_OFFSET,
  FLOW_PACKETS_OFFSET,
  FLOW_SOURCE_OFFSET,
  META_DIRECTION_SHIFT,
  META_IPV6,
  META_POINT_SHIFT,
  META_VERDICT_SHIFT,
  type FlowBatch,
  type PointCounters,
} from '../../src/spine/flow.ts';
import type { InterfaceIdentity, RecordBatch } from '../../src/spine/record.ts';

/** A flow as a test states it; what is left out is 0, TCP or accepted. */
export interface TestFlow {
  readonly point: number;
  readonly direction: keyof typeof DIRECTION;
  readonly src: string;
  readonly dst: string;
  readonly srcPort?: number;
  readonly dstPort?: number;
  readonly protocol?: number;
  readonly packets?: number;
  readonly octets?: bigint;
  readonly tcpFlags?: number;
  /** Exclusion code that the hot path has set already. */
  readonly exclusion?: number;
  readonly rejected?: boolean;
  /** Microseconds since the window's start. */
  readonly firstUs?: number;
  readonly lastUs?: number;
}

const TCP = 6;

/** The flows as entries, one behind the other. */
export function entriesOf(flows: readonly TestFlow[]): ArrayBuffer {
  const entries = new ArrayBuffer(flows.length * FLOW_BYTES);
  for (const [index, flow] of flows.entries()) {
    const view = new DataView(entries, index * FLOW_BYTES, FLOW_BYTES);
    const src = parseAddress(flow.src);
    const dst = parseAddress(flow.dst);
    if (src === null || dst?.version !== src.version) throw new Error(`${flow.src} ${flow.dst}`);
    const isIpv6 = src.version === 6;
    view.setUint16(0, flow.srcPort ?? 0);
    view.setUint16(2, flow.dstPort ?? 0);
    const meta =
      (flow.protocol ?? TCP) |
      (DIRECTION[flow.direction] << META_DIRECTION_SHIFT) |
      ((flow.rejected === true ? 1 : 0) << META_VERDICT_SHIFT) |
      (flow.point << META_POINT_SHIFT) |
      (isIpv6 ? META_IPV6 : 0);
    view.setUint32(FLOW_META_OFFSET, meta, true);
    const bytes = new Uint8Array(entries, index * FLOW_BYTES, FLOW_BYTES);
    bytes.set(addressBytes(src), FLOW_SOURCE_OFFSET);
    const dstOffset = isIpv6 ? FLOW_DESTINATION_OFFSET_IPV6 : FLOW_DESTINATION_OFFSET_IPV4;
    bytes.set(addressBytes(dst), dstOffset);
    view.setUint32(FLOW_PACKETS_OFFSET, flow.packets ?? 1, true);
    const annotation = (flow.tcpFlags ?? 0) | ((flow.exclusion ?? 0) << 16);
    view.setUint32(FLOW_ANNOTATION_OFFSET, annotation, true);
    view.setBigUint64(FLOW_OCTETS_OFFSET, flow.octets ?? 40n, true);
    view.setUint32(FLOW_FIRST_OFFSET, flow.firstUs ?? 0, true);
    view.setUint32(FLOW_LAST_OFFSET, flow.lastUs ?? 0, true);
  }
  return entries;
}

/** A one-minute batch of the flows, the last of its window unless said otherwise. */
export function batchOf(
  flows: readonly TestFlow[],
  options: {
    readonly points?: readonly PointCounters[];
    readonly windowStart?: number;
    readonly last?: boolean;
  } = {},
): FlowBatch {
  return {
    windowStart: options.windowStart ?? 1_616_729_280,
    windowSeconds: 60,
    entries: entriesOf(flows),
    flowCount: flows.length,
    points: options.points ?? [],
    excludedFrames: {},
    last: options.last ?? true,
  };
}

/** Counters of a point at which nothing was lost, but what is stated. */
export function countersOf(point: number, lost: Partial<PointCounters> = {}): PointCounters {
  const none = { packetsSeen: 0, packetsDropped: 0, packetsEvicted: 0, framesUnparsable: 0 };
  return { point, ...none, ...lost };
}

/** One record as it would be read; addresses are null where the row is no flow. */
export interface TestRow {
  readonly identity: InterfaceIdentity;
  readonly src: string | null;
  readonly dst: string | null;
  readonly pktSrc: string | null;
  readonly pktDst: string | null;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly protocol: number;
  readonly packets: bigint;
  readonly octets: bigint;
  readonly startUs: bigint;
  readonly endUs: bigint;
  readonly action: string;
  readonly tcpFlags: number;
  readonly direction: string;
  readonly trafficPath: number | null;
  readonly status: string;
  readonly srcService: string | null;
  readonly dstService: string | null;
}

/** All rows of a batch. */
export function rowsOf(batch: RecordBatch): TestRow[] {
  const { columns } = batch;
  const names = batch.awsServices ?? [];
  const pick = <Value>(values: ArrayLike<Value>, row: number): Value => {
    const value = values[row];
    if (value === undefined) throw new Error(`Row ${row} is missing`);
    return value;
  };
  return Array.from({ length: batch.rowCount }, (_, row): TestRow => {
    const version = columns.ipVersion[row];
    const address = (high: BigUint64Array, low: BigUint64Array): string | null => {
      if (version !== 4 && version !== 6) return null;
      return formatAddress(addressFromValue((pick(high, row) << 64n) | pick(low, row), version));
    };
    return {
      identity: pick(batch.interfaces, pick(columns.interfaceIndex, row)),
      src: address(columns.srcHigh, columns.srcLow),
      dst: address(columns.dstHigh, columns.dstLow),
      pktSrc: address(columns.pktSrcHigh, columns.pktSrcLow),
      pktDst: address(columns.pktDstHigh, columns.pktDstLow),
      srcPort: pick(columns.srcPort, row),
      dstPort: pick(columns.dstPort, row),
      protocol: pick(columns.protocol, row),
      packets: pick(columns.packets, row),
      octets: pick(columns.octets, row),
      startUs: pick(columns.startUs, row),
      endUs: pick(columns.endUs, row),
      action: columns.action[row] === 1 ? 'REJECT' : 'ACCEPT',
      tcpFlags: pick(columns.tcpFlags, row),
      direction: pick(Object.keys(DIRECTION), pick(columns.direction, row)),
      trafficPath: columns.trafficPath[row] || null,
      status: pick(['OK', 'NODATA', 'SKIPDATA'], pick(columns.logStatus, row)),
      srcService: names[(columns.pktSrcAwsService?.[row] ?? 0) - 1] ?? null,
      dstService: names[(columns.pktDstAwsService?.[row] ?? 0) - 1] ?? null,
    };
  });
}
