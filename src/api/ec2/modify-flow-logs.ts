import { modifyFlowLogsInput, modifyFlowLogsOutput } from '../../aws/flow-log-shapes.ts';
import { modifyFlowLogs, type FlowLogDeps } from '../flow-logs/index.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { modifyPermissions } from './flow-log-permissions.ts';

/** Beyond AWS, which has no such operation (docs/reference/flow-logs.md). */
export function modifyFlowLogsOperation(deps: FlowLogDeps): Operation {
  return defineOperation({
    name: 'ModifyFlowLogs',
    input: modifyFlowLogsInput,
    output: modifyFlowLogsOutput,
    permissions: (request, caller) => modifyPermissions(request, caller, deps.registry.list()),
    run: (request, { caller }) => modifyFlowLogs(request, caller, deps),
  });
}
