// Stored records as lines, the last ones or those of given commits: for `weir tail` on the store
// itself and for the daemon's stream of the same.
import type { LogFormat } from '../records/log-format.ts';
import type { QueryValue } from '../query/index.ts';
import { columnName } from '../spine/fields.ts';

/** Values of one record in the order of the format; null is `-`. */
type StoredRow = readonly QueryValue[];

/** What of the query room is needed: one query over the view flow_log_rows. */
export interface RowReader {
  stream(sql: string): Promise<{ readonly rows: AsyncIterable<readonly StoredRow[]> }>;
}

export interface LineRequest {
  readonly format: LogFormat;
  readonly output: 'text' | 'json';
  /** SQL condition over flow_log_rows, or null for all. */
  readonly where: string | null;
}

/** The last `count` records, oldest first. */
export async function lastLines(
  reader: RowReader,
  request: LineRequest,
  count: number,
): Promise<string[]> {
  if (count === 0) return [];
  const sql = `${selectOf(request)} WHERE ${request.where ?? 'true'}
    ORDER BY sequence DESC, row_number DESC LIMIT ${count}`;
  const { rows } = await reader.stream(sql);
  const lines: string[] = [];
  for await (const part of rows) for (const row of part) lines.push(lineOf(row, request));
  return lines.toReversed();
}

/** The records of the commits from `fromSequence` to `toSequence`, in pieces of whole lines. */
export async function* linesOfCommits(
  reader: RowReader,
  request: LineRequest,
  fromSequence: number,
  toSequence: number,
): AsyncGenerator<string, void, undefined> {
  const sql = `${selectOf(request)}
    WHERE sequence BETWEEN ${fromSequence} AND ${toSequence} AND (${request.where ?? 'true'})
    ORDER BY sequence, row_number`;
  const { rows } = await reader.stream(sql);
  for await (const part of rows) {
    if (part.length > 0) yield part.map((row) => `${lineOf(row, request)}\n`).join('');
  }
}

function selectOf({ format }: LineRequest): string {
  const columns = format.fields.map((field) => `"${columnName(field)}"`);
  return `SELECT ${columns.join(', ')} FROM flow_log_rows`;
}

function lineOf(row: StoredRow, { format, output }: LineRequest): string {
  // The view shows the version of all its fields; a line bears that of its own format.
  const values = format.fields.map((field, index) =>
    field.name === 'version' ? format.version : plain(row[index] ?? null),
  );
  if (output === 'text') return values.map((value) => value ?? '-').join(' ');
  return JSON.stringify(
    Object.fromEntries(format.fields.map((field, index) => [field.name, values[index] ?? null])),
  );
}

/** A column of flow_logs is text or a number; all our 64-bit counts stay below 2^53. */
function plain(value: QueryValue): string | number | null {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  return typeof value === 'bigint' ? Number(value) : JSON.stringify(value);
}
