// Reads a capture file through the hot path: tells the format, registers its interfaces as links
// and feeds packets chunk by chunk. What can be read before a fault is metered; the fault is
// returned, not thrown, so that the caller can first write out what it has.
import { FEED, INPUT_BYTES, ORPHAN_LINK, OUTCOMES } from '../hotpath/index.ts';
import type { HotPath, Link, LinkCounts, Outcome } from '../hotpath/index.ts';
import { OperationError } from '../observe/operation-error.ts';
import { isSupportedLinkType, linkTypeName } from './link-types.ts';
import { PcapngSection } from './pcapng-section.ts';

/** Bytes of a capture, in order. */
export interface CaptureSource {
  /** Fills target[offset, offset + length) as far as it can; 0 at the end. */
  read(target: Uint8Array, offset: number, length: number): number | Promise<number>;
}

/** A capture interface as the file describes it. */
export interface CaptureInterface {
  readonly index: number;
  readonly linkType: number;
  /** if_name of pcapng, or null. */
  readonly name: string | null;
}

export interface CaptureReaderOptions {
  readonly hotPath: HotPath;
  /** Runs a feed with all its window changes (Meter.feed). */
  readonly feed: (from: number, feed: (from: number) => number) => number;
  /** Observation point and policy of an interface. */
  readonly linkFor: (captured: CaptureInterface) => Pick<Link, 'point' | 'policy'>;
  readonly onProgress?: () => void;
}

export interface CaptureTotals {
  frames: number;
  packets: number;
  readonly outcomes: Record<Outcome, number>;
}

const READ_BYTES = 1 << 20;
const PCAP_HEADER_BYTES = 24;
const PCAP_MAGIC_MICROSECONDS = 0xa1b2c3d4;
const PCAP_MAGIC_NANOSECONDS = 0xa1b23c4d;
const PCAPNG_MAGIC = 0x0a0d0d0a;

export class CaptureReader {
  readonly totals: CaptureTotals = {
    frames: 0,
    packets: 0,
    outcomes: Object.fromEntries(OUTCOMES.map((name) => [name, 0])) as Record<Outcome, number>,
  };
  readonly #options: CaptureReaderOptions;
  readonly #input: Uint8Array;
  readonly #view: DataView;
  #name = '';
  #held = 0;
  #consumedBefore = 0;

  constructor(options: CaptureReaderOptions) {
    this.#options = options;
    this.#input = options.hotPath.input;
    this.#view = new DataView(this.#input.buffer, this.#input.byteOffset, INPUT_BYTES);
  }

