// The statement that creates a flow log's table in Athena, Trino's Hive dialect or Hive. Every
// identifier is quoted: `end`, `start`, `date` and names with a hyphen need it.
// Source: Athena User Guide, "CREATE TABLE"; spec/query.md 4.1.
import type { AthenaColumn, AthenaTable } from './athena-table.ts';

/** CREATE EXTERNAL TABLE, without a semicolon at its end. */
export function athenaTableDdl(table: AthenaTable): string {
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${athenaTableName(table)} (`,
    table.columns.map((column) => `  ${definition(column)}`).join(',\n'),
    ')',
    `PARTITIONED BY (${table.partitionColumns.map(definition).join(', ')})`,
    ...rowFormat(table),
    `LOCATION ${athenaText(table.location)}`,
    ...tableProperties(table),
  ].join('\n');
}

/** The table's name with its database, quoted for DDL. */
export function athenaTableName(table: AthenaTable): string {
  return `${identifier(table.database)}.${identifier(table.name)}`;
}

/**
 * What names a partition in ALTER TABLE ADD PARTITION: `` `date`='{year}-{month}-{day}' ``, with
 * the placeholders of AthenaPartitionColumn.
 */
export function athenaPartition(table: AthenaTable): string {
  return table.partitionColumns
    .map((column) => `${identifier(column.name)}=${athenaText(column.value)}`)
    .join(', ');
}

/** `text` as a string literal of Athena's DDL, which escapes as Hive does. */
export function athenaText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function rowFormat({ fileFormat, storage }: AthenaTable): readonly string[] {
  if (fileFormat === 'plain-text') return ["ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '"];
  return [
    `ROW FORMAT SERDE ${athenaText(storage.serde)}`,
    `STORED AS INPUTFORMAT ${athenaText(storage.inputFormat)}`,
    `OUTPUTFORMAT ${athenaText(storage.outputFormat)}`,
  ];
}

function tableProperties({ storage }: AthenaTable): readonly string[] {
  const entries = Object.entries(storage.tableProperties);
  if (entries.length === 0) return [];
  const list = entries.map(([name, value]) => `${athenaText(name)}=${athenaText(value)}`);
  return [`TBLPROPERTIES (${list.join(', ')})`];
}

function definition(column: AthenaColumn): string {
  return `${identifier(column.name)} ${column.type}`;
}

function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
