import type {
  EcsCluster,
  Eni,
  Instance,
  Snapshot,
  Subnet,
  TransitGateway,
  TransitGatewayAttachment,
  Vpc,
} from '../spine/topology.ts';

/** A snapshot before it has a version: what one source knows, or several merged. */
export type Topology = Omit<Snapshot, 'version'>;

/** A topology under construction. */
export interface TopologyDraft {
  readonly vpcs: Map<string, Vpc>;
  readonly subnets: Map<string, Subnet>;
  readonly enis: Map<string, Eni>;
  readonly instances: Map<string, Instance>;
  readonly transitGateways: Map<string, TransitGateway>;
  readonly transitGatewayAttachments: Map<string, TransitGatewayAttachment>;
  readonly ecsClusters: Map<string, EcsCluster>;
}

export function createDraft(): TopologyDraft {
  return {
    vpcs: new Map(),
    subnets: new Map(),
    enis: new Map(),
    instances: new Map(),
    transitGateways: new Map(),
    transitGatewayAttachments: new Map(),
    ecsClusters: new Map(),
  };
}

/** Key of a capture device, unique on one host; netns null is the daemon's own. */
export function deviceKey(netns: string | null, name: string): string {
  return `${netns ?? ''}\0${name}`;
}
