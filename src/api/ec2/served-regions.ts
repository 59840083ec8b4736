import type { Snapshot } from '../../spine/topology.ts';

/** The configured region and those that the inventory names, in the order of their names. */
export function servedRegions(snapshot: Snapshot, configured: string): readonly string[] {
  const regions = new Set([configured]);
  for (const { region } of snapshot.vpcs.values()) regions.add(region);
  for (const { region } of snapshot.transitGateways.values()) regions.add(region);
  return [...regions].sort();
}
