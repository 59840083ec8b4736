// CreateFlowLogs: one flow log for each resource, as many as can be; the others are reported in
// Unsuccessful. A repeated client token answers what the first request created.
import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import type { FlowLog } from '../../aws/flow-log.ts';
import type {
  CreateFlowLogsRequest,
  CreateFlowLogsResult,
  UnsuccessfulItem,
} from '../../aws/flow-log-shapes.ts';
import { newClientToken, newFlowLogId } from '../../aws/ids.ts';
import type { CallScope } from './call-scope.ts';
import { createConflicts } from './conflicts.ts';
import { checkCreateRequest, type CheckedCreate } from './create-rules.ts';
import {
  checkDestinationAccount,
  checkDestinationRegion,
  destinationFields,
} from './destination-rules.ts';
import type { DestinationState, FlowLogDeps } from './flow-log-deps.ts';
import { ownerOf, type Owner } from './observed-resource.ts';
import type { RegistryState } from './registry.ts';
import { checkEcsCluster } from './setting-rules.ts';
import { unsuccessfulItem } from './unsuccessful.ts';
import { repeatedAnswer, withToken } from './used-token.ts';

/** What is found out before the registry is changed. */
interface Circumstances {
  /** Owner of each resource, or why it does not exist for the caller. */
  readonly resources: readonly { readonly id: string; readonly owner: Owner | AwsError }[];
  /** Why nothing can be delivered there, or null. */
  readonly destinationFault: AwsError | null;
  readonly startSequence: number;
}

/**
 * Creates flow logs.
 *
 * @returns ids in the order of the resources; delivery begins with the next closed window, or with
 *   what was stored from StartTime on
 * @throws AwsError when the request as a whole is refused; `DryRunOperation` for a dry run
 * @throws OperationError when the registry cannot be written
 */
export async function createFlowLogs(
  request: CreateFlowLogsRequest,
  scope: CallScope,
  deps: FlowLogDeps,
): Promise<CreateFlowLogsResult> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  const checked = checkCreateRequest(request, scope, deps.now());
  const circumstances = await circumstancesOf(checked, scope, deps);
  return deps.registry.update((state) => {
    const answered = repeatedAnswer(request, scope, state);
    if (answered !== null) return { state, result: answered };
    const { created, unsuccessful } = createAll(checked, circumstances, state, deps);
    const flowLogIds = created.map((flowLog) => flowLog.flowLogId);
    const result = {
      ClientToken: request.ClientToken ?? newClientToken(deps.randomBytes),
      FlowLogIds: flowLogIds,
      Unsuccessful: unsuccessful,
    };
    if (created.length === 0) return { state, result };
    const flowLogs = [...state.flowLogs, ...created];
    const usedTokens = withToken(state.usedTokens, request, scope, flowLogIds);
    return { state: { flowLogs, usedTokens }, result };
  });
}

async function circumstancesOf(
  checked: CheckedCreate,
  scope: CallScope,
  deps: FlowLogDeps,
): Promise<Circumstances> {
  const snapshot = deps.snapshot();
  const { resourceIds, resourceType, destination, startTimeMs } = checked;
  const resources = resourceIds.map((id) => {
    return { id, owner: ownerOf(id, resourceType, snapshot, scope) };
  });
  const existing = resources.flatMap(({ owner }) => (owner instanceof AwsError ? [] : [owner]));
  for (const owner of existing) {
    if (checked.hasEcsFields) checkEcsCluster(owner, snapshot);
    checkDestinationRegion(destination, owner.region);
    checkDestinationAccount(destination, owner.accountId);
  }
  const { bucket } = destination;
  const isProbed = bucket !== null && existing.length > 0;
  return {
    resources,
    destinationFault: isProbed ? destinationFault(bucket, await deps.destination(bucket)) : null,
    startSequence:
      startTimeMs === null ? deps.lastSequence() : await deps.sequenceBefore(startTimeMs),
  };
}

function createAll(
  checked: CheckedCreate,
  { resources, destinationFault: noDelivery, startSequence }: Circumstances,
  before: RegistryState,
  deps: FlowLogDeps,
): { readonly created: FlowLog[]; readonly unsuccessful: UnsuccessfulItem[] } {
  const conflicts = createConflicts(before.flowLogs);
  const attempt = (id: string, owner: Owner | AwsError): FlowLog | AwsError => {
    if (owner instanceof AwsError) return owner;
    if (noDelivery !== null) return noDelivery;
    const flowLog = newFlowLog(checked, id, owner, startSequence, deps);
    return conflicts.faultOf(flowLog) ?? flowLog;
  };
  const created: FlowLog[] = [];
  const unsuccessful: UnsuccessfulItem[] = [];
  for (const { id, owner } of resources) {
    const outcome = attempt(id, owner);
    if (outcome instanceof AwsError) {
      unsuccessful.push(unsuccessfulItem(id, outcome));
    } else {
      created.push(outcome);
      conflicts.add(outcome);
    }
  }
  return { created, unsuccessful };
}

function newFlowLog(
  { resourceType, settings, destination, tags }: CheckedCreate,
  resourceId: string,
  owner: Owner,
  startSequence: number,
  deps: FlowLogDeps,
): FlowLog {
  return {
    ...settings,
    ...owner,
    ...destinationFields(destination, owner),
    flowLogId: newFlowLogId(deps.randomBytes),
    creationTimeMs: deps.now(),
    resourceType,
    resourceId,
    tags,
    startSequence,
    formerSettings: [],
  };
}

function destinationFault(bucket: string, state: DestinationState): AwsError | null {
  switch (state) {
    case 'ok':
      return null;
    case 'missing':
      return awsFaults.bucketMissing(bucket);
    case 'denied':
      return awsFaults.bucketDenied(bucket);
    case 'undeliverable':
      return awsFaults.bucketUndeliverable(bucket);
  }
}
