// DescribeFlowLogs: the flow logs that match, in the order of creation (spec/api.md 3).
import { awsFaults } from '../../aws/aws-error.ts';
import type {
  DeliverLogsErrorMessage,
  DeliverLogsStatus,
  DescribeFlowLogsRequest,
  DescribeFlowLogsResult,
  FlowLog,
  FlowLogDescription,
} from '../../aws/flow-log.ts';
import { compileFilters, type FilterTable } from '../ec2/filters.ts';
import { pageOf, type Paging } from '../ec2/pages.ts';
import type { FlowLogRegistry } from './registry.ts';

const FILTERS: FilterTable<FlowLogDescription> = {
  values: {
    'deliver-log-status': ({ DeliverLogsStatus: status }) => [status],
    'log-destination-type': ({ LogDestinationType: type }) => [type],
    'flow-log-id': ({ FlowLogId: id }) => [id],
    // S3 flow logs have no log group, so nothing matches.
    'log-group-name': () => [],
    'resource-id': ({ ResourceId: id }) => [id],
    'traffic-type': ({ TrafficType: type }) => (type === undefined ? [] : [type]),
  },
  tags: ({ Tags }) => Tags,
};

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

/** How the delivery of one flow log goes. */
export interface DeliveryState {
  readonly deliverLogsStatus: DeliverLogsStatus;
  readonly deliverLogsErrorMessage: DeliverLogsErrorMessage | null;
}

export interface DescribeFlowLogsContext {
  readonly registry: FlowLogRegistry;
  /** Null where no delivery has run yet; the status is then SUCCESS, as AWS's is at first. */
  readonly deliveryState: (flowLogId: string) => DeliveryState | null;
}

/** @throws AwsError for an unknown filter or a bad page */
export function describeFlowLogs(
  request: DescribeFlowLogsRequest,
  context: DescribeFlowLogsContext,
): DescribeFlowLogsResult {
  if (request.DryRun === true) throw awsFaults.dryRun();
  const wanted = new Set(request.FlowLogIds);
  if (request.MaxResults !== undefined && wanted.size > 0) {
    throw awsFaults.combinationInvalid('MaxResults', 'FlowLogIds');
  }
  const matches = compileFilters(request.Filter ?? [], FILTERS);
  const isShown = ({ flowLog }: PlacedFlowLog): boolean => {
    if (wanted.size > 0 && !wanted.has(flowLog.flowLogId)) return false;
    return matches(describe(flowLog, context));
  };
  const page = pageOf(placed(context.registry.list()), request, PAGING, isShown);
  return {
    FlowLogs: page.items.map(({ flowLog }) => describe(flowLog, context)),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
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

function describe(flowLog: FlowLog, context: DescribeFlowLogsContext): FlowLogDescription {
  const state = context.deliveryState(flowLog.flowLogId);
  const message = state?.deliverLogsErrorMessage ?? null;
  return {
    CreationTime: new Date(flowLog.creationTimeMs).toISOString(),
    ...(message === null ? {} : { DeliverLogsErrorMessage: message }),
    DeliverLogsStatus: state?.deliverLogsStatus ?? 'SUCCESS',
    FlowLogId: flowLog.flowLogId,
    FlowLogStatus: 'ACTIVE',
    ResourceId: flowLog.resourceId,
    ...(flowLog.trafficType === null ? {} : { TrafficType: flowLog.trafficType }),
    LogDestinationType: flowLog.logDestinationType,
    LogDestination: flowLog.logDestination,
    LogFormat: flowLog.logFormat,
    Tags: flowLog.tags,
    MaxAggregationInterval: flowLog.maxAggregationInterval,
    DestinationOptions: {
      FileFormat: 'plain-text',
      HiveCompatiblePartitions: flowLog.hiveCompatiblePartitions,
      PerHourPartition: flowLog.perHourPartition,
    },
  };
}
