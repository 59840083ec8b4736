// Long work of the one thread, cut into slices: between two of them packets are enriched, records
// delivered and other requests answered.
import { setImmediate } from 'node:timers/promises';

const SLICE_MS = 10;

/** The slices of one piece of work, e.g. of a list that is filtered. */
export interface Slices {
  /** True when the slice is over: then await `pause` and go on. */
  isOver(): boolean;
  pause(): Promise<void>;
  /** Length of the slices that are over, milliseconds; pauses do not count. */
  readonly spentMs: number;
}

/** Begins the first slice. @param clock milliseconds */
export function createSlices(clock: () => number = () => performance.now()): Slices {
  let beginMs = clock();
  let spentMs = 0;
  return {
    isOver: () => clock() - beginMs >= SLICE_MS,
    async pause() {
      spentMs += clock() - beginMs;
      await setImmediate();
      beginMs = clock();
    },
    get spentMs() {
      return spentMs;
    },
  };
}

/** Runs works one after the other, in the order in which they came. */
export interface Lane {
  /** Works that run or wait. */
  readonly length: number;
  take<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Makes a lane for works that need much memory each. */
export function createLane(): Lane {
  let last: Promise<unknown> = Promise.resolve();
  let length = 0;
  return {
    get length() {
      return length;
    },
    take(work) {
      length += 1;
      const done = last.then(work);
      last = done
        .catch(() => undefined)
        .then(() => {
          length -= 1;
        });
      return done;
    },
  };
}
