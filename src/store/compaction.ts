// Which segments to merge. One commit a minute makes 1,440 files a day; an hour that is over
// becomes one file, and so does a day that is over, as far as the size cap allows. Every row is
// so written three times in all.
import type { Segment } from './segment.ts';

export interface CompactionPolicy {
  /** Seconds after the end of an hour or day before it counts as over. */
  readonly settleSeconds: number;
  /** A merged segment holds at most this much. */
  readonly segmentBytesMax: number;
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
/** So many small segments are worth rewriting the large one beside them. */
const SMALL_SEGMENTS_MAX = 24;
/** The largest segment may be this many times the others together. */
const GROWTH_FACTOR = 4;

/**
 * The next segments to be merged into one, by ascending sequence, or null when there are none.
 * They follow each other in the list, so that the merged one covers them and nothing else.
 *
 * @param segments by ascending sequence
 * @param nowSeconds Unix seconds
 */
export function planMerge(
  segments: readonly Segment[],
  nowSeconds: number,
  policy: CompactionPolicy,
): readonly Segment[] | null {
  for (const periodSeconds of [HOUR_SECONDS, DAY_SECONDS]) {
    for (const run of runsOf(segments, periodSeconds, nowSeconds - policy.settleSeconds)) {
      const worthwhile = packs(run, policy.segmentBytesMax).find(isWorthwhile);
      if (worthwhile !== undefined) return worthwhile;
    }
  }
  return null;
}

/** Neighbours that lie wholly within one and the same period that has ended by `endedBy`. */
function runsOf(segments: readonly Segment[], periodSeconds: number, endedBy: number): Segment[][] {
  const runs: Segment[][] = [];
  let runPeriod: number | null = null;
  for (const segment of segments) {
    const period = Math.floor(segment.windowStart / periodSeconds);
    const periodEnd = (period + 1) * periodSeconds;
    if (segment.windowEnd > periodEnd || periodEnd > endedBy) {
      runPeriod = null;
      continue;
    }
    if (period === runPeriod) runs.at(-1)?.push(segment);
    else runs.push([segment]);
    runPeriod = period;
  }
  return runs;
}

/** Cuts a run into pieces of at most `bytesMax`, from the front: cuts stay where they are. */
function packs(run: readonly Segment[], bytesMax: number): Segment[][] {
  const pieces: Segment[][] = [];
  let bytes = Infinity;
  for (const segment of run) {
    bytes += segment.bytes;
    if (bytes > bytesMax) {
      pieces.push([]);
      bytes = segment.bytes;
    }
    pieces.at(-1)?.push(segment);
  }
  return pieces;
}

/** Late windows trickle in; a large segment is not rewritten for each of them. */
function isWorthwhile(segments: readonly Segment[]): boolean {
  if (segments.length < 2) return false;
  const largest = Math.max(...segments.map((segment) => segment.bytes));
  const total = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return segments.length > SMALL_SEGMENTS_MAX || largest <= GROWTH_FACTOR * (total - largest);
}
