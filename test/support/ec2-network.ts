// A small network in two regions, and clients of the Describe operations over it.
import assert from 'node:assert/strict';

import { describeAvailabilityZonesOperation } from '../../src/api/ec2/describe-availability-zones.ts';
import { describeInstancesOperation } from '../../src/api/ec2/describe-instances.ts';
import { describeNetworkInterfacesOperation } from '../../src/api/ec2/describe-network-interfaces.ts';
import { describeRegionsOperation } from '../../src/api/ec2/describe-regions.ts';
import { describeSubnetsOperation } from '../../src/api/ec2/describe-subnets.ts';
import { describeTransitGatewayAttachmentsOperation } from '../../src/api/ec2/describe-transit-gateway-attachments.ts';
import { describeTransitGatewaysOperation } from '../../src/api/ec2/describe-transit-gateways.ts';
import { describeVpcsOperation } from '../../src/api/ec2/describe-vpcs.ts';
import { parseInventory } from '../../src/inventory/index.ts';
import type { Snapshot } from '../../src/spine/topology.ts';
import { clientOver } from './ec2-client.ts';

const NETWORK = `
vpcs:
  - {id: vpc-1, cidrs: [10.0.0.0/16, 10.9.0.0/16, 2001:db8::/56], tags: {Name: one, team: red}}
  - {id: vpc-2, account: 210987654321, cidrs: [10.1.0.0/16]}
  - {id: vpc-3, region: us-east-1, cidrs: [10.2.0.0/16]}
subnets:
  - {id: subnet-1, vpc: vpc-1, cidrs: [10.0.0.0/28, 2001:db8::/64], az-id: euw1-az2,
     tags: {Name: a}}
  - {id: subnet-2, vpc: vpc-2, cidrs: [10.1.0.0/24], az-id: euw1-az1, az: eu-west-1c}
  - {id: subnet-3, vpc: vpc-3, cidrs: [10.2.0.0/24], az-id: use1-az6}
  - {id: subnet-4, vpc: vpc-1, cidrs: [10.9.0.0/24], sublocation: {type: outpost, id: op-1}}
instances:
  - {id: i-1, account: 111122223333, tags: {Name: web}}
  - {id: i-2}
  - {id: i-3}
transit-gateways:
  - {id: tgw-1, description: hub, tags: {Name: hub}}
  - {id: tgw-2, region: us-east-1}
  - {id: tgw-3, region: ap-south-1}
transit-gateway-attachments:
  - {id: tgw-attach-1, transit-gateway: tgw-1, vpc: vpc-1}
  - {id: tgw-attach-2, transit-gateway: tgw-1, vpc: vpc-2, tags: {Name: two}}
  - {id: tgw-attach-3, transit-gateway: tgw-2, vpc: vpc-3}
enis:
  - {id: eni-1, subnet: subnet-1, instance: i-1, mac: '02:00:00:00:00:01', interface: eth0,
     netns: lab, ipv4: [10.0.0.5, 10.0.0.6], ipv6: ['2001:db8::5'], tags: {Name: first}}
  - {id: eni-2, subnet: subnet-1, instance: i-1, ipv4: [10.0.0.7]}
  - {id: eni-3, subnet: subnet-3, instance: i-2, ipv4: [10.2.0.5]}
  - {id: eni-4, subnet: subnet-2, attachment: tgw-attach-2, ipv4: [10.1.0.5]}
  - {id: eni-5, subnet: subnet-4}
  - {id: eni-6, subnet: subnet-2, interface: veth6, host-side: true}
`;

export const REGION = 'eu-west-1';
export const SNAPSHOT: Snapshot = {
  version: 1,
  ...parseInventory(NETWORK, { path: 'network', accountId: '123456789012', region: REGION }),
};
const DEPS = { snapshot: () => SNAPSHOT, region: REGION };
export const OPERATIONS = [
  describeAvailabilityZonesOperation(DEPS),
  describeInstancesOperation(DEPS),
  describeNetworkInterfacesOperation(DEPS),
  describeRegionsOperation(DEPS),
  describeSubnetsOperation(DEPS),
  describeTransitGatewayAttachmentsOperation(DEPS),
  describeTransitGatewaysOperation(DEPS),
  describeVpcsOperation(DEPS),
];
export const client = clientOver(OPERATIONS, REGION);
export const overseas = clientOver(OPERATIONS, 'us-east-1');

/** Code and message of the fault that the call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (fault) {
    assert.ok(fault instanceof Error);
    return `${fault.name}: ${fault.message}`;
  }
  assert.fail('no fault');
}
