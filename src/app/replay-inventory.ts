// `weir replay --inventory`: the interfaces of an inventory file become the observation points of
// the capture, found by MAC and address in the hot path; loaded only when it is asked for.
import { readFile } from 'node:fs/promises';
import { annotate, InterfacePlans, PointRegistry, type FlowWords } from '../enrich/index.ts';
import type { HotPath } from '../hotpath/index.ts';
import { parseInventory } from '../inventory/index.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';
import { parseAddress } from '../records/address.ts';
import type { InterfaceIdentity } from '../spine/record.ts';
import type { Snapshot } from '../spine/topology.ts';

export interface ReplayInventory {
  /** Gives the hot path its points, and each point's identity to the caller. */
  install(
    hotPath: HotPath,
    setIdentity: (point: number, identity: InterfaceIdentity) => void,
  ): void;
  /** Writes exclusions and traffic paths into the first `count` flows, in place. */
  annotate(flows: FlowWords, count: number): void;
}

/**
 * @throws OperationError when the file cannot be read, InventoryError when it says nonsense
 */
export async function loadReplayInventory(options: {
  readonly inventory: string | null;
  readonly accountId: string;
  readonly region: string;
}): Promise<ReplayInventory> {
  const { accountId, region } = options;
  const path = options.inventory ?? '';
  const topology = parseInventory(await readText(path), { path, accountId, region });
  const snapshot: Snapshot = { version: 1, ...topology };
  if (snapshot.enis.size === 0) {
    throw new OperationError('invalid-input', `Cannot use "${path}": it has no interfaces (enis)`);
  }
  const registry = new PointRegistry({ accountId, region });
  const plans = new InterfacePlans(registry);
  plans.use(snapshot);
  return {
    install(hotPath, setIdentity) {
      installPoints(hotPath, snapshot, registry, plans);
      for (let point = 0; point < registry.size; point++) {
        setIdentity(point, registry.identity(point, snapshot));
      }
    },
    annotate: (flows, count) => annotate(flows, 0, count, plans),
  };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw toOperationError(cause, `Cannot read the inventory "${path}"`);
  }
}

function installPoints(
  hotPath: HotPath,
  snapshot: Snapshot,
  registry: PointRegistry,
  plans: InterfacePlans,
): void {
  let addressCount = 0;
  for (const eni of snapshot.enis.values()) addressCount += eni.ipv4.length + eni.ipv6.length;
  hotPath.createAttribution(snapshot.enis.size, addressCount);
  for (const eni of snapshot.enis.values()) {
    const point = registry.pointFor(eni.interfaceId);
    const { ipv4, ipv6 } = plans.addressesAt(point);
    hotPath.setPoint(point, ipv4, ipv6);
    if (eni.mac !== null) hotPath.addMac(Buffer.from(eni.mac.replaceAll(':', ''), 'hex'), point);
    for (const text of [...eni.ipv4, ...eni.ipv6]) {
      const address = parseAddress(text);
      if (address !== null) hotPath.addAddress(mappedBytes(address.words), point);
    }
  }
}

/** 16 bytes in wire order, IPv4 as ::ffff:a.b.c.d. */
function mappedBytes(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setUint32(index * 4, word));
  return bytes;
}
