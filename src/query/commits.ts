import type { DuckDBInstance } from '@duckdb/node-api';

import { withConnection } from './duckdb.ts';
import { currentSegmentPaths, currentSegments, withRelisting } from './segment-list.ts';
import { segmentSource } from './segment-source.ts';
import { toQueryError } from './statement.ts';

/** One commit of the store. */
export interface CommittedWindow {
  readonly sequence: number;
  /** Unix seconds. */
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly rowCount: number;
}

const COMMITS_MAX = 10_000;

/** The commits after `sequence` that have records, in ascending order, at most `limit`. */
export async function commitsAfter(
  database: DuckDBInstance,
  directory: string,
  sequence: number,
  limit = COMMITS_MAX,
): Promise<readonly CommittedWindow[]> {
  return withRelisting(async () => {
    const paths = currentSegmentPaths(directory, sequence + 1);
    if (paths.length === 0) return [];
    // Every commit has a segment or shares one, so the first `limit` segments hold enough.
    const source = segmentSource(paths.slice(0, limit));
    const sql = `SELECT sequence, min(window_start), min(window_seconds), count(*)
      FROM (${source}) WHERE sequence > ${Math.trunc(sequence)}
      GROUP BY sequence ORDER BY sequence LIMIT ${Math.trunc(limit)}`;
    try {
      const result = await withConnection(database, (connection) => connection.runAndReadAll(sql));
      return result.getRows().map(([at, windowStart, windowSeconds, rowCount]) => ({
        sequence: Number(at),
        windowStart: Number(windowStart),
        windowSeconds: Number(windowSeconds),
        rowCount: Number(rowCount),
      }));
    } catch (cause) {
      throw toQueryError(cause);
    }
  });
}

/** See Reader.sequenceBefore. Segments say in their names when their windows ended. */
export async function sequenceBefore(
  database: DuckDBInstance,
  directory: string,
  timeMs: number,
): Promise<number> {
  return withRelisting(async () => {
    const segments = currentSegments(directory);
    for (const segment of segments) {
      if (segment.windowEnd * 1000 <= timeMs) continue;
      if (segment.firstSequence === segment.lastSequence) return segment.firstSequence - 1;
      const first = await firstSequenceAfter(database, segment.path, timeMs);
      if (first !== null) return first - 1;
    }
    return segments.at(-1)?.lastSequence ?? 0;
  });
}

async function firstSequenceAfter(
  database: DuckDBInstance,
  file: string,
  timeMs: number,
): Promise<number | null> {
  const sql = `SELECT min(sequence) FROM (${segmentSource([file])})
    WHERE (window_start + window_seconds) * 1000 > ${Math.trunc(timeMs)}`;
  try {
    const result = await withConnection(database, (connection) => connection.runAndReadAll(sql));
    const first = result.value(0, 0);
    return first === null ? null : Number(first);
  } catch (cause) {
    throw toQueryError(cause);
  }
}
