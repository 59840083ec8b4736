// CreateFlowLogs: one flow log for each resource, as many as can be; the others are reported in
// Unsuccessful. A repeated client token answers what the first request created.
import { createHash } from 'node:crypto';

import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import type {
  CreateFlowLogsRequest,
  CreateFlowLogsResult,
  FlowLog,
  UnsuccessfulItem,
} from '../../aws/flow-log.ts';
import { newClientToken, newFlowLogId, type RandomBytes } from '../../aws/ids.ts';
import { parseS3Destination } from '../../aws/s3-destination.ts';
import type { Snapshot } from '../../spine/topology.ts';
import { checkCreateRequest, type FlowLogSettings } from './create-rules.ts';
import type { UsedToken } from './registry-file.ts';
import type { FlowLogRegistry, RegistryState } from './registry.ts';

const FLOW_LOGS_PER_RESOURCE_MAX = 250;
/** AWS forgets tokens after some time; we after this many. */
const USED_TOKENS_MAX = 1000;

export interface CreateFlowLogsContext {
  readonly registry: FlowLogRegistry;
  /** What exists now. */
  readonly snapshot: Snapshot;
  /** The store's last sequence; the new flow logs deliver what comes after it. */
  readonly lastSequence: number;
  /** Unix milliseconds. */
  readonly nowMs: number;
  readonly randomBytes: RandomBytes;
}

/**
 * Creates flow logs.
 *
 * @returns ids in the order of the resources; delivery begins with the next closed window
 * @throws AwsError when the request as a whole is refused; `DryRunOperation` for a dry run
 * @throws OperationError when the registry cannot be written
 */
export async function createFlowLogs(
  request: CreateFlowLogsRequest,
  context: CreateFlowLogsContext,
): Promise<CreateFlowLogsResult> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  const { resourceIds, settings } = checkCreateRequest(request);
  return context.registry.update((state) => {
    const answered = repeatedAnswer(request, state);
    if (answered !== null) return { state, result: answered };
    return createAll(request, resourceIds, settings, state, context);
  });
}

function createAll(
  request: CreateFlowLogsRequest,
  resourceIds: readonly string[],
  settings: FlowLogSettings,
  before: RegistryState,
  context: CreateFlowLogsContext,
): { readonly state: RegistryState; readonly result: CreateFlowLogsResult } {
  const flowLogs = [...before.flowLogs];
  const unsuccessful: UnsuccessfulItem[] = [];
  const created: string[] = [];
  for (const resourceId of resourceIds) {
    const owner = ownerOf(settings, resourceId, context.snapshot);
    const fault = owner instanceof AwsError ? owner : conflict(settings, resourceId, flowLogs);
    if (owner instanceof AwsError || fault !== null) {
      unsuccessful.push(toUnsuccessful(resourceId, fault));
      continue;
    }
    const flowLogId = newFlowLogId(context.randomBytes);
    created.push(flowLogId);
    flowLogs.push({
      ...settings,
      ...owner,
      flowLogId,
      resourceId,
      creationTimeMs: context.nowMs,
      startSequence: context.lastSequence,
    });
  }
  const result = {
    ClientToken: request.ClientToken ?? newClientToken(context.randomBytes),
    FlowLogIds: created,
    Unsuccessful: unsuccessful,
  };
  if (created.length === 0) return { state: before, result };
  const usedTokens = withToken(before.usedTokens, request, created);
  return { state: { flowLogs, usedTokens }, result };
}

function toUnsuccessful(resourceId: string, fault: AwsError | null): UnsuccessfulItem {
  const Error = { Code: fault?.code ?? 'InternalError', Message: fault?.message ?? '' };
  return { ResourceId: resourceId, Error };
}

/** Account and region of the resource, or why it cannot have a flow log. */
function ownerOf(
  settings: FlowLogSettings,
  id: string,
  snapshot: Snapshot,
): Pick<FlowLog, 'accountId' | 'region'> | AwsError {
  switch (settings.resourceType) {
    case 'VPC': {
      const vpc = snapshot.vpcs.get(id);
      return vpc === undefined ? awsFaults.vpcNotFound(id) : pickOwner(vpc.accountId, vpc.region);
    }
    case 'Subnet': {
      const vpc = snapshot.vpcs.get(snapshot.subnets.get(id)?.vpcId ?? '');
      return vpc === undefined
        ? awsFaults.subnetNotFound(id)
        : pickOwner(vpc.accountId, vpc.region);
    }
    case 'NetworkInterface': {
      const eni = snapshot.enis.get(id);
      const vpc = snapshot.vpcs.get(eni?.vpcId ?? '');
      if (eni === undefined || vpc === undefined) return awsFaults.interfaceNotFound(id);
      return pickOwner(eni.accountId, vpc.region);
    }
    default:
      return awsFaults.resourceTypeUnsupported(settings.resourceType);
  }
}

function pickOwner(accountId: string, region: string): Pick<FlowLog, 'accountId' | 'region'> {
  return { accountId, region };
}

/** Why the resource may not have this flow log beside those it has, or null. */
function conflict(
  settings: FlowLogSettings,
  resourceId: string,
  flowLogs: readonly FlowLog[],
): AwsError | null {
  const siblings = flowLogs.filter((flowLog) => flowLog.resourceId === resourceId);
  if (siblings.length >= FLOW_LOGS_PER_RESOURCE_MAX) {
    return awsFaults.limitExceeded(resourceId, FLOW_LOGS_PER_RESOURCE_MAX);
  }
  const place = placeOf(settings.logDestination);
  // Unverified: whether AWS compares more than resource, destination and traffic type. An ACCEPT
  // and a REJECT flow log to one destination are documented as usual (spec/delivery.md 2).
  const twin = siblings.find(
    (sibling) =>
      placeOf(sibling.logDestination) === place && sibling.trafficType === settings.trafficType,
  );
  return twin === undefined ? null : awsFaults.alreadyExists();
}

/** The destination without the differences that mean nothing, such as a closing slash. */
function placeOf(arn: string): string {
  const destination = parseS3Destination(arn);
  return 'fault' in destination ? arn : `${destination.bucket}/${destination.folder}`;
}

/** What the same request with the same token was answered before, or null. */
function repeatedAnswer(
  request: CreateFlowLogsRequest,
  state: RegistryState,
): CreateFlowLogsResult | null {
  const token = request.ClientToken;
  const used = state.usedTokens.find((candidate) => candidate.token === token);
  if (token === undefined || used === undefined) return null;
  if (used.fingerprint !== fingerprint(request)) throw awsFaults.tokenMismatch();
  return { ClientToken: token, FlowLogIds: used.flowLogIds, Unsuccessful: [] };
}

function withToken(
  usedTokens: readonly UsedToken[],
  request: CreateFlowLogsRequest,
  flowLogIds: string[],
): readonly UsedToken[] {
  if (request.ClientToken === undefined) return usedTokens;
  const entry = { token: request.ClientToken, fingerprint: fingerprint(request), flowLogIds };
  return [...usedTokens, entry].slice(-USED_TOKENS_MAX);
}

/** SHA-256 over the parameters in the order of their names. */
function fingerprint(request: CreateFlowLogsRequest): string {
  const parameters = Object.entries(request)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex');
}
