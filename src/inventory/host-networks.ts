// The `host` source: this machine's own networks told in AWS's words. One VPC for all of them, a
// subnet for each connected prefix, an interface (ENI) for each device with an address, an
// instance for the machine; routes become traffic paths.
import { cidrOf, formatCidr, parseAddress, parseCidr, type Address } from '../records/address.ts';
import type { InterfaceAddress, KernelRoute, Link, NetworkState } from '../kernel/index.ts';
import type { Eni, Route, Subnet } from '../spine/topology.ts';
import { hostId, hostZoneId } from './host-ids.ts';
import { createDraft, type Topology, type TopologyDraft } from './topology.ts';
import { TRAFFIC_PATH } from './traffic-path.ts';

/** What the kernel says of one network namespace. */
export interface HostNetwork {
  /** Name or path as the device is captured by, or null for the daemon's own. */
  readonly netns: string | null;
  readonly state: NetworkState;
}

export interface HostIdentity {
  /** Text of /etc/machine-id, or whatever else stays the same on this machine. */
  readonly machineId: string;
  readonly accountId: string;
  readonly region: string;
  /** Names of devices that count as interfaces even without an address (mirror ports). */
  readonly interfaces: readonly string[];
}

const LINK_LOCAL_IPV6_PREFIX = 0xfe80_0000;
const LINK_LOCAL_IPV6_MASK = 0xffc0_0000;
const LOOPBACK_IPV4_OCTET = 127;

/** An address of a device, in the order in which it may stand for the device. */
interface RankedAddress {
  readonly text: string;
  readonly address: Address;
  /** The connected prefix, e.g. `10.0.0.0/24`. */
  readonly cidr: string;
  /** 0 ordinary, 1 secondary or temporary, 2 deprecated, 3 valid on the link only. */
  readonly rank: number;
}

/** A device that is to become an interface. */
interface HostDevice {
  readonly netns: string | null;
  readonly link: Link;
  readonly ipv4: readonly RankedAddress[];
  readonly ipv6: readonly RankedAddress[];
  /** What its id is a hash of. */
  readonly key: readonly string[];
}

/** Describes the host. The same networks give the same ids, whatever their order. */
export function describeHost(networks: readonly HostNetwork[], host: HostIdentity): Topology {
  const draft = createDraft();
  const vpcId = hostId('vpc', host.machineId);
  const instanceId = hostId('i', host.machineId);
  const devices = networks.flatMap((network) => devicesOf(network, host.interfaces));
  const cidrs = [...new Set(devices.flatMap((device) => connectedCidrs(device)))];
  cidrs.sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')));
  const { accountId, region } = host;
  draft.vpcs.set(vpcId, { vpcId, accountId, region, cidrs, tags: {}, derived: true });
  draft.instances.set(instanceId, { instanceId, accountId, tags: {}, autoScalingGroupTags: {} });
  for (const network of networks) {
    const routes = routesOf(network, cidrs, host.machineId);
    const own = devices.filter((device) => device.netns === network.netns);
    for (const device of own) {
      const subnetId = addSubnets(draft, device, { vpcId, routes, host });
      const eni = eniOf(device, host, { vpcId, subnetId, instanceId });
      draft.enis.set(eni.interfaceId, eni);
    }
  }
  return draft;
}

function devicesOf(network: HostNetwork, named: readonly string[]): HostDevice[] {
  const { netns, state } = network;
  const devices = state.links
    .filter((link) => !link.loopback)
    .map((link) => ({ link, ...addressesOf(link, state.addresses) }))
    .filter(({ link, ipv4, ipv6 }) => {
      return ipv4.length + ipv6.length > 0 || named.includes(link.name);
    });
  // Devices may share a MAC (VLANs, bridges): the shortest name keeps the id that is the MAC's.
  devices.sort((a, b) => compareNames(a.link.name, b.link.name));
  const seen = new Set<string>();
  return devices.map((device) => {
    const { mac, name } = device.link;
    const key = mac === null ? ['name', name] : ['mac', mac];
    if (mac !== null && seen.has(mac)) key.push(name);
    if (mac !== null) seen.add(mac);
    if (netns !== null) key.push('netns', netns);
    return { ...device, netns, key };
  });
}

