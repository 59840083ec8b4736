// Athena in miniature, on DuckDB: what the template's table says is made a view over objects in a
// folder, so that the text of its queries runs as it is.
//
// Athena and DuckDB differ in the DDL (backticks, SERDE, LOCATION), which is why the table is made
// anew here from the statement's columns, and in how text is read: as LazySimpleSerDe does, a
// number that cannot be read becomes NULL. Queries of the template are in the SQL both know.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { textObjectKey } from '../../src/deliver/object-key.ts';
import type { FlowLog } from '../../src/aws/flow-log.ts';
import { parseS3Destination } from '../../src/aws/s3-destination.ts';
import { openDatabase, quoteText } from '../../src/query/duckdb.ts';
import { columnName, type Field } from '../../src/spine/fields.ts';

const SQL_TYPES: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  int: 'INTEGER',
  bigint: 'BIGINT',
  date: 'DATE',
};

/** Values by AWS's field name; what is absent is `-`. */
export type RecordValues = Readonly<Record<string, string>>;

export type Database = Awaited<ReturnType<typeof openDatabase>>;
export type Connection = Awaited<ReturnType<Database['connect']>>;

/** A database for one test. */
export function openAthena(): Promise<Database> {
  return openDatabase({ memoryMib: 256, threads: 1, temporaryDirectory: null });
}

/**
 * Writes records as an object of the flow log, as delivery would.
 *
 * @param root stands for `s3://`
 * @param slotStart Unix seconds
 */
export async function writeObject(
  connection: Connection,
  root: string,
  flowLog: FlowLog,
  fields: readonly Field[],
  slotStart: number,
  records: readonly RecordValues[],
): Promise<void> {
  const destination = parseS3Destination(flowLog.logDestination);
  if ('fault' in destination) throw new Error(destination.fault);
  const key = textObjectKey(flowLog, destination.folder, { slotStart, firstSequence: 1, part: 0 });
  const file = path.join(root, destination.bucket, key);
  mkdirSync(path.dirname(file), { recursive: true });
  if (flowLog.fileFormat === 'parquet') {
    const selects = records.map(
      (record) => `SELECT ${fields.map((field) => parquetValue(record, field)).join(', ')}`,
    );
    const target = quoteText(file.replace(/\.log\.gz$/, '.log.parquet'));
    await connection.run(`COPY (${selects.join(' UNION ALL ')}) TO ${target} (FORMAT parquet)`);
    return;
  }
  const header = fields.map((field) => field.name).join(' ');
  const lines = records.map((record) => fields.map((field) => record[field.name] ?? '-').join(' '));
  writeFileSync(file, gzipSync(`${[header, ...lines].join('\n')}\n`));
}

/** A number that is not applicable is NULL in AWS's Parquet, a text is `-` (delivery.md 3.3). */
function parquetValue(record: RecordValues, field: Field): string {
  const value = record[field.name] ?? '-';
  const type = { string: 'VARCHAR', int32: 'INTEGER', int64: 'BIGINT' }[field.type];
  const literal = field.type !== 'string' && value === '-' ? 'NULL' : quoteText(value);
  return `CAST(${literal} AS ${type}) AS "${columnName(field)}"`;
}

/**
 * Makes the table of a CREATE EXTERNAL TABLE statement and loads the partitions that ALTER TABLE
 * statements add.
 */
export async function createTable(
  connection: Connection,
  root: string,
  ddl: string,
  alterStatements: readonly string[],
): Promise<void> {
  const names = /^CREATE EXTERNAL TABLE IF NOT EXISTS `(\w+)`\.`(\w+)` \(\n/.exec(ddl);
  if (names === null) throw new Error(`No table in ${ddl}`);
  const table = `"${names[1]}"."${names[2]}"`;
  const columns = definitionsIn(ddl.slice(names[0].length, ddl.indexOf('\n)')));
  const keys = definitionsIn(/PARTITIONED BY \((.*)\)\n/.exec(ddl)?.[1] ?? '');
  const all = [...columns, ...keys].map(({ name, type }) => `"${name}" ${type}`);
  await connection.run(`CREATE SCHEMA IF NOT EXISTS "${names[1]}"`);
  await connection.run(`CREATE TABLE ${table} (${all.join(', ')})`);
  const isText = ddl.includes("FIELDS TERMINATED BY ' '");
  for (const statement of alterStatements) {
    for (const match of statement.matchAll(/PARTITION \(([^)]*)\) LOCATION 's3:\/\/([^']*)'/g)) {
      const values = [...(match[1] ?? '').matchAll(/='([^']*)'/g)].map((value) => value[1] ?? '');
      const folder = path.join(root, match[2] ?? '');
      const insert = isText ? insertText : insertParquet;
      await insert(connection, table, columns, folder, values);
    }
  }
}

interface Definition {
  readonly name: string;
  readonly type: string;
}

function definitionsIn(text: string): readonly Definition[] {
  return [...text.matchAll(/`([^`]+)` (\w+)/g)].map((match) => ({
    name: match[1] ?? '',
    type: SQL_TYPES[match[2] ?? ''] ?? '',
  }));
}

async function insertText(
  connection: Connection,
  table: string,
  columns: readonly Definition[],
  folder: string,
  partition: readonly string[],
): Promise<void> {
  for (const file of filesIn(folder)) {
    const text = gunzipSync(readFileSync(path.join(folder, file))).toString();
    for (const line of text.split('\n').slice(1, -1)) {
      const words = line.split(' ');
      const values = columns.map(({ type }, index) =>
        type === 'VARCHAR'
          ? quoteText(words[index] ?? '')
          : `TRY_CAST(${quoteText(words[index] ?? '')} AS ${type})`,
      );
      const all = [...values, ...partition.map(quoteText)];
      await connection.run(`INSERT INTO ${table} VALUES (${all.join(', ')})`);
    }
  }
}

async function insertParquet(
  connection: Connection,
  table: string,
  columns: readonly Definition[],
  folder: string,
  partition: readonly string[],
): Promise<void> {
  for (const file of filesIn(folder)) {
    const names = columns.map(({ name }) => `"${name}"`);
    const all = [...names, ...partition.map(quoteText)];
    const source = quoteText(path.join(folder, file));
    await connection.run(
      `INSERT INTO ${table} SELECT ${all.join(', ')} FROM read_parquet(${source}, ` +
        'hive_partitioning = false)',
    );
  }
}

/** A partition without objects has no folder, which is no fault in Athena either. */
function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
