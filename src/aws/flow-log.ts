// Flow logs in AWS's words: the requests and answers of CreateFlowLogs, DescribeFlowLogs and
// DeleteFlowLogs as SDKs and the aws CLI spell them (API version 2016-11-15), and FlowLog, what
// Weir keeps of each one. See spec/api.md 2 to 4.

/** Resource types that this release can observe. */
export const RESOURCE_TYPES = ['VPC', 'Subnet', 'NetworkInterface'] as const;
export type FlowLogResourceType = (typeof RESOURCE_TYPES)[number];

export const TRAFFIC_TYPES = ['ACCEPT', 'REJECT', 'ALL'] as const;
export type TrafficType = (typeof TRAFFIC_TYPES)[number];

export const LOG_DESTINATION_TYPES = ['cloud-watch-logs', 's3', 'kinesis-data-firehose'] as const;

/** MaxAggregationInterval, seconds. */
export type AggregationSeconds = 60 | 600;

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface DestinationOptions {
  readonly FileFormat: string;
  readonly HiveCompatiblePartitions: boolean;
  readonly PerHourPartition: boolean;
}

export interface TagSpecification {
  readonly ResourceType?: string | undefined;
  readonly Tags?:
    | readonly { readonly Key: string; readonly Value?: string | undefined }[]
    | undefined;
}

/** CreateFlowLogs as it comes from a client: nothing is checked yet but the JSON types. */
export interface CreateFlowLogsRequest {
  readonly ResourceIds?: readonly string[] | undefined;
  readonly ResourceType?: string | undefined;
  readonly TrafficType?: string | undefined;
  readonly LogDestinationType?: string | undefined;
  readonly LogDestination?: string | undefined;
  readonly LogGroupName?: string | undefined;
  readonly DeliverLogsPermissionArn?: string | undefined;
  readonly DeliverCrossAccountRole?: string | undefined;
  readonly LogFormat?: string | undefined;
  readonly MaxAggregationInterval?: number | undefined;
  readonly DestinationOptions?:
    | { readonly [Option in keyof DestinationOptions]?: DestinationOptions[Option] | undefined }
    | undefined;
  readonly TagSpecifications?: readonly TagSpecification[] | undefined;
  readonly ClientToken?: string | undefined;
  readonly DryRun?: boolean | undefined;
}

export interface UnsuccessfulItem {
  readonly ResourceId: string;
  readonly Error: { readonly Code: string; readonly Message: string };
}

export interface CreateFlowLogsResult {
  readonly ClientToken: string;
  readonly FlowLogIds: readonly string[];
  readonly Unsuccessful: readonly UnsuccessfulItem[];
}

export interface DescribeFlowLogsRequest {
  readonly FlowLogIds?: readonly string[] | undefined;
  readonly Filter?:
    | readonly { readonly Name: string; readonly Values: readonly string[] }[]
    | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
  readonly DryRun?: boolean | undefined;
}

export interface FlowLogDescription {
  /** ISO 8601 with milliseconds, UTC. */
  readonly CreationTime: string;
  readonly DeliverLogsErrorMessage?: string;
  readonly DeliverLogsStatus: DeliverLogsStatus;
  readonly FlowLogId: string;
  readonly FlowLogStatus: 'ACTIVE';
  readonly ResourceId: string;
  readonly TrafficType: TrafficType;
  readonly LogDestinationType: 's3';
  readonly LogDestination: string;
  readonly LogFormat: string;
  readonly Tags: readonly Tag[];
  readonly MaxAggregationInterval: AggregationSeconds;
  readonly DestinationOptions: DestinationOptions;
}

export interface DescribeFlowLogsResult {
  readonly FlowLogs: readonly FlowLogDescription[];
  readonly NextToken?: string;
}

export interface DeleteFlowLogsRequest {
  readonly FlowLogIds?: readonly string[] | undefined;
  readonly DryRun?: boolean | undefined;
}

export interface DeleteFlowLogsResult {
  readonly Unsuccessful: readonly UnsuccessfulItem[];
}

export type DeliverLogsStatus = 'SUCCESS' | 'FAILED';

/** AWS's three messages of a failing delivery (spec/delivery.md 6). */
export type DeliverLogsErrorMessage = 'Access error' | 'Rate limited' | 'Unknown error';

/** A flow log as it was created; kept in DATA/flow-logs.json and never changed. */
export interface FlowLog {
  readonly flowLogId: string;
  readonly creationTimeMs: number;
  /** Owner and region of the resource; part of the object keys. */
  readonly accountId: string;
  readonly region: string;
  readonly resourceType: FlowLogResourceType;
  readonly resourceId: string;
  readonly trafficType: TrafficType;
  readonly logDestinationType: 's3';
  /** ARN of the bucket and folder, as the client wrote it. */
  readonly logDestination: string;
  readonly logFormat: string;
  readonly maxAggregationInterval: AggregationSeconds;
  readonly hiveCompatiblePartitions: boolean;
  readonly perHourPartition: boolean;
  readonly tags: readonly Tag[];
  /** The store's last sequence at creation; only later windows are delivered. */
  readonly startSequence: number;
}
