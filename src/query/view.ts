// How each field of spine/fields.ts is computed from a segment's columns, and the two views made
// of that: flow_logs (AWS's fields and our extensions) and flow_log_rows (the same, then the
// columns of the segment, for what must be exact or fast).
import { ALL_FIELDS, type Field, VPC_FIELDS, columnName } from '../spine/fields.ts';
import type { TagFields } from './lines-request.ts';
import {
  IDENTITY_COLUMNS,
  LOSS_COLUMNS,
  SEGMENT_COLUMNS,
  SERVICE_COLUMNS,
} from './segment-columns.ts';
import { tagFieldExpression } from './tag-fields.ts';

/** What a field shows besides the record itself. */
export interface FieldView {
  /** Records of network interfaces, or of transit gateways (v6). */
  readonly kind: 'vpc' | 'tgw';
  /** What `version` shows. */
  readonly version: number;
  readonly tagFields: TagFields | null;
}

const ADDRESS = (name: string): string => `address_text(${name}_high, ${name}_low, ip_version)`;

/** A value of the attachment's own side and of its pair's, by which of them the source is. */
function ofSide(side: 'source' | 'destination', own: string, pair: string): string {
  const [ingress, egress] = side === 'source' ? [own, pair] : [pair, own];
  return `CASE WHEN tgw_attachment_id IS NOT NULL
    THEN CASE direction_code WHEN 1 THEN ${ingress} WHEN 2 THEN ${egress} END END`;
}

/** AWS's `tgw-src-...` and `tgw-dst-...` fields: into the gateway, the own side is the source. */
const GATEWAY_SIDES = [
  ['vpc-account-id', 'account_id', 'peer_account_id'],
  ['vpc-id', 'vpc_id', 'peer_vpc_id'],
  ['subnet-id', 'subnet_id', 'peer_subnet_id'],
  ['eni', 'interface_id', 'peer_interface_id'],
  ['az-id', 'az_id', 'peer_az_id'],
].flatMap(([name, own = '', pair = '']): [string, string][] => [
  [`tgw-src-${name}`, ofSide('source', own, pair)],
  [`tgw-dst-${name}`, ofSide('destination', own, pair)],
]);

/**
 * AWS shows no hop for what comes from a transit gateway or load balancer, and of another
 * account's interface the zone only (spec/records.md 5.5).
 *
 * Unverified: that the account meant is the one of the recording interface. What the interface of
 * a transit gateway attachment has next to it is not told here: its peer is the pair attachment.
 */
const HAS_HOP = `tgw_attachment_id IS NULL AND NOT (coalesce(direction_code, 0) = 1
  AND coalesce(peer_interface_type, '') IN ('transit_gateway', 'network_load_balancer'))`;
const HOP = (column: string): string =>
  `CASE WHEN ${HAS_HOP} AND peer_account_id = account_id THEN ${column} END`;

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
  ['resource-type', "CASE WHEN tgw_id IS NOT NULL THEN 'TransitGateway' END"],
  ...GATEWAY_SIDES,
  [
    'tgw-pair-attachment-id',
    'CASE WHEN tgw_attachment_id IS NOT NULL THEN peer_tgw_attachment_id END',
  ],
  ['next-hop-interface-id', HOP('peer_interface_id')],
  ['next-hop-subnet-id', HOP('peer_subnet_id')],
  ['next-hop-az-id', `CASE WHEN ${HAS_HOP} THEN peer_az_id END`],
  ['next-hop-vpc-id', HOP('peer_vpc_id')],
  ['next-hop-interface-type', HOP('peer_interface_type')],
  ...[...SERVICE_COLUMNS, ...IDENTITY_COLUMNS, ...LOSS_COLUMNS].map(
    ({ column }): [string, string] => [column.replaceAll('_', '-'), column],
  ),
]);

/** What the same fields show in records of transit gateways (spec/records.md 8). */
const GATEWAY_EXPRESSIONS: ReadonlyMap<string, string> = new Map([
  ['account-id', 'tgw_account_id'],
  ['srcaddr', ADDRESS('pkt_src')],
  ['dstaddr', ADDRESS('pkt_dst')],
]);

const SQL_TYPES = { string: 'VARCHAR', int32: 'INTEGER', int64: 'BIGINT' } as const;

/** The version that a line of these fields bears: the highest among them (AWS), at least 2. */
export function formatVersion(fields: readonly Field[]): number {
  return Math.max(2, ...fields.map((field) => field.version));
}

/**
 * SQL of the field's value over the columns of a segment, untyped; null when no segment has it
 * and it is always `-`.
 */
export function fieldExpression(field: Field, view: FieldView): string | null {
  if (field.name === 'version') return String(view.version);
  const gateways = view.kind === 'tgw' ? GATEWAY_EXPRESSIONS.get(field.name) : undefined;
  const expression = gateways ?? EXPRESSIONS.get(field.name);
  return expression ?? tagFieldExpression(field.name, view.tagFields);
}

/** As the views and filters show fields: those of network interfaces, and no tag chosen. */
export const ALL_FIELDS_VIEW: FieldView = {
  kind: 'vpc',
  version: formatVersion(VPC_FIELDS),
  tagFields: null,
};

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
  return ALL_FIELDS.map((field) => {
    const expression = fieldExpression(field, ALL_FIELDS_VIEW) ?? 'NULL';
    return `(${expression})::${SQL_TYPES[field.type]} AS "${columnName(field)}"`;
  }).join(', ');
}
