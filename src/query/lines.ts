// Records as the text lines of AWS's flow logs, rendered by DuckDB and grouped by the slot of five
// minutes that holds the record's end.
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import type { FlowLogResourceType } from '../aws/flow-log.ts';
import { withConnection } from './duckdb.ts';
import type {
  LineChunk,
  LinesRequest,
  ReadLinesRequest,
  RecordScope,
  ResourceLines,
  SequenceRange,
} from './lines-request.ts';
import { linesOfManySql, linesSql, rowCountsSql } from './lines-sql.ts';
import { currentSegmentPaths, isVanished, withRelisting } from './segment-list.ts';
import { toQueryError } from './statement.ts';

/** Lines are gathered to chunks of about this many characters. */
const CHUNK_CHARACTERS = 256 * 1024;
const ATTEMPTS_MAX = 3;

/**
 * Chunks by ascending slot; within a slot lines keep the order of their records (at 600 s, the
 * order in which the keys were first seen). The same request gives the same lines every time.
 *
 * @throws OperationError `failed` when a segment cannot be read, or vanishes when lines are out
 */
export function readLines(
  database: DuckDBInstance,
  directory: string,
  request: ReadLinesRequest,
): AsyncGenerator<LineChunk, void, undefined> {
  return retried(() =>
    render(database, directory, request, (connection, paths) =>
      chunksOf(connection, linesSql(request, paths)),
    ),
  );
}

/**
 * What `readLines` gives for each of the scopes, with one reading of the segments: every slot of a
 * resource is one element, by ascending slot. All lines of a slot are in memory at once.
 *
 * @param scopes transit gateways and other resources do not mix
 * @throws OperationError as `readLines`
 */
export function readLinesOfMany(
  database: DuckDBInstance,
  directory: string,
  request: LinesRequest,
  scopes: readonly RecordScope[],
): AsyncGenerator<ResourceLines, void, undefined> {
  return retried(() =>
    render(database, directory, request, (connection, paths) =>
      resourcesOf(connection, linesOfManySql(request, scopes, paths)),
    ),
  );
}

/**
 * Records by resource in the commits, for every resource of these types that has any.
 *
 * @throws OperationError `failed` when a segment cannot be read
 */
export async function rowCounts(
  database: DuckDBInstance,
  directory: string,
  range: SequenceRange,
  resourceTypes: readonly FlowLogResourceType[],
): Promise<ReadonlyMap<string, number>> {
  return withRelisting(async () => {
    const paths = currentSegmentPaths(directory, range.fromSequence, range.toSequence);
    if (paths.length === 0 || resourceTypes.length === 0) return new Map();
    const sql = rowCountsSql(range, resourceTypes, paths);
    try {
      const result = await withConnection(database, (connection) => connection.runAndReadAll(sql));
      return new Map(result.getRows().map(([id, count]) => [String(id), Number(count)]));
    } catch (cause) {
      throw toQueryError(cause);
    }
  });
}

/** Again from the beginning when a segment vanished before anything was handed out. */
async function* retried<Chunk>(
  begin: () => AsyncGenerator<Chunk, void, undefined>,
): AsyncGenerator<Chunk, void, undefined> {
  for (let attempt = 1; ; attempt += 1) {
    let isFresh = true;
    try {
      for await (const chunk of begin()) {
        isFresh = false;
        yield chunk;
      }
      return;
    } catch (cause) {
      if (!isFresh || attempt >= ATTEMPTS_MAX || !isVanished(cause)) throw toQueryError(cause);
    }
  }
}

async function* render<Chunk>(
  database: DuckDBInstance,
  directory: string,
  { fromSequence, toSequence }: LinesRequest,
  chunks: (
    connection: DuckDBConnection,
    paths: readonly string[],
  ) => AsyncGenerator<Chunk, void, undefined>,
): AsyncGenerator<Chunk, void, undefined> {
  const paths = currentSegmentPaths(directory, fromSequence, toSequence);
  if (paths.length === 0) return;
  const connection = await database.connect();
  try {
    yield* chunks(connection, paths);
  } finally {
    connection.closeSync();
  }
}

async function* chunksOf(
  connection: DuckDBConnection,
  sql: string,
): AsyncGenerator<LineChunk, void, undefined> {
  const result = await connection.stream(sql);
  let slotStart = 0;
  let lines: string[] = [];
  let characters = 0;
  for (let part = await result.fetchChunk(); part !== null; part = await result.fetchChunk()) {
    if (part.rowCount === 0) break;
    const [slots = [], texts = []] = part.getColumns();
    for (const [row, text] of texts.entries()) {
      const slot = Number(slots[row]);
      if (lines.length > 0 && (slot !== slotStart || characters >= CHUNK_CHARACTERS)) {
        yield chunkOf(slotStart, lines);
        lines = [];
        characters = 0;
      }
      slotStart = slot;
      const line = String(text);
      lines.push(line);
      characters += line.length;
    }
  }
  if (lines.length > 0) yield chunkOf(slotStart, lines);
}

function chunkOf(slotStart: number, lines: readonly string[]): LineChunk {
  return { slotStart, text: `${lines.join('\n')}\n`, lineCount: lines.length };
}

async function* resourcesOf(
  connection: DuckDBConnection,
  sql: string,
): AsyncGenerator<ResourceLines, void, undefined> {
  const result = await connection.stream(sql);
  for (let part = await result.fetchChunk(); part !== null; part = await result.fetchChunk()) {
    if (part.rowCount === 0) break;
    for (const [resource, slot, text, lineCount] of part.getRows()) {
      yield {
        resourceId: String(resource),
        slotStart: Number(slot),
        text: `${String(text)}\n`,
        lineCount: Number(lineCount),
      };
    }
  }
}
