// DeleteFlowLogs: all of the named flow logs, or none when one of them does not exist. What they
// have delivered stays.
import { awsFaults } from '../../aws/aws-error.ts';
import type { DeleteFlowLogsRequest, DeleteFlowLogsResult } from '../../aws/flow-log-shapes.ts';
import type { CallScope } from './call-scope.ts';
import { chosenFlowLogs } from './chosen-flow-logs.ts';
import type { FlowLogDeps } from './flow-log-deps.ts';

/**
 * Deletes flow logs.
 *
 * @throws AwsError `InvalidFlowLogId.NotFound` with the ids that do not exist
 * @throws OperationError when the registry cannot be written
 */
export async function deleteFlowLogs(
  request: DeleteFlowLogsRequest,
  scope: CallScope,
  deps: FlowLogDeps,
): Promise<DeleteFlowLogsResult> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  return deps.registry.update((state) => {
    const chosen = new Set(chosenFlowLogs(request.FlowLogIds, state.flowLogs, scope));
    const flowLogs = state.flowLogs.filter((flowLog) => !chosen.has(flowLog));
    return { state: { ...state, flowLogs }, result: { Unsuccessful: [] } };
  });
}
