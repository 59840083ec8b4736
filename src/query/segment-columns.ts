// The columns of a segment file. Addresses are pairs of unsigned 64-bit halves, enumerations are
// their codes, times are microseconds, and NULL is what a record shows as `-`. The view turns this
// into AWS's fields (view.ts); the writer fills it (segment-writer.ts).
//
//   sequence, row_number        which commit, which row of it: together the order of records
//   window_start, window_seconds
//   src_high, src_low, ...      numbers of the flow, NULL in NODATA and SKIPDATA records
//   account_id, ... , *_tags    identity of the interface, the tags as JSON objects
//   peer_account_id, ...        identity of the interface at the other end, where it is known
//   x_packets_seen, ...         loss of the window, in SKIPDATA records only
import { IDENTITY_OF_FIELD } from '../records/identity-values.ts';
import type { InterfaceIdentity, PeerIdentity, RecordColumns } from '../spine/record.ts';

/** DuckDB's integer types as the bindings copy them: little-endian, tightly packed. */
export type IntegerType = 'UTINYINT' | 'USMALLINT' | 'UINTEGER' | 'UBIGINT';

type OptionalKey = 'pktSrcAwsService' | 'pktDstAwsService' | 'peerIndex';
type RequiredKey = Exclude<keyof RecordColumns, OptionalKey>;

export interface FlowColumn {
  readonly column: string;
  readonly key: RequiredKey;
  readonly type: IntegerType;
  /** SQL condition under which the value is NULL, or null when it never is. */
  readonly nullWhen: string | null;
}

const NO_FLOW = 'log_status_code <> 0';

function flow(
  column: string,
  key: RequiredKey,
  type: IntegerType,
  nullWhen: string | null = NO_FLOW,
): FlowColumn {
  return { column, key, type, nullWhen };
}

/** Columns copied from RecordColumns. */
export const FLOW_COLUMNS: readonly FlowColumn[] = [
  flow('src_high', 'srcHigh', 'UBIGINT'),
  flow('src_low', 'srcLow', 'UBIGINT'),
  flow('dst_high', 'dstHigh', 'UBIGINT'),
  flow('dst_low', 'dstLow', 'UBIGINT'),
  flow('pkt_src_high', 'pktSrcHigh', 'UBIGINT'),
  flow('pkt_src_low', 'pktSrcLow', 'UBIGINT'),
  flow('pkt_dst_high', 'pktDstHigh', 'UBIGINT'),
  flow('pkt_dst_low', 'pktDstLow', 'UBIGINT'),
  flow('src_port', 'srcPort', 'USMALLINT'),
  flow('dst_port', 'dstPort', 'USMALLINT'),
  flow('protocol_number', 'protocol', 'UTINYINT'),
  flow('packet_count', 'packets', 'UBIGINT'),
  flow('octet_count', 'octets', 'UBIGINT'),
  flow('start_us', 'startUs', 'UBIGINT', null),
  flow('end_us', 'endUs', 'UBIGINT', null),
  flow('action_code', 'action', 'UTINYINT'),
  flow('tcp_flag_bits', 'tcpFlags', 'UTINYINT'),
  flow('ip_version', 'ipVersion', 'UTINYINT'),
  flow('direction_code', 'direction', 'UTINYINT', `${NO_FLOW} OR direction_code = 0`),
  flow('path_code', 'trafficPath', 'UTINYINT', `${NO_FLOW} OR path_code = 0`),
  flow('log_status_code', 'logStatus', 'UTINYINT', null),
];

/** Text columns of the interface; the column bears AWS's field name with underscores. */
export const IDENTITY_COLUMNS = [
  ...[...IDENTITY_OF_FIELD].map(([name, key]) => ({ column: name.replaceAll('-', '_'), key })),
  // In a transit gateway's records this is `account-id`.
  { column: 'tgw_account_id', key: 'transitGatewayAccountId' as const },
];

/** Text columns of the interface at the record's other end (RecordBatch.peers). */
export const PEER_COLUMNS = [
  { column: 'peer_account_id', key: 'accountId' },
  { column: 'peer_interface_id', key: 'interfaceId' },
  { column: 'peer_vpc_id', key: 'vpcId' },
  { column: 'peer_subnet_id', key: 'subnetId' },
  { column: 'peer_az_id', key: 'azId' },
  { column: 'peer_interface_type', key: 'interfaceType' },
  { column: 'peer_tgw_attachment_id', key: 'transitGatewayAttachmentId' },
] as const satisfies readonly { column: string; key: keyof PeerIdentity }[];

/** Text columns that refer to RecordBatch.awsServices. */
export const SERVICE_COLUMNS = [
  { column: 'pkt_src_aws_service', key: 'pktSrcAwsService' },
  { column: 'pkt_dst_aws_service', key: 'pktDstAwsService' },
] as const satisfies readonly { column: string; key: keyof RecordColumns }[];

/** Tags of the interface's owners as JSON object text; NULL when there is no tag. */
export const TAG_COLUMNS = [
  { column: 'instance_tags', key: 'instanceTags' },
  { column: 'interface_tags', key: 'interfaceTags' },
  { column: 'auto_scaling_group_tags', key: 'autoScalingGroupTags' },
] as const satisfies readonly { column: string; key: keyof InterfaceIdentity }[];

/** Loss of the interface in the window, in its SKIPDATA record. */
export const LOSS_COLUMNS = [
  { column: 'x_packets_seen', key: 'packetsSeen' },
  { column: 'x_packets_dropped', key: 'packetsDropped' },
  { column: 'x_packets_evicted', key: 'packetsEvicted' },
  { column: 'x_packets_unparsable', key: 'framesUnparsable' },
] as const;

/** Every column of a segment with its SQL type, in the file's order. */
export const SEGMENT_COLUMNS: readonly { readonly column: string; readonly type: string }[] = [
  { column: 'sequence', type: 'BIGINT' },
  { column: 'row_number', type: 'UINTEGER' },
  { column: 'window_start', type: 'BIGINT' },
  { column: 'window_seconds', type: 'INTEGER' },
  ...FLOW_COLUMNS.map(({ column, type }) => ({ column, type })),
  ...LOSS_COLUMNS.map(({ column }) => ({ column, type: 'BIGINT' })),
  ...SERVICE_COLUMNS.map(({ column }) => ({ column, type: 'VARCHAR' })),
  ...IDENTITY_COLUMNS.map(({ column }) => ({ column, type: 'VARCHAR' })),
  ...PEER_COLUMNS.map(({ column }) => ({ column, type: 'VARCHAR' })),
  ...TAG_COLUMNS.map(({ column }) => ({ column, type: 'VARCHAR' })),
];
