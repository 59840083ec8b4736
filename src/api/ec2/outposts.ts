import { partitionOf } from '../../aws/arn.ts';
import type { Snapshot, Subnet } from '../../spine/topology.ts';

/** ARN of the outpost that the subnet is in, or undefined. */
export function outpostArnOf(snapshot: Snapshot, subnet: Subnet | undefined): string | undefined {
  const vpc = subnet === undefined ? undefined : snapshot.vpcs.get(subnet.vpcId);
  if (vpc === undefined || subnet?.sublocationType !== 'outpost') return undefined;
  const { region, accountId } = vpc;
  const owner = `arn:${partitionOf(region)}:outposts:${region}:${accountId}`;
  return `${owner}:outpost/${subnet.sublocationId ?? ''}`;
}
