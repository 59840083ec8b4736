// The rare blocks of pcapng (draft-ietf-opsawg-pcapng): section headers and interface
// descriptions. Packet blocks never come here; the hot path reads them itself.
//
//   Section header   | 0A0D0D0A | length | byte-order magic 1A2B3C4D | version | section length |
//   Interface        | 1 | length | link type (2) | reserved (2) | snap length (4) | options
//   option           | code (2) | length (2) | value, padded to 4 |
import { LINKS_MAX, type HotPath, type Link } from '../hotpath/index.ts';
import type { CaptureInterface } from './capture-reader.ts';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_BYTES_MIN = 12;
const OPTION_END = 0;
const OPTION_NAME = 2;
const OPTION_TIME_RESOLUTION = 9;
const OPTION_TIME_OFFSET = 14;

export class PcapngSection {
  readonly #hotPath: HotPath;
  readonly #linkFor: (captured: CaptureInterface) => Pick<Link, 'point' | 'policy'>;
  readonly #collect: (link: number) => void;
  #bigEndian: boolean | undefined;
  #interfaceCount = 0;

  constructor(
    hotPath: HotPath,
    linkFor: (captured: CaptureInterface) => Pick<Link, 'point' | 'policy'>,
    collect: (link: number) => void,
  ) {
    this.#hotPath = hotPath;
    this.#linkFor = linkFor;
    this.#collect = collect;
  }

  /** True once a section header told the byte order. */
  get isOpen(): boolean {
    return this.#bigEndian !== undefined;
  }

  /**
   * Length of the block at `position`.
   *
   * @returns 0 when more bytes are needed to tell, null when this is no block
   */
  blockBytes(view: DataView, position: number, held: number): number | null {
    if (position + BLOCK_BYTES_MIN > held) return 0;
    let bigEndian = this.#bigEndian;
    if (view.getUint32(position) === SECTION_HEADER) {
      bigEndian = view.getUint32(position + 8) === BYTE_ORDER_MAGIC;
      if (!bigEndian && view.getUint32(position + 8, true) !== BYTE_ORDER_MAGIC) return null;
    }
    if (bigEndian === undefined) return null;
    const bytes = view.getUint32(position + 4, !bigEndian);
    return bytes < BLOCK_BYTES_MIN || bytes % 4 !== 0 ? null : bytes;
  }

  /** Takes in a whole block that is not a packet. */
  take(view: DataView, position: number, bytes: number): void {
    if (view.getUint32(position) === SECTION_HEADER) {
      this.close();
      this.#bigEndian = view.getUint32(position + 8) === BYTE_ORDER_MAGIC;
      this.#hotPath.setSection(this.#bigEndian, 0);
    } else if (
      view.getUint32(position, !this.#bigEndian) === INTERFACE_DESCRIPTION &&
      bytes >= 20
    ) {
      this.#addInterface(view, position, bytes);
    }
  }

  /** Ends the section: its interfaces are no longer known. */
  close(): void {
    for (let id = 0; id < this.#interfaceCount; id++) {
      this.#collect(id);
      this.#hotPath.clearLink(id);
    }
    this.#interfaceCount = 0;
  }

  #addInterface(view: DataView, position: number, bytes: number): void {
    const little = !this.#bigEndian;
    const id = this.#interfaceCount;
    // Packets of interfaces beyond that many are counted as malformed.
    if (id >= LINKS_MAX) return;
    this.#interfaceCount++;
    const linkType = view.getUint16(position + 8, little);
    const options = readOptions(view, position + 16, position + bytes - 4, little);
    const captured = { index: id, linkType, name: options.name };
    this.#hotPath.setLink(id, {
      linkType,
      ...this.#linkFor(captured),
      unitsPerSecond: options.unitsPerSecond,
      offsetSeconds: options.offsetSeconds,
    });
    if (id === 0) this.#hotPath.setSection(!little, view.getUint32(position + 12, little));
  }
}

interface InterfaceOptions {
  name: string | null;
  unitsPerSecond: bigint;
  offsetSeconds: bigint;
}

function readOptions(view: DataView, from: number, to: number, little: boolean): InterfaceOptions {
  const found: InterfaceOptions = { name: null, unitsPerSecond: 1_000_000n, offsetSeconds: 0n };
  for (let at = from; at + 4 <= to;) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    const value = at + 4;
    if (code === OPTION_END || value + length > to) break;
    if (code === OPTION_NAME) {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + value, length);
      found.name = new TextDecoder().decode(bytes).replace(/\0+$/, '');
    } else if (code === OPTION_TIME_RESOLUTION && length >= 1) {
      found.unitsPerSecond = timeUnits(view.getUint8(value));
    } else if (code === OPTION_TIME_OFFSET && length >= 8) {
      found.offsetSeconds = view.getBigInt64(value, little);
    }
    at = value + ((length + 3) & ~3);
  }
  return found;
}

/** if_tsresol: a power of ten, or of two when the high bit is set; beyond 64 bits it is bogus. */
function timeUnits(resolution: number): bigint {
  const exponent = BigInt(resolution & 0x7f);
  if (resolution & 0x80) return exponent > 63n ? 1n << 63n : 1n << exponent;
  return exponent > 19n ? 10n ** 19n : 10n ** exponent;
}