  /**
   * Meters one capture.
   *
   * @param name what the user calls it, for messages
   * @returns the fault that ended it early, or null at its proper end
   */
  async read(source: CaptureSource, name: string): Promise<OperationError | null> {
    this.#held = 0;
    this.#consumedBefore = 0;
    this.#name = name;
    try {
      while (this.#held < PCAP_HEADER_BYTES && (await this.#fill(source, 0)) > 0);
      const magic = this.#held >= 4 ? this.#view.getUint32(0) : 0;
      const swappedMagic = this.#held >= 4 ? this.#view.getUint32(0, true) : 0;
      if (magic === PCAPNG_MAGIC) await this.#readPcapng(source);
      else if (isPcapMagic(magic) || isPcapMagic(swappedMagic)) {
        await this.#readPcap(source, isPcapMagic(magic));
      } else throw notACapture(name, this.#held, magic);
      return null;
    } catch (error) {
      if (error instanceof OperationError) return error;
      throw error;
    } finally {
      this.#collect(ORPHAN_LINK);
    }
  }

  async #readPcap(source: CaptureSource, bigEndian: boolean): Promise<void> {
    if (this.#held < PCAP_HEADER_BYTES) throw this.#cut('file header');
    const { hotPath } = this.#options;
    const magic = this.#view.getUint32(0, !bigEndian);
    // The upper bits of the word tell of frame check sequences (draft-ietf-opsawg-pcap 5).
    const linkType = this.#view.getUint32(20, !bigEndian) & 0xffff;
    if (!isSupportedLinkType(linkType)) throw unsupportedLink(this.#name, linkType);
    const captured = { index: 0, linkType, name: null };
    hotPath.setLink(0, { linkType, ...this.#options.linkFor(captured) });
    const nanoseconds = magic === PCAP_MAGIC_NANOSECONDS;
    try {
      let position = PCAP_HEADER_BYTES;
      for (;;) {
        position = this.#options.feed(position, (from) =>
          hotPath.feedPcap(from, this.#held, bigEndian, nanoseconds),
        );
        if (hotPath.state === FEED.damaged) throw this.#damaged(position);
        const pending = this.#fill(source, position);
        const count = typeof pending === 'number' ? pending : await pending;
        if (count === 0) {
          if (this.#held > 0) throw this.#cut('packet');
          return;
        }
        position = 0;
      }
    } finally {
      this.#collect(0);
      hotPath.clearLink(0);
    }
  }

  async #readPcapng(source: CaptureSource): Promise<void> {
    const { hotPath } = this.#options;
    const section = new PcapngSection(hotPath, this.#options.linkFor, (id) => this.#collect(id));
    let position = 0;
    try {
      for (;;) {
        let need = READ_BYTES;
        if (section.isOpen) {
          position = this.#options.feed(position, (from) => hotPath.feedPcapng(from, this.#held));
          if (hotPath.state === FEED.damaged) throw this.#damaged(position);
        }
        if (!section.isOpen || hotPath.state === FEED.controlBlock) {
          const length = section.blockBytes(this.#view, position, this.#held);
          if (length === null) throw this.#damaged(position);
          if (length > 0 && position + length <= this.#held) {
            section.take(this.#view, position, length);
            position += length;
            continue;
          }
          if (length > INPUT_BYTES) {
            position = await this.#skip(source, position, length);
            continue;
          }
          need = Math.max(length, 1);
        }
        if ((await this.#fill(source, position)) === 0) {
          if (this.#held > 0 && need > 0) throw this.#cut('block');
          return;
        }
        position = 0;
      }
    } finally {
      section.close();
    }
  }

  /** Reads past a block that is larger than the input and holds no packet. */
  async #skip(source: CaptureSource, position: number, length: number): Promise<number> {
    let left = length - (this.#held - position);
    while (left > 0) {
      this.#consumedBefore += this.#held;
      this.#held = 0;
      if ((await this.#fill(source, 0)) === 0) throw this.#cut('block');
      const skipped = Math.min(left, this.#held);
      left -= skipped;
      if (left === 0) return skipped;
    }
    return this.#held;
  }

  /** Moves what is left to the front and reads on; returns bytes read. */
  #fill(source: CaptureSource, position: number): number | Promise<number> {
    if (position > 0) {
      this.#input.copyWithin(0, position, this.#held);
      this.#held -= position;
      this.#consumedBefore += position;
    }
    const room = Math.min(READ_BYTES, INPUT_BYTES - this.#held);
    const count = source.read(this.#input, this.#held, room);
    this.#options.onProgress?.();
    if (typeof count !== 'number') return this.#afterRead(count);
    this.#held += count;
    return count;
  }

  async #afterRead(pending: Promise<number>): Promise<number> {
    const count = await pending;
    this.#held += count;
    return count;
  }

  #collect(id: number): void {
    const counts: LinkCounts = this.#options.hotPath.takeLinkCounts(id);
    this.totals.frames += counts.frames;
    this.totals.packets += counts.packets;
    for (const outcome of OUTCOMES) this.totals.outcomes[outcome] += counts.outcomes[outcome];
  }

  #cut(where: string): OperationError {
    const at = this.#consumedBefore;
    return new OperationError(
      'truncated-input',
      `Cannot read "${this.#name}" to its end: it is cut inside the ${where} at byte ${at}; ` +
        'everything before is in the output',
    );
  }

  #damaged(position: number): OperationError {
    const at = this.#consumedBefore + position;
    return new OperationError(
      'truncated-input',
      `Cannot read "${this.#name}" to its end: it is damaged at byte ${at}; ` +
        'everything before is in the output',
    );
  }
}

function isPcapMagic(magic: number): boolean {
  return magic === PCAP_MAGIC_MICROSECONDS || magic === PCAP_MAGIC_NANOSECONDS;
}

function notACapture(name: string, bytes: number, magic: number): OperationError {
  const what =
    bytes === 0 ? 'it is empty' : `it begins with 0x${magic.toString(16).padStart(8, '0')}`;
  return new OperationError(
    'not-a-capture',
    `Cannot read "${name}": ${what}, not a pcap or pcapng capture (gzip of either is fine)`,
  );
}

function unsupportedLink(name: string, linkType: number): OperationError {
  return new OperationError(
    'unsupported',
    `Cannot read "${name}": link type ${linkTypeName(linkType)} is not supported; ` +
      'capture on an Ethernet, cooked ("any"), PPP, loopback or raw IP interface',
  );
}
