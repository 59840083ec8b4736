// CreateTags and DeleteTags on flow logs: on all that a request names, or on none. Tags of other
// resources are the inventory's (spec/api.md 4).
import { awsFaults } from '../../aws/aws-error.ts';
import type { FlowLog, Tag } from '../../aws/flow-log.ts';
import type { ReturnResult, TagsRequest } from '../../aws/tag-shapes.ts';
import type { Snapshot } from '../../spine/topology.ts';
import type { CallScope } from './call-scope.ts';
import { findFlowLogs } from './chosen-flow-logs.ts';
import type { FlowLogDeps } from './flow-log-deps.ts';
import { checkTagCount, checkTags } from './tag-rules.ts';

const RESOURCES_MAX = 1000;
const FLOW_LOG_PREFIX = 'fl-';

/**
 * Adds tags; a tag whose key is there takes the new value.
 *
 * @throws AwsError when a tag or a resource is refused; no tag has changed then
 * @throws OperationError when the registry cannot be written
 */
export async function createTags(
  request: TagsRequest,
  scope: CallScope,
  deps: FlowLogDeps,
): Promise<ReturnResult> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  const ids = checkResources(request.Resources, deps.snapshot());
  if ((request.Tags ?? []).length === 0) throw awsFaults.parameterMissing('Tags');
  const added = checkTags(request.Tags ?? []);
  return changeTags(ids, scope, deps, (before) => {
    const tags = new Map([...before, ...added].map((tag) => [tag.Key, tag]));
    return checkTagCount([...tags.values()]);
  });
}

/**
 * Removes tags: all of a flow log when none is named, by key, or by key and value.
 *
 * @throws AwsError when a resource is refused; no tag has changed then
 * @throws OperationError when the registry cannot be written
 */
export async function deleteTags(
  request: TagsRequest,
  scope: CallScope,
  deps: FlowLogDeps,
): Promise<ReturnResult> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  const ids = checkResources(request.Resources, deps.snapshot());
  const removed = request.Tags ?? [];
  // Unverified: AWS's answer to a value without a key; to remove nothing in silence helps nobody.
  if (removed.some(({ Key }) => Key === undefined)) throw awsFaults.parameterMissing('Tag.Key');
  return changeTags(ids, scope, deps, (before) =>
    before.filter((tag) => {
      const isNamed = removed.some(
        ({ Key, Value }) => Key === tag.Key && (Value === undefined || Value === tag.Value),
      );
      return removed.length > 0 && !isNamed;
    }),
  );
}

function checkResources(
  resources: readonly string[] = [],
  snapshot: Snapshot,
): ReadonlySet<string> {
  if (resources.length === 0) throw awsFaults.parameterMissing('Resources');
  if (resources.length > RESOURCES_MAX) {
    const allowed = `At most ${RESOURCES_MAX} resources per request.`;
    throw awsFaults.valueInvalid(`${resources.length} ids`, 'Resources', allowed);
  }
  const stranger = resources.find((id) => !id.startsWith(FLOW_LOG_PREFIX));
  if (stranger === undefined) return new Set(resources);
  // Unverified: which code AWS answers for an id that names nothing.
  throw isOfInventory(stranger, snapshot)
    ? awsFaults.inventoryTags(stranger)
    : awsFaults.idInvalid(stranger.slice(0, 80));
}

function isOfInventory(id: string, snapshot: Snapshot): boolean {
  return [
    snapshot.vpcs,
    snapshot.subnets,
    snapshot.enis,
    snapshot.instances,
    snapshot.transitGateways,
    snapshot.transitGatewayAttachments,
  ].some((resources) => resources.has(id));
}

function changeTags(
  ids: ReadonlySet<string>,
  scope: CallScope,
  deps: FlowLogDeps,
  change: (before: readonly Tag[]) => readonly Tag[],
): Promise<ReturnResult> {
  return deps.registry.update((state) => {
    const chosen = new Set(findFlowLogs(ids, state.flowLogs, scope));
    const changed = (flowLog: FlowLog): FlowLog =>
      chosen.has(flowLog) ? { ...flowLog, tags: change(flowLog.tags) } : flowLog;
    const flowLogs = state.flowLogs.map(changed);
    return { state: { ...state, flowLogs }, result: { Return: true } };
  });
}
