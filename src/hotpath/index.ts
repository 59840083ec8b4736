// The TypeScript face of the hot path: packets in, flows and text out, all in the linear memory of
// one WebAssembly instance (assembly/, decode/; AssemblyScript). What enters: capture bytes put
// into `input`. What leaves: 64-byte flow entries (spine/flow.ts) or rendered text in `output`.
// Bounds: memory is reserved once for `maxFlows` flows per window and never grows, so that views
// stay valid; beyond it a feed answers FULL and the caller empties the table, or sheds, counted.
// Follows RFC 791, 8200, 9293, 768 and the capture formats named in the feeds.
import {
  CONSTANT_SLOTS,
  HEAP_BYTES,
  instantiate,
  LINK_BYTES,
  POINT_BYTES,
  type HotPathExports,
} from './instance.ts';
import { LITERAL_OP, type TextProgram } from './text-program.ts';

export {
  compileText,
  type ConstantPart,
  type TextProgram,
  type TextStyle,
} from './text-program.ts';

/** Why a feed returned. */
export const FEED = { needData: 1, window: 2, full: 3, controlBlock: 4, damaged: 5 } as const;

/** How frames of a link get direction and observation point. */
export const LINK_POLICY = { fixed: 0, packetType: 1, hostSide: 2, inventory: 3 } as const;
export type LinkPolicy = (typeof LINK_POLICY)[keyof typeof LINK_POLICY];

