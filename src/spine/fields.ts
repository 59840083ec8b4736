// The one table of all flow-log fields. Text output, SQL columns, Parquet columns, format
// validation and the reference page all derive from it; a new field is one row here plus the
// place that fills it.
//
// Source: AWS VPC User Guide "Flow log records" and Transit Gateway Guide "Flow log records"
// (restated in spec/records.md 2 and 8).

/** Where a field may be used: VPC/subnet/ENI flow logs, transit-gateway flow logs, or both. */
export type FieldScope = 'vpc' | 'tgw' | 'both';

/** The field's type in Parquet and SQL; text output is the same value printed. */
export type FieldType = 'string' | 'int32' | 'int64';

export interface Field {
  /** AWS's name as written in `${name}`; extension fields begin with `x-`. */
  readonly name: string;
  /** Record version that introduced the field; extension fields add none (0). */
  readonly version: number;
  readonly scope: FieldScope;
  readonly type: FieldType;
  /** When the value is `-` (SQL NULL); empty when it never is. */
  readonly dash: string;
  /** One line for the reference page. */
  readonly doc: string;
}

const NO_DATA = 'NODATA and SKIPDATA records';
const NOT_ECS = 'the interface is not that of an ECS task';
const NOT_EC2 = 'not ECS, or Fargate';
const NO_TAG = 'no such tag, or the resource belongs to another account';
const NOT_SUB = 'not in a sublocation';
const NOT_AWS = 'not an AWS range';
const ORDINARY = 'ordinary interface';
const NO_HOP =
  'none is known, or it belongs to another account; in replay; at the interfaces of a ' +
  'transit gateway; ingress from a transit gateway or load balancer';
const NO_ZONE = 'as next-hop-interface-id, but shown of other accounts too';
const NO_BPA = 'always: neither Block Public Access nor encryption controls exist here';
const NOT_HERE = 'always: encryption controls do not exist here';
const NO_LOSS = 'always: what a gateway loses is not seen at its interfaces';

function field(
  name: string,
  version: number,
  scope: FieldScope,
  type: FieldType,
  dash: string,
  doc: string,
): Field {
  return { name, version, scope, type, dash, doc };
}

