// Bodies of rtnetlink messages: the fixed part and the attributes that we use
// (linux/if_link.h, linux/if_addr.h, linux/rtnetlink.h).
import { addressText, macText } from './address-text.ts';
import { parseAttributes, textAttribute, uint32Attribute, type Attributes } from './netlink.ts';

const IFINFO_BYTES = 16;
const IFADDR_BYTES = 8;
const RTMSG_BYTES = 12;
const RTNEXTHOP_BYTES = 8;

const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_POINTOPOINT = 0x10;
const IFF_RUNNING = 0x40;

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;
const IFLA_OPERSTATE = 16;
const IFLA_LINKINFO = 18;
const IFLA_LINK_NETNSID = 37;
const IFLA_INFO_KIND = 1;

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_F_SECONDARY = 0x1;
const IFA_F_DEPRECATED = 0x20;
const IFA_F_TENTATIVE = 0x40;

const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_MULTIPATH = 9;
const RTA_TABLE = 15;
const RTA_VIA = 18;
const RT_TABLE_MAIN = 254;
const RTM_F_CLONED = 0x200;

const AF_INET = 2;
const AF_INET6 = 10;

const OPERATIONAL_STATES = [
  'unknown',
  'not-present',
  'down',
  'lower-layer-down',
  'testing',
  'dormant',
  'up',
] as const;
const ROUTE_TYPES = [
  'unspecified',
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
] as const;
const SCOPES: Readonly<Record<number, Scope>> = {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
};

export type OperationalState = (typeof OPERATIONAL_STATES)[number];
export type RouteType = (typeof ROUTE_TYPES)[number];
/** How far an address or route is valid; user-defined scopes show as `site`. */
export type Scope = 'global' | 'site' | 'link' | 'host' | 'nowhere';

/** A network interface as the kernel knows it. */
export interface Link {
  readonly ifindex: number;
  readonly name: string;
  /** Lower-case, colons; null when it has none (loopback, tunnels). */
  readonly mac: string | null;
  /** Administratively up. */
  readonly up: boolean;
  /** Up and with carrier. */
  readonly running: boolean;
  readonly loopback: boolean;
  readonly pointToPoint: boolean;
  readonly mtuBytes: number;
  /** ARPHRD_ number: 1 Ethernet, 772 loopback, 65534 none. */
  readonly hardwareType: number;
  /** `veth`, `bridge`, `vlan`, `wireguard` ...; null for hardware and loopback. */
  readonly kind: string | null;
  /** veth: ifindex of the other end, in the namespace `peerNetnsId`; vlan: the lower device. */
  readonly peerIfindex: number | null;
  /** Local id of the peer's namespace; null when it is this one. */
  readonly peerNetnsId: number | null;
  /** The bridge or bond that it belongs to. */
  readonly masterIfindex: number | null;
  readonly operationalState: OperationalState;
}

export interface InterfaceAddress {
  readonly ifindex: number;
  readonly family: 4 | 6;
  /** The interface's own address, also on point-to-point links. */
  readonly address: string;
  readonly prefixLengthBits: number;
  readonly scope: Scope;
  /** IPv4: not the primary of its prefix; IPv6: a temporary (privacy) address. */
  readonly secondary: boolean;
  readonly deprecated: boolean;
  readonly tentative: boolean;
}

/** One next hop of one route. */
export interface KernelRoute {
  readonly family: 4 | 6;
  /** CIDR, e.g. `0.0.0.0/0`. */
  readonly destination: string;
  readonly gateway: string | null;
  readonly ifindex: number | null;
  readonly scope: Scope;
  readonly type: RouteType;
  /** Lower wins. */
  readonly metric: number;
}

/** The link of an RTM_NEWLINK body; empty when the body is too short. */
export function parseLink(body: Buffer): Link[] {
  // ifinfomsg: family u8, pad u8, type u16, index i32, flags u32, change u32.
  if (body.length < IFINFO_BYTES) return [];
  const flags = body.readUInt32LE(8);
  const attributes = parseAttributes(body.subarray(IFINFO_BYTES));
  const linkInfo = parseAttributes(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0));
  const link: Link = {
    ifindex: body.readInt32LE(4),
    name: textAttribute(attributes, IFLA_IFNAME) ?? '',
    mac: macText(attributes.get(IFLA_ADDRESS)),
    up: (flags & IFF_UP) !== 0,
    running: (flags & IFF_RUNNING) !== 0,
    loopback: (flags & IFF_LOOPBACK) !== 0,
    pointToPoint: (flags & IFF_POINTOPOINT) !== 0,
    mtuBytes: uint32Attribute(attributes, IFLA_MTU) ?? 0,
    hardwareType: body.readUInt16LE(2),
    kind: textAttribute(linkInfo, IFLA_INFO_KIND),
    peerIfindex: uint32Attribute(attributes, IFLA_LINK),
    peerNetnsId: uint32Attribute(attributes, IFLA_LINK_NETNSID),
    masterIfindex: uint32Attribute(attributes, IFLA_MASTER),
    operationalState: OPERATIONAL_STATES[attributes.get(IFLA_OPERSTATE)?.[0] ?? 0] ?? 'unknown',
  };
  return [link];
}

