import type { DuckDBInstance } from '@duckdb/node-api';

import { withConnection } from './duckdb.ts';
import { currentSegmentPaths, withRelisting } from './segment-list.ts';
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
