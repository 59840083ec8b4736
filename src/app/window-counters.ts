// What was lost or left out, kept per window until the window is emitted. Losses are known only
// when they are asked for, a few times a second, and are booked on the window of that moment.
import type { Exclusion, PointCounters } from '../spine/flow.ts';

type Counted = Omit<PointCounters, 'packetsEvicted'>;

interface Point {
  seen: number;
  dropped: number;
  unparsable: number;
  /** Unix seconds. */
  from: number;
  to: number;
}

interface Window {
  readonly points: Map<number, Point>;
  arp: number;
  notIp: number;
}

export interface CountedFrames {
  readonly packetsDropped: number;
  readonly framesUnparsable: number;
  readonly arp: number;
  readonly notIp: number;
}

export class WindowCounters {
  readonly #windowSeconds: number;
  readonly #windows = new Map<number, Window>();

  constructor(windowSeconds: number) {
    this.#windowSeconds = windowSeconds;
  }

  /** Says that a point is being observed at that second. */
  watch(second: number, point: number): void {
    this.#point(this.#window(this.#startOf(second)), point, second);
  }

  add(second: number, point: number, counts: CountedFrames): void {
    const window = this.#window(this.#startOf(second));
    const counted = this.#point(window, point, second);
    counted.dropped += counts.packetsDropped;
    counted.unparsable += counts.framesUnparsable;
    window.arp += counts.arp;
    window.notIp += counts.notIp;
  }

  addSeen(windowStart: number, seen: ReadonlyMap<number, number>): void {
    const window = this.#window(windowStart);
    for (const [point, packets] of seen) this.#point(window, point, windowStart).seen += packets;
  }

  /** The counts of a window, which are then forgotten. */
  take(windowStart: number): {
    points: Counted[];
    excludedFrames: Partial<Record<Exclusion, number>>;
  } {
    const window = this.#window(windowStart);
    this.#windows.delete(windowStart);
    const points = [...window.points].map(([point, counts]) => ({
      point,
      packetsSeen: counts.seen,
      packetsDropped: counts.dropped,
      framesUnparsable: counts.unparsable,
      observed: [counts.from, counts.to] as const,
    }));
    return { points, excludedFrames: { arp: window.arp, 'not-ip': window.notIp } };
  }

  #startOf(second: number): number {
    return second - (second % this.#windowSeconds);
  }

  #window(start: number): Window {
    let window = this.#windows.get(start);
    if (window === undefined) {
      window = { points: new Map(), arp: 0, notIp: 0 };
      this.#windows.set(start, window);
    }
    return window;
  }

  #point(window: Window, point: number, second: number): Point {
    let counts = window.points.get(point);
    if (counts === undefined) {
      counts = { seen: 0, dropped: 0, unparsable: 0, from: second, to: second };
      window.points.set(point, counts);
    }
    counts.to = Math.max(counts.to, second);
    return counts;
  }
}
