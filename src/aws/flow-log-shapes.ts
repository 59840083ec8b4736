// Shapes of the flow-log operations, with the member names of AWS's SDKs and the element names of
// the EC2 query protocol (API version 2016-11-15, members of June 2026; spec/api.md 2 to 4).
import {
  flag,
  integer,
  list,
  member,
  structure,
  text,
  timestamp,
  type ValueOf,
} from './wire/shape.ts';

/** All members that an answer always has. */
export type Present<Answer> = {
  readonly [Name in keyof Answer]-?: Exclude<Answer[Name], undefined>;
};

const destinationOptions = structure({
  FileFormat: member('FileFormat', text),
  HiveCompatiblePartitions: member('HiveCompatiblePartitions', flag),
  PerHourPartition: member('PerHourPartition', flag),
});

const tagFieldSpecifications = list(
  structure({
    ResourceType: member('ResourceType', text),
    TagKeys: member('TagKey', list(text)),
  }),
);

/** Tags as a request has them. */
export const requestTags = list(
  structure({ Key: member('Key', text), Value: member('Value', text) }),
);

export const createFlowLogsInput = structure({
  DryRun: member('DryRun', flag),
  ClientToken: member('ClientToken', text),
  DeliverLogsPermissionArn: member('DeliverLogsPermissionArn', text),
  DeliverCrossAccountRole: member('DeliverCrossAccountRole', text),
  LogGroupName: member('LogGroupName', text),
  ResourceIds: member('ResourceId', list(text)),
  ResourceType: member('ResourceType', text),
  TrafficType: member('TrafficType', text),
  LogDestinationType: member('LogDestinationType', text),
  LogDestination: member('LogDestination', text),
  LogFormat: member('LogFormat', text),
  TagSpecifications: member(
    'TagSpecification',
    list(
      structure({ ResourceType: member('ResourceType', text), Tags: member('Tag', requestTags) }),
    ),
  ),
  MaxAggregationInterval: member('MaxAggregationInterval', integer),
  DestinationOptions: member('DestinationOptions', destinationOptions),
  TagFieldSpecifications: member('TagFieldSpecification', tagFieldSpecifications),
  /** Beyond AWS: deliver what was recorded from then on, too. */
  StartTime: member('StartTime', timestamp),
});

const unsuccessful = list(
  structure({
    ResourceId: member('resourceId', text),
    Error: member(
      'error',
      structure({ Code: member('code', text), Message: member('message', text) }),
    ),
  }),
);

export const createFlowLogsOutput = structure({
  ClientToken: member('clientToken', text),
  Unsuccessful: member('unsuccessful', unsuccessful),
  FlowLogIds: member('flowLogIdSet', list(text)),
});

export const describeFlowLogsInput = structure({
  DryRun: member('DryRun', flag),
  // AWS: singular, unlike `Filters` of the other Describe operations.
  Filter: member(
    'Filter',
    list(structure({ Name: member('Name', text), Values: member('Value', list(text)) })),
  ),
  FlowLogIds: member('FlowLogId', list(text)),
  MaxResults: member('MaxResults', integer),
  NextToken: member('NextToken', text),
});

const flowLog = structure({
  CreationTime: member('creationTime', timestamp),
  DeliverLogsErrorMessage: member('deliverLogsErrorMessage', text),
  DeliverLogsPermissionArn: member('deliverLogsPermissionArn', text),
  DeliverCrossAccountRole: member('deliverCrossAccountRole', text),
  DeliverLogsStatus: member('deliverLogsStatus', text),
  FlowLogId: member('flowLogId', text),
  FlowLogStatus: member('flowLogStatus', text),
  LogGroupName: member('logGroupName', text),
  ResourceId: member('resourceId', text),
  TrafficType: member('trafficType', text),
  LogDestinationType: member('logDestinationType', text),
  LogDestination: member('logDestination', text),
  LogFormat: member('logFormat', text),
  Tags: member(
    'tagSet',
    list(structure({ Key: member('key', text), Value: member('value', text) })),
  ),
  MaxAggregationInterval: member('maxAggregationInterval', integer),
  DestinationOptions: member(
    'destinationOptions',
    structure({
      FileFormat: member('fileFormat', text),
      HiveCompatiblePartitions: member('hiveCompatiblePartitions', flag),
      PerHourPartition: member('perHourPartition', flag),
    }),
  ),
  TagFieldSpecifications: member(
    'tagFieldSpecificationSet',
    list(
      structure({
        ResourceType: member('resourceType', text),
        TagKeys: member('tagKeySet', list(text)),
      }),
    ),
  ),
});

export const describeFlowLogsOutput = structure({
  FlowLogs: member('flowLogSet', list(flowLog)),
  NextToken: member('nextToken', text),
});

export const deleteFlowLogsInput = structure({
  DryRun: member('DryRun', flag),
  FlowLogIds: member('FlowLogId', list(text)),
});

export const deleteFlowLogsOutput = structure({
  Unsuccessful: member('unsuccessful', unsuccessful),
});

/** Beyond AWS, where nothing of a flow log can be changed but its tags. */
export const modifyFlowLogsInput = structure({
  DryRun: member('DryRun', flag),
  FlowLogIds: member('FlowLogId', list(text)),
  TrafficType: member('TrafficType', text),
  LogFormat: member('LogFormat', text),
  MaxAggregationInterval: member('MaxAggregationInterval', integer),
  DestinationOptions: member('DestinationOptions', destinationOptions),
  TagFieldSpecifications: member('TagFieldSpecification', tagFieldSpecifications),
});

export const modifyFlowLogsOutput = structure({
  Unsuccessful: member('unsuccessful', unsuccessful),
  FlowLogIds: member('flowLogIdSet', list(text)),
});

export type CreateFlowLogsRequest = ValueOf<typeof createFlowLogsInput>;
export type CreateFlowLogsResult = Present<ValueOf<typeof createFlowLogsOutput>>;
export type UnsuccessfulItem = CreateFlowLogsResult['Unsuccessful'][number];
export type DescribeFlowLogsRequest = ValueOf<typeof describeFlowLogsInput>;
export type FlowLogDescription = ValueOf<typeof flowLog>;
export interface DescribeFlowLogsResult {
  readonly FlowLogs: readonly FlowLogDescription[];
  readonly NextToken?: string;
}
export type DeleteFlowLogsRequest = ValueOf<typeof deleteFlowLogsInput>;
export type DeleteFlowLogsResult = Present<ValueOf<typeof deleteFlowLogsOutput>>;
export type ModifyFlowLogsRequest = ValueOf<typeof modifyFlowLogsInput>;
export type ModifyFlowLogsResult = Present<ValueOf<typeof modifyFlowLogsOutput>>;
