import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import type { FlowLogResourceType } from '../aws/flow-log.ts';
import { ADDRESS_MACROS } from './address-sql.ts';
import { loadDuckDb, openDatabase, quoteText, withConnection } from './duckdb.ts';
import { type CommittedWindow, commitsAfter, sequenceBefore } from './commits.ts';
import type {
  LineChunk,
  LinesRequest,
  ReadLinesRequest,
  RecordScope,
  ResourceLines,
  SequenceRange,
} from './lines-request.ts';
import { readLines, readLinesOfMany, rowCounts } from './lines.ts';
import { type QueryColumn, type QueryValue, describeColumns, plainValue } from './query-value.ts';
import { currentSegmentPaths, withRelisting } from './segment-list.ts';
import { segmentSource } from './segment-source.ts';
import { spillFolder } from './spill-folder.ts';
import { prepareQuery, toQueryError } from './statement.ts';
import { flowLogRowsSelect, flowLogsSelect } from './view.ts';

export interface ReaderOptions {
  /** DATA/store; it need not exist yet. */
  readonly storeDirectory: string;
  /** Upper bound of DuckDB's memory, MiB, beyond which it spills beside the store; default 512. */
  readonly memoryMib?: number;
  /** Threads of execution; default 2. */
  readonly threads?: number;
}

export interface QueryResult {
  readonly columns: readonly QueryColumn[];
  readonly rows: readonly (readonly QueryValue[])[];
}

export interface QueryStream {
  readonly columns: readonly QueryColumn[];
  /** Rows in pieces of up to 2048; ending the loop early ends the query. */
  readonly rows: AsyncIterable<readonly (readonly QueryValue[])[]>;
}

/** Reads the store of this or another process; safe to use by several callers at once. */
export interface Reader {
  /**
   * Runs one query over the views flow_logs and flow_log_rows, confined to reading the store.
   *
   * @throws OperationError `invalid-input` for wrong or refused SQL, `failed` for the disk
   */
  query(sql: string): Promise<QueryResult>;
  /** Like `query`, without holding all rows. */
  stream(sql: string): Promise<QueryStream>;
  /** Records as AWS's text lines, in chunks by ascending slot; see lines.ts. */
  readLines(request: ReadLinesRequest): AsyncIterable<LineChunk>;
  /** What `readLines` gives for each of the scopes, read once for all; see lines.ts. */
  readLinesOfMany(
    request: LinesRequest,
    scopes: readonly RecordScope[],
  ): AsyncIterable<ResourceLines>;
  /** Records by resource, for every resource of these types that has any in the commits. */
  rowCounts(
    range: SequenceRange,
    resourceTypes: readonly FlowLogResourceType[],
  ): Promise<ReadonlyMap<string, number>>;
  /** At most `limit` commits that follow the sequence, in ascending order. */
  commitsAfter(sequence: number, limit?: number): Promise<readonly CommittedWindow[]>;
  /**
   * Where a back-fill from a moment on begins: every record of a window that ended after it has a
   * greater sequence. Of older windows only those are greater that were committed late, after the
   * first such window.
   *
   * @param timeMs Unix milliseconds
   * @returns the greatest such sequence; the newest of the store when all windows are older
   */
  sequenceBefore(timeMs: number): Promise<number>;
  close(): void;
}

const MEMORY_MIB = 512;
const THREADS = 2;

/**
 * Opens a reader: a DuckDB in memory whose SQL can reach the files of the store and nothing else.
 *
 * @throws OperationError when DuckDB cannot be loaded
 */
export async function openReader(options: ReaderOptions): Promise<Reader> {
  const { storeDirectory } = options;
  const database = await openDatabase({
    memoryMib: options.memoryMib ?? MEMORY_MIB,
    threads: options.threads ?? THREADS,
    temporaryDirectory: spillFolder(storeDirectory),
  });
  await withConnection(database, async (connection) => {
    for (const macro of ADDRESS_MACROS) await connection.run(macro);
    await confine(connection, storeDirectory);
  });
  return {
    query: async (sql) => {
      return withRelisting(async () => {
        const { columns, rows } = await startQuery(database, storeDirectory, sql);
        const all: (readonly QueryValue[])[] = [];
        for await (const some of rows) all.push(...some);
        return { columns, rows: all };
      });
    },
    stream: (sql) => withRelisting(() => startQuery(database, storeDirectory, sql)),
    readLines: (request) => readLines(database, storeDirectory, request),
    readLinesOfMany: (request, scopes) =>
      readLinesOfMany(database, storeDirectory, request, scopes),
    rowCounts: (range, resourceTypes) => rowCounts(database, storeDirectory, range, resourceTypes),
    sequenceBefore: (timeMs) => sequenceBefore(database, storeDirectory, timeMs),
    commitsAfter: (sequence, limit) => commitsAfter(database, storeDirectory, sequence, limit),
    close: () => database.closeSync(),
  };
}

/** Takes away, for good, everything but reading the folder. */
async function confine(connection: DuckDBConnection, directory: string): Promise<void> {
  await connection.run(`SET GLOBAL parquet_metadata_cache = true`);
  await connection.run(`SET GLOBAL TimeZone = 'UTC'`);
  await connection.run(`SET GLOBAL allowed_directories = [${quoteText(directory)}]`);
  await connection.run('SET GLOBAL enable_external_access = false');
  await connection.run('SET GLOBAL lock_configuration = true');
}

async function startQuery(
  database: DuckDBInstance,
  directory: string,
  sql: string,
): Promise<QueryStream> {
  const { api } = await loadDuckDb();
  const connection = await database.connect();
  try {
    await createViews(connection, directory);
    const prepared = await prepareQuery(connection, sql);
    const result = await prepared.stream();
    const columns = describeColumns(result.columnNames(), result.columnTypes());
    // The first rows are fetched here, so that a vanished segment shows before any row is out.
    const first = await result.fetchChunk();
    const rows = async function* (): AsyncGenerator<QueryValue[][]> {
      try {
        let chunk = first;
        while (chunk !== null && chunk.rowCount > 0) {
          yield chunk.getRows().map((row) => row.map((value) => plainValue(value, api)));
          chunk = await result.fetchChunk();
        }
      } catch (cause) {
        throw toQueryError(cause);
      } finally {
        connection.closeSync();
      }
    };
    return { columns, rows: rows() };
  } catch (cause) {
    connection.closeSync();
    throw toQueryError(cause);
  }
}

/** Views of this connection alone, over the segments that are there now. */
async function createViews(connection: DuckDBConnection, directory: string): Promise<void> {
  const source = `(${segmentSource(currentSegmentPaths(directory))})`;
  await connection.run(`CREATE TEMP VIEW flow_logs AS ${flowLogsSelect(source)}`);
  await connection.run(`CREATE TEMP VIEW flow_log_rows AS ${flowLogRowsSelect(source)}`);
}
