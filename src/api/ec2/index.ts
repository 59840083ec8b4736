// The EC2 API: flow logs, their tags, and what the inventory knows of the network.
//
// Enters: requests that the edge has verified and decoded along the shapes stated here, a file per
// operation. Leaves: answers in AWS's words; faults of the caller are AwsError. What operations on
// flow logs mean is in api/flow-logs; the Describe operations over the inventory are whole here.
// Bounds: pages of 1,000, 200 filter values, and those of api/flow-logs.
// Source: EC2 API Reference 2016-11-15, restated in spec/api.md. Beyond AWS: ModifyFlowLogs, and
// StartTime of CreateFlowLogs.
import type { FlowLogDeps } from '../flow-logs/index.ts';
import type { Operation, Service } from '../operation.ts';
import { createFlowLogsOperation } from './create-flow-logs.ts';
import { createTagsOperation } from './create-tags.ts';
import { deleteFlowLogsOperation } from './delete-flow-logs.ts';
import { deleteTagsOperation } from './delete-tags.ts';
import { describeAvailabilityZonesOperation } from './describe-availability-zones.ts';
import { describeFlowLogsOperation } from './describe-flow-logs.ts';
import { describeInstancesOperation } from './describe-instances.ts';
import { describeNetworkInterfacesOperation } from './describe-network-interfaces.ts';
import { describeRegionsOperation } from './describe-regions.ts';
import { describeSubnetsOperation } from './describe-subnets.ts';
import { describeTagsOperation } from './describe-tags.ts';
import { describeTransitGatewayAttachmentsOperation } from './describe-transit-gateway-attachments.ts';
import { describeTransitGatewaysOperation } from './describe-transit-gateways.ts';
import { describeVpcsOperation } from './describe-vpcs.ts';
import {
  getFlowLogsIntegrationTemplateOperation,
  type IntegrationTemplateDeps,
} from './get-flow-logs-integration-template.ts';
import { modifyFlowLogsOperation } from './modify-flow-logs.ts';
import type { InventoryDeps } from './resource-listing.ts';

export interface Ec2Deps extends FlowLogDeps, InventoryDeps {
  /** Where GetFlowLogsIntegrationTemplate puts its template. */
  readonly putObject: IntegrationTemplateDeps['putObject'];
}

/** The service for the edge, with all its operations. */
export function createEc2Service(deps: Ec2Deps): Service {
  const operations: readonly Operation[] = [
    createFlowLogsOperation(deps),
    createTagsOperation(deps),
    deleteFlowLogsOperation(deps),
    deleteTagsOperation(deps),
    describeAvailabilityZonesOperation(deps),
    describeFlowLogsOperation(deps),
    describeInstancesOperation(deps),
    describeNetworkInterfacesOperation(deps),
    describeRegionsOperation(deps),
    describeSubnetsOperation(deps),
    describeTagsOperation(deps),
    describeTransitGatewayAttachmentsOperation(deps),
    describeTransitGatewaysOperation(deps),
    describeVpcsOperation(deps),
    getFlowLogsIntegrationTemplateOperation({
      flowLogs: () => deps.registry.list(),
      destination: deps.destination,
      putObject: deps.putObject,
      now: deps.now,
    }),
    modifyFlowLogsOperation(deps),
  ];
  return {
    name: 'ec2',
    protocol: 'ec2',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    operations: new Map(operations.map((operation) => [operation.name, operation])),
  };
}
