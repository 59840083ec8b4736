// How each field of spine/fields.ts is computed from a segment's columns, and the two views made
// of that: flow_logs (AWS's fields and our extensions) and flow_log_rows (the same, then the
// columns of the segment, for what must be exact or fast).
import { ALL_FIELDS, type Field, VPC_FIELDS, columnName } from '../spine/fields.ts';
import {
  IDENTITY_COLUMNS,
  LOSS_COLUMNS,
  SEGMENT_COLUMNS,
  SERVICE_COLUMNS,
} from './segment-columns.ts';

const ADDRESS = (name: string): string => `address_text(${name}_high, ${name}_low, ip_version)`;

const EXPRESSIONS: ReadonlyMap<string, string> = new Map([
  ['srcaddr', ADDRESS('src')],
  ['dstaddr', ADDRESS('dst')],
  ['pkt-srcaddr', ADDRESS('pkt_src')],
  ['pkt-dstaddr', ADDRESS('pkt_dst')],
  ['srcport', 'src_port'],
  ['dstport', 'dst_port'],
  ['protocol', 'protocol_number'],
  ['packets', 'packet_count'],
  ['bytes', 'octet_count'],
  ['start', 'start_us // 1000000'],
  ['end', 'end_us // 1000000'],
  ['action', "CASE action_code WHEN 0 THEN 'ACCEPT' WHEN 1 THEN 'REJECT' END"],
  ['log-status', "CASE log_status_code WHEN 0 THEN 'OK' WHEN 1 THEN 'NODATA' ELSE 'SKIPDATA' END"],
  ['tcp-flags', 'tcp_flag_bits'],
  ['type', "CASE ip_version WHEN 4 THEN 'IPv4' WHEN 6 THEN 'IPv6' END"],
  ['flow-direction', "CASE direction_code WHEN 1 THEN 'ingress' WHEN 2 THEN 'egress' END"],
  ['traffic-path', 'path_code'],
  ['x-start-ms', 'start_us // 1000'],
  ['x-end-ms', 'end_us // 1000'],
  ...[...SERVICE_COLUMNS, ...IDENTITY_COLUMNS, ...LOSS_COLUMNS].map(
    ({ column }): [string, string] => [column.replaceAll('_', '-'), column],
  ),
]);

const SQL_TYPES = { string: 'VARCHAR', int32: 'INTEGER', int64: 'BIGINT' } as const;

/** The version that a line of these fields bears: the highest among them (AWS), at least 2. */
export function formatVersion(fields: readonly Field[]): number {
  return Math.max(2, ...fields.map((field) => field.version));
}

/**
 * SQL of the field's value over the columns of a segment, untyped; null when no segment has it
 * and it is always `-`.
 *
 * @param version what `version` shows
 */
export function fieldExpression(field: Field, version: number): string | null {
  return field.name === 'version' ? String(version) : (EXPRESSIONS.get(field.name) ?? null);
}

/**
 * The SELECT of view flow_logs over the relation `source`. `version` is that of a format with
 * every VPC field, since that is what the view shows.
 */
export function flowLogsSelect(source: string): string {
  return `SELECT ${flowLogsColumns()} FROM ${source}`;
}

/** The SELECT of view flow_log_rows: columns of flow_logs, then those of the segment. */
export function flowLogRowsSelect(source: string): string {
  const names = new Set(ALL_FIELDS.map(columnName));
  const own = SEGMENT_COLUMNS.map(({ column }) => column).filter((name) => !names.has(name));
  return `SELECT ${flowLogsColumns()}, ${own.join(', ')} FROM ${source}`;
}

function flowLogsColumns(): string {
  const version = formatVersion(VPC_FIELDS);
  return ALL_FIELDS.map((field) => {
    const expression = fieldExpression(field, version) ?? 'NULL';
    return `(${expression})::${SQL_TYPES[field.type]} AS "${columnName(field)}"`;
  }).join(', ');
}
