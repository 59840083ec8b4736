// Writes record batches and merged segments as Parquet. The typed arrays of a batch are copied as
// bytes into DuckDB's data chunks (spec/hotpath.md 3: 5.7 M rows/s, against 1 M/s by the row
// appender); what the interface shares is joined from a small table in the COPY statement itself.
import path from 'node:path';

import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import { OperationError, toOperationError } from '../observe/operation-error.ts';
import type { RecordBatch, RecordColumns } from '../spine/record.ts';
import {
  createInterfaceTable,
  createLossTable,
  createPeerTable,
  createServiceTables,
} from './batch-tables.ts';
import {
  type DuckDb,
  loadDuckDb,
  openDatabase,
  quotePaths,
  quoteText,
  withConnection,
} from './duckdb.ts';
import {
  FLOW_COLUMNS,
  type IntegerType,
  LOSS_COLUMNS,
  SERVICE_COLUMNS,
} from './segment-columns.ts';
import { segmentSource } from './segment-source.ts';
import { spillFolder } from './spill-folder.ts';

/** Writes Parquet segments; the store makes them durable. */
export interface SegmentWriter {
  /**
   * Writes the rows of `batch`, in order, as commit number `sequence` to the new file `file`.
   *
   * @throws OperationError `disk-full` when the file system is full, else `failed`
   */
  write(batch: RecordBatch, sequence: number, file: string): Promise<void>;
  /**
   * Writes all rows of the segments `paths`, in that order, to the new file `file`, and checks
   * that none was lost.
   */
  merge(paths: readonly string[], file: string): Promise<void>;
  /** Frees DuckDB's memory. */
  close(): void;
}

export interface SegmentWriterOptions {
  /** Upper bound of DuckDB's memory, MiB. */
  readonly memoryMib?: number;
}

const CHUNK_ROWS = 2048;
/** DuckDB holds one group of all columns: 100 MB when merging, where 122,880 rows take 250. */
const ROW_GROUP_ROWS = 30_720;
const PARQUET = `(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2,
  ROW_GROUP_SIZE ${ROW_GROUP_ROWS}, USE_TMP_FILE false)`;
const BYTES = { UTINYINT: 1, USMALLINT: 2, UINTEGER: 4, UBIGINT: 8 } as const;
type NumberColumn = Exclude<RecordColumns[keyof RecordColumns], undefined>;

/** What is copied into table batch_rows behind its `row_number`. */
function copiedColumns({ columns }: RecordBatch): readonly {
  readonly column: string;
  readonly type: IntegerType;
  readonly values: NumberColumn;
}[] {
  const { interfaceIndex, peerIndex } = columns;
  const peers = { column: 'peer_index', type: 'UINTEGER' } as const;
  return [
    { column: 'interface_index', type: 'UINTEGER', values: interfaceIndex },
    ...(peerIndex === undefined ? [] : [{ ...peers, values: peerIndex }]),
    ...FLOW_COLUMNS.map(({ column, type, key }) => ({ column, type, values: columns[key] })),
  ];
}

/** A segment writer with a small DuckDB of its own, opened at the first write. */
export function createSegmentWriter(options: SegmentWriterOptions = {}): SegmentWriter {
  let opening: Promise<DuckDBInstance> | undefined;
  const database = (file: string): Promise<DuckDBInstance> =>
    (opening ??= openDatabase({
      memoryMib: options.memoryMib ?? 256,
      threads: 1,
      temporaryDirectory: spillFolder(path.dirname(file)),
    }));
  return {
    write: (batch, sequence, file) =>
      inContext(file, async () =>
        withConnection(await database(file), (connection) =>
          writeBatch(connection, batch, sequence, file),
        ),
      ),
    merge: (inputs, file) =>
      inContext(file, async () =>
        withConnection(await database(file), (connection) =>
          mergeSegments(connection, inputs, file),
        ),
      ),
    close: () => {
      // A database that could not be opened has been reported by the write that wanted it.
      opening?.then((instance) => instance.closeSync()).catch(() => undefined);
      opening = undefined;
    },
  };
}

async function writeBatch(
  connection: DuckDBConnection,
  batch: RecordBatch,
  sequence: number,
  file: string,
): Promise<void> {
  const duckDb = await loadDuckDb();
  await appendRows(duckDb, connection, batch);
  // Columns without any value are left out: writing 200,000 NULLs takes as long as numbers do.
  const texts = await createInterfaceTable(connection, batch.interfaces);
  if (batch.columns.peerIndex !== undefined) {
    texts.push(...(await createPeerTable(connection, batch.peers ?? [])));
  }
  await createLossTable(connection, batch.losses);
  texts.push(...(await createServiceTables(connection, batch)));
  const select = selectBatch(batch, sequence, texts);
  const sql = `COPY (${select}) TO ${quoteText(file)} ${PARQUET}`;
  const written = (await connection.runAndReadAll(sql)).value(0, 0);
  if (written !== BigInt(batch.rowCount)) {
    throw new OperationError(
      'failed',
      `Cannot write "${file}": ${String(written)} rows instead of ${batch.rowCount}`,
    );
  }
}

