// Everything that annotating and enriching a flow needs to know of its interface, compiled once
// per interface and snapshot into numbers, so that nothing is looked up by text per flow.
import { addressBytes, parseAddress, parseCidr, type Address } from '../records/address.ts';
import { buildPrefixTable, type PrefixTable } from '../records/prefix-table.ts';
import { EMPTY_SNAPSHOT, type Eni, type Route, type Snapshot } from '../spine/topology.ts';
import { standsAside } from './identity.ts';
import { NO_PEERS, PeerFinder, type PeerLookup } from './peers.ts';
import type { PointRegistry } from './point-registry.ts';
import {
  NOTHING_RESERVED,
  ReservedAddressFinder,
  type ReservedAddresses,
} from './reserved-addresses.ts';

/** 32-bit words are signed here (records/prefix-table.ts says why), most significant first. */
export interface InterfacePlan {
  /** Traffic path by destination, 0 for `-`. */
  readonly paths: PrefixTable;
  readonly reserved: ReservedAddresses;
  /** Whether the interface has an IPv4 address that stands for it, and that address. */
  readonly hasIpv4: boolean;
  readonly ipv4: number;
  /** IPv6 addresses of the interface, four words each; the first one stands for it. */
  readonly ipv6: Int32Array;
  /** False when addresses of packets are shown as they are (regional NAT gateway). */
  readonly standsForPackets: boolean;
  /** Interfaces at the other end of its flows. */
  readonly peers: PeerLookup;
}

/** Addresses in wire order that stand for an interface; null where packets' own are shown. */
export interface StandingAddresses {
  /** 4 bytes. */
  readonly ipv4: Uint8Array | null;
  /** 16 bytes. */
  readonly ipv6: Uint8Array | null;
}

/**
 * Destinations that no default route leads to: they are valid on one link only. What is
 * link-local in IPv6 is in the same subnet, hence in the same VPC (traffic path 1).
 */
const LINK_DESTINATIONS: readonly (readonly [string, number])[] = [
  ['169.254.0.0/16', 0],
  ['224.0.0.0/4', 0],
  ['255.255.255.255/32', 0],
  ['fe80::/10', 1],
  ['ff00::/8', 0],
];

const UNKNOWN_PLAN: InterfacePlan = {
  paths: buildPrefixTable([]),
  reserved: NOTHING_RESERVED,
  hasIpv4: false,
  ipv4: 0,
  ipv6: new Int32Array(0),
  standsForPackets: false,
  peers: NO_PEERS,
};

interface HeldPlan {
  plan: InterfacePlan;
  /** The snapshot that the plan was last checked against. */
  checked: Snapshot;
}

/** Plans of all points for the snapshot in use; each is compiled when it is first asked for. */
export class InterfacePlans {
  readonly #registry: PointRegistry;
  readonly #held: (HeldPlan | undefined)[] = [];
  #snapshot: Snapshot = EMPTY_SNAPSHOT;
  #reserved = new ReservedAddressFinder(EMPTY_SNAPSHOT);
  #peers = new PeerFinder(EMPTY_SNAPSHOT);
  #tables = new Map<readonly Route[], PrefixTable>();

  constructor(registry: PointRegistry) {
    this.#registry = registry;
  }

  /** Changes the snapshot that plans are made from. */
  use(snapshot: Snapshot): void {
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    this.#reserved = new ReservedAddressFinder(snapshot);
    this.#peers = new PeerFinder(snapshot);
    this.#tables = new Map();
  }

  /** The plan of a point; one whose interface is gone keeps its last. */
  planAt(point: number): InterfacePlan {
    const held = this.#held[point];
    if (held !== undefined && held.checked === this.#snapshot) return held.plan;
    return this.#compile(point, held);
  }

  /** Which addresses stand for the interface at a point, for text output (hotpath setPoint). */
  addressesAt(point: number): StandingAddresses {
    const { standsForPackets, hasIpv4, ipv4, ipv6 } = this.planAt(point);
    if (!standsForPackets) return { ipv4: null, ipv6: null };
    const bytes = (version: 4 | 6, words: ArrayLike<number>): Uint8Array =>
      addressBytes({ version, words: Uint32Array.from(words) });
    return {
      ipv4: hasIpv4 ? bytes(4, [0, 0, 0xffff, ipv4]) : null,
      ipv6: ipv6.length === 0 ? null : bytes(6, ipv6.subarray(0, 4)),
    };
  }

  #compile(point: number, held: HeldPlan | undefined): InterfacePlan {
    const interfaceId = this.#registry.interfaceIdAt(point);
    const eni = interfaceId === null ? undefined : this.#snapshot.enis.get(interfaceId);
    const plan = eni === undefined ? (held?.plan ?? UNKNOWN_PLAN) : this.#planOf(eni);
    this.#held[point] = { plan, checked: this.#snapshot };
    return plan;
  }

  #planOf(eni: Eni): InterfacePlan {
    const subnet = this.#snapshot.subnets.get(eni.subnetId);
    const ipv4 = eni.ipv4.map(parseAddress).find((address) => address !== null);
    const ipv6 = eni.ipv6.map(parseAddress).filter((address): address is Address => !!address);
    return {
      paths: subnet === undefined ? UNKNOWN_PLAN.paths : this.#tableOf(subnet.routes),
      reserved: subnet === undefined ? NOTHING_RESERVED : this.#reserved.of(subnet),
      hasIpv4: ipv4 !== undefined,
      ipv4: (ipv4?.words[3] ?? 0) | 0,
      ipv6: Int32Array.from(ipv6.flatMap((address) => [...address.words])),
      standsForPackets: !standsAside(eni),
      peers: this.#peers.of(eni, subnet),
    };
  }

  #tableOf(routes: readonly Route[]): PrefixTable {
    const known = this.#tables.get(routes);
    if (known !== undefined) return known;
    const told = routes.map((route) => [route.destination, route.trafficPath ?? 0] as const);
    const table = buildPrefixTable(
      [...told, ...LINK_DESTINATIONS].flatMap(([destination, value]) => {
        const cidr = parseCidr(destination);
        return cidr === null ? [] : [{ cidr, value }];
      }),
    );
    this.#tables.set(routes, table);
    return table;
  }
}
