// What a caller must be allowed for the operations on flow logs (spec/api.md 8, spec/records.md
// 5.5 and 5.6). Requests are not checked yet here: what cannot be named is left out, and the
// operation refuses it in AWS's words.
import { partitionOf } from '../../aws/arn.ts';
import { RESOURCE_TYPES, type FlowLog, type FlowLogResourceType } from '../../aws/flow-log.ts';
import type { CreateFlowLogsRequest, ModifyFlowLogsRequest } from '../../aws/flow-log-shapes.ts';
import type { Snapshot } from '../../spine/topology.ts';
import { arnTypeOf, ownerOf } from '../flow-logs/index.ts';
import type { Caller, Permission } from '../operation.ts';

const FLOW_LOG = 'vpc-flow-log';
const ID_CHARACTERS_MAX = 128;

/** Which ECS fields want more than ecs:ListClusters. */
const ECS_ACTIONS: readonly (readonly [field: RegExp, action: string])[] = [
  [/\$\{ecs-/, 'ecs:ListClusters'],
  [/\$\{ecs-container-instance-/, 'ecs:ListContainerInstances'],
  [/\$\{ecs-service-name\}/, 'ecs:ListServices'],
  [/\$\{ecs-task-definition-arn\}/, 'ecs:ListTaskDefinitions'],
  [/\$\{ecs-task-(arn|id)\}/, 'ecs:ListTasks'],
];

/** For CreateFlowLogs: the resources, new flow logs, their tags, the destination and its roles. */
export function createPermissions(
  request: CreateFlowLogsRequest,
  caller: Caller,
  snapshot: Snapshot,
): readonly Permission[] {
  const flowLogs = [ec2Arn(caller.region, caller.accountId, FLOW_LOG, '*')];
  const resources = observedArns(request, caller, snapshot);
  const isTagged = (request.TagSpecifications ?? []).some(({ Tags }) => (Tags ?? []).length > 0);
  const permissions: Permission[] = [
    { action: 'ec2:CreateFlowLogs', resources: [...resources, ...flowLogs] },
    ...formatPermissions(request),
  ];
  if (isTagged) permissions.push({ action: 'ec2:CreateTags', resources: flowLogs });
  // The role of another account (DeliverCrossAccountRole) is not the caller's to pass.
  const role = request.DeliverLogsPermissionArn ?? '';
  if (role !== '') permissions.push({ action: 'iam:PassRole', resources: [role] });
  const { LogDestinationType: type, LogDestination: stream = '*' } = request;
  if (type === 's3' || type === 'kinesis-data-firehose') {
    permissions.push({ action: 'logs:CreateLogDelivery', resources: ['*'] });
  }
  if (type === 'kinesis-data-firehose') {
    permissions.push({ action: 'firehose:TagDeliveryStream', resources: [stream] });
  }
  return permissions;
}

/** For ModifyFlowLogs, beyond AWS: what creation would want, on the flow logs themselves. */
export function modifyPermissions(
  request: ModifyFlowLogsRequest,
  caller: Caller,
  flowLogs: readonly FlowLog[],
): readonly Permission[] {
  const resources = flowLogArns(request.FlowLogIds, caller, flowLogs);
  return [{ action: 'ec2:ModifyFlowLogs', resources }, ...formatPermissions(request)];
}

/** What the fields of a log format want; the text is not parsed yet. */
function formatPermissions({
  LogFormat: format = '',
  TagFieldSpecifications: specifications = [],
}: ModifyFlowLogsRequest): readonly Permission[] {
  const actions = ECS_ACTIONS.filter(([field]) => field.test(format)).map(([, action]) => action);
  for (const { ResourceType: type } of specifications) {
    actions.push(type === 'auto-scaling-group' ? 'autoscaling:DescribeTags' : 'ec2:DescribeTags');
  }
  return [...new Set(actions)].map((action) => ({ action, resources: ['*'] }));
}

function observedArns(
  request: CreateFlowLogsRequest,
  caller: Caller,
  snapshot: Snapshot,
): readonly string[] {
  const type = RESOURCE_TYPES.find((candidate) => candidate === request.ResourceType);
  if (type === undefined) return [];
  return (request.ResourceIds ?? []).map((id) => observedArn(nameable(id), type, caller, snapshot));
}

/** In the owner's account, where the resource exists; else in the caller's. */
function observedArn(
  id: string,
  type: FlowLogResourceType,
  { region, accountId }: Caller,
  snapshot: Snapshot,
): string {
  const owner = ownerOf(id, type, snapshot, { region });
  const account = owner instanceof Error ? accountId : owner.accountId;
  return ec2Arn(region, account, arnTypeOf(type), id);
}

/** ARNs of flow logs; of all flow logs when none is named. */
export function flowLogArns(
  ids: readonly string[] = [],
  { region, accountId }: Caller,
  flowLogs: readonly FlowLog[],
): readonly string[] {
  const wanted = ids.length === 0 ? ['*'] : ids.map(nameable);
  const owners = new Map(flowLogs.map((flowLog) => [flowLog.flowLogId, flowLog.accountId]));
  return wanted.map((id) => ec2Arn(region, owners.get(id) ?? accountId, FLOW_LOG, id));
}

/** What is too long to be an id names nothing: who may act on anything is told so, not refused. */
function nameable(id: string): string {
  return id.length <= ID_CHARACTERS_MAX ? id : '*';
}

function ec2Arn(region: string, accountId: string, type: string, id: string): string {
  return `arn:${partitionOf(region)}:ec2:${region}:${accountId}:${type}/${id}`;
}
