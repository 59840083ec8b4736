import { createFlowLogsInput, createFlowLogsOutput } from '../../aws/flow-log-shapes.ts';
import { createFlowLogs, type FlowLogDeps } from '../flow-logs/index.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { createPermissions } from './flow-log-permissions.ts';

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html */
export function createFlowLogsOperation(deps: FlowLogDeps): Operation {
  return defineOperation({
    name: 'CreateFlowLogs',
    input: createFlowLogsInput,
    output: createFlowLogsOutput,
    permissions: (request, caller) => createPermissions(request, caller, deps.snapshot()),
    run: (request, { caller }) => createFlowLogs(request, caller, deps),
  });
}