/** Outcome of frames that were not metered, in the order of their counters. */
export const OUTCOMES = [
  'arp',
  'not-ip',
  'truncated',
  'malformed',
  'unsupported-link',
  'no-interface',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Link {
  /** LINKTYPE_ value. */
  readonly linkType: number;
  readonly point: number;
  readonly policy: LinkPolicy;
  /** Timestamp units per second and offset in seconds (pcapng only). */
  readonly unitsPerSecond?: bigint;
  readonly offsetSeconds?: bigint;
  /** Ring frames have a virtio_net_hdr before them, which tells of GSO. */
  readonly virtioHeader?: boolean;
}

export interface LinkCounts {
  readonly frames: number;
  /** IP packets metered, GSO expanded. */
  readonly packets: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
}

export const LINKS_MAX = 4095;
/** Link that pcapng frames of unknown interfaces are counted on. */
export const ORPHAN_LINK = 4095;
export const INPUT_BYTES = 0x200000;

const LITERAL_HEAP_BYTES = 0x40000;
const LINE_BYTES_MAX = 60_000;

export interface HotPathOptions {
  /** Flows per window, at most 2^24 - 2. */
  readonly maxFlows: number;
  /** Two random words against hash flooding; none where output must be reproducible. */
  readonly seed?: readonly [number, number];
  /** False records also what AWS never does (DHCP, instance metadata, ...). */
  readonly exclusions?: boolean;
}

export class HotPath {
  /** Where capture bytes go; INPUT_BYTES long. */
  readonly input: Uint8Array;
  readonly #exports: HotPathExports;
  readonly #memory: WebAssembly.Memory;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #longs: BigUint64Array;
  readonly #strings = new Map<string, number>();
  #heapUsed = LITERAL_HEAP_BYTES;

  constructor(options: HotPathOptions) {
    const { exports, memory } = instantiate(options.maxFlows);
    this.#exports = exports;
    this.#memory = memory;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
    this.#longs = new BigUint64Array(this.#memory.buffer);
    this.input = this.#bytes.subarray(
      this.#exports.INPUT.value,
      this.#exports.INPUT.value + INPUT_BYTES,
    );
    if (options.seed !== undefined) this.#exports.setSeed(options.seed[0], options.seed[1]);
    this.#exports.setExclusions(options.exclusions === false ? 0 : 1);
  }

  /** Registers or changes a link; its counters are kept. */
  setLink(id: number, link: Link): void {
    const word = this.#linkWord(id);
    this.#words[word] = link.linkType;
    this.#words[word + 1] = link.point << 12;
    this.#words[word + 2] = link.policy;
    this.#words[word + 3] = link.virtioHeader === true ? 3 : 1;
    this.#longs[(word >> 1) + 2] = link.unitsPerSecond ?? 1_000_000n;
    this.#longs[(word >> 1) + 3] = BigInt.asUintN(64, link.offsetSeconds ?? 0n);
  }

  /** Reads a link's counters and sets them to zero. */
  takeLinkCounts(id: number): LinkCounts {
    const long = (this.#linkWord(id) >> 1) + 4;
    const read = (index: number): number => Number(this.#longs[long + index]);
    const outcomes = {} as Record<Outcome, number>;
    OUTCOMES.forEach((outcome, index) => {
      outcomes[outcome] = read(2 + index);
    });
    const counts = { frames: read(0), packets: read(1), outcomes };
    this.#longs.fill(0n, long, long + 10);
    return counts;
  }

  /** Forgets a link; frames that still name it are orphans. */
  clearLink(id: number): void {
    this.#words[this.#linkWord(id) + 3] = 0;
  }

  /** The addresses that stand for an observation point in text output, in wire order. */
  setPoint(point: number, ipv4: Uint8Array | null, ipv6: Uint8Array | null): void {
    const start = this.#exports.POINTS.value + point * POINT_BYTES;
    this.#words[start >> 2] = (ipv4 === null ? 0 : 1) | (ipv6 === null ? 0 : 2);
    if (ipv4 !== null) this.#bytes.set(ipv4, start + 4);
    if (ipv6 !== null) this.#bytes.set(ipv6, start + 8);
  }

  /** Packets shed at a point because the cache was full; reading sets it to zero. */
  takeEvicted(point: number): number {
    const word = (this.#exports.POINTS.value + point * POINT_BYTES + 24) >> 2;
    const evicted = this.#words[word]!;
    this.#words[word] = 0;
    return evicted;
  }

  /** Sizes and empties the tables by which LINK_POLICY.inventory finds interfaces. */
  createAttribution(macCount: number, addressCount: number): void {
    this.#exports.createAttribution(macCount, addressCount);
  }

  /** mac: 6 bytes in wire order. */
  addMac(mac: Uint8Array, point: number): void {
    const view = new DataView(mac.buffer, mac.byteOffset, 6);
    this.#exports.addMac(view.getUint32(0, true), view.getUint16(4, true), point);
  }

  /** address: 16 bytes in wire order, IPv4 as ::ffff:a.b.c.d. The first point given wins. */
  addAddress(address: Uint8Array, point: number): void {
    const view = new DataView(address.buffer, address.byteOffset, 16);
    const word = (offset: number): number => view.getUint32(offset, true);
    this.#exports.addAddress(word(0), word(4), word(8), word(12), point);
  }

  /** Byte order of the current pcapng section and snap length of its interface 0. */
  setSection(swapped: boolean, snapLength: number): void {
    this.#exports.setSection(swapped ? 1 : 0, snapLength);
  }

  /** @see assembly/feed-pcap.ts */
  feedPcap(from: number, to: number, swapped: boolean, nanoseconds: boolean): number {
    return this.#exports.feedPcap(from, to, swapped ? 1 : 0, nanoseconds ? 1 : 0);
  }

  /** @see assembly/feed-pcapng.ts */
  feedPcapng(from: number, to: number): number {
    return this.#exports.feedPcapng(from, to);
  }

  /** @see assembly/feed-ring.ts */
  feedRing(link: number, from: number, to: number): number {
    return this.#exports.feedRing(link, from, to);
  }

  /** Why the last feed returned: a FEED value. */
  get state(): number {
    return this.#exports.state.value;
  }

  /** Unix second of the packet that asked for another window. */
  get boundarySecond(): number {
    return this.#exports.boundarySecond.value >>> 0;
  }

  /** Packets that were recorded at two observation points. */
  get doubleObservations(): number {
    return Number(BigInt.asUintN(64, this.#exports.doubleObservations.value));
  }

  /** Enters what waits in the batch; false when the table must be emptied first. */
  flush(): boolean {
    return this.#exports.flush() === 1;
  }

  /** Chooses table 0 or 1 and how far into its window packets may come undisturbed. */
  selectTable(table: number, windowLimitSeconds: number): void {
    this.#exports.selectTable(table);
    this.#exports.setWindowLimit(windowLimitSeconds);
  }

  /** Empties the selected table and gives it a window (Unix seconds). */
  clearTable(windowStart: number): void {
    this.#exports.clearTable(windowStart);
  }

  /**
   * After the selected table was taken: moves the other window into it when that holds few flows.
   *
   * @returns true when it moved
   */
  adoptOther(): boolean {
    return this.#exports.adoptOther() === 1;
  }

  setShedding(on: boolean): void {
    this.#exports.setShedding(on ? 1 : 0);
  }

  get flowCount(): number {
    return this.#exports.getEntryCount();
  }

  /** The selected table's entries, in place: FLOW_BYTES each, first-seen order. */
  flows(): { readonly u8: Uint8Array; readonly u32: Uint32Array } {
    const start = this.#exports.getEntries() + 64;
    const end = start + this.flowCount * 64;
    return {
      u8: this.#bytes.subarray(start, end),
      u32: this.#words.subarray(start >> 2, end >> 2),
    };
  }

  /** Loads a format; constants must then be set for every point that may occur. */
  setProgram(program: TextProgram, verdict: number | null): void {
    let heap = this.#exports.HEAP.value;
    const literals = program.literals.map((text) => {
      const address = heap;
      heap = this.#writeString(heap, text);
      return address;
    });
    const ops = this.#exports.OPS.value >> 2;
    program.ops.forEach(([op, argument], index) => {
      this.#words[ops + index * 2] = op;
      this.#words[ops + index * 2 + 1] = op === LITERAL_OP ? literals[argument]! : argument;
    });
    this.#exports.setTextStyle(program.style === 'text' ? 1 : 0, verdict ?? 0xffffffff);
  }

  /** The string of one constant slot for one point. */
  setConstant(point: number, slot: number, text: string): void {
    let address = this.#strings.get(text);
    if (address === undefined) {
      address = this.#exports.HEAP.value + this.#heapUsed;
      const end = this.#writeString(address, text);
      this.#heapUsed = end - this.#exports.HEAP.value;
      if (this.#heapUsed > HEAP_BYTES - LINE_BYTES_MAX)
        throw new Error('Constant strings exceed 64 MiB');
      this.#strings.set(text, address);
    }
    this.#words[(this.#exports.CONSTANTS.value >> 2) + point * CONSTANT_SLOTS + slot] = address;
  }

  /**
   * Renders the selected table, one piece of output after the other.
   *
   * @param windowSeconds length of the window
   * @param write takes a view that is valid during the call only
   */
  render(windowSeconds: number, write: (text: Uint8Array) => void): void {
    this.#exports.prepareSeconds(windowSeconds);
    const output = this.#exports.OUTPUT.value;
    for (let next = 1, count = this.flowCount; next <= count;) {
      next = this.#exports.render(next);
      const bytes = this.#exports.outputBytes.value;
      if (bytes > 0) write(this.#bytes.subarray(output, output + bytes));
    }
  }

  /** Totals of everything rendered so far. */
  renderTotals(): {
    records: number;
    packets: number;
    packetsFiltered: number;
    excluded: number[];
  } {
    const start = this.#exports.EXCLUDED.value >> 3;
    return {
      records: Number(this.#exports.recordsWritten.value),
      packets: Number(this.#exports.packetsWritten.value),
      packetsFiltered: Number(this.#exports.packetsFiltered.value),
      excluded: Array.from(this.#longs.subarray(start, start + 16), Number),
    };
  }

  /**
   * Copies the flows with the most bytes of the given tables.
   *
   * @returns entries of FLOW_BYTES each with their table's window start
   */
  topFlows(tables: readonly number[], selected: number, limit: number): ArrayBuffer[] {
    const output = this.#exports.OUTPUT.value;
    const parts = tables.map((table) => {
      this.#exports.selectTable(table);
      const held = this.#exports.collectTop(0, limit);
      return this.#memory.buffer.slice(output, output + held * 64);
    });
    this.#exports.selectTable(selected);
    return parts;
  }

  #linkWord(id: number): number {
    return (this.#exports.LINKS.value + id * LINK_BYTES) >> 2;
  }

  #writeString(address: number, text: string): number {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > LINE_BYTES_MAX) {
      throw new Error(
        `A record's constant part has ${bytes.length} bytes, at most ${LINE_BYTES_MAX}`,
      );
    }
    this.#words[address >> 2] = bytes.length;
    this.#bytes.set(bytes, address + 4);
    // The next string starts on a word, behind the bytes that a 16-byte copy may read.
    return (address + 4 + bytes.length + 16 + 3) & ~3;
  }
}
