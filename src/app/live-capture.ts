// Rings and meter of the capture thread: frames of every assigned interface into one flow cache,
// a FlowBatch out whenever a window closes. Bounds: the rings and the cache, both sized by the
// configuration; what they cannot hold is counted per interface and window.
import { openRing, type Ring, type RingBlock } from '../capture/index.ts';
import { HotPath, LINK_POLICY, type LinkCounts } from '../hotpath/index.ts';
import { Meter, type ClosedTable } from '../meter/meter.ts';
import {
  FLOW_BYTES,
  FLOW_META_OFFSET,
  FLOW_PACKETS_OFFSET,
  META_POINT_MASK,
  META_POINT_SHIFT,
  type Exclusion,
  type FlowBatch,
} from '../spine/flow.ts';
import type { CaptureStatus, CaptureWorkerData, InterfaceStatus } from './capture-messages.ts';
import { WindowCounters } from './window-counters.ts';

/** Blocks handled per wake-up, so that one busy interface cannot starve the others. */
const BLOCKS_PER_TURN = 8;
// A block goes out of use after its timeout, full or not: many small ones ride out a longer stall
// of this thread (128 of 50 ms are six seconds) than a few large ones.
const BLOCKS_PER_RING = 128;
const BLOCK_BYTES_MIN = 64 * 1024;
const BLOCK_BYTES_MAX = 1 << 20;
const RING_BYTES_MIN = 1 << 20;
const PAGE_BYTES = 4096;
const EARLY_FLUSHES_MAX = 3;

export interface LiveDevice {
  readonly netns: string | null;
  readonly ifindex: number;
  readonly name: string;
  readonly point: number;
  readonly hostSide: boolean;
}

interface CapturedInterface {
  device: LiveDevice;
  readonly link: number;
  readonly ring: Ring;
  readonly ringBytes: number;
  packets: number;
  drops: number;
}

export interface LiveCaptureOptions extends CaptureWorkerData {
  /** Unix seconds. */
  readonly clock: () => number;
  readonly seed: readonly [number, number];
  readonly onBatch: (batch: FlowBatch) => void;
}

export class LiveCapture {
  readonly #options: LiveCaptureOptions;
  readonly #hotPath: HotPath;
  readonly #meter: Meter;
  readonly #counters: WindowCounters;
  readonly #interfaces = new Map<string, CapturedInterface>();
  readonly #freeLinks: number[] = [];
  #linksUsed = 0;
  #evictedPackets = 0;
  #ringsBytes = 0;

