// The 16 predefined queries of the Athena integration, in Athena's SQL (Trino). A query is part of
// a template only when the flow log's format has all fields that it reads.
// Source: VPC User Guide, "Query flow logs using Amazon Athena", Predefined queries, which gives
// names and meanings (spec/query.md 5). Unverified: the SQL itself is not published.
//
// Text of an absent value is `-` in both file formats; numbers are NULL then.

export interface NamedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

interface QueryDefinition {
  readonly name: string;
  readonly description: string;
  /** Column names. */
  readonly reads: readonly string[];
  /** @param table quoted, with its database */
  readonly sql: (table: string) => string;
}

const TCP = 6;
const TOP_COUNT = 50;
const ROWS_MAX = 100;

/** Ports on which servers are administered, and web consoles for that. */
// Unverified: which ports AWS counts is not published.
const ADMIN_PORTS = [22, 23, 135, 445, 3389, 5900, 5985, 5986, 8080, 8443, 9090, 10000];

/** What the two queries about one address ask for; to be replaced by its user. */
const EXAMPLE_ADDRESS = '10.0.0.1';

const CONNECTION = ['srcaddr', 'srcport', 'dstaddr', 'dstport'];

const DEFINITIONS: readonly QueryDefinition[] = [
  {
    name: 'VpcFlowLogsAcceptedTraffic',
    description: 'TCP connections that security groups and network ACLs allowed',
    reads: [...CONNECTION, 'protocol', 'action', 'packets', 'bytes'],
    sql: connections(`protocol = ${TCP} AND action = 'ACCEPT'`, CONNECTION),
  },
  {
    name: 'VpcFlowLogsAdminPortTraffic',
    description: 'The 10 addresses with the most traffic to administrative ports',
    reads: ['dstaddr', 'dstport', 'bytes'],
    sql: top(['dstaddr'], 10, `dstport IN (${ADMIN_PORTS.join(', ')})`),
  },
  {
    name: 'VpcFlowLogsIPv4Traffic',
    description: 'Total bytes of IPv4 traffic',
    reads: ['type', 'bytes'],
    sql: total("type = 'IPv4'"),
  },
  // The format may lack `type`: only IPv6 addresses have a colon, only IPv4 ones no letter, no
  // colon but dots.
  {
    name: 'VpcFlowLogsIPv4Traffic',
    description: 'Total bytes of IPv4 traffic',
    reads: ['srcaddr', 'bytes'],
    sql: total("srcaddr LIKE '%.%' AND srcaddr NOT LIKE '%:%'"),
  },
  {
    name: 'VpcFlowLogsIPv6Traffic',
    description: 'Total bytes of IPv6 traffic',
    reads: ['type', 'bytes'],
    sql: total("type = 'IPv6'"),
  },
  {
    name: 'VpcFlowLogsIPv6Traffic',
    description: 'Total bytes of IPv6 traffic',
    reads: ['srcaddr', 'bytes'],
    sql: total("srcaddr LIKE '%:%'"),
  },
  {
    name: 'VpcFlowLogsRejectedTCPTraffic',
    description: 'TCP connections that security groups or network ACLs rejected',
    reads: [...CONNECTION, 'protocol', 'action', 'packets', 'bytes'],
    sql: connections(`protocol = ${TCP} AND action = 'REJECT'`, CONNECTION),
  },
  {
    name: 'VpcFlowLogsRejectedTraffic',
    description: 'Traffic that security groups or network ACLs rejected',
    reads: [...CONNECTION, 'protocol', 'action', 'packets', 'bytes'],
    sql: connections("action = 'REJECT'", [...CONNECTION, 'protocol']),
  },
  {
    name: 'VpcFlowLogsSshRdpTraffic',
    description: 'SSH and RDP traffic',
    reads: [...CONNECTION, 'protocol', 'action', 'packets', 'bytes'],
    sql: connections(`protocol = ${TCP} AND (dstport IN (22, 3389) OR srcport IN (22, 3389))`, [
      ...CONNECTION,
      'action',
    ]),
  },
  {
    name: 'VpcFlowLogsTopTalkers',
    description: 'The 50 addresses with the most traffic',
    reads: ['srcaddr', 'bytes'],
    sql: top(['srcaddr'], TOP_COUNT),
  },
  {
    name: 'VpcFlowLogsTopTalkersPacketLevel',
    description: 'The 50 packet-level addresses with the most traffic',
    reads: ['pkt_srcaddr', 'bytes'],
    sql: top(['pkt_srcaddr'], TOP_COUNT),
  },
  {
    name: 'VpcFlowLogsTopTalkingInstances',
    description: 'The ids of the 50 instances with the most traffic',
    reads: ['instance_id', 'bytes'],
    sql: top(['instance_id'], TOP_COUNT),
  },
  {
    name: 'VpcFlowLogsTopTalkingSubnets',
    description: 'The ids of the 50 subnets with the most traffic',
    reads: ['subnet_id', 'bytes'],
    sql: top(['subnet_id'], TOP_COUNT),
  },
  {
    name: 'VpcFlowLogsTopTCPTraffic',
    description: 'All TCP traffic, by source address',
    reads: ['srcaddr', 'protocol', 'bytes'],
    sql: top(['srcaddr'], TOP_COUNT, `protocol = ${TCP}`),
  },
  {
    name: 'VpcFlowLogsTotalBytesTransferred',
    description: 'The 50 pairs of source and destination address with the most bytes',
    reads: ['srcaddr', 'dstaddr', 'bytes'],
    sql: top(['srcaddr', 'dstaddr'], TOP_COUNT),
  },
  {
    name: 'VpcFlowLogsTotalBytesTransferredPacketLevel',
    description: 'The 50 pairs of packet-level source and destination address with the most bytes',
    reads: ['pkt_srcaddr', 'pkt_dstaddr', 'bytes'],
    sql: top(['pkt_srcaddr', 'pkt_dstaddr'], TOP_COUNT),
  },
  {
    name: 'VpcFlowLogsTrafficFrmSrcAddr',
    description: 'Traffic of one source address; put it in place of the example',
    reads: [...CONNECTION, 'protocol', 'packets', 'bytes'],
    sql: connections(`srcaddr = '${EXAMPLE_ADDRESS}'`, [...CONNECTION, 'protocol']),
  },
  {
    name: 'VpcFlowLogsTrafficToDstAddr',
    description: 'Traffic to one destination address; put it in place of the example',
    reads: [...CONNECTION, 'protocol', 'packets', 'bytes'],
    sql: connections(`dstaddr = '${EXAMPLE_ADDRESS}'`, [...CONNECTION, 'protocol']),
  },
];

