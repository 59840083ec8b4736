// Flow logs in AWS's words: FlowLog is what Weir keeps of each one, with the values that its
// members can have (API version 2016-11-15; spec/api.md 2 and 3). Requests and answers are in
// flow-log-shapes.ts.

/** Resource types that can have flow logs here. AWS's Cloud WAN types are refused. */
export const RESOURCE_TYPES = [
  'VPC',
  'Subnet',
  'NetworkInterface',
  'TransitGateway',
  'TransitGatewayAttachment',
  'RegionalNatGateway',
] as const;
export type FlowLogResourceType = (typeof RESOURCE_TYPES)[number];

export const TRAFFIC_TYPES = ['ACCEPT', 'REJECT', 'ALL'] as const;
export type TrafficType = (typeof TRAFFIC_TYPES)[number];

export const LOG_DESTINATION_TYPES = ['cloud-watch-logs', 's3', 'kinesis-data-firehose'] as const;
export type LogDestinationType = (typeof LOG_DESTINATION_TYPES)[number];

export const FILE_FORMATS = ['plain-text', 'parquet'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Whose tags the v11 tag fields show. */
export const TAG_FIELD_RESOURCE_TYPES = [
  'network-interface',
  'instance',
  'auto-scaling-group',
] as const;

/** The first key feeds `instance-tag`, the second `instance-tag-2`; likewise the other types. */
export interface TagFieldSpecification {
  readonly ResourceType: (typeof TAG_FIELD_RESOURCE_TYPES)[number];
  /** One or two. */
  readonly TagKeys: readonly string[];
}

/** MaxAggregationInterval, seconds. */
export type AggregationSeconds = 60 | 600;

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export type DeliverLogsStatus = 'SUCCESS' | 'FAILED';

/** AWS's three messages of a failing delivery (spec/delivery.md 6). */
export type DeliverLogsErrorMessage = 'Access error' | 'Rate limited' | 'Unknown error';

/** What of a flow log decides how its records look; ModifyFlowLogs (Weir only) may change it. */
export interface FlowLogSettings {
  /** Null for transit gateways, which know no action. */
  readonly trafficType: TrafficType | null;
  readonly logFormat: string;
  readonly maxAggregationInterval: AggregationSeconds;
  readonly fileFormat: FileFormat;
  readonly hiveCompatiblePartitions: boolean;
  readonly perHourPartition: boolean;
  readonly tagFieldSpecifications: readonly TagFieldSpecification[];
}

/** Settings that held up to a commit of the store, before they were modified. */
export interface FormerSettings extends FlowLogSettings {
  /** The last sequence that they apply to. */
  readonly untilSequence: number;
}

/** A flow log as kept in DATA/flow-logs.json. */
export interface FlowLog extends FlowLogSettings {
  readonly flowLogId: string;
  readonly creationTimeMs: number;
  /** Owner and region of the resource; part of the object keys. */
  readonly accountId: string;
  readonly region: string;
  readonly resourceType: FlowLogResourceType;
  readonly resourceId: string;
  readonly logDestinationType: LogDestinationType;
  /** ARN of the bucket and folder, the log group or the delivery stream, as the client wrote it. */
  readonly logDestination: string;
  /** Of cloud-watch-logs; null otherwise. */
  readonly logGroupName: string | null;
  readonly deliverLogsPermissionArn: string | null;
  readonly deliverCrossAccountRole: string | null;
  readonly tags: readonly Tag[];
  /** Only what the store commits after this sequence is delivered. */
  readonly startSequence: number;
  /** Oldest first, ascending `untilSequence`; empty for a flow log that was never modified. */
  readonly formerSettings: readonly FormerSettings[];
}

/** The settings that apply to a commit of the store. */
export function settingsAt(flowLog: FlowLog, sequence: number): FlowLogSettings {
  return flowLog.formerSettings.find((former) => sequence <= former.untilSequence) ?? flowLog;
}