/** Every field of VPC, subnet and ENI flow logs, v2 to v11, in AWS's order. */
// oxfmt-ignore
export const VPC_FIELDS: readonly Field[] = [
  field('version', 2, 'both', 'int32', '', 'Highest version among the fields of the format'),
  field('account-id', 2, 'both', 'string', '', 'Owner account of the network interface'),
  field('interface-id', 2, 'vpc', 'string', 'regional NAT gateway', 'Interface that recorded it'),
  field('srcaddr', 2, 'both', 'string', NO_DATA, 'Sender; outgoing: primary address'),
  field('dstaddr', 2, 'both', 'string', NO_DATA, 'Receiver; incoming: primary address'),
  field('srcport', 2, 'both', 'int32', NO_DATA, 'Source port; 0 for protocols without ports'),
  field('dstport', 2, 'both', 'int32', NO_DATA, 'Destination port; 0 for protocols without ports'),
  field('protocol', 2, 'both', 'int32', NO_DATA, 'IANA protocol number'),
  field('packets', 2, 'both', 'int64', NO_DATA, 'Packets of the flow in the interval'),
  field('bytes', 2, 'both', 'int64', NO_DATA, 'IP bytes of the flow in the interval'),
  field('start', 2, 'both', 'int64', '', 'First packet in the interval, Unix seconds'),
  field('end', 2, 'both', 'int64', '', 'Last packet in the interval, Unix seconds'),
  field('action', 2, 'vpc', 'string', NO_DATA, 'ACCEPT or REJECT'),
  field('log-status', 2, 'both', 'string', '', 'OK, NODATA or SKIPDATA'),
  field('vpc-id', 3, 'vpc', 'string', 'the interface is in no VPC', 'VPC of the interface'),
  field('subnet-id', 3, 'vpc', 'string', 'regional NAT gateway', 'Subnet of the interface'),
  field('instance-id', 3, 'vpc', 'string', 'attached to no instance', 'Instance of the interface'),
  field('tcp-flags', 3, 'both', 'int32', NO_DATA, 'FIN 1, SYN 2, RST 4, SYN-ACK 18; ORed'),
  field('type', 3, 'both', 'string', NO_DATA, 'IPv4, IPv6 or EFA'),
  field('pkt-srcaddr', 3, 'vpc', 'string', NO_DATA, 'Source address in the packet'),
  field('pkt-dstaddr', 3, 'vpc', 'string', NO_DATA, 'Destination address in the packet'),
  field('region', 4, 'both', 'string', 'unknown', 'Region of the interface'),
  field('az-id', 4, 'vpc', 'string', 'in a sublocation', 'Availability zone id'),
  field('sublocation-type', 4, 'vpc', 'string', NOT_SUB, 'wavelength, outpost, localzone'),
  field('sublocation-id', 4, 'vpc', 'string', NOT_SUB, 'Id of the sublocation'),
  field('pkt-src-aws-service', 5, 'both', 'string', NOT_AWS, 'AWS service of pkt-srcaddr'),
  field('pkt-dst-aws-service', 5, 'both', 'string', NOT_AWS, 'AWS service of pkt-dstaddr'),
  field('flow-direction', 5, 'both', 'string', NO_DATA, 'ingress or egress of the interface'),
  field('traffic-path', 5, 'vpc', 'int32', 'ingress, or no path', 'Path of egress traffic, 1 to 8'),
  field('ecs-cluster-arn', 7, 'vpc', 'string', NOT_ECS, 'ARN of the ECS cluster'),
  field('ecs-cluster-name', 7, 'vpc', 'string', NOT_ECS, 'Name of the ECS cluster'),
  field('ecs-container-instance-arn', 7, 'vpc', 'string', NOT_EC2, 'ARN of the host'),
  field('ecs-container-instance-id', 7, 'vpc', 'string', NOT_EC2, 'Id of the host'),
  field('ecs-container-id', 7, 'vpc', 'string', NOT_ECS, 'Runtime id of the first container'),
  field('ecs-second-container-id', 7, 'vpc', 'string', 'only one container', 'Id of the second'),
  field('ecs-service-name', 7, 'vpc', 'string', 'not started by a service', 'ECS service'),
  field('ecs-task-definition-arn', 7, 'vpc', 'string', NOT_ECS, 'Task definition with revision'),
  field('ecs-task-arn', 7, 'vpc', 'string', NOT_ECS, 'ARN of the task'),
  field('ecs-task-id', 7, 'vpc', 'string', NOT_ECS, 'Id of the task'),
  field('reject-reason', 8, 'vpc', 'string', NO_BPA, 'AWS: BPA or EC'),
  field('resource-id', 9, 'vpc', 'string', 'everything else', 'Regional NAT gateway of the flow'),
  field('encryption-status', 10, 'vpc', 'int32', NOT_HERE, 'AWS: 0 none, 1 Nitro, 2 app, 3 both'),
  field('instance-tag', 11, 'vpc', 'string', NO_TAG, 'Value of the first instance tag'),
  field('instance-tag-2', 11, 'vpc', 'string', NO_TAG, 'Value of the second instance tag'),
  field('interface-tag', 11, 'vpc', 'string', NO_TAG, 'Value of the first interface tag'),
  field('interface-tag-2', 11, 'vpc', 'string', NO_TAG, 'Value of the second interface tag'),
  field('asg-tag', 11, 'vpc', 'string', NO_TAG, 'Value of the first Auto Scaling tag'),
  field('asg-tag-2', 11, 'vpc', 'string', NO_TAG, 'Value of the second Auto Scaling tag'),
  field('interface-type', 11, 'vpc', 'string', ORDINARY, 'nat_gateway, transit_gateway, ...'),
  field('next-hop-interface-id', 11, 'vpc', 'string', NO_HOP, 'Next hop; ingress: previous hop'),
  field('next-hop-subnet-id', 11, 'vpc', 'string', NO_HOP, 'Subnet of that interface'),
  field('next-hop-az-id', 11, 'vpc', 'string', NO_ZONE, 'Availability zone id of that interface'),
  field('next-hop-vpc-id', 11, 'vpc', 'string', NO_HOP, 'VPC of that interface'),
  field('next-hop-interface-type', 11, 'vpc', 'string', NO_HOP, 'Type of that interface'),
];

