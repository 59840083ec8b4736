// DescribeFlowLogs: the flow logs that match, in the order of creation (spec/api.md 3).
import { awsFaults } from '../../aws/aws-error.ts';
import type { FlowLog } from '../../aws/flow-log.ts';
import type {
  DescribeFlowLogsRequest,
  DescribeFlowLogsResult,
  FlowLogDescription,
} from '../../aws/flow-log-shapes.ts';
import { compileFilters, type FilterTable } from '../ec2/filters.ts';
import { pageOf, type Paging } from '../ec2/pages.ts';
import { isInScope, type CallScope } from './call-scope.ts';
import { checkFlowLogIds } from './chosen-flow-logs.ts';
import type { FlowLogDeps } from './flow-log-deps.ts';

/** A flow log at its place in the order of creation. */
interface PlacedFlowLog {
  readonly position: string;
  readonly flowLog: FlowLog;
}

// AWS states no bounds for this call; EC2's usual lower one is 5 (spec/api.md 3).
const PAGING: Paging<PlacedFlowLog> = {
  operation: 'DescribeFlowLogs',
  resultsMin: 1,
  resultsMax: 1000,
  positionOf: ({ position }) => position,
};

/** @throws AwsError for an unknown filter or a bad page */
export async function describeFlowLogs(
  request: DescribeFlowLogsRequest,
  scope: CallScope,
  deps: FlowLogDeps,
): Promise<DescribeFlowLogsResult> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  // Unverified: ids that do not exist are passed over; Terraform takes an empty answer for "gone".
  const wanted = checkFlowLogIds(request.FlowLogIds);
  if (request.MaxResults !== undefined && wanted.size > 0) {
    throw awsFaults.combinationInvalid('MaxResults', 'FlowLogIds');
  }
  const matches = compileFilters(request.Filter ?? [], filterTable(deps));
  const isShown = (flowLog: FlowLog): boolean =>
    isInScope(flowLog.region, scope) &&
    (wanted.size === 0 || wanted.has(flowLog.flowLogId)) &&
    matches(flowLog);
  const flowLogs = placed(deps.registry.list());
  const page = await pageOf(flowLogs, request, PAGING, ({ flowLog }) =>
    isShown(flowLog) ? describe(flowLog, deps) : null,
  );
  return {
    FlowLogs: page.items,
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
}

function filterTable(deps: FlowLogDeps): FilterTable<FlowLog> {
  return {
    values: {
      'deliver-log-status': ({ flowLogId: id }) => [
        deps.deliveryState(id)?.deliverLogsStatus ?? 'SUCCESS',
      ],
      'log-destination-type': ({ logDestinationType: type }) => [type],
      'flow-log-id': ({ flowLogId: id }) => [id],
      'log-group-name': ({ logGroupName: name }) => (name === null ? [] : [name]),
      'resource-id': ({ resourceId: id }) => [id],
      'traffic-type': ({ trafficType: type }) => (type === null ? [] : [type]),
    },
    tags: ({ tags }) => tags,
  };
}

/** In the order of creation, and of ids where one call created several. */
function placed(flowLogs: readonly FlowLog[]): readonly PlacedFlowLog[] {
  return flowLogs
    .map((flowLog) => {
      const created = new Date(flowLog.creationTimeMs).toISOString();
      return { position: `${created} ${flowLog.flowLogId}`, flowLog };
    })
    .sort((a, b) => (a.position < b.position ? -1 : 1));
}

/** Members that a flow log does not have are undefined, and no encoder writes those. */
function describe(flowLog: FlowLog, deps: FlowLogDeps): FlowLogDescription {
  const state = deps.deliveryState(flowLog.flowLogId);
  const { tagFieldSpecifications } = flowLog;
  return {
    CreationTime: new Date(flowLog.creationTimeMs).toISOString(),
    DeliverLogsErrorMessage: state?.deliverLogsErrorMessage ?? undefined,
    DeliverLogsPermissionArn: flowLog.deliverLogsPermissionArn ?? undefined,
    DeliverCrossAccountRole: flowLog.deliverCrossAccountRole ?? undefined,
    DeliverLogsStatus: state?.deliverLogsStatus ?? 'SUCCESS',
    FlowLogId: flowLog.flowLogId,
    FlowLogStatus: 'ACTIVE',
    LogGroupName: flowLog.logGroupName ?? undefined,
    ResourceId: flowLog.resourceId,
    TrafficType: flowLog.trafficType ?? undefined,
    LogDestinationType: flowLog.logDestinationType,
    // Unverified: that AWS shows the ARN of a log group that was given by its name.
    LogDestination: flowLog.logDestination,
    LogFormat: flowLog.logFormat,
    Tags: flowLog.tags,
    MaxAggregationInterval: flowLog.maxAggregationInterval,
    DestinationOptions: flowLog.logDestinationType === 's3' ? objectOptions(flowLog) : undefined,
    TagFieldSpecifications:
      tagFieldSpecifications.length === 0 ? undefined : tagFieldSpecifications,
  };
}

function objectOptions(flowLog: FlowLog): FlowLogDescription['DestinationOptions'] {
  return {
    FileFormat: flowLog.fileFormat,
    HiveCompatiblePartitions: flowLog.hiveCompatiblePartitions,
    PerHourPartition: flowLog.perHourPartition,
  };
}
