// Columns of a record batch while they are filled. 64-bit columns are written through 32-bit
// views, low half first (all supported platforms are little-endian): a BigInt per value would
// cost an allocation each.
import {
  ANNOTATION_OWN_DESTINATION,
  ANNOTATION_OWN_SOURCE,
  ANNOTATION_PATH_SHIFT,
  DIRECTION,
  FLOW_FIRST_OFFSET,
  FLOW_LAST_OFFSET,
  FLOW_OCTETS_OFFSET,
  FLOW_PACKETS_OFFSET,
  META_DIRECTION_SHIFT,
  META_IPV6,
  META_VERDICT_SHIFT,
} from '../spine/flow.ts';
import type { RecordColumns } from '../spine/record.ts';
import {
  ANNOTATION_WORD,
  DESTINATION_WORD_IPV4,
  DESTINATION_WORD_IPV6,
  META_WORD,
  SOURCE_WORD,
} from './annotate.ts';
import { swapped } from './exclusions.ts';
import type { InterfacePlan } from './interface-plan.ts';
import type { PrefixTable } from '../records/prefix-table.ts';

const MICROSECONDS = 1_000_000;
const WORD = 2 ** 32;
const IPV4_MAPPED = 0xffff;
const PACKETS_WORD = FLOW_PACKETS_OFFSET / 4;
const OCTETS_WORD = FLOW_OCTETS_OFFSET / 4;
const FIRST_WORD = FLOW_FIRST_OFFSET / 4;
const LAST_WORD = FLOW_LAST_OFFSET / 4;

/** High and low half of an address column as 32-bit words. */
interface AddressView {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

export class RecordRows {
  readonly #columns: RecordColumns;
  /** Null while no record has a peer. */
  #peerIndex: Uint32Array | null = null;
  readonly #services: PrefixTable | null;
  readonly #src: AddressView;
  readonly #dst: AddressView;
  readonly #pktSrc: AddressView;
  readonly #pktDst: AddressView;
  readonly #packets: Uint32Array;
  readonly #octets: Uint32Array;
  readonly #start: Uint32Array;
  readonly #end: Uint32Array;

  /** @param services AWS services of addresses, or null when they are not known */
  constructor(rowCount: number, services: PrefixTable | null) {
    const columns = createColumns(rowCount, services !== null);
    this.#columns = columns;
    this.#services = services;
    this.#src = addressView(columns.srcHigh, columns.srcLow);
    this.#dst = addressView(columns.dstHigh, columns.dstLow);
    this.#pktSrc = addressView(columns.pktSrcHigh, columns.pktSrcLow);
    this.#pktDst = addressView(columns.pktDstHigh, columns.pktDstLow);
    this.#packets = words(columns.packets);
    this.#octets = words(columns.octets);
    this.#start = words(columns.startUs);
    this.#end = words(columns.endUs);
  }