async function appendRows(
  duckDb: DuckDb,
  connection: DuckDBConnection,
  batch: RecordBatch,
): Promise<void> {
  const { api, bindings } = duckDb;
  const copied = copiedColumns(batch);
  const described = copied.map(({ column, type }) => `, ${column} ${type}`);
  await connection.run(`CREATE TEMP TABLE batch_rows (row_number UINTEGER${described.join('')})`);
  const chunk = api.DuckDBDataChunk.create([api.UINTEGER, ...copied.map(({ type }) => api[type])]);
  const rowNumbers = new Uint32Array(CHUNK_ROWS);
  const sources = copied.map(({ values }) => bytesOf(values));
  const appender = await connection.createAppender('batch_rows');
  for (let first = 0; first < batch.rowCount; first += CHUNK_ROWS) {
    const rows = Math.min(CHUNK_ROWS, batch.rowCount - first);
    for (let row = 0; row < rows; row += 1) rowNumbers[row] = first + row;
    chunk.reset();
    chunk.rowCount = rows;
    const vector = (index: number): ReturnType<typeof bindings.data_chunk_get_vector> =>
      bindings.data_chunk_get_vector(chunk.chunk, index);
    bindings.copy_data_to_vector(vector(0), 0, rowNumbers.buffer, 0, rows * BYTES.UINTEGER);
    for (const [index, { buffer, offset, width }] of sources.entries()) {
      const start = offset + first * width;
      bindings.copy_data_to_vector(vector(index + 1), 0, buffer, start, rows * width);
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** The memory of a column; the bindings cannot read shared memory, so that is copied. */
function bytesOf(values: NumberColumn): {
  buffer: ArrayBuffer;
  offset: number;
  width: number;
} {
  const width = values.BYTES_PER_ELEMENT;
  if (values.buffer instanceof ArrayBuffer) {
    return { buffer: values.buffer, offset: values.byteOffset, width };
  }
  const copy = new Uint8Array(values.byteLength);
  copy.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return { buffer: copy.buffer, offset: 0, width };
}

function selectBatch(batch: RecordBatch, sequence: number, texts: readonly string[]): string {
  const flows = FLOW_COLUMNS.map(({ column, nullWhen }) =>
    nullWhen === null ? column : `CASE WHEN ${nullWhen} THEN NULL ELSE ${column} END AS ${column}`,
  );
  const losses = batch.losses.length === 0 ? [] : LOSS_COLUMNS.map(({ column }) => column);
  const selected = [
    `${sequence}::BIGINT AS sequence`,
    'rows.row_number',
    `${batch.windowStart}::BIGINT AS window_start`,
    `${batch.windowSeconds}::INTEGER AS window_seconds`,
    ...flows,
    ...losses,
    ...texts,
  ];
  const services = SERVICE_COLUMNS.filter(({ column }) => texts.includes(column));
  const byRow = [...(losses.length === 0 ? [] : ['losses']), ...services.map((s) => s.column)];
  const joins = byRow.map(
    (table) => `LEFT JOIN batch_${table} ON batch_${table}.row_number = rows.row_number`,
  );
  if (batch.columns.peerIndex !== undefined) joins.push('LEFT JOIN batch_peers USING (peer_index)');
  // Joins do not keep the order of rows; sorting what is nearly sorted costs a fifth.
  return `SELECT ${selected.join(', ')} FROM batch_rows AS rows
    LEFT JOIN batch_interfaces USING (interface_index) ${joins.join(' ')}
    ORDER BY rows.row_number`;
}

async function mergeSegments(
  connection: DuckDBConnection,
  paths: readonly string[],
  file: string,
): Promise<void> {
  await connection.run(`COPY (${segmentSource(paths)}) TO ${quoteText(file)} ${PARQUET}`);
  const before = await countRows(connection, paths);
  const after = await countRows(connection, [file]);
  if (before !== after) {
    throw new OperationError(
      'failed',
      `Merging ${paths.length} segments into "${file}" gave ${after} rows instead of ${before}`,
    );
  }
}

async function countRows(connection: DuckDBConnection, paths: readonly string[]): Promise<bigint> {
  const reader = await connection.runAndReadAll(
    `SELECT coalesce(sum(num_rows), 0)::BIGINT FROM parquet_file_metadata(${quotePaths(paths)})`,
  );
  return BigInt(String(reader.value(0, 0)));
}

/** Gives DuckDB's faults our codes; it reports a full disk only in words. */
async function inContext(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    if (/No space left on device|Disk quota exceeded/i.test(text)) {
      throw new OperationError('disk-full', `Cannot write "${file}": no space left on the disk`, {
        cause,
        retryable: true,
      });
    }
    throw toOperationError(cause, `Cannot write "${file}"`);
  }
}
