import { POINTS_MAX, type FlowBatch, type PointCounters } from '../spine/flow.ts';

/** What is remembered of one window until its last part, and a while longer. */
export interface WindowNotes {
  /** 1 at each point that had a recorded flow. */
  readonly recorded: Uint8Array;
  /** Counters by point since NODATA and SKIPDATA were last told. */
  readonly counters: Map<number, PointCounters>;
  /** NODATA records were written; a window that opens again writes no second ones. */
  idleTold: boolean;
}

/** Two windows are open at most; a clock that steps back may open older ones again. */
const WINDOWS_MAX = 8;

/**
 * Remembers over the parts of a window which points had flows and what was lost, since NODATA and
 * SKIPDATA are told once, at its end.
 */
export class WindowMemory {
  readonly #windows = new Map<number, WindowNotes>();

  /** The notes of the batch's window, its counters added. */
  noteBatch(batch: FlowBatch): WindowNotes {
    const notes = this.#notesOf(batch.windowStart);
    for (const part of batch.points) {
      notes.counters.set(part.point, add(notes.counters.get(part.point), part));
    }
    return notes;
  }

  #notesOf(windowStart: number): WindowNotes {
    const known = this.#windows.get(windowStart);
    if (known !== undefined) return known;
    const notes = { recorded: new Uint8Array(POINTS_MAX), counters: new Map(), idleTold: false };
    this.#windows.set(windowStart, notes);
    const [oldest] = this.#windows.keys();
    if (this.#windows.size > WINDOWS_MAX && oldest !== undefined) this.#windows.delete(oldest);
    return notes;
  }
}

/** True when something was lost at the point. */
export function hasLoss(counters: PointCounters): boolean {
  return counters.packetsDropped + counters.packetsEvicted + counters.framesUnparsable > 0;
}

/** From the earlier beginning to the later end; all of the window when either says nothing. */
function observedOver(
  first: PointCounters['observed'],
  second: PointCounters['observed'],
): Pick<PointCounters, 'observed'> {
  if (first === undefined || second === undefined) return {};
  return { observed: [Math.min(first[0], second[0]), Math.max(first[1], second[1])] };
}

function add(sum: PointCounters | undefined, counters: PointCounters): PointCounters {
  if (sum === undefined) return counters;
  return {
    point: counters.point,
    packetsSeen: sum.packetsSeen + counters.packetsSeen,
    packetsDropped: sum.packetsDropped + counters.packetsDropped,
    packetsEvicted: sum.packetsEvicted + counters.packetsEvicted,
    framesUnparsable: sum.framesUnparsable + counters.framesUnparsable,
    ...observedOver(sum.observed, counters.observed),
  };
}