  /**
   * Fills a row from an annotated flow entry.
   *
   * @param entries the batch's entries as words
   * @param word index of the entry's first word
   * @param windowStart Unix seconds
   */
  setFlow(
    row: number,
    entries: Uint32Array,
    word: number,
    plan: InterfacePlan,
    windowStart: number,
  ): void {
    const columns = this.#columns;
    const ports = entries[word]!;
    const meta = entries[word + META_WORD]!;
    const annotation = entries[word + ANNOTATION_WORD]!;
    columns.srcPort[row] = ((ports & 0xff) << 8) | ((ports >>> 8) & 0xff);
    columns.dstPort[row] = ((ports >>> 8) & 0xff00) | (ports >>> 24);
    columns.protocol[row] = meta & 0xff;
    columns.direction[row] = (meta >>> META_DIRECTION_SHIFT) & 3;
    columns.action[row] = (meta >>> META_VERDICT_SHIFT) & 3;
    columns.tcpFlags[row] = annotation & 0xff;
    columns.trafficPath[row] = (annotation >>> ANNOTATION_PATH_SHIFT) & 0xff;
    this.#packets[2 * row] = entries[word + PACKETS_WORD]!;
    this.#octets[2 * row] = entries[word + OCTETS_WORD]!;
    this.#octets[2 * row + 1] = entries[word + OCTETS_WORD + 1]!;
    const startUs = windowStart * MICROSECONDS;
    setLong(this.#start, row, startUs + entries[word + FIRST_WORD]!);
    setLong(this.#end, row, startUs + entries[word + LAST_WORD]!);
    if ((meta & META_IPV6) === 0) this.#setIpv4(row, entries, word, meta, plan);
    else this.#setIpv6(row, entries, word, meta, annotation, plan);
  }

  get columns(): RecordColumns {
    const peerIndex = this.#peerIndex;
    return peerIndex === null ? this.#columns : { ...this.#columns, peerIndex };
  }

  /** @param peer 1 + index into RecordBatch.peers */
  setPeer(row: number, peer: number): void {
    this.#peerIndex ??= new Uint32Array(this.#columns.interfaceIndex.length);
    this.#peerIndex[row] = peer;
  }

  /** Fills a row that is no flow, NODATA or SKIPDATA: Unix seconds, both included. */
  setStatus(row: number, status: number, from: number, to: number): void {
    this.#columns.logStatus[row] = status;
    setLong(this.#start, row, from * MICROSECONDS);
    // The second's last microsecond, so that `end` is a second inside the window.
    setLong(this.#end, row, (to + 1) * MICROSECONDS - 1);
  }

  #setIpv4(
    row: number,
    entries: Uint32Array,
    word: number,
    meta: number,
    plan: InterfacePlan,
  ): void {
    const source = swapped(entries[word + SOURCE_WORD]!);
    const destination = swapped(entries[word + DESTINATION_WORD_IPV4]!);
    const side = plan.standsForPackets && plan.hasIpv4 ? directionOf(meta) : DIRECTION.unknown;
    this.#columns.ipVersion[row] = 4;
    setIpv4(this.#pktSrc, row, source);
    setIpv4(this.#pktDst, row, destination);
    setIpv4(this.#src, row, side === DIRECTION.egress ? plan.ipv4 : source);
    setIpv4(this.#dst, row, side === DIRECTION.ingress ? plan.ipv4 : destination);
    const services = this.#services;
    if (services === null) return;
    this.#setServices(row, services.ipv4(source), services.ipv4(destination));
  }

  #setIpv6(
    row: number,
    entries: Uint32Array,
    word: number,
    meta: number,
    annotation: number,
    plan: InterfacePlan,
  ): void {
    const source = word + SOURCE_WORD;
    const destination = word + DESTINATION_WORD_IPV6;
    const stands = plan.standsForPackets && plan.ipv6.length > 0;
    const side = stands ? directionOf(meta) : DIRECTION.unknown;
    this.#columns.ipVersion[row] = 6;
    copyWire(this.#pktSrc, row, entries, source);
    copyWire(this.#pktDst, row, entries, destination);
    if (side === DIRECTION.egress && (annotation & ANNOTATION_OWN_SOURCE) === 0) {
      copyOwn(this.#src, row, plan.ipv6);
    } else {
      copyWire(this.#src, row, entries, source);
    }
    if (side === DIRECTION.ingress && (annotation & ANNOTATION_OWN_DESTINATION) === 0) {
      copyOwn(this.#dst, row, plan.ipv6);
    } else {
      copyWire(this.#dst, row, entries, destination);
    }
    const services = this.#services;
    if (services === null) return;
    this.#setServices(
      row,
      serviceIpv6(services, entries, source),
      serviceIpv6(services, entries, destination),
    );
  }

  #setServices(row: number, source: number, destination: number): void {
    const { pktSrcAwsService, pktDstAwsService } = this.#columns;
    if (pktSrcAwsService !== undefined) pktSrcAwsService[row] = source + 1;
    if (pktDstAwsService !== undefined) pktDstAwsService[row] = destination + 1;
  }
}

function directionOf(meta: number): number {
  return (meta >>> META_DIRECTION_SHIFT) & 3;
}

function serviceIpv6(services: PrefixTable, entries: Uint32Array, word: number): number {
  return services.ipv6(
    swapped(entries[word]!),
    swapped(entries[word + 1]!),
    swapped(entries[word + 2]!),
    swapped(entries[word + 3]!),
  );
}

function setIpv4(view: AddressView, row: number, address: number): void {
  view.low[2 * row] = address;
  view.low[2 * row + 1] = IPV4_MAPPED;
}

/** Copies an IPv6 address out of a flow entry, where it is in wire order. */
function copyWire(view: AddressView, row: number, entries: Uint32Array, word: number): void {
  view.high[2 * row + 1] = swapped(entries[word]!);
  view.high[2 * row] = swapped(entries[word + 1]!);
  view.low[2 * row + 1] = swapped(entries[word + 2]!);
  view.low[2 * row] = swapped(entries[word + 3]!);
}

/** Copies the address that stands for an interface. */
function copyOwn(view: AddressView, row: number, own: Int32Array): void {
  view.high[2 * row + 1] = own[0]!;
  view.high[2 * row] = own[1]!;
  view.low[2 * row + 1] = own[2]!;
  view.low[2 * row] = own[3]!;
}

/** value: a whole number up to 2^53. */
function setLong(view: Uint32Array, row: number, value: number): void {
  view[2 * row] = value % WORD;
  view[2 * row + 1] = Math.floor(value / WORD);
}

function words(column: BigUint64Array): Uint32Array {
  return new Uint32Array(column.buffer);
}

function addressView(high: BigUint64Array, low: BigUint64Array): AddressView {
  return { high: words(high), low: words(low) };
}

function createColumns(rowCount: number, withServices: boolean): RecordColumns {
  const long = (): BigUint64Array => new BigUint64Array(rowCount);
  const byte = (): Uint8Array => new Uint8Array(rowCount);
  const services = { pktSrcAwsService: byte(), pktDstAwsService: byte() };
  return {
    interfaceIndex: new Uint32Array(rowCount),
    srcHigh: long(),
    srcLow: long(),
    dstHigh: long(),
    dstLow: long(),
    pktSrcHigh: long(),
    pktSrcLow: long(),
    pktDstHigh: long(),
    pktDstLow: long(),
    srcPort: new Uint16Array(rowCount),
    dstPort: new Uint16Array(rowCount),
    protocol: byte(),
    packets: long(),
    octets: long(),
    startUs: long(),
    endUs: long(),
    action: byte(),
    tcpFlags: byte(),
    ipVersion: byte(),
    direction: byte(),
    trafficPath: byte(),
    logStatus: byte(),
    ...(withServices ? services : {}),
  };
}
