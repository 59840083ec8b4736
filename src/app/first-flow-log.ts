import type { FlowLogOperations, FlowLogRegistry } from '../api/flow-logs/index.ts';
import type { Snapshot } from '../spine/topology.ts';

/**
 * What `--log-to` asks for: on a folder without any flow log, one of the host's VPC to the bucket.
 *
 * @returns true when one was created
 * @throws AwsError for a bucket name that AWS would not take
 */
export async function createFirstFlowLog(
  bucket: string,
  registry: FlowLogRegistry,
  operations: FlowLogOperations,
  snapshot: Snapshot,
): Promise<boolean> {
  const vpcs = [...snapshot.vpcs.values()];
  const vpc = vpcs.find((entry) => entry.derived === true) ?? vpcs[0];
  if (registry.list().length > 0 || vpc === undefined) return false;
  await operations.create({
    ResourceType: 'VPC',
    ResourceIds: [vpc.vpcId],
    TrafficType: 'ALL',
    LogDestinationType: 's3',
    LogDestination: `arn:aws:s3:::${bucket}`,
    MaxAggregationInterval: 60,
  });
  return true;
}
