// Record: one flow in one window on one ENI, enriched. Records travel in columns, one typed array
// per column, because a window closes with up to hundreds of thousands of them at once. What is
// the same for every record of an interface is kept once, in `interfaces`, and joined on writing.

/** log-status, as code in columns. */
export const LOG_STATUS = { OK: 0, NODATA: 1, SKIPDATA: 2 } as const;

/** The values that every record of one interface shares; null is `-`. */
export interface InterfaceIdentity {
  readonly accountId: string;
  readonly interfaceId: string | null;
  readonly vpcId: string | null;
  readonly subnetId: string | null;
  readonly instanceId: string | null;
  readonly region: string | null;
  readonly azId: string | null;
  readonly sublocationType: string | null;
  readonly sublocationId: string | null;
  readonly interfaceType: string | null;
  readonly resourceId: string | null;
  /** Of the attachment that the interface belongs to, and its gateway; null otherwise. */
  readonly transitGatewayId: string | null;
  readonly transitGatewayAttachmentId: string | null;
  readonly transitGatewayAccountId: string | null;
  readonly ecsClusterArn: string | null;
  readonly ecsClusterName: string | null;
  readonly ecsContainerInstanceArn: string | null;
  readonly ecsContainerInstanceId: string | null;
  readonly ecsContainerId: string | null;
  readonly ecsSecondContainerId: string | null;
  readonly ecsServiceName: string | null;
  readonly ecsTaskDefinitionArn: string | null;
  readonly ecsTaskArn: string | null;
  readonly ecsTaskId: string | null;
  /** Tags as they are; which of them a format shows is the flow log's choice (v11). */
  readonly instanceTags: Readonly<Record<string, string>>;
  readonly interfaceTags: Readonly<Record<string, string>>;
  readonly autoScalingGroupTags: Readonly<Record<string, string>>;
  /** x-interface-name. */
  readonly interfaceName: string | null;
}

/** The interface at the other end of a record, as far as the inventory has one; null is `-`. */
export interface PeerIdentity {
  readonly accountId: string;
  readonly interfaceId: string | null;
  readonly vpcId: string | null;
  readonly subnetId: string | null;
  readonly azId: string | null;
  readonly interfaceType: string | null;
  readonly transitGatewayAttachmentId: string | null;
}

/**
 * Columns of equal length, one element per record. An address is the big-endian 128-bit number,
 * high and low half, IPv4 as ::ffff:a.b.c.d. Rows that are NODATA or SKIPDATA hold zero where the
 * record shows `-`.
 */
export interface RecordColumns {
  /** Index into `interfaces`. */
  readonly interfaceIndex: Uint32Array;
  readonly srcHigh: BigUint64Array;
  readonly srcLow: BigUint64Array;
  readonly dstHigh: BigUint64Array;
  readonly dstLow: BigUint64Array;
  readonly pktSrcHigh: BigUint64Array;
  readonly pktSrcLow: BigUint64Array;
  readonly pktDstHigh: BigUint64Array;
  readonly pktDstLow: BigUint64Array;
  readonly srcPort: Uint16Array;
  readonly dstPort: Uint16Array;
  readonly protocol: Uint8Array;
  readonly packets: BigUint64Array;
  readonly octets: BigUint64Array;
  /** First and last packet, microseconds since the Unix epoch. */
  readonly startUs: BigUint64Array;
  readonly endUs: BigUint64Array;
  /** VERDICT code. */
  readonly action: Uint8Array;
  readonly tcpFlags: Uint8Array;
  /** 4 or 6. */
  readonly ipVersion: Uint8Array;
  /** DIRECTION code. */
  readonly direction: Uint8Array;
  /** 1 to 8, or 0 for `-`. */
  readonly trafficPath: Uint8Array;
  /** LOG_STATUS code. */
  readonly logStatus: Uint8Array;
  /** pkt-src-aws-service: 0 for `-`, else 1 + index into `awsServices`; absent when all are `-`. */
  readonly pktSrcAwsService?: Uint8Array;
  readonly pktDstAwsService?: Uint8Array;
  /**
   * The next hop (v11), or the interface of the pair attachment where the record is a transit
   * gateway's: 0 for none, else 1 + index into `peers`; absent when no record has one.
   */
  readonly peerIndex?: Uint32Array;
}

/** The loss of one interface in one window; shown in the x- columns of its SKIPDATA record. */
export interface LossCounts {
  /** Row of the SKIPDATA record in the batch. */
  readonly row: number;
  readonly packetsSeen: number;
  readonly packetsDropped: number;
  readonly packetsEvicted: number;
  readonly framesUnparsable: number;
}

/** All records of one closed window: the unit that the store commits. */
export interface RecordBatch {
  /** Unix seconds, aligned to the clock. */
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly rowCount: number;
  readonly interfaces: readonly InterfaceIdentity[];
  readonly columns: RecordColumns;
  readonly losses: readonly LossCounts[];
  /** Service names that the columns above refer to. */
  readonly awsServices?: readonly string[];
  /** What `peerIndex` refers to. */
  readonly peers?: readonly PeerIdentity[];
}
