// The control plane of flow logs: what CreateFlowLogs, DescribeFlowLogs and DeleteFlowLogs mean,
// apart from how they arrive (command line now, EC2 API over the same functions).
//
// Enters: requests in AWS's words (aws/flow-log.ts), the inventory's snapshot, the store's last
// sequence. Leaves: answers in AWS's words, and the registry (DATA/flow-logs.json), from which
// delivery learns what to do. Faults of the caller are AwsError with AWS's code and text.
// Bounds: 1,000 resources per call, 250 flow logs per resource, 1,000 remembered client tokens.
// Source: EC2 API Reference, restated in spec/api.md 2 to 6.
export {
  createFlowLogOperations,
  type FlowLogOperations,
  type FlowLogOperationsDeps,
} from './operations.ts';
export type { DeliveryState } from './describe.ts';
export { openFlowLogRegistry, type FlowLogRegistry } from './registry.ts';
