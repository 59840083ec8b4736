// The small tables that a batch's rows are joined with when a segment is written: what interfaces,
// peers and services are called, and what was lost. Temporary, and gone with the connection.
import type { DuckDBConnection } from '@duckdb/node-api';

import type { InterfaceIdentity, LossCounts, PeerIdentity, RecordBatch } from '../spine/record.ts';
import { quoteText } from './duckdb.ts';
import {
  IDENTITY_COLUMNS,
  LOSS_COLUMNS,
  PEER_COLUMNS,
  SERVICE_COLUMNS,
  TAG_COLUMNS,
} from './segment-columns.ts';

interface TextColumn {
  readonly column: string;
  /** One per interface or peer; null is `-`. */
  readonly values: readonly (string | null)[];
}

/** The text columns of the interfaces, without those that are null throughout. */
function interfaceTexts(interfaces: readonly InterfaceIdentity[]): TextColumn[] {
  const texts: TextColumn[] = [
    ...IDENTITY_COLUMNS.map(({ column, key }) => ({
      column,
      values: interfaces.map((identity) => identity[key]),
    })),
    ...TAG_COLUMNS.map(({ column, key }) => ({
      column,
      values: interfaces.map((identity) => tagText(identity[key])),
    })),
  ];
  return texts.filter(({ values }) => values.some((value) => value !== null));
}

/** The tags as a JSON object, or null when there is none. */
function tagText(tags: Readonly<Record<string, string>>): string | null {
  return Object.keys(tags).length === 0 ? null : JSON.stringify(tags);
}

/** The text columns of the peers, without those that are null throughout. */
function peerTexts(peers: readonly PeerIdentity[]): TextColumn[] {
  return PEER_COLUMNS.map(({ column, key }) => ({
    column,
    values: peers.map((peer) => peer[key]),
  })).filter(({ values }) => values.some((value) => value !== null));
}

/** Table batch_interfaces; returns its text columns. */
export async function createInterfaceTable(
  connection: DuckDBConnection,
  interfaces: readonly InterfaceIdentity[],
): Promise<string[]> {
  const texts = interfaceTexts(interfaces);
  await createTextTable(connection, 'batch_interfaces', 'interface_index', {
    firstIndex: 0,
    count: interfaces.length,
    texts,
  });
  return texts.map(({ column }) => column);
}

/** Table batch_peers, numbered from 1 on; returns its text columns. */
export async function createPeerTable(
  connection: DuckDBConnection,
  peers: readonly PeerIdentity[],
): Promise<string[]> {
  const texts = peerTexts(peers);
  await createTextTable(connection, 'batch_peers', 'peer_index', {
    firstIndex: 1,
    count: peers.length,
    texts,
  });
  return texts.map(({ column }) => column);
}

/**
 * A table of numbered rows whose text columns are enumerations of the values that occur: Parquet
 * then gets its dictionaries ready-made, eight times faster than by hashing each row's text.
 */
async function createTextTable(
  connection: DuckDBConnection,
  table: string,
  indexColumn: string,
  rows: {
    readonly firstIndex: number;
    readonly count: number;
    readonly texts: readonly TextColumn[];
  },
): Promise<void> {
  const { firstIndex, count, texts } = rows;
  const columns = texts.map(({ column, values }) => `, ${column} ${enumType(values)}`);
  await connection.run(`CREATE TEMP TABLE ${table} (${indexColumn} UINTEGER${columns.join('')})`);
  const appender = await connection.createAppender(table);
  for (let index = 0; index < count; index += 1) {
    appender.appendUInteger(firstIndex + index);
    for (const { values } of texts) {
      const value = values[index] ?? null;
      if (value === null) appender.appendNull();
      else appender.appendVarchar(value);
    }
    appender.endRow();
  }
  appender.closeSync();
}

function enumType(values: readonly (string | null)[]): string {
  const distinct = [...new Set(values)].filter((value) => value !== null);
  return `ENUM(${distinct.map(quoteText).join(', ')})`;
}

/** One table row number -> service for each service column present; returns their columns. */
export async function createServiceTables(
  connection: DuckDBConnection,
  batch: RecordBatch,
): Promise<string[]> {
  const names = batch.awsServices ?? [];
  if (names.length === 0) return [];
  const present: string[] = [];
  for (const { column, key } of SERVICE_COLUMNS) {
    const codes = batch.columns[key];
    if (codes === undefined) continue;
    await connection.run(
      `CREATE TEMP TABLE batch_${column} (row_number UINTEGER, ${column} ${enumType(names)})`,
    );
    const appender = await connection.createAppender(`batch_${column}`);
    for (let row = 0; row < batch.rowCount; row += 1) {
      const name = names[codes[row]! - 1];
      if (name === undefined) continue;
      appender.appendUInteger(row);
      appender.appendVarchar(name);
      appender.endRow();
    }
    appender.closeSync();
    present.push(column);
  }
  return present;
}

/** Table batch_losses: row number to the loss of the window. */
export async function createLossTable(
  connection: DuckDBConnection,
  losses: readonly LossCounts[],
): Promise<void> {
  const columns = LOSS_COLUMNS.map(({ column }) => `${column} BIGINT`).join(', ');
  await connection.run(`CREATE TEMP TABLE batch_losses (row_number UINTEGER, ${columns})`);
  const appender = await connection.createAppender('batch_losses');
  for (const loss of losses) {
    appender.appendUInteger(loss.row);
    for (const { key } of LOSS_COLUMNS) appender.appendBigInt(BigInt(loss[key]));
    appender.endRow();
  }
  appender.closeSync();
}
