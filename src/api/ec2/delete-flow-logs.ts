import { deleteFlowLogsInput, deleteFlowLogsOutput } from '../../aws/flow-log-shapes.ts';
import { deleteFlowLogs, type FlowLogDeps } from '../flow-logs/index.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { flowLogArns } from './flow-log-permissions.ts';

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteFlowLogs.html */
export function deleteFlowLogsOperation(deps: FlowLogDeps): Operation {
  return defineOperation({
    name: 'DeleteFlowLogs',
    input: deleteFlowLogsInput,
    output: deleteFlowLogsOutput,
    permissions: (request, caller) => {
      const resources = flowLogArns(request.FlowLogIds, caller, deps.registry.list());
      return ['ec2:DeleteFlowLogs', 'logs:DeleteLogDelivery'].map((action) => ({
        action,
        resources,
      }));
    },
    run: (request, { caller }) => deleteFlowLogs(request, caller, deps),
  });
}
