// Segment: one immutable Parquet file of stored records. Its name is the whole manifest, so that
// the writer (store/) and every reader (query/, perhaps in another process) agree by listing the
// folder and nothing else:
//
//   <firstSequence>-<lastSequence>_<windowStart>-<windowEnd>.parquet     12 digits each
//
// A commit is one sequence. Compaction writes one segment over the range of several and unlinks
// them later; until then the smaller ones are superseded and must not be read.

/** What a segment's name says. */
export interface SegmentRange {
  readonly name: string;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Start of the earliest window in it, Unix seconds. */
  readonly windowStart: number;
  /** End (exclusive) of the latest window in it, Unix seconds. */
  readonly windowEnd: number;
}

/** What a listing of the store's folder holds. */
export interface SegmentListing {
  /** To be read, by ascending sequence; no sequence occurs twice. */
  readonly current: readonly SegmentRange[];
  /** Covered by a larger segment: not to be read, to be unlinked. */
  readonly superseded: readonly SegmentRange[];
  /** Names that are no segments, and segments that overlap another without lying inside it. */
  readonly foreign: readonly string[];
}

const DIGITS = 12;
const NAME = /^(\d{12})-(\d{12})_(\d{12})-(\d{12})\.parquet$/;

/** The file name of a segment. */
export function segmentName(range: Omit<SegmentRange, 'name'>): string {
  const [first, last, start, end] = [
    range.firstSequence,
    range.lastSequence,
    range.windowStart,
    range.windowEnd,
  ].map((value) => String(value).padStart(DIGITS, '0'));
  return `${first}-${last}_${start}-${end}.parquet`;
}

/** The segment of that file name, or null when the name is not a segment's. */
export function parseSegmentName(name: string): SegmentRange | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  const range = {
    name,
    firstSequence: Number(match[1]),
    lastSequence: Number(match[2]),
    windowStart: Number(match[3]),
    windowEnd: Number(match[4]),
  };
  const ordered = range.firstSequence <= range.lastSequence && range.windowStart <= range.windowEnd;
  return ordered ? range : null;
}

/** Sorts a listing of file names into what is read, what is superseded and what is neither. */
export function listSegments(names: readonly string[]): SegmentListing {
  const ranges: SegmentRange[] = [];
  const foreign: string[] = [];
  for (const name of names) {
    const range = parseSegmentName(name);
    if (range === null) foreign.push(name);
    else ranges.push(range);
  }
  // The larger of two that begin alike comes first and so covers the other.
  ranges.sort((a, b) => a.firstSequence - b.firstSequence || b.lastSequence - a.lastSequence);
  const current: SegmentRange[] = [];
  const superseded: SegmentRange[] = [];
  let coveredTo = -1;
  for (const range of ranges) {
    if (range.lastSequence <= coveredTo) {
      superseded.push(range);
    } else if (range.firstSequence <= coveredTo) {
      foreign.push(range.name);
    } else {
      current.push(range);
      coveredTo = range.lastSequence;
    }
  }
  return { current, superseded, foreign };
}
