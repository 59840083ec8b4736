import { parseAddress, parseAddressInto, parseCidr } from '../records/address.ts';
import { buildPrefixTable, type PrefixEntry, type PrefixTable } from '../records/prefix-table.ts';
import type { Eni, Route, Snapshot, Subnet } from '../spine/topology.ts';
import { AddressIndex, ANY_SCOPE } from './address-index.ts';
import { deviceKey } from './topology.ts';

/** Finds things in a snapshot. Built once per snapshot; lookups take well under a microsecond. */
export interface Resolver {
  readonly snapshot: Snapshot;
  /** @param mac lower-case, colons */
  eniByMac(mac: string): Eni | undefined;
  /**
   * The interface that has the address.
   *
   * @param vpcId where to look; without it everywhere, and undefined when several have the address
   */
  eniByAddress(address: string, vpcId?: string): Eni | undefined;
  /**
   * Likewise by the words of an address (records/address.ts), without any allocation.
   *
   * @param scope `scopeOf(vpcId)`, or 0 for everywhere
   */
  eniByWords(scope: number, w0: number, w1: number, w2: number, w3: number): Eni | undefined;
  /** Number of a VPC for `eniByWords`; -1, where nothing is found, when it is not known. */
  scopeOf(vpcId: string): number;
  /** @param netns name or path, null for the daemon's own */
  eniByDevice(netns: string | null, name: string): Eni | undefined;
  /** The route that traffic from the subnet to the address takes. */
  route(subnetId: string, address: string): Route | undefined;
  /** The subnet of the VPC whose CIDR the address is in. */
  subnetOfAddress(vpcId: string, address: string): Subnet | undefined;
}

/** Builds the tables of a snapshot. */
export function createResolver(snapshot: Snapshot): Resolver {
  const enis = [...snapshot.enis.values()];
  const byMac = new Map<string, Eni>();
  const byDevice = new Map<string, Eni>();
  for (const eni of enis) {
    // Of interfaces with the same MAC (VLANs) the first one is found.
    if (eni.mac !== null && !byMac.has(eni.mac)) byMac.set(eni.mac, eni);
    if (eni.device !== null) byDevice.set(deviceKey(eni.device.netns, eni.device.name), eni);
  }
  const scopes = new Map<string, number>();
  for (const vpcId of snapshot.vpcs.keys()) scopes.set(vpcId, scopes.size + 1);
  const addresses = indexAddresses(enis, scopes);
  const tables = createTableCache();
  const words = new Uint32Array(4);
  const scopeOf = (vpcId: string): number => scopes.get(vpcId) ?? -1;
  const eniByWords = (
    scope: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
  ): Eni | undefined => enis[addresses.find(scope, w0, w1, w2, w3)];

  return {
    snapshot,
    eniByMac: (mac) => byMac.get(mac),
    eniByAddress: (address, vpcId) => {
      if (parseAddressInto(address, words) === 0) return undefined;
      const scope = vpcId === undefined ? ANY_SCOPE : scopeOf(vpcId);
      return eniByWords(scope, words[0]!, words[1]!, words[2]!, words[3]!);
    },
    eniByWords,
    scopeOf,
    eniByDevice: (netns, name) => byDevice.get(deviceKey(netns, name)),
    route: (subnetId, address) => {
      const routes = snapshot.subnets.get(subnetId)?.routes;
      if (routes === undefined) return undefined;
      return routes[lookUp(tables.ofRoutes(routes), address)];
    },
    subnetOfAddress: (vpcId, address) => {
      const { subnets, table } = tables.ofVpc(snapshot, vpcId);
      return subnets[lookUp(table, address)];
    },
  };
}

function indexAddresses(enis: readonly Eni[], scopes: ReadonlyMap<string, number>): AddressIndex {
  const count = enis.reduce((sum, eni) => sum + eni.ipv4.length + eni.ipv6.length, 0);
  const index = new AddressIndex(count * 2);
  const words = new Uint32Array(4);
  const add = (address: string, scope: number, position: number): void => {
    if (parseAddressInto(address, words) === 0) return;
    index.add(ANY_SCOPE, words, position);
    index.add(scope, words, position);
  };
  for (const [position, eni] of enis.entries()) {
    const scope = scopes.get(eni.vpcId) ?? -1;
    for (const address of eni.ipv4) add(address, scope, position);
    for (const address of eni.ipv6) add(address, scope, position);
  }
  return index;
}

interface VpcTable {
  readonly subnets: readonly Subnet[];
  readonly table: PrefixTable;
}

interface TableCache {
  ofRoutes(routes: readonly Route[]): PrefixTable;
  ofVpc(snapshot: Snapshot, vpcId: string): VpcTable;
}

/** Tables are built when first asked for; subnets that share their routes share the table. */
function createTableCache(): TableCache {
  const byRoutes = new Map<readonly Route[], PrefixTable>();
  const byVpc = new Map<string, VpcTable>();
  return {
    ofRoutes: (routes) => {
      const known = byRoutes.get(routes);
      if (known !== undefined) return known;
      const table = tableOf(routes.map((route) => [route.destination]));
      byRoutes.set(routes, table);
      return table;
    },
    ofVpc: (snapshot, vpcId) => {
      const known = byVpc.get(vpcId);
      if (known !== undefined) return known;
      const subnets = [...snapshot.subnets.values()].filter((subnet) => subnet.vpcId === vpcId);
      const built = { subnets, table: tableOf(subnets.map((subnet) => subnet.cidrs)) };
      if (snapshot.vpcs.has(vpcId)) byVpc.set(vpcId, built);
      return built;
    },
  };
}

/** A table whose values are the indexes of the lists that the CIDRs are in. */
function tableOf(lists: readonly (readonly string[])[]): PrefixTable {
  const entries: PrefixEntry[] = lists.flatMap((list, value) =>
    list.flatMap((text) => {
      const cidr = parseCidr(text);
      return cidr === null ? [] : [{ cidr, value }];
    }),
  );
  return buildPrefixTable(entries);
}

function lookUp(table: PrefixTable, text: string): number {
  const address = parseAddress(text);
  if (address === null) return -1;
  const { version, words } = address;
  if (version === 4) return table.ipv4(words[3]!);
  return table.ipv6(words[0]!, words[1]!, words[2]!, words[3]!);
}
