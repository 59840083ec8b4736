// The control plane of flow logs: what CreateFlowLogs, DescribeFlowLogs, DeleteFlowLogs and, beyond
// AWS, ModifyFlowLogs mean, and CreateTags and DeleteTags on flow logs; apart from how they arrive
// (EC2 API in api/ec2, control port and command line by FlowLogOperations).
//
// Enters: requests in AWS's words (aws/flow-log-shapes.ts), for whom they are (CallScope), the
// inventory's snapshot, the store's sequences. Leaves: answers in AWS's words, and the registry
// (DATA/flow-logs.json), from which delivery learns what to do. Faults of the caller are AwsError
// with AWS's code and text.
// Bounds: 300 resources per call, 25 transit gateways, 250 flow logs per resource, 1,000 ids, 50
// tags, 1,000 remembered client tokens, 100 former settings of a flow log.
// Source: EC2 API Reference, restated in spec/api.md 2 to 6.
export type { CallScope } from './call-scope.ts';
export { createFlowLogs } from './create.ts';
export { deleteFlowLogs } from './delete.ts';
export { describeFlowLogs } from './describe.ts';
export type { DeliveryState, DestinationState, FlowLogDeps } from './flow-log-deps.ts';
export { modifyFlowLogs } from './modify.ts';
export { arnTypeOf, ownerOf } from './observed-resource.ts';
export { createFlowLogOperations, type FlowLogOperations } from './operations.ts';
export { openFlowLogRegistry, type FlowLogRegistry } from './registry.ts';
export { createTags, deleteTags } from './tags.ts';
