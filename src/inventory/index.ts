// Inventory: what the network is made of (VPCs, subnets, interfaces, instances, transit gateways,
// ECS tasks), from the host itself and from a file that declares more, as one snapshot that is
// replaced and never changed.
//
// Enters: rtnetlink's answers (kernel/, injected), the text of an inventory file (YAML or JSON),
// AWS's ip-ranges.json. Leaves: Snapshot (spine/topology.ts), AwsServices, a Resolver over a
// snapshot. A file that is broken by an edit is told of, and the last good snapshot stays.
// Bounds: everything is held in memory, about 1 KB per interface; lookups are hash or binary
// search over typed arrays (bench/inventory.ts: 100,000 interfaces).
// Follows: AWS VPC User Guide (VPCs, subnets, route tables); design.md 5 for a bare host's ids.
export type { AwsServices } from './aws-ranges.ts';
export { hostZoneId } from './host-ids.ts';
export type { HostIdentity, HostNetwork } from './host-networks.ts';
export {
  createInventory,
  type Inventory,
  type InventoryConfig,
  type InventoryDeps,
} from './inventory.ts';
export { parseInventory } from './inventory-file.ts';
export { mergeTopologies } from './merge.ts';
export { createResolver, type Resolver } from './resolver.ts';
export type { Topology } from './topology.ts';
