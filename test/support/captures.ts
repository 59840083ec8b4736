// Capture files: pcap in all its variants (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap)
// and pcapng (draft-ietf-opsawg-pcapng) with every block that carries or surrounds packets.
import { gzipSync } from 'node:zlib';

import { concat } from './bytes.ts';
import { LINK_TYPE } from './link-layers.ts';

const NANOSECONDS = 1_000_000_000n;

/** A frame with its moment of capture. */
export interface CapturedFrame {
  /** Nanoseconds since the Unix epoch. */
  readonly timeNs: bigint;
  readonly bytes: Uint8Array;
  /** Length on the wire when it is more than `bytes`. */
  readonly wireBytes?: number;
}

export interface PcapOptions {
  /** LINK_TYPE; Ethernet when omitted. */
  readonly linkType?: number;
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** Frames are cut to this many bytes. */
  readonly snapBytes?: number;
}

/** Fields of one byte order, appended one by one. */
class FieldWriter {
  readonly #littleEndian: boolean;
  readonly #parts: Uint8Array[] = [];

  constructor(bigEndian: boolean) {
    this.#littleEndian = !bigEndian;
  }

  u16(value: number): this {
    const view = new DataView(new ArrayBuffer(2));
    view.setUint16(0, value, this.#littleEndian);
    return this.bytes(new Uint8Array(view.buffer));
  }

  u32(value: number): this {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, value, this.#littleEndian);
    return this.bytes(new Uint8Array(view.buffer));
  }

  i64(value: bigint): this {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigInt64(0, value, this.#littleEndian);
    return this.bytes(new Uint8Array(view.buffer));
  }

  bytes(value: Uint8Array): this {
    this.#parts.push(value);
    return this;
  }

  /** Appended and padded with zeros to a multiple of four bytes. */
  padded(value: Uint8Array): this {
    return this.bytes(value).bytes(new Uint8Array((4 - (value.length % 4)) % 4));
  }

  finish(): Uint8Array {
    return concat(...this.#parts);
  }
}

/** A whole pcap file. */
export function pcap(frames: readonly CapturedFrame[], options: PcapOptions = {}): Uint8Array {
  const snapBytes = options.snapBytes ?? 262_144;
  const divisor = options.nanoseconds === true ? 1n : 1000n;
  const writer = new FieldWriter(options.bigEndian ?? false);
  writer
    .u32(options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4)
    .u16(2)
    .u16(4);
  writer
    .u32(0)
    .u32(0)
    .u32(snapBytes)
    .u32(options.linkType ?? LINK_TYPE.ethernet);
  for (const frame of frames) {
    const captured = frame.bytes.subarray(0, snapBytes);
    writer.u32(Number(frame.timeNs / NANOSECONDS));
    writer.u32(Number((frame.timeNs % NANOSECONDS) / divisor));
    writer
      .u32(captured.length)
      .u32(frame.wireBytes ?? frame.bytes.length)
      .bytes(captured);
  }
  return writer.finish();
}

export interface PcapngInterface {
  readonly linkType?: number;
  /** 0 is "no limit". */
  readonly snapBytes?: number;
  /** if_tsresol as written: 0 to 127 is 10^-n, 128 + n is 2^-n seconds; 6 when omitted. */
  readonly timestampResolution?: number;
  /** if_tsoffset, seconds. */
  readonly timestampOffsetSeconds?: number;
  /** if_name. */
  readonly name?: string;
}

/** Ticks of an interface's clock at that moment. */
function ticks(timeNs: bigint, fields: PcapngInterface): bigint {
  const sinceOffset = timeNs - BigInt(fields.timestampOffsetSeconds ?? 0) * NANOSECONDS;
  const resolution = fields.timestampResolution ?? 6;
  const perSecond = resolution >= 128 ? 2n ** BigInt(resolution - 128) : 10n ** BigInt(resolution);
  return (sinceOffset * perSecond) / NANOSECONDS;
}

/** Builds a pcapng file block by block; a new section may change the byte order. */
export class PcapngWriter {
  #bigEndian = false;
  #interfaces: PcapngInterface[] = [];
  readonly #blocks: Uint8Array[] = [];

  /** Section Header Block; the interfaces of the section before are forgotten. */
  section(bigEndian = false): this {
    this.#bigEndian = bigEndian;
    this.#interfaces = [];
    const body = this.#body().u32(0x1a2b3c4d).u16(1).u16(0).i64(-1n);
    return this.block(0x0a0d0d0a, body.finish());
  }

  /** Interface Description Block; interfaces are numbered from 0 in each section. */
  interface(fields: PcapngInterface = {}): this {
    this.#interfaces.push(fields);
    const body = this.#body()
      .u16(fields.linkType ?? LINK_TYPE.ethernet)
      .u16(0);
    body.u32(fields.snapBytes ?? 0);
    if (fields.name !== undefined) this.#option(body, 2, new TextEncoder().encode(fields.name));
    if (fields.timestampResolution !== undefined) {
      this.#option(body, 9, Uint8Array.of(fields.timestampResolution));
    }
    if (fields.timestampOffsetSeconds !== undefined) {
      const seconds = this.#body().i64(BigInt(fields.timestampOffsetSeconds)).finish();
      this.#option(body, 14, seconds);
    }
    return this.block(1, body.u32(0).finish());
  }

  /** Enhanced Packet Block with a comment option, which readers must step over. */
  packet(frame: CapturedFrame, interfaceIndex = 0): this {
    const body = this.#body().u32(interfaceIndex);
    this.#timedPacket(body, frame, interfaceIndex);
    this.#option(body, 1, new TextEncoder().encode('made by a test'));
    return this.block(6, body.u32(0).finish());
  }

  /** The obsolete Packet Block (type 2), with its count of drops. */
  obsoletePacket(frame: CapturedFrame, interfaceIndex = 0): this {
    const body = this.#body().u16(interfaceIndex).u16(0xffff);
    this.#timedPacket(body, frame, interfaceIndex);
    return this.block(2, body.finish());
  }

  /** Simple Packet Block: no time, always interface 0, cut to its snaplen. */
  simplePacket(frame: CapturedFrame): this {
    const snapBytes = this.#snapBytes(0);
    const body = this.#body().u32(frame.wireBytes ?? frame.bytes.length);
    return this.block(3, body.padded(frame.bytes.subarray(0, snapBytes)).finish());
  }

  /** Interface Statistics Block, here with nothing but its time. */
  statistics(timeNs: bigint, interfaceIndex = 0): this {
    const body = this.#body().u32(interfaceIndex);
    this.#time(body, timeNs, interfaceIndex);
    return this.block(5, body.u32(0).finish());
  }

  /** Any block: type, length, body padded to 32 bits, length again. */
  block(type: number, body: Uint8Array): this {
    const padded = this.#body().padded(body).finish();
    const length = padded.length + 12;
    this.#blocks.push(this.#body().u32(type).u32(length).bytes(padded).u32(length).finish());
    return this;
  }

  finish(): Uint8Array {
    return concat(...this.#blocks);
  }

  #body(): FieldWriter {
    return new FieldWriter(this.#bigEndian);
  }

  #option(body: FieldWriter, code: number, value: Uint8Array): void {
    body.u16(code).u16(value.length).padded(value);
  }

  #snapBytes(interfaceIndex: number): number {
    const snapBytes = this.#interfaces[interfaceIndex]?.snapBytes ?? 0;
    return snapBytes === 0 ? Number.MAX_SAFE_INTEGER : snapBytes;
  }

  #time(body: FieldWriter, timeNs: bigint, interfaceIndex: number): void {
    const time = BigInt.asUintN(64, ticks(timeNs, this.#interfaces[interfaceIndex] ?? {}));
    body.u32(Number(time >> 32n)).u32(Number(time & 0xffff_ffffn));
  }

  #timedPacket(body: FieldWriter, frame: CapturedFrame, interfaceIndex: number): void {
    const captured = frame.bytes.subarray(0, this.#snapBytes(interfaceIndex));
    this.#time(body, frame.timeNs, interfaceIndex);
    body
      .u32(captured.length)
      .u32(frame.wireBytes ?? frame.bytes.length)
      .padded(captured);
  }
}

/** All frames in enhanced packet blocks of one interface. */
export function pcapng(
  frames: readonly CapturedFrame[],
  fields: PcapngInterface = {},
  bigEndian = false,
): Uint8Array {
  const writer = new PcapngWriter().section(bigEndian).interface(fields);
  for (const frame of frames) writer.packet(frame);
  return writer.finish();
}

/** The file as `gzip` would leave it. */
export function gzip(file: Uint8Array): Uint8Array {
  return gzipSync(file);
}
