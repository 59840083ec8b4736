// Ten one-minute windows as one: what a flow log with MaxAggregationInterval 600 shows.
import {
  FLOW_COLUMNS,
  IDENTITY_COLUMNS,
  LOSS_COLUMNS,
  PEER_COLUMNS,
  SERVICE_COLUMNS,
  TAG_COLUMNS,
} from './segment-columns.ts';

/** Columns that are summed or otherwise combined; all other flow columns are the key. */
const COMBINED = new Map([
  ['packet_count', 'sum(packet_count)::UBIGINT'],
  ['octet_count', 'sum(octet_count)::UBIGINT'],
  ['start_us', 'min(start_us)'],
  ['end_us', 'max(end_us)'],
  ['tcp_flag_bits', 'bit_or(tcp_flag_bits)'],
]);
const FLOW_NAMES = FLOW_COLUMNS.map(({ column }) => column);
const LOSS_NAMES = LOSS_COLUMNS.map(({ column }) => column);
/** What makes an interface the same in all ten windows. */
const INTERFACE_KEY = ['account_id', 'interface_id', 'resource_id'];
/** Text columns that may differ between the flows of one interface. */
const FLOW_TEXTS: readonly string[] = [...SERVICE_COLUMNS, ...PEER_COLUMNS].map((c) => c.column);
const TEXT_NAMES = [...FLOW_TEXTS, ...[...IDENTITY_COLUMNS, ...TAG_COLUMNS].map((c) => c.column)];
const FIRST_ROW = `min(sequence * 4294967296 + row_number)`;

/**
 * SQL of a SELECT like that of the rows, with `first_sequence` and `first_row` for the order.
 *
 * Flows of one key are added up. An interface's NODATA windows become one record, and none when it
 * had any flow or loss in that time; its SKIPDATA windows become one record.
 *
 * @param rows SELECT of segment rows, of every action
 * @param condition which of them are wanted
 * @param seconds length of the aligned interval
 * @param isShown whether a text column is wanted; grouping by those that are not costs memory
 */
export function aggregatedRows(
  rows: string,
  condition: string,
  seconds: number,
  isShown: (column: string) => boolean,
): string {
  // Written out twice, since DuckDB would keep all rows of a common table expression in memory.
  const scoped = `(SELECT *, window_start // ${seconds} AS period FROM (${rows}))`;
  const texts = TEXT_NAMES.filter((name) => INTERFACE_KEY.includes(name) || isShown(name));
  return `SELECT *, first_seen >> 32 AS first_sequence, first_seen & 4294967295 AS first_row
    FROM (${flows(scoped, condition, texts)}
      UNION ALL BY NAME SELECT * FROM (${statuses(scoped, texts)}) WHERE ${condition})`;
}

function flows(scoped: string, condition: string, texts: readonly string[]): string {
  const keys = ['period', ...FLOW_NAMES.filter((name) => !COMBINED.has(name)), ...texts];
  const combined = [...COMBINED].map(([name, expression]) => `${expression} AS ${name}`);
  return `SELECT ${keys.join(', ')}, ${combined.join(', ')}, ${FIRST_ROW} AS first_seen
    FROM ${scoped} WHERE log_status_code = 0 AND ${condition} GROUP BY ${keys.join(', ')}`;
}

/** One row per interface and period that had no flow (NODATA), or a loss (SKIPDATA). */
function statuses(scoped: string, texts: readonly string[]): string {
  const isSkipped = 'log_status_code = 2';
  const others = texts.filter((name) => ![...INTERFACE_KEY, ...FLOW_TEXTS].includes(name));
  const empty = FLOW_COLUMNS.filter(
    ({ column }) => !['start_us', 'end_us', 'log_status_code'].includes(column),
  ).map(({ column, type }) => `NULL::${type} AS ${column}`);
  const either = (expression: string): string =>
    `CASE WHEN bool_or(${isSkipped}) THEN ${expression} FILTER (WHERE ${isSkipped})
     ELSE ${expression} END`;
  const selected = [
    'period',
    ...INTERFACE_KEY,
    ...others.map((name) => `arg_max(${name}, sequence) AS ${name}`),
    ...empty,
    ...LOSS_NAMES.map((name) => `sum(${name})::BIGINT AS ${name}`),
    `${either('min(start_us)')} AS start_us`,
    `${either('max(end_us)')} AS end_us`,
    `CASE WHEN bool_or(${isSkipped}) THEN 2 ELSE 1 END::UTINYINT AS log_status_code`,
    `${either(FIRST_ROW)} AS first_seen`,
  ];
  return `SELECT ${selected.join(', ')} FROM ${scoped} GROUP BY period, ${INTERFACE_KEY.join(', ')}
    HAVING bool_or(${isSkipped}) OR NOT bool_or(log_status_code = 0)`;
}
