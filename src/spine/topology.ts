// The inventory's snapshot: what the network is made of, handed over whole and never changed in
// place. AWS's words, since this is what AWS's API and records show.

export interface Vpc {
  readonly vpcId: string;
  readonly accountId: string;
  readonly region: string;
  readonly cidrs: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /**
   * True when it was made up from a host's own networks, where AWS's reserved addresses (router,
   * DNS server) mean nothing; absent when somebody declared it.
   */
  readonly derived?: boolean;
}

/** A route of a subnet's route table. The longest prefix wins. */
export interface Route {
  /** CIDR, IPv4 or IPv6. */
  readonly destination: string;
  /** `local`, or an id such as igw-, nat-, vgw-, pcx-, vpce-, tgw-, eni-. */
  readonly target: string;
  /** traffic-path of egress through this route, 1 to 8 (spec/records.md 5.2), or null. */
  readonly trafficPath: number | null;
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly cidrs: readonly string[];
  /** Zone id such as `use1-az6`; null in a sublocation. */
  readonly azId: string | null;
  /** Zone name such as `us-east-1a`, as declared; null when nobody named it. */
  readonly azName: string | null;
  readonly sublocationType: string | null;
  readonly sublocationId: string | null;
  readonly routes: readonly Route[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface Instance {
  readonly instanceId: string;
  readonly accountId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly autoScalingGroupTags: Readonly<Record<string, string>>;
}

/** Where the interface's packets can be captured on this host. */
export interface Device {
  /** Network namespace (name or path), or null for the daemon's own. */
  readonly netns: string | null;
  readonly name: string;
  /** True when the device is the host's end of a veth pair: "outgoing" is then ingress. */
  readonly hostSide: boolean;
}

/** Ten identities of the ECS task that owns the interface; null where AWS says `-`. */
export interface EcsIdentity {
  readonly clusterArn: string | null;
  readonly clusterName: string | null;
  readonly containerInstanceArn: string | null;
  readonly containerInstanceId: string | null;
  readonly containerId: string | null;
  readonly secondContainerId: string | null;
  readonly serviceName: string | null;
  readonly taskDefinitionArn: string | null;
  readonly taskArn: string | null;
  readonly taskId: string | null;
}

/** Elastic network interface: the observation point of AWS's records. */
export interface Eni {
  readonly interfaceId: string;
  readonly accountId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly instanceId: string | null;
  /** Lower-case, colons; null when the interface has none (tunnels). */
  readonly mac: string | null;
  /** Private IPv4 addresses, the primary first. */
  readonly ipv4: readonly string[];
  /** IPv6 addresses, the first one standing for the interface. */
  readonly ipv6: readonly string[];
  /** v11 interface-type, or null for an ordinary interface. */
  readonly interfaceType: string | null;
  /** v9 resource-id (`nat-...`) of a regional NAT gateway, or null. */
  readonly resourceId: string | null;
  readonly ecs: EcsIdentity | null;
  /** Attachment of a transit gateway that this interface carries the traffic of, or null. */
  readonly transitGatewayAttachmentId: string | null;
  readonly device: Device | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** Connects VPCs; its attachments are observation points of their own record format (v6). */
export interface TransitGateway {
  readonly transitGatewayId: string;
  readonly accountId: string;
  readonly region: string;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** A VPC's attachment to a transit gateway; its interfaces are Enis that name it. */
export interface TransitGatewayAttachment {
  readonly transitGatewayAttachmentId: string;
  readonly transitGatewayId: string;
  /** Owner of the VPC. */
  readonly accountId: string;
  readonly vpcId: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface EcsCluster {
  readonly clusterArn: string;
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
}

/** Everything known at one moment. A new snapshot has a higher version. */
export interface Snapshot {
  readonly version: number;
  readonly vpcs: ReadonlyMap<string, Vpc>;
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly enis: ReadonlyMap<string, Eni>;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly transitGateways: ReadonlyMap<string, TransitGateway>;
  /** By attachment id. */
  readonly transitGatewayAttachments: ReadonlyMap<string, TransitGatewayAttachment>;
  /** By ARN. */
  readonly ecsClusters: ReadonlyMap<string, EcsCluster>;
}

export const EMPTY_SNAPSHOT: Snapshot = {
  version: 0,
  vpcs: new Map(),
  subnets: new Map(),
  enis: new Map(),
  instances: new Map(),
  transitGateways: new Map(),
  transitGatewayAttachments: new Map(),
  ecsClusters: new Map(),
};