  constructor(options: LiveCaptureOptions) {
    this.#options = options;
    const { windowSeconds, latenessMs, maxFlows } = options.meter;
    this.#hotPath = new HotPath({ maxFlows, seed: options.seed });
    this.#counters = new WindowCounters(windowSeconds);
    this.#meter = new Meter(this.#hotPath, {
      windowSeconds,
      latenessSeconds: Math.max(1, Math.min(Math.ceil(latenessMs / 1000), windowSeconds - 1)),
      earlyFlushesMax: EARLY_FLUSHES_MAX,
      onFlows: (table) => this.#emit(table),
    });
  }

  /**
   * Starts to capture an interface, or gives one that is captured another point.
   *
   * @throws OperationError of openRing
   */
  add(device: LiveDevice): void {
    const known = this.#interfaces.get(keyOf(device));
    if (known === undefined) this.#open(device);
    else this.#reassign(known, device);
  }

  #open(device: LiveDevice): void {
    const { blockTimeoutMs, snapshotLength } = this.#options.capture;
    const ringBytes = this.#nextRingBytes();
    const blockBytes = Math.max(
      BLOCK_BYTES_MIN,
      Math.min(BLOCK_BYTES_MAX, Math.floor(ringBytes / BLOCKS_PER_RING / PAGE_BYTES) * PAGE_BYTES),
    );
    const ring = openRing({
      ...device,
      blockBytes,
      blockCount: Math.max(2, Math.floor(ringBytes / blockBytes)),
      blockTimeoutMs,
      snapshotLength,
    });
    const link = this.#freeLinks.pop() ?? this.#linksUsed++;
    this.#setLink(link, ring, device);
    const captured: CapturedInterface = { device, link, ring, ringBytes, packets: 0, drops: 0 };
    this.#ringsBytes += ringBytes;
    this.#interfaces.set(keyOf(device), captured);
    this.#counters.watch(this.#options.clock(), device.point);
    ring.onReadable(() => this.#drain(captured, BLOCKS_PER_TURN));
  }

  /** What the ring holds by now, and has lost, belongs to the former point. */
  #reassign(captured: CapturedInterface, device: LiveDevice): void {
    this.#drain(captured, Infinity);
    this.#count(captured, captured.ring.statistics().drops);
    captured.device = device;
    this.#setLink(captured.link, captured.ring, device);
    this.#counters.watch(this.#options.clock(), device.point);
  }

  #setLink(link: number, { linkType, virtioHeader }: Ring, device: LiveDevice): void {
    this.#hotPath.setLink(link, {
      linkType,
      point: device.point,
      policy: device.hostSide ? LINK_POLICY.hostSide : LINK_POLICY.packetType,
      virtioHeader,
    });
  }

  /** Ends the capture of an interface; frames already in its ring are metered. */
  async remove(netns: string | null, ifindex: number): Promise<void> {
    const key = `${netns ?? ''} ${ifindex}`;
    const captured = this.#interfaces.get(key);
    if (captured === undefined) return;
    this.#interfaces.delete(key);
    const statistics = await captured.ring.finish((block) => this.#meterBlock(captured, block));
    this.#count(captured, statistics.drops);
    this.#hotPath.clearLink(captured.link);
    this.#freeLinks.push(captured.link);
    this.#ringsBytes -= captured.ringBytes;
  }

  /** Takes what waits, books losses and lets windows end; call a few times a second. */
  tick(): void {
    for (const captured of this.#interfaces.values()) {
      this.#drain(captured, Infinity);
      this.#count(captured, captured.ring.statistics().drops);
      this.#counters.watch(this.#options.clock(), captured.device.point);
    }
    this.#meter.advance(this.#options.clock());
  }

  /** Ends everything; the open windows are emitted as they are. */
  async stop(): Promise<void> {
    const devices = [...this.#interfaces.values()].map((captured) => captured.device);
    await Promise.all(devices.map((device) => this.remove(device.netns, device.ifindex)));
    this.#meter.finish();
  }

  status(): CaptureStatus {
    const interfaces: InterfaceStatus[] = [];
    for (const { device, packets, drops } of this.#interfaces.values()) {
      const { netns, name, ifindex, point } = device;
      interfaces.push({ netns, name, ifindex, point, packets, drops });
    }
    return {
      interfaces,
      flowCount: this.#hotPath.flowCount,
      evictedPackets: this.#evictedPackets,
    };
  }

  /** The largest flows of the newest window, with its totals. */
  top(limit: number) {
    const windows = this.#meter.topFlows(limit);
    const newest = windows.reduce(
      (best, window) => (window.windowStart > best.windowStart ? window : best),
      { windowStart: 0, entries: new ArrayBuffer(0) },
    );
    const { u32 } = this.#hotPath.flows();
    let packetCount = 0;
    let octetCount = 0;
    for (let word = 0; word < u32.length; word += FLOW_BYTES / 4) {
      packetCount += u32[word + FLOW_PACKETS_OFFSET / 4]!;
      octetCount += u32[word + 12]! + u32[word + 13]! * 2 ** 32;
    }
    return {
      entries: newest.entries,
      count: newest.entries.byteLength / FLOW_BYTES,
      windowStart: newest.windowStart,
      flowCount: this.#hotPath.flowCount,
      packetCount,
      octetCount,
    };
  }

  /** The first interfaces get the full ring; many share what is left, a mebibyte at least. */
  #nextRingBytes(): number {
    const { ringBytes, ringsTotalBytes } = this.#options.capture;
    const left = Math.floor((ringsTotalBytes - this.#ringsBytes) / 4);
    return Math.max(Math.min(RING_BYTES_MIN, ringBytes), Math.min(ringBytes, left));
  }

  #drain(captured: CapturedInterface, blocksMax: number): void {
    const { ring } = captured;
    for (let handled = 0; handled < blocksMax; handled++) {
      const block = ring.nextBlock();
      if (block === null) return;
      this.#meterBlock(captured, block);
      ring.releaseBlock();
    }
  }

  #meterBlock(captured: CapturedInterface, block: RingBlock): void {
    const { bytes } = block;
    this.#hotPath.input.set(bytes);
    this.#meter.feed(0, (from) => this.#hotPath.feedRing(captured.link, from, bytes.length));
  }

  #count(captured: CapturedInterface, drops: number): void {
    const counts: LinkCounts = this.#hotPath.takeLinkCounts(captured.link);
    captured.packets += counts.frames;
    captured.drops += drops;
    const { truncated, malformed, arp } = counts.outcomes;
    this.#counters.add(this.#options.clock(), captured.device.point, {
      packetsDropped: drops,
      framesUnparsable: truncated + malformed + counts.outcomes['unsupported-link'],
      arp,
      notIp: counts.outcomes['not-ip'],
    });
  }

  #emit(table: ClosedTable): void {
    const { u8, u32 } = this.#hotPath.flows();
    const entries = u8.slice().buffer;
    const seen = new Map<number, number>();
    for (let word = 0; word < u32.length; word += FLOW_BYTES / 4) {
      const point = (u32[word + FLOW_META_OFFSET / 4]! >>> META_POINT_SHIFT) & META_POINT_MASK;
      seen.set(point, (seen.get(point) ?? 0) + u32[word + FLOW_PACKETS_OFFSET / 4]!);
    }
    const flowCount = this.#hotPath.flowCount;
    this.#counters.addSeen(table.windowStart, seen);
    const counted = table.last ? this.#counters.take(table.windowStart) : null;
    const points = (counted?.points ?? []).map((point) => {
      const packetsEvicted = this.#hotPath.takeEvicted(point.point);
      this.#evictedPackets += packetsEvicted;
      return { ...point, packetsEvicted };
    });
    const excludedFrames: Partial<Record<Exclusion, number>> = counted?.excludedFrames ?? {};
    const { windowStart, windowSeconds, last } = table;
    this.#options.onBatch({
      windowStart,
      windowSeconds,
      entries,
      flowCount,
      points,
      excludedFrames,
      last,
    });
  }
}

function keyOf(device: LiveDevice): string {
  return `${device.netns ?? ''} ${device.ifindex}`;
}
