// CIDRs and routes of an inventory file.
import { cidrHolds, formatCidr, parseCidr, type Cidr } from '../records/address.ts';
import type { Route } from '../spine/topology.ts';
import type { RouteEntry } from './file-schema.ts';
import type { FaultList, FilePath } from './inventory-faults.ts';
import { TARGET_FORMS, TRAFFIC_PATH, trafficPathOf } from './traffic-path.ts';

/** CIDRs by the id of the prefix list. */
export type PrefixLists = ReadonlyMap<string, readonly Cidr[]>;

export interface RouteScope {
  readonly vpcCidrs: readonly Cidr[];
  readonly prefixLists: PrefixLists;
  readonly faults: FaultList;
}

/** The blocks of a list; what is wrong is told and left out. */
export function readCidrs(path: FilePath, texts: readonly string[], faults: FaultList): Cidr[] {
  const cidrs: Cidr[] = [];
  for (const [index, text] of texts.entries()) {
    const cidr = readCidr([...path, index], text, faults);
    if (cidr === null) continue;
    const other = cidrs.find((block) => cidrHolds(block, cidr) || cidrHolds(cidr, block));
    if (other !== undefined) {
      faults.add([...path, index], `"${text}" overlaps "${formatCidr(other)}" of the same list`);
    }
    cidrs.push(cidr);
  }
  return cidrs;
}

function readCidr(path: FilePath, text: string, faults: FaultList): Cidr | null {
  const cidr = parseCidr(text);
  if (cidr === null) {
    faults.add(path, `"${text}" is no CIDR; write it as 10.0.0.0/16 or 2001:db8::/56`);
  } else if (cidr.hasHostBits) {
    faults.add(path, `"${text}" begins inside the block; write "${formatCidr(cidr)}"`);
  }
  return cidr;
}

/** The subnet's routes; those to the VPC itself are there without being written, as in AWS. */
export function routesOf(
  path: FilePath,
  entries: readonly RouteEntry[],
  scope: RouteScope,
): readonly Route[] {
  const routes = new Map<string, Route>();
  for (const [index, entry] of entries.entries()) {
    const place = [...path, 'routes', index];
    const toPrefixList = entry.destination.startsWith('pl-');
    const trafficPath = pathOf(place, entry, toPrefixList, scope.faults);
    for (const cidr of destinationsOf(place, entry, scope)) {
      const destination = formatCidr(cidr);
      if (routes.has(destination)) {
        scope.faults.add([...place, 'destination'], `"${destination}" has a route already`);
      }
      routes.set(destination, { destination, target: entry.target, trafficPath });
    }
  }
  const local = { target: 'local', trafficPath: TRAFFIC_PATH.local };
  for (const destination of scope.vpcCidrs.map(formatCidr)) {
    if (!routes.has(destination)) routes.set(destination, { destination, ...local });
  }
  return [...routes.values()];
}

function destinationsOf(path: FilePath, entry: RouteEntry, scope: RouteScope): readonly Cidr[] {
  const place = [...path, 'destination'];
  if (entry.destination.startsWith('pl-')) {
    const list = scope.prefixLists.get(entry.destination);
    if (list !== undefined) return list;
    scope.faults.add(place, `"${entry.destination}" is no list under prefix-lists of this file`);
    return [];
  }
  const cidr = readCidr(place, entry.destination, scope.faults);
  return cidr === null ? [] : [cidr];
}

function pathOf(
  path: FilePath,
  entry: RouteEntry,
  toPrefixList: boolean,
  faults: FaultList,
): number | null {
  const interRegion = entry['inter-region'];
  if (interRegion && !entry.target.startsWith('pcx-')) {
    faults.add([...path, 'inter-region'], 'is for peering connections (pcx-) only');
  }
  if (entry.path !== undefined) {
    if (entry.path === '-') return null;
    if (/^[1-8]$/.test(entry.path)) return Number(entry.path);
    faults.add([...path, 'path'], `"${entry.path}" is no traffic path; write 1 to 8, or -`);
    return null;
  }
  const derived = trafficPathOf({ target: entry.target, toPrefixList, interRegion });
  if (derived === undefined) {
    const advice = `known are ${TARGET_FORMS}; for another one write path: 1 to 8 or -`;
    faults.add([...path, 'target'], `"${entry.target}" is no known kind of target; ${advice}`);
    return null;
  }
  return derived;
}