function compareNames(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function addressesOf(
  link: Link,
  addresses: readonly InterfaceAddress[],
): { ipv4: RankedAddress[]; ipv6: RankedAddress[] } {
  const own = addresses
    .filter((entry) => entry.ifindex === link.ifindex)
    .flatMap((entry) => ranked(entry))
    .toSorted((a, b) => a.rank - b.rank);
  return {
    ipv4: own.filter((entry) => entry.address.version === 4),
    ipv6: own.filter((entry) => entry.address.version === 6),
  };
}

function ranked(entry: InterfaceAddress): RankedAddress[] {
  const address = parseAddress(entry.address);
  if (address === null || isLoopback(address)) return [];
  const cidr = formatCidr(cidrOf(address, entry.prefixLengthBits));
  let rank = entry.secondary ? 1 : 0;
  if (entry.deprecated) rank = 2;
  if (entry.scope !== 'global' && entry.scope !== 'site') rank = 3;
  return [{ text: entry.address, address, cidr, rank }];
}

function isLoopback(address: Address): boolean {
  if (address.version === 4) return address.words[3]! >>> 24 === LOOPBACK_IPV4_OCTET;
  return address.words.every((word, index) => word === (index === 3 ? 1 : 0));
}

function isLinkLocalIpv6(address: Address): boolean {
  const prefix = (address.words[0]! & LINK_LOCAL_IPV6_MASK) >>> 0;
  return address.version === 6 && prefix === LINK_LOCAL_IPV6_PREFIX;
}

/** Prefixes by which the device is connected to others; fe80::/64 is on every link and is none. */
function connectedCidrs(device: HostDevice): string[] {
  return [...device.ipv4, ...device.ipv6]
    .filter((entry) => !isLinkLocalIpv6(entry.address))
    .map((entry) => entry.cidr);
}

/**
 * Adds the subnets of a device's prefixes.
 *
 * @returns the id of the subnet that its primary address is in
 */
function addSubnets(
  draft: TopologyDraft,
  device: HostDevice,
  scope: { vpcId: string; routes: readonly Route[]; host: HostIdentity },
): string {
  const { vpcId, routes, host } = scope;
  const place = device.netns === null ? [] : ['netns', device.netns];
  const ids = new Map<string, readonly string[]>();
  for (const cidr of connectedCidrs(device)) {
    ids.set(hostId('subnet', host.machineId, cidr, ...place), [cidr]);
  }
  // Without an address of its own network the device is a network by itself.
  if (ids.size === 0) ids.set(hostId('subnet', host.machineId, ...device.key), []);
  for (const [subnetId, cidrs] of ids) {
    const azId = hostZoneId(host.region);
    const unknown = { azName: null, sublocationType: null, sublocationId: null };
    const subnet: Subnet = { subnetId, vpcId, cidrs, azId, ...unknown, routes, tags: {} };
    draft.subnets.set(subnetId, subnet);
  }
  return [...ids.keys()][0] ?? '';
}

function eniOf(
  device: HostDevice,
  host: HostIdentity,
  place: { vpcId: string; subnetId: string; instanceId: string },
): Eni {
  return {
    interfaceId: hostId('eni', host.machineId, ...device.key),
    accountId: host.accountId,
    ...place,
    mac: device.link.mac,
    ipv4: device.ipv4.map((entry) => entry.text),
    ipv6: device.ipv6.map((entry) => entry.text),
    interfaceType: null,
    resourceId: null,
    ecs: null,
    transitGatewayAttachmentId: null,
    device: { netns: device.netns, name: device.link.name, hostSide: false },
    tags: {},
  };
}

/** All connected prefixes of the VPC are local, as in AWS; then the namespace's own routes. */
function routesOf(network: HostNetwork, cidrs: readonly string[], machineId: string): Route[] {
  const routes = new Map<string, Route>();
  for (const destination of cidrs) {
    routes.set(destination, { destination, target: 'local', trafficPath: TRAFFIC_PATH.local });
  }
  const best = network.state.routes.toSorted((a, b) => a.metric - b.metric);
  for (const route of best) {
    const { destination } = route;
    const cidr = parseCidr(destination);
    if (cidr === null || routes.has(destination) || isLinkLocalIpv6(cidr)) continue;
    const told = toldRoute(route, cidr.prefixLength === 0, machineId);
    if (told !== null) routes.set(destination, told);
  }
  return [...routes.values()];
}

function toldRoute(route: KernelRoute, isDefault: boolean, machineId: string): Route | null {
  const { destination, gateway } = route;
  if (route.type === 'multicast' || route.type === 'broadcast') return null;
  if (route.type !== 'unicast') return { destination, target: 'blackhole', trafficPath: null };
  if (isDefault) {
    const target = hostId('igw', machineId);
    return { destination, target, trafficPath: TRAFFIC_PATH.internetGateway };
  }
  if (gateway === null) return { destination, target: 'local', trafficPath: TRAFFIC_PATH.local };
  // A router of the user's own: none of AWS's paths.
  return { destination, target: gateway, trafficPath: null };
}
