import { describeFlowLogsInput, describeFlowLogsOutput } from '../../aws/flow-log-shapes.ts';
import { describeFlowLogs, type FlowLogDeps } from '../flow-logs/index.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { permissionTo } from './resource-listing.ts';

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFlowLogs.html */
export function describeFlowLogsOperation(deps: FlowLogDeps): Operation {
  return defineOperation({
    name: 'DescribeFlowLogs',
    isLarge: true,
    input: describeFlowLogsInput,
    output: describeFlowLogsOutput,
    permissions: permissionTo('DescribeFlowLogs'),
    run: async (request, { caller }) => describeFlowLogs(request, caller, deps),
  });
}
