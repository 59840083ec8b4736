// Availability zones: those that subnets of the inventory are in, and names for those that nobody
// named. AWS gives an account the letters of its own; here a zone has the letter of its number.
import { hostZoneId } from '../../inventory/index.ts';
import type { Snapshot, Subnet } from '../../spine/topology.ts';

/** An availability zone of a region. */
export interface Zone {
  /** `use1-az6`. */
  readonly zoneId: string;
  /** `us-east-1f`. */
  readonly zoneName: string;
  readonly region: string;
}

/** Zones of a snapshot: by region, and in each by their ids, ascending. */
type ZonesByRegion = ReadonlyMap<string, ReadonlyMap<string, Zone>>;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The zones of a region, by id; one at least, as every region of AWS has. */
export function zonesOf(snapshot: Snapshot, region: string): ReadonlyMap<string, Zone> {
  const known = zonesByRegion(snapshot).get(region);
  return known ?? nameZones(region, new Map([[hostZoneId(region), null]]));
}

/** The zone of a subnet, or null in a sublocation. */
export function zoneOfSubnet(snapshot: Snapshot, subnet: Subnet): Zone | null {
  const region = snapshot.vpcs.get(subnet.vpcId)?.region;
  if (subnet.azId === null || region === undefined) return null;
  return zonesByRegion(snapshot).get(region)?.get(subnet.azId) ?? null;
}

const zonesOfSnapshots = new WeakMap<Snapshot, ZonesByRegion>();

function zonesByRegion(snapshot: Snapshot): ZonesByRegion {
  const known = zonesOfSnapshots.get(snapshot);
  if (known !== undefined) return known;
  const declared = new Map<string, Map<string, string | null>>();
  for (const { vpcId, azId, azName } of snapshot.subnets.values()) {
    const region = snapshot.vpcs.get(vpcId)?.region;
    if (azId === null || region === undefined) continue;
    const names = declared.get(region) ?? new Map<string, string | null>();
    declared.set(region, names.set(azId, azName ?? names.get(azId) ?? null));
  }
  const zones = new Map([...declared].map(([region, names]) => [region, nameZones(region, names)]));
  zonesOfSnapshots.set(snapshot, zones);
  return zones;
}

/** @param names declared names, or null, by the id of the zone */
function nameZones(
  region: string,
  names: ReadonlyMap<string, string | null>,
): ReadonlyMap<string, Zone> {
  const taken = new Set(names.values());
  const ids = [...names.keys()].sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
  return new Map(
    ids.map((zoneId) => {
      const zoneName = names.get(zoneId) ?? freeName(region, numberOf(zoneId) - 1, taken);
      taken.add(zoneName);
      return [zoneId, { zoneId, zoneName, region }];
    }),
  );
}

/** 6 for `use1-az6`; 1 for an id of another form. */
function numberOf(zoneId: string): number {
  return Number(/-az([1-9]\d*)$/.exec(zoneId)?.[1] ?? 1);
}

/** The name with the letter at the index, or with the first letters after it that are free. */
function freeName(region: string, index: number, taken: ReadonlySet<string | null>): string {
  for (let tried = 0; ; tried++) {
    const place = (index + tried) % LETTERS.length;
    const round = Math.floor(tried / LETTERS.length);
    const name = `${region}${LETTERS.charAt(place).repeat(round + 1)}`;
    if (!taken.has(name)) return name;
  }
}
