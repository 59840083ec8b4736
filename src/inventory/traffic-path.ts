// Which traffic-path a route's target stands for (spec/records.md 5.2; AWS VPC User Guide, "Flow
// log records", traffic-path).

/** Values of traffic-path that targets can have; 2 belongs to hardware of the past. */
export const TRAFFIC_PATH = {
  local: 1,
  virtualPrivateGateway: 3,
  intraRegionPeering: 4,
  interRegionPeering: 5,
  localGateway: 6,
  gatewayEndpoint: 7,
  internetGateway: 8,
} as const;

/** By the prefix of the target's id; what is an interface in the VPC is local. */
const BY_ID_PREFIX: Readonly<Record<string, number>> = {
  eni: TRAFFIC_PATH.local,
  i: TRAFFIC_PATH.local,
  nat: TRAFFIC_PATH.local,
  tgw: TRAFFIC_PATH.local,
  vpce: TRAFFIC_PATH.local,
  vgw: TRAFFIC_PATH.virtualPrivateGateway,
  pcx: TRAFFIC_PATH.intraRegionPeering,
  lgw: TRAFFIC_PATH.localGateway,
  cagw: TRAFFIC_PATH.localGateway,
  igw: TRAFFIC_PATH.internetGateway,
  eigw: TRAFFIC_PATH.internetGateway,
};

/** Targets as they may be written, for messages. */
export const TARGET_FORMS = `local, blackhole, ${Object.keys(BY_ID_PREFIX).join('-, ')}-`;

export interface RouteTarget {
  /** `local`, `blackhole` or an id such as `igw-...`. */
  readonly target: string;
  /** The destination is a prefix list, as gateway endpoints have it. */
  readonly toPrefixList: boolean;
  /** A peering connection to another region. */
  readonly interRegion: boolean;
}

/** The traffic-path of a target; null is `-`; undefined when the target is of no known kind. */
export function trafficPathOf(route: RouteTarget): number | null | undefined {
  const { target } = route;
  if (target === 'blackhole') return null;
  if (target === 'local') return TRAFFIC_PATH.local;
  const prefix = /^([a-z]+)-[0-9A-Za-z-]+$/.exec(target)?.[1] ?? '';
  if (prefix === 'vpce' && route.toPrefixList) return TRAFFIC_PATH.gatewayEndpoint;
  if (prefix === 'pcx' && route.interRegion) return TRAFFIC_PATH.interRegionPeering;
  return Object.hasOwn(BY_ID_PREFIX, prefix) ? BY_ID_PREFIX[prefix] : undefined;
}
