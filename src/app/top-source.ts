// Rows of `weir top` out of the largest live flow entries (spine/flow.ts).
import type { PointRegistry } from '../enrich/index.ts';
import { OperationError, type TopAnswer, type TopRow } from '../observe/index.ts';
import { addressFromBytes, formatAddress } from '../records/address.ts';
import {
  DIRECTION,
  FLOW_ANNOTATION_OFFSET,
  FLOW_BYTES,
  FLOW_DESTINATION_OFFSET_IPV4,
  FLOW_DESTINATION_OFFSET_IPV6,
  FLOW_META_OFFSET,
  FLOW_OCTETS_OFFSET,
  FLOW_PACKETS_OFFSET,
  FLOW_SOURCE_OFFSET,
  META_DIRECTION_SHIFT,
  META_IPV6,
  META_POINT_MASK,
  META_POINT_SHIFT,
  META_VERDICT_SHIFT,
  VERDICT,
} from '../spine/flow.ts';
import type { CaptureStatus } from './capture-messages.ts';
import type { StatusParts } from './status-source.ts';
import { liveFilter, type LiveRow } from './top-filter.ts';
import type { TopMessage } from './capture-thread.ts';

const TWO_BITS = 3;

/** Entries that are looked at when a filter may leave out the largest. */
const FILTERED_ENTRIES = 20_000;

/**
 * Asks the capture for its largest flows.
 *
 * @throws OperationError `invalid-input` for a wrong filter, `unavailable` without a capture
 */
export async function answerTop(
  parts: StatusParts,
  limit: number,
  filter: string,
): Promise<TopAnswer> {
  const keep = liveFilter(filter);
  const source = parts.source();
  if (source === null) throw new OperationError('unavailable', 'The capture has not begun yet');
  const message = await source.top(filter.trim() === '' ? limit : FILTERED_ENTRIES);
  const { windowSeconds } = parts.config.meter;
  const from = { windowSeconds, nowMs: parts.now(), limit, keep };
  return topAnswer(message, source.status, parts.points, from);
}

/** The answer of /control/top; `keep` is the caller's filter. */
function topAnswer(
  message: TopMessage,
  status: CaptureStatus,
  points: PointRegistry,
  from: {
    readonly windowSeconds: number;
    readonly nowMs: number;
    readonly limit: number;
    readonly keep: (row: LiveRow) => boolean;
  },
): TopAnswer {
  const names = new Map(status.interfaces.map((entry) => [entry.point, nameOf(entry)]));
  const rows: TopRow[] = [];
  const view = new DataView(message.entries);
  for (let entry = 0; entry < message.count && rows.length < from.limit; entry += 1) {
    const row = rowAt(view, entry * FLOW_BYTES, points, names);
    if (!from.keep(row)) continue;
    const { tcpFlags: _flags, ...shown } = row;
    rows.push(shown);
  }
  const sum = (pick: (entry: CaptureStatus['interfaces'][number]) => number): number =>
    status.interfaces.reduce((total, entry) => total + pick(entry), 0);
  return {
    windowStart: message.windowStart,
    windowSeconds: from.windowSeconds,
    nowMs: from.nowMs,
    flowCount: message.flowCount,
    packets: message.packetCount,
    bytes: message.octetCount,
    packetsSeen: sum((entry) => entry.packets),
    packetsLost: sum((entry) => entry.drops) + status.evictedPackets,
    rows,
  };
}

function nameOf({ netns, name }: CaptureStatus['interfaces'][number]): string {
  return netns === null ? name : `${netns}/${name}`;
}

function rowAt(
  view: DataView,
  offset: number,
  points: PointRegistry,
  names: ReadonlyMap<number, string>,
): LiveRow {
  const meta = view.getUint32(offset + FLOW_META_OFFSET, true);
  const isIpv6 = (meta & META_IPV6) !== 0;
  const point = (meta >>> META_POINT_SHIFT) & META_POINT_MASK;
  const direction = (meta >>> META_DIRECTION_SHIFT) & TWO_BITS;
  const verdict = (meta >>> META_VERDICT_SHIFT) & TWO_BITS;
  const bytes = new Uint8Array(view.buffer);
  const address = (at: number): string =>
    formatAddress(addressFromBytes(bytes, offset + at, isIpv6 ? 6 : 4));
  const interfaceId = points.interfaceIdAt(point);
  return {
    interface: names.get(point) ?? interfaceId ?? '-',
    interfaceId,
    direction:
      direction === DIRECTION.ingress ? 'ingress' : direction === DIRECTION.egress ? 'egress' : '-',
    srcaddr: address(FLOW_SOURCE_OFFSET),
    dstaddr: address(isIpv6 ? FLOW_DESTINATION_OFFSET_IPV6 : FLOW_DESTINATION_OFFSET_IPV4),
    srcport: view.getUint16(offset, false),
    dstport: view.getUint16(offset + 2, false),
    protocol: meta & 0xff,
    packets: view.getUint32(offset + FLOW_PACKETS_OFFSET, true),
    bytes: Number(view.getBigUint64(offset + FLOW_OCTETS_OFFSET, true)),
    tcpFlags: view.getUint32(offset + FLOW_ANNOTATION_OFFSET, true) & 0xff,
    action: verdict === VERDICT.reject ? 'REJECT' : 'ACCEPT',
  };
}