function tgw(name: string, type: FieldType, doc: string, dash = 'unknown'): Field {
  return field(name, 6, 'tgw', type, dash, doc);
}

const TGW_ONLY: readonly Field[] = [
  tgw('resource-type', 'string', 'TransitGateway'),
  tgw('tgw-id', 'string', 'Transit gateway'),
  tgw('tgw-attachment-id', 'string', 'Attachment that recorded it'),
  tgw('tgw-src-vpc-account-id', 'string', 'Owner of the source VPC'),
  tgw('tgw-dst-vpc-account-id', 'string', 'Owner of the destination VPC'),
  tgw('tgw-src-vpc-id', 'string', 'Source VPC'),
  tgw('tgw-dst-vpc-id', 'string', 'Destination VPC'),
  tgw('tgw-src-subnet-id', 'string', 'Source subnet'),
  tgw('tgw-dst-subnet-id', 'string', 'Destination subnet'),
  tgw('tgw-src-eni', 'string', 'Source attachment interface'),
  tgw('tgw-dst-eni', 'string', 'Destination attachment interface'),
  tgw('tgw-src-az-id', 'string', 'Source availability zone id'),
  tgw('tgw-dst-az-id', 'string', 'Destination availability zone id'),
  tgw('tgw-pair-attachment-id', 'string', 'The other attachment'),
  tgw('packets-lost-no-route', 'int64', 'Packets lost for want of a route', NO_LOSS),
  tgw('packets-lost-blackhole', 'int64', 'Packets lost to a blackhole route', NO_LOSS),
  tgw('packets-lost-mtu-exceeded', 'int64', 'Packets lost to the MTU', NO_LOSS),
  tgw('packets-lost-ttl-expired', 'int64', 'Packets lost to their TTL', NO_LOSS),
];

/** Fields that AWS does not have; they appear only where a LogFormat asks for them. */
// oxfmt-ignore
export const EXTENSION_FIELDS: readonly Field[] = [
  field('x-start-ms', 0, 'both', 'int64', '', 'First packet, Unix milliseconds'),
  field('x-end-ms', 0, 'both', 'int64', '', 'Last packet, Unix milliseconds'),
  field('x-interface-name', 0, 'vpc', 'string', 'unknown', 'Name of the interface on its host'),
  field('x-packets-seen', 0, 'vpc', 'int64', 'OK records', 'Packets seen in the window'),
  field('x-packets-dropped', 0, 'vpc', 'int64', 'OK records', 'Packets that the kernel dropped'),
  field('x-packets-evicted', 0, 'vpc', 'int64', 'OK records', 'Packets shed, flow cache full'),
  field('x-packets-unparsable', 0, 'vpc', 'int64', 'OK records', 'Frames that are no valid IP'),
];

const TABLE = new Map<string, Field>();
for (const entry of [...VPC_FIELDS, ...TGW_ONLY, ...EXTENSION_FIELDS]) TABLE.set(entry.name, entry);

/** Every known field: VPC in AWS's order, then TGW-only, then extensions. */
export const ALL_FIELDS: readonly Field[] = [...TABLE.values()];

/** The 36 fields of the default transit-gateway format, in AWS's order. */
export const TGW_FIELDS: readonly Field[] = (
  'version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id ' +
  'tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id ' +
  'tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr ' +
  'srcport dstport protocol packets bytes start end log-status type packets-lost-no-route ' +
  'packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region ' +
  'flow-direction pkt-src-aws-service pkt-dst-aws-service'
)
  .split(' ')
  .map((name) => mustFind(name));

/** The 14 fields of the default VPC format (version 2). */
export const DEFAULT_FIELDS: readonly Field[] = VPC_FIELDS.filter((entry) => entry.version === 2);

/** The field of that AWS name, or undefined. */
export function findField(name: string): Field | undefined {
  return TABLE.get(name);
}

/** The field's SQL and Parquet column name: AWS's name with underscores. */
export function columnName(entry: Field): string {
  return entry.name.replaceAll('-', '_');
}

function mustFind(name: string): Field {
  const entry = TABLE.get(name);
  if (entry === undefined) throw new Error(`Field table lacks "${name}"`);
  return entry;
}
