// Segments as one SQL relation. A segment leaves out columns in which it has no value, and an old
// one lacks columns that came later; both read as NULL here.
import { quotePaths } from './duckdb.ts';
import { SEGMENT_COLUMNS } from './segment-columns.ts';

/**
 * SQL of a SELECT with all columns of SEGMENT_COLUMNS over the files, rows in file order.
 *
 * @param paths may be empty: then there are no rows, but all columns
 */
export function segmentSource(paths: readonly string[]): string {
  const typed = SEGMENT_COLUMNS.map(({ column, type }) => `NULL::${type} AS ${column}`).join(', ');
  const empty = `SELECT ${typed} WHERE false`;
  if (paths.length === 0) return empty;
  const columns = SEGMENT_COLUMNS.map(({ column }) => column).join(', ');
  return `SELECT ${columns} FROM (${empty} UNION ALL BY NAME
    SELECT * FROM read_parquet(${quotePaths(paths)}, union_by_name = true))`;
}
