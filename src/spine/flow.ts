// Flow: one entry of the flow cache, 64 bytes, as it lies in linear memory and as it crosses
// from a capture thread to the enricher. Little-endian but for the parts marked "wire", which are
// kept as they were in the packet.
//
//   0       4      8                                 40      44      48      56     60
//   +-------+------+---------------------------------+-------+-------+-------+------+------+
//   | ports | meta | addresses (wire)                |packets| anno- | bytes | first| last |
//   | u16x2 | u32  | IPv4: src 8..11, dst 12..15, 0  | u32   | tation| u64   | u32  | u32  |
//   | wire  |      | IPv6: src 8..23, dst 24..39     |       | u32   |       | us   | us   |
//   +-------+------+---------------------------------+-------+-------+-------+------+------+
//
//   meta        0..7 protocol | 8..9 direction | 10..11 verdict | 12..29 observation point | 31 IPv6
//   annotation  0..7 tcp-flags | 8..15 traffic-path | 16..23 exclusion |
//               24 own source | 25 own destination
//
// first/last are microseconds since the window's start. Elements per IANA IPFIX: packets is
// packetDeltaCount, bytes octetDeltaCount, first/last flowStart/EndMicroseconds (RFC 7011).

export const FLOW_BYTES = 64;

export const FLOW_META_OFFSET = 4;
export const FLOW_SOURCE_OFFSET = 8;
export const FLOW_DESTINATION_OFFSET_IPV4 = 12;
export const FLOW_DESTINATION_OFFSET_IPV6 = 24;
export const FLOW_PACKETS_OFFSET = 40;
export const FLOW_ANNOTATION_OFFSET = 44;
export const FLOW_OCTETS_OFFSET = 48;
export const FLOW_FIRST_OFFSET = 56;
export const FLOW_LAST_OFFSET = 60;

export const META_DIRECTION_SHIFT = 8;
export const META_VERDICT_SHIFT = 10;
export const META_POINT_SHIFT = 12;
export const META_POINT_MASK = 0x3ffff;
export const META_IPV6 = 0x8000_0000;

export const ANNOTATION_PATH_SHIFT = 8;
export const ANNOTATION_EXCLUSION_SHIFT = 16;
/** The packet's source is an address of the interface that stands for itself (IPv6). */
export const ANNOTATION_OWN_SOURCE = 1 << 24;
/** The packet's destination is an address of the interface that stands for itself (IPv6). */
export const ANNOTATION_OWN_DESTINATION = 1 << 25;

/** Number of observation points that fit the key; points are 0 to POINTS_MAX - 1. */
export const POINTS_MAX = META_POINT_MASK + 1;

/** RFC 7011 flowDirection, shifted by one so that 0 says "not known". */
export const DIRECTION = { unknown: 0, ingress: 1, egress: 2 } as const;
export type Direction = (typeof DIRECTION)[keyof typeof DIRECTION];

export const VERDICT = { accept: 0, reject: 1 } as const;
export type Verdict = (typeof VERDICT)[keyof typeof VERDICT];

/**
 * Why a flow or frame is counted but not recorded, in the order of the codes that the annotation
 * holds (spec/records.md 9). `not-ip` and `arp` are frames, the others flows.
 */
export const EXCLUSIONS = [
  'none',
  'arp',
  'not-ip',
  'dhcp',
  'instance-metadata',
  'time-sync',
  'amazon-dns',
  'license-activation',
  'vpc-router',
  'no-interface',
] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];

/** What happened to packets at one observation point during one window. */
export interface PointCounters {
  readonly point: number;
  /** IP packets metered, GSO expanded. */
  readonly packetsSeen: number;
  /** Packets the kernel dropped because the ring was full (PACKET_STATISTICS). */
  readonly packetsDropped: number;
  /** Packets shed because the flow cache was full. */
  readonly packetsEvicted: number;
  /** Frames that looked like IP and could not be parsed. */
  readonly framesUnparsable: number;
  /**
   * First and last Unix second within the window at which the point was observed; a part of it
   * when capture began or ended there. Absent: all of the window.
   */
  readonly observed?: readonly [from: number, to: number];
}

/** All flows of one closed window, handed from a capture thread to the enricher by transfer. */
export interface FlowBatch {
  /** Unix seconds, aligned to the clock. */
  readonly windowStart: number;
  readonly windowSeconds: number;
  /** Entries of FLOW_BYTES each, in first-seen order. */
  readonly entries: ArrayBuffer;
  readonly flowCount: number;
  /** Every observation point that was watched, also those without a flow. */
  readonly points: readonly PointCounters[];
  /** Frames that are no flow, by reason: arp, not-ip. */
  readonly excludedFrames: Readonly<Partial<Record<Exclusion, number>>>;
  /** False when more parts of the same window follow (the cache overflowed and was emptied). */
  readonly last: boolean;
}