/** The address of an RTM_NEWADDR body; empty when it is neither IPv4 nor IPv6. */
export function parseAddress(body: Buffer): InterfaceAddress[] {
  // ifaddrmsg: family u8, prefixlen u8, flags u8, scope u8, index u32.
  if (body.length < IFADDR_BYTES) return [];
  const attributes = parseAttributes(body.subarray(IFADDR_BYTES));
  // On point-to-point links IFA_ADDRESS is the other end and IFA_LOCAL ours.
  const bytes = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  const family = familyOf(body.readUInt8(0));
  if (family === null || bytes?.length !== addressBytes(family)) return [];
  const flags = uint32Attribute(attributes, IFA_FLAGS) ?? body.readUInt8(2);
  const address: InterfaceAddress = {
    ifindex: body.readUInt32LE(4),
    family,
    address: addressText(bytes),
    prefixLengthBits: body.readUInt8(1),
    scope: SCOPES[body.readUInt8(3)] ?? 'site',
    secondary: (flags & IFA_F_SECONDARY) !== 0,
    deprecated: (flags & IFA_F_DEPRECATED) !== 0,
    tentative: (flags & IFA_F_TENTATIVE) !== 0,
  };
  return [address];
}

/** The main-table routes of an RTM_NEWROUTE body: none, one, or one per next hop. */
export function parseRoutes(body: Buffer): KernelRoute[] {
  // rtmsg: family u8, dst_len u8, src_len u8, tos u8, table u8, protocol u8, scope u8, type u8,
  // flags u32.
  if (body.length < RTMSG_BYTES) return [];
  const family = familyOf(body.readUInt8(0));
  const attributes = parseAttributes(body.subarray(RTMSG_BYTES));
  const table = uint32Attribute(attributes, RTA_TABLE) ?? body.readUInt8(4);
  const cloned = (body.readUInt32LE(8) & RTM_F_CLONED) !== 0;
  if (family === null || table !== RT_TABLE_MAIN || cloned) return [];
  const destination = attributes.get(RTA_DST) ?? Buffer.alloc(addressBytes(family));
  if (destination.length !== addressBytes(family)) return [];
  const route = {
    family,
    destination: `${addressText(destination)}/${body.readUInt8(1)}`,
    scope: SCOPES[body.readUInt8(6)] ?? 'site',
    type: ROUTE_TYPES[body.readUInt8(7)] ?? 'unspecified',
    metric: uint32Attribute(attributes, RTA_PRIORITY) ?? 0,
  };
  const nextHops = attributes.get(RTA_MULTIPATH);
  if (nextHops !== undefined) {
    return parseNextHops(nextHops).map((nextHop) => ({ ...route, ...nextHop }));
  }
  const ifindex = uint32Attribute(attributes, RTA_OIF);
  return [{ ...route, gateway: gatewayOf(attributes), ifindex }];
}

type NextHop = Pick<KernelRoute, 'gateway' | 'ifindex'>;

/** rtnexthop: length u16, flags u8, hops u8, ifindex i32, then attributes; padded to 4 bytes. */
function parseNextHops(bytes: Buffer): NextHop[] {
  const nextHops: NextHop[] = [];
  let offset = 0;
  while (offset + RTNEXTHOP_BYTES <= bytes.length) {
    const length = bytes.readUInt16LE(offset);
    if (length < RTNEXTHOP_BYTES || offset + length > bytes.length) break;
    const attributes = bytes.subarray(offset + RTNEXTHOP_BYTES, offset + length);
    nextHops.push({
      gateway: gatewayOf(parseAttributes(attributes)),
      ifindex: bytes.readInt32LE(offset + 4),
    });
    offset += (length + 3) & ~3;
  }
  return nextHops;
}

function gatewayOf(attributes: Attributes): string | null {
  const gateway = attributes.get(RTA_GATEWAY);
  if (gateway?.length === 4 || gateway?.length === 16) return addressText(gateway);
  // rtvia: family u16, then the address; an IPv4 route through an IPv6 router has one.
  const via = attributes.get(RTA_VIA)?.subarray(2);
  return via?.length === 4 || via?.length === 16 ? addressText(via) : null;
}

function familyOf(code: number): 4 | 6 | null {
  if (code === AF_INET) return 4;
  return code === AF_INET6 ? 6 : null;
}

function addressBytes(family: 4 | 6): number {
  return family === 4 ? 4 : 16;
}
