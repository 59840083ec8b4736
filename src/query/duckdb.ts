// The one door to DuckDB. The bindings are 70 MB and take about 60 ms to load, so they are
// imported when the first instance is opened and by nobody else.
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import { toOperationError } from '../observe/operation-error.ts';

export interface DatabaseOptions {
  /** Upper bound of what DuckDB may allocate, in MiB. */
  readonly memoryMib: number;
  /** Threads of execution; 1 keeps the order of rows without any further care. */
  readonly threads: number;
  /** Folder to which large sorts spill; null means that they fail instead. */
  readonly temporaryDirectory: string | null;
}

type Api = typeof import('@duckdb/node-api');
type Bindings = typeof import('@duckdb/node-bindings');

/** DuckDB as loaded: the comfortable API, and the bindings for copying columns as bytes. */
export interface DuckDb {
  readonly api: Api;
  readonly bindings: Bindings;
}

let loaded: Promise<DuckDb> | undefined;

/** Loads DuckDB once per process. */
export function loadDuckDb(): Promise<DuckDb> {
  loaded ??= Promise.all([import('@duckdb/node-api'), import('@duckdb/node-bindings')]).then(
    ([api, bindings]) => ({ api, bindings: bindings.default }),
  );
  return loaded;
}

/**
 * Opens a database in memory.
 *
 * @throws OperationError when DuckDB cannot be loaded on this machine
 */
export async function openDatabase(options: DatabaseOptions): Promise<DuckDBInstance> {
  try {
    const { api } = await loadDuckDb();
    return await api.DuckDBInstance.create(':memory:', {
      memory_limit: `${options.memoryMib}MiB`,
      threads: String(options.threads),
      temp_directory: options.temporaryDirectory ?? '',
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
  } catch (cause) {
    throw toOperationError(cause, 'Cannot open DuckDB');
  }
}

/** Runs `work` on a connection of its own, which is closed afterwards. */
export async function withConnection<T>(
  database: DuckDBInstance,
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const connection = await database.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}

/** `text` as an SQL string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The SQL list literal of file paths, for read_parquet. */
export function quotePaths(paths: readonly string[]): string {
  return `[${paths.map(quoteText).join(', ')}]`;
}
