import type { Eni, Instance, Snapshot, Subnet, Vpc } from '../spine/topology.ts';

/** A snapshot before it has a version: what one source knows, or several merged. */
export type Topology = Omit<Snapshot, 'version'>;

/** A topology under construction. */
export interface TopologyDraft {
  readonly vpcs: Map<string, Vpc>;
  readonly subnets: Map<string, Subnet>;
  readonly enis: Map<string, Eni>;
  readonly instances: Map<string, Instance>;
}

export function createDraft(): TopologyDraft {
  return { vpcs: new Map(), subnets: new Map(), enis: new Map(), instances: new Map() };
}

/** Key of a capture device, unique on one host; netns null is the daemon's own. */
export function deviceKey(netns: string | null, name: string): string {
  return `${netns ?? ''}\0${name}`;
}
