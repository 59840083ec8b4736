// Addresses that AWS reserves in every subnet and VPC, and to which traffic is not recorded
// (AWS VPC User Guide, "Subnet CIDR reservations" and "Amazon DNS server"): the router is the
// subnet's first address plus one, the DNS server the VPC's first plus two.
import { cidrAddress, formatAddress, parseAddress, parseCidr } from '../records/address.ts';
import type { Snapshot, Subnet } from '../spine/topology.ts';

const ROUTER_OFFSET = 1;
const DNS_OFFSET = 2;

/** Reserved addresses as an interface in one subnet meets them; words as in flow entries. */
export interface ReservedAddresses {
  /** IPv4 of the VPC's DNS server, or 0. */
  readonly dnsServer: number;
  /** IPv4 of the subnet's routers. */
  readonly routersIpv4: Int32Array;
  /** IPv6 of the subnet's routers, four words each. */
  readonly routersIpv6: Int32Array;
}

export const NOTHING_RESERVED: ReservedAddresses = {
  dnsServer: 0,
  routersIpv4: new Int32Array(0),
  routersIpv6: new Int32Array(0),
};

/**
 * Finds reserved addresses in one snapshot. Outside AWS such an address may well be that of a
 * real machine: one that the inventory gives to an interface is an ordinary address.
 */
export class ReservedAddressFinder {
  readonly #snapshot: Snapshot;
  readonly #bySubnet = new Map<string, ReservedAddresses>();
  /** `vpcId address` of what is given to interfaces, of reserved addresses only. */
  #taken: ReadonlySet<string> | undefined;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  of(subnet: Subnet): ReservedAddresses {
    const known = this.#bySubnet.get(subnet.subnetId);
    if (known !== undefined) return known;
    const found = this.#find(subnet);
    this.#bySubnet.set(subnet.subnetId, found);
    return found;
  }

  #find(subnet: Subnet): ReservedAddresses {
    const vpc = this.#snapshot.vpcs.get(subnet.vpcId);
    // A host's own networks have routers and DNS servers of somebody's own.
    if (vpc === undefined || vpc.derived === true) return NOTHING_RESERVED;
    this.#taken ??= takenOf(this.#snapshot);
    const taken = this.#taken;
    const isFree = (address: string): boolean => !taken.has(`${vpc.vpcId} ${address}`);
    const server = dnsServerOf(vpc.cidrs);
    const routers = routersOf(subnet).filter(isFree);
    const words = routers.map((text) => parseAddress(text)).filter((address) => address !== null);
    return {
      dnsServer: server !== null && isFree(server) ? (parseAddress(server)?.words[3] ?? 0) | 0 : 0,
      routersIpv4: Int32Array.from(
        words.filter((address) => address.version === 4),
        (address) => address.words[3]!,
      ),
      routersIpv6: Int32Array.from(
        words.filter((address) => address.version === 6).flatMap((address) => [...address.words]),
      ),
    };
  }
}

function routersOf(subnet: Subnet): string[] {
  return subnet.cidrs.flatMap((text) => {
    const cidr = parseCidr(text);
    const bits = cidr?.version === 4 ? 32 : 128;
    // A block of one or two addresses has no room for a router.
    if (cidr === null || bits - cidr.prefixLength < 2) return [];
    return [formatAddress(cidrAddress(cidr, ROUTER_OFFSET))];
  });
}

/** The DNS server is in the VPC's primary CIDR, which is its first IPv4 one. */
function dnsServerOf(cidrs: readonly string[]): string | null {
  const primary = cidrs.map(parseCidr).find((cidr) => cidr?.version === 4);
  if (primary === undefined || primary === null || primary.prefixLength > 30) return null;
  return formatAddress(cidrAddress(primary, DNS_OFFSET));
}

function takenOf(snapshot: Snapshot): ReadonlySet<string> {
  const reserved = new Set<string>();
  for (const subnet of snapshot.subnets.values()) {
    for (const address of routersOf(subnet)) reserved.add(address);
  }
  for (const vpc of snapshot.vpcs.values()) {
    const server = dnsServerOf(vpc.cidrs);
    if (server !== null) reserved.add(server);
  }
  const taken = new Set<string>();
  for (const eni of snapshot.enis.values()) {
    for (const address of eni.ipv4) if (reserved.has(address)) taken.add(`${eni.vpcId} ${address}`);
    for (const address of eni.ipv6) if (reserved.has(address)) taken.add(`${eni.vpcId} ${address}`);
  }
  return taken;
}