/**
 * The predefined queries that a table with these columns can answer, by name.
 *
 * @param columns names of the table's columns
 */
export function namedQueries(
  columns: readonly string[],
  table: { readonly database: string; readonly name: string },
): readonly NamedQuery[] {
  const known = new Set(columns);
  const queries = new Map<string, NamedQuery>();
  const from = `"${table.database}"."${table.name}"`;
  for (const { name, description, reads, sql } of DEFINITIONS) {
    if (queries.has(name) || !reads.every((column) => known.has(column))) continue;
    queries.set(name, { name, description, sql: sql(from) });
  }
  return [...queries.values()];
}

/** The groups of `by` with the most bytes; records without a value are no group. */
function top(by: readonly string[], count: number, condition?: string): (table: string) => string {
  const present = by.map((column) => `${column} <> '-'`);
  const conditions = condition === undefined ? present : [condition, ...present];
  return (table) =>
    [
      `SELECT ${by.join(', ')}, sum(bytes) AS total_bytes`,
      `FROM ${table}`,
      `WHERE ${conditions.join(' AND ')}`,
      `GROUP BY ${by.join(', ')}`,
      `ORDER BY total_bytes DESC, ${by.join(', ')}`,
      `LIMIT ${count}`,
    ].join('\n');
}

function connections(condition: string, by: readonly string[]): (table: string) => string {
  return (table) =>
    [
      `SELECT ${by.join(', ')}, sum(packets) AS total_packets, sum(bytes) AS total_bytes`,
      `FROM ${table}`,
      `WHERE ${condition}`,
      `GROUP BY ${by.join(', ')}`,
      `ORDER BY total_bytes DESC, ${by.join(', ')}`,
      `LIMIT ${ROWS_MAX}`,
    ].join('\n');
}

function total(condition: string): (table: string) => string {
  return (table) =>
    `SELECT coalesce(sum(bytes), 0) AS total_bytes\nFROM ${table}\nWHERE ${condition}`;
}
