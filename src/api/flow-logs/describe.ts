// DescribeFlowLogs: the flow logs that match, in the order of creation. Values of a filter may
// hold `*` and `?`; any value of one filter, all filters together (spec/api.md 3).
import { awsFaults } from '../../aws/aws-error.ts';
import type {
  DeliverLogsErrorMessage,
  DeliverLogsStatus,
  DescribeFlowLogsRequest,
  DescribeFlowLogsResult,
  FlowLog,
  FlowLogDescription,
} from '../../aws/flow-log.ts';
import type { FlowLogRegistry } from './registry.ts';

const MAX_RESULTS_MAX = 1000;

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
  const wanted = request.FlowLogIds ?? [];
  const filters = (request.Filter ?? []).map((filter) => toFilter(filter.Name, filter.Values));
  const matching = context.registry
    .list()
    .filter((flowLog) => wanted.length === 0 || wanted.includes(flowLog.flowLogId))
    .map((flowLog) => ({ flowLog, description: describe(flowLog, context) }))
    .filter(({ description }) => filters.every((matches) => matches(description)));
  return pageOf(
    matching.map(({ description }) => description),
    request,
  );
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

type Matches = (description: FlowLogDescription) => boolean;

function toFilter(name: string, values: readonly string[]): Matches {
  const valuesOf = valuesNamed(name);
  const patterns = values.map((value) => toPattern(value));
  return (description) =>
    valuesOf(description).some((value) => patterns.some((pattern) => pattern.test(value)));
}

function valuesNamed(name: string): (description: FlowLogDescription) => readonly string[] {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return ({ Tags }) => Tags.filter((tag) => tag.Key === key).map((tag) => tag.Value);
  }
  switch (name) {
    case 'deliver-log-status':
      return ({ DeliverLogsStatus: status }) => [status];
    case 'log-destination-type':
      return ({ LogDestinationType: type }) => [type];
    case 'flow-log-id':
      return ({ FlowLogId: id }) => [id];
    case 'resource-id':
      return ({ ResourceId: id }) => [id];
    case 'traffic-type':
      return ({ TrafficType: type }) => (type === undefined ? [] : [type]);
    case 'tag-key':
      return ({ Tags }) => Tags.map((tag) => tag.Key);
    case 'log-group-name':
      // S3 flow logs have no log group, so nothing matches.
      return () => [];
    default:
      throw awsFaults.filterInvalid(name);
  }
}

/** `*` is any text, `?` any one character, a backslash takes the next character as it is. */
function toPattern(value: string): RegExp {
  const source = value.replace(/\\?[\s\S]/g, (part) => {
    if (part === '*') return '[\\s\\S]*';
    if (part === '?') return '[\\s\\S]';
    const literal = part.length > 1 ? part.slice(1) : part;
    return literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}

/** Pages continue after the last id shown, so that deletions in between skip nothing. */
function pageOf(
  all: readonly FlowLogDescription[],
  request: DescribeFlowLogsRequest,
): DescribeFlowLogsResult {
  const { MaxResults: limit, NextToken: token } = request;
  if (limit !== undefined && (request.FlowLogIds ?? []).length > 0) {
    throw awsFaults.combinationInvalid('MaxResults', 'FlowLogIds');
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= MAX_RESULTS_MAX)) {
    throw awsFaults.valueInvalid(String(limit), 'MaxResults', `1 to ${MAX_RESULTS_MAX}.`);
  }
  const first = token === undefined ? 0 : indexAfter(all, token);
  const last = first + (limit ?? all.length);
  const page = all.slice(first, last);
  const lastShown = page.at(-1);
  if (last >= all.length || lastShown === undefined) return { FlowLogs: page };
  return { FlowLogs: page, NextToken: tokenAfter(lastShown) };
}

function tokenAfter(description: FlowLogDescription): string {
  const position = `${description.CreationTime} ${description.FlowLogId}`;
  return Buffer.from(position).toString('base64url');
}

function indexAfter(all: readonly FlowLogDescription[], token: string): number {
  const text = Buffer.from(token, 'base64url').toString();
  const [time, id, ...rest] = text.split(' ');
  if (time === undefined || id === undefined || rest.length > 0) throw awsFaults.nextTokenInvalid();
  const shown = all.findIndex((description) => description.FlowLogId === id);
  if (shown >= 0) return shown + 1;
  const next = all.findIndex((description) => description.CreationTime > time);
  return next < 0 ? all.length : next;
}
