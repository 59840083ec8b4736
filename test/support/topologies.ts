// Small snapshots for tests of enrichment and inventory.
import type {
  EcsCluster,
  Eni,
  Route,
  Snapshot,
  Subnet,
  TransitGateway,
  TransitGatewayAttachment,
  Vpc,
} from '../../src/spine/topology.ts';

/** Route to all of IPv4 through an internet gateway. */
export const INTERNET: Route = { destination: '0.0.0.0/0', target: 'igw-1', trafficPath: 8 };

export function vpcOf(vpcId: string, cidrs: readonly string[], more: Partial<Vpc> = {}): Vpc {
  return { vpcId, accountId: '123456789010', region: 'us-east-1', cidrs, tags: {}, ...more };
}

export function subnetOf(
  subnetId: string,
  vpcId: string,
  cidrs: readonly string[],
  more: Partial<Subnet> = {},
): Subnet {
  return {
    subnetId,
    vpcId,
    cidrs,
    azId: 'use1-az6',
    azName: null,
    sublocationType: null,
    sublocationId: null,
    routes: [],
    tags: {},
    ...more,
  };
}

export function transitGatewayOf(
  transitGatewayId: string,
  more: Partial<TransitGateway> = {},
): TransitGateway {
  return {
    transitGatewayId,
    accountId: '123456789010',
    region: 'us-east-1',
    description: null,
    tags: {},
    ...more,
  };
}

export function attachmentOf(
  transitGatewayAttachmentId: string,
  transitGatewayId: string,
  vpc: Vpc,
  more: Partial<TransitGatewayAttachment> = {},
): TransitGatewayAttachment {
  const { vpcId, accountId } = vpc;
  return { transitGatewayAttachmentId, transitGatewayId, vpcId, accountId, tags: {}, ...more };
}

export function eniOf(interfaceId: string, subnet: Subnet, more: Partial<Eni> = {}): Eni {
  return {
    interfaceId,
    accountId: '123456789010',
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    instanceId: null,
    mac: null,
    ipv4: [],
    ipv6: [],
    interfaceType: null,
    resourceId: null,
    ecs: null,
    transitGatewayAttachmentId: null,
    device: null,
    tags: {},
    ...more,
  };
}

export function snapshotOf(parts: {
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly enis: readonly Eni[];
  readonly transitGateways?: readonly TransitGateway[];
  readonly transitGatewayAttachments?: readonly TransitGatewayAttachment[];
  readonly ecsClusters?: readonly EcsCluster[];
  readonly version?: number;
}): Snapshot {
  const instanceIds = parts.enis.flatMap((eni) => eni.instanceId ?? []);
  return {
    version: parts.version ?? 1,
    vpcs: new Map(parts.vpcs.map((vpc) => [vpc.vpcId, vpc])),
    subnets: new Map(parts.subnets.map((subnet) => [subnet.subnetId, subnet])),
    enis: new Map(parts.enis.map((eni) => [eni.interfaceId, eni])),
    instances: new Map(
      instanceIds.map((instanceId) => {
        const tags = { Name: `name of ${instanceId}` };
        const instance = { instanceId, accountId: '123456789010', tags, autoScalingGroupTags: {} };
        return [instanceId, instance];
      }),
    ),
    transitGateways: new Map(
      parts.transitGateways?.map((gateway) => [gateway.transitGatewayId, gateway]),
    ),
    transitGatewayAttachments: new Map(
      parts.transitGatewayAttachments?.map((attachment) => {
        return [attachment.transitGatewayAttachmentId, attachment];
      }),
    ),
    ecsClusters: new Map(parts.ecsClusters?.map((cluster) => [cluster.clusterArn, cluster])),
  };
}
