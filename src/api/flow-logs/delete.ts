// DeleteFlowLogs: all of the named flow logs, or none when one of them does not exist. What they
// have delivered stays.
import { awsFaults } from '../../aws/aws-error.ts';
import type { DeleteFlowLogsRequest, DeleteFlowLogsResult } from '../../aws/flow-log.ts';
import type { FlowLogRegistry } from './registry.ts';

/**
 * Deletes flow logs.
 *
 * @throws AwsError `InvalidFlowLogId.NotFound` with the ids that do not exist
 * @throws OperationError when the registry cannot be written
 */
export async function deleteFlowLogs(
  request: DeleteFlowLogsRequest,
  context: { readonly registry: FlowLogRegistry },
): Promise<DeleteFlowLogsResult> {
  if (request.DryRun === true) throw awsFaults.dryRun();
  const ids = new Set(request.FlowLogIds);
  if (ids.size === 0) throw awsFaults.formatInvalid(null, 'flowLogId');
  return context.registry.update((state) => {
    const missing = [...ids].filter((id) => !state.flowLogs.some((log) => log.flowLogId === id));
    if (missing.length > 0) throw awsFaults.flowLogsNotFound(missing);
    const flowLogs = state.flowLogs.filter((flowLog) => !ids.has(flowLog.flowLogId));
    return { state: { ...state, flowLogs }, result: { Unsuccessful: [] } };
  });
}
