// Flow-log operations over a network of two regions, for tests.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { TestContext } from 'node:test';

import {
  createFlowLogOperations,
  openFlowLogRegistry,
  type CallScope,
  type FlowLogDeps,
  type FlowLogOperations,
  type FlowLogRegistry,
} from '../../src/api/flow-logs/index.ts';
import { AwsError } from '../../src/aws/aws-error.ts';
import { parseInventory } from '../../src/inventory/index.ts';
import type { Snapshot } from '../../src/spine/topology.ts';
import { temporaryFolder } from './temporary.ts';

export const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0, 5);
export const REGION = 'eu-west-1';
export const ROLE = 'arn:aws:iam::123456789012:role/service/flow-logs';
export const IN_REGION: CallScope = { region: REGION };

/** `other-...` are of another account; `us` of another region; eu-central-1 has an ECS cluster. */
const NETWORK = `
vpcs:
  - {id: vpc-1, cidrs: [10.0.0.0/16], tags: {Name: one, team: red}}
  - {id: vpc-2, cidrs: [10.1.0.0/16]}
  - {id: vpc-0a, account: 210987654321, cidrs: [10.2.0.0/16]}
  - {id: vpc-05, region: us-east-1, cidrs: [10.3.0.0/16], tags: {Name: overseas}}
  - {id: vpc-0ec5, region: eu-central-1, cidrs: [10.4.0.0/16]}
subnets:
  - {id: subnet-1, vpc: vpc-1, cidrs: [10.0.0.0/24], tags: {tier: front}}
  - {id: subnet-5, vpc: vpc-05, cidrs: [10.3.0.0/24]}
instances: [{id: i-1, tags: {Name: web}}, {id: i-5, tags: {Name: overseas}}]
transit-gateways: [{id: tgw-1, tags: {Name: hub}}, {id: tgw-5, region: us-east-1}]
transit-gateway-attachments:
  - {id: tgw-attach-1, transit-gateway: tgw-1, vpc: vpc-0a, tags: {Name: spoke}}
enis:
  - {id: eni-1, subnet: subnet-1, instance: i-1, account: 222222222222, tags: {Name: first}}
  - {id: eni-2, subnet: subnet-1, interface-type: regional_nat_gateway, resource-id: nat-1}
  - {id: eni-5, subnet: subnet-5, instance: i-5, tags: {Name: overseas}}
ecs-clusters:
  - {name: here, region: eu-central-1}
  - {name: theirs, account: 210987654321, region: eu-west-1}
`;

export const SNAPSHOT: Snapshot = {
  version: 1,
  ...parseInventory(NETWORK, { path: 'network', accountId: '123456789012', region: REGION }),
};

/** A request that is accepted, to change for each case. */
export const REQUEST = {
  ResourceIds: ['vpc-1'],
  ResourceType: 'VPC',
  TrafficType: 'ALL',
  LogDestinationType: 's3',
  LogDestination: 'arn:aws:s3:::my-bucket/folder',
};

export interface OpenedFlowLogs {
  readonly operations: FlowLogOperations;
  readonly deps: FlowLogDeps;
  readonly registry: FlowLogRegistry;
  readonly file: string;
  /** Opens the same file again, as after a crash. */
  readonly reopen: () => Promise<FlowLogOperations>;
}

/** A registry in a temporary folder. The store's last sequence is 42 if `deps` does not say. */
export async function openFlowLogs(
  t: Pick<TestContext, 'after'>,
  deps: Partial<FlowLogDeps> = {},
): Promise<OpenedFlowLogs> {
  const file = path.join(temporaryFolder(t), 'flow-logs.json');
  const registry = await openFlowLogRegistry(file);
  const opened: FlowLogDeps = {
    registry,
    snapshot: () => SNAPSHOT,
    lastSequence: () => 42,
    sequenceBefore: async () => 7,
    destination: async () => 'ok',
    deliveryState: () => null,
    now: () => NOW_MS,
    randomBytes,
    ...deps,
  };
  return {
    operations: createFlowLogOperations(opened),
    deps: opened,
    registry,
    file,
    reopen: async () =>
      createFlowLogOperations({ ...opened, registry: await openFlowLogRegistry(file) }),
  };
}

/** The fault that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<AwsError> {
  try {
    await call;
  } catch (fault) {
    assert.ok(fault instanceof AwsError, String(fault));
    return fault;
  }
  assert.fail('the call was not refused');
}
