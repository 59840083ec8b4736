import { awsFaults } from '../../aws/aws-error.ts';
import type { FlowLog } from '../../aws/flow-log.ts';
import { isInScope, type CallScope } from './call-scope.ts';

const IDS_MAX = 1000;

/**
 * The flow logs that a request names, each once, in the order of the ids.
 *
 * @throws AwsError when none is named, too many are, or one does not exist for the caller
 */
export function chosenFlowLogs(
  ids: readonly string[] | undefined,
  flowLogs: readonly FlowLog[],
  scope: CallScope,
): readonly FlowLog[] {
  const wanted = checkFlowLogIds(ids);
  if (wanted.size === 0) throw awsFaults.formatInvalid(null, 'flowLogId');
  return findFlowLogs(wanted, flowLogs, scope);
}

/** The ids, each once. @throws AwsError for more than a call may name */
export function checkFlowLogIds(ids: readonly string[] = []): ReadonlySet<string> {
  if (ids.length <= IDS_MAX) return new Set(ids);
  const allowed = `At most ${IDS_MAX} flow logs per request.`;
  throw awsFaults.valueInvalid(`${ids.length} ids`, 'FlowLogIds', allowed);
}

/** @throws AwsError `InvalidFlowLogId.NotFound` with all that are missing */
export function findFlowLogs(
  ids: ReadonlySet<string>,
  flowLogs: readonly FlowLog[],
  scope: CallScope,
): readonly FlowLog[] {
  const byId = new Map(flowLogs.map((flowLog) => [flowLog.flowLogId, flowLog]));
  const found: FlowLog[] = [];
  const missing: string[] = [];
  for (const id of ids) {
    const flowLog = byId.get(id);
    if (flowLog !== undefined && isInScope(flowLog.region, scope)) found.push(flowLog);
    else missing.push(id);
  }
  if (missing.length > 0) throw awsFaults.flowLogsNotFound(missing);
  return found;
}
