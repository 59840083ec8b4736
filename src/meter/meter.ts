// The metering process (RFC 7011): drives the hot path through its windows. Whoever has packets
// calls `feed` with one of the hot path's feeds; whenever a window closes, or its table is full,
// `onFlows` gets the table in place and must have done with it when it returns.
import { FEED, type HotPath } from '../hotpath/index.ts';
import { WindowClock, type OpenWindow } from './window-clock.ts';

export interface ClosedTable {
  /** Unix seconds. */
  readonly windowStart: number;
  readonly windowSeconds: number;
  /** False when the window goes on and this is what filled the cache. */
  readonly last: boolean;
}

export interface MeterOptions {
  readonly windowSeconds: number;
  readonly latenessSeconds: number;
  /**
   * How often a full cache may be emptied early within one window; after that new flows are shed
   * and counted. Infinity where output can always keep up (replay).
   */
  readonly earlyFlushesMax: number;
  /** The hot path's selected table holds the flows. */
  readonly onFlows: (table: ClosedTable) => void;
}

export class Meter {
  readonly #hotPath: HotPath;
  readonly #options: MeterOptions;
  readonly #clock: WindowClock;
  #current: OpenWindow | undefined;
  #limitSeconds = 0;
  #earlyFlushes = 0;

  constructor(hotPath: HotPath, options: MeterOptions) {
    this.#hotPath = hotPath;
    this.#options = options;
    this.#clock = new WindowClock({
      windowSeconds: options.windowSeconds,
      latenessSeconds: options.latenessSeconds,
      onOpen: (window) => {
        hotPath.selectTable(window.table, 0);
        hotPath.clearTable(window.start);
      },
      onClose: (window, other) => {
        this.#emit(window, true);
        if (other !== undefined && hotPath.adoptOther()) other.table = window.table;
      },
    });
  }

  /**
   * Runs one feed over [from, to) of the input until it needs more or meets something that is not
   * a packet.
   *
   * @param feed calls a feed of the hot path from an offset; returns where it stopped
   * @returns where it stopped; `hotPath.state` says why (needData, controlBlock, damaged)
   */
  feed(from: number, feed: (from: number) => number): number {
    let position = from;
    for (;;) {
      position = feed(position);
      const state = this.#hotPath.state;
      if (state === FEED.window) this.#turn(this.#hotPath.boundarySecond);
      else if (state === FEED.full) this.#flushEarly();
      else return position;
    }
  }

  /**
   * Follows the clock where packets may be absent: opens the window of that second, so that an
   * idle one is reported too, and closes what has ended.
   */
  advance(second: number): void {
    this.#flushBatch();
    this.#clock.closeBefore(second);
    this.#turn(second);
  }

  /** Closes every window, oldest first. */
  finish(): void {
    this.#flushBatch();
    this.#clock.closeAll();
    this.#current = undefined;
    this.#limitSeconds = 0;
  }

  /** Largest flows of the windows still open: entries of FLOW_BYTES with their window. */
  topFlows(limit: number): { windowStart: number; entries: ArrayBuffer }[] {
    const current = this.#current;
    if (current === undefined) return [];
    this.#flushBatch();
    const windows = this.#clock.openWindows;
    const tables = windows.map((window) => window.table);
    const parts = this.#hotPath.topFlows(tables, current.table, limit);
    return windows.map((window, index) => ({
      windowStart: window.start,
      entries: parts[index] ?? new ArrayBuffer(0),
    }));
  }

  #turn(second: number): void {
    this.#flushBatch();
    const { window, limitSeconds } = this.#clock.at(second);
    if (window.start !== this.#current?.start) {
      this.#earlyFlushes = 0;
      this.#hotPath.setShedding(false);
    }
    this.#current = window;
    this.#limitSeconds = limitSeconds;
    this.#hotPath.selectTable(window.table, limitSeconds);
  }

  /** Packets of the batch belong to the selected table and must be in it before it changes. */
  #flushBatch(): void {
    if (!this.#hotPath.flush()) {
      this.#flushEarly();
      this.#hotPath.flush();
    }
  }

  #flushEarly(): void {
    const window = this.#current;
    if (window === undefined) return;
    if (this.#earlyFlushes >= this.#options.earlyFlushesMax) {
      this.#hotPath.setShedding(true);
      return;
    }
    this.#earlyFlushes++;
    this.#emit(window, false);
    this.#hotPath.clearTable(window.start);
    this.#reselect();
  }

  #emit(window: OpenWindow, last: boolean): void {
    this.#hotPath.selectTable(window.table, 0);
    this.#options.onFlows({
      windowStart: window.start,
      windowSeconds: this.#options.windowSeconds,
      last,
    });
    if (last && window === this.#current) this.#current = undefined;
  }

  /** After a look at another table: back to the current one, or to none at all. */
  #reselect(): void {
    if (this.#current === undefined) this.#hotPath.selectTable(0, 0);
    else this.#hotPath.selectTable(this.#current.table, this.#limitSeconds);
  }
}
