import type { Eni } from '../spine/topology.ts';
import { createDraft, deviceKey, type Topology, type TopologyDraft } from './topology.ts';

/**
 * Lays a declared topology over what the host says of itself. A declared interface takes over the
 * host's device that has its name or its MAC, and with it what the file left open (MAC, addresses);
 * all other devices keep what was derived for them.
 */
export function mergeTopologies(host: Topology, declared: Topology): Topology {
  const byDevice = new Map<string, Eni>();
  const byMac = new Map<string, Eni>();
  for (const eni of host.enis.values()) {
    if (eni.device !== null) byDevice.set(deviceKey(eni.device.netns, eni.device.name), eni);
    if (eni.mac !== null && !byMac.has(eni.mac)) byMac.set(eni.mac, eni);
  }
  const merged = createDraft();
  const bound = new Set<string>();
  for (const eni of declared.enis.values()) {
    const own = deviceOf(eni, byDevice, byMac);
    if (own !== undefined) bound.add(own.interfaceId);
    merged.enis.set(eni.interfaceId, own === undefined ? eni : bind(eni, own));
  }
  addRest(merged, declared);
  const left = [...host.enis.values()].filter((eni) => !bound.has(eni.interfaceId));
  // A host whose every device is declared has nothing to add.
  if (left.length === 0 && host.enis.size > 0) return merged;
  for (const eni of left) merged.enis.set(eni.interfaceId, eni);
  addRest(merged, host);
  return merged;
}

/** Adds everything but the interfaces. */
function addRest(merged: TopologyDraft, source: Topology): void {
  for (const [id, vpc] of source.vpcs) merged.vpcs.set(id, vpc);
  for (const [id, subnet] of source.subnets) merged.subnets.set(id, subnet);
  for (const [id, instance] of source.instances) merged.instances.set(id, instance);
  for (const [id, gateway] of source.transitGateways) merged.transitGateways.set(id, gateway);
  for (const [id, attachment] of source.transitGatewayAttachments) {
    merged.transitGatewayAttachments.set(id, attachment);
  }
  for (const [arn, cluster] of source.ecsClusters) merged.ecsClusters.set(arn, cluster);
}

function deviceOf(
  eni: Eni,
  byDevice: ReadonlyMap<string, Eni>,
  byMac: ReadonlyMap<string, Eni>,
): Eni | undefined {
  // A named device is that one or none: it may come later.
  if (eni.device !== null) return byDevice.get(deviceKey(eni.device.netns, eni.device.name));
  return eni.mac === null ? undefined : byMac.get(eni.mac);
}

function bind(eni: Eni, own: Eni): Eni {
  // The host's end of a veth pair has another MAC and other addresses than what it leads to.
  if (eni.device?.hostSide === true) return eni;
  const isOpen = eni.ipv4.length === 0 && eni.ipv6.length === 0;
  return {
    ...eni,
    mac: eni.mac ?? own.mac,
    ipv4: isOpen ? own.ipv4 : eni.ipv4,
    ipv6: isOpen ? own.ipv6 : eni.ipv6,
    device: eni.device ?? own.device,
  };
}

/** True when both say the same, so that no new snapshot is needed. */
export function isSameTopology(a: Topology, b: Topology): boolean {
  return (
    isSameMap(a.vpcs, b.vpcs) &&
    isSameMap(a.subnets, b.subnets) &&
    isSameMap(a.enis, b.enis) &&
    isSameMap(a.instances, b.instances) &&
    isSameMap(a.transitGateways, b.transitGateways) &&
    isSameMap(a.transitGatewayAttachments, b.transitGatewayAttachments) &&
    isSameMap(a.ecsClusters, b.ecsClusters)
  );
}

function isSameMap<Value>(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, value] of a) {
    const other = b.get(id);
    // What a source did not read again is the same object.
    if (other === value) continue;
    if (other === undefined || comparable(value) !== comparable(other)) return false;
  }
  return true;
}

function comparable(value: unknown): string {
  return JSON.stringify(value);
}
