// Gives each captured device the observation point of its interface (ENI), and another one when
// the inventory comes to say that the device belongs to another interface. A device that the
// inventory does not know yet (it was made a moment ago) waits a little; then it is captured under
// the unknown point, since packets without a name are better than none.
import { UNKNOWN_POINT, type Enricher, type PointRegistry } from '../enrich/index.ts';
import { createResolver, type Inventory, type Resolver } from '../inventory/index.ts';
import type { Logger } from '../observe/index.ts';
import type { Snapshot } from '../spine/topology.ts';
import type { CaptureDevice, ToCaptureWorker } from './capture-messages.ts';
import { refresh } from './host-inventory.ts';

const KNOWN_WITHIN_MS = 2000;

type Assignment = Omit<Extract<ToCaptureWorker, { kind: 'assign' }>, 'kind'>;

export interface AssignerDeps {
  readonly inventory: Inventory;
  readonly points: PointRegistry;
  readonly enricher: Pick<Enricher, 'know'>;
  readonly assign: (assignment: Assignment) => void;
  readonly log: Logger;
}

export interface DeviceAssigner {
  appeared(device: CaptureDevice): void;
  disappeared(device: CaptureDevice): void;
  stop(): void;
}

interface Waiting {
  readonly device: CaptureDevice;
  readonly timer: NodeJS.Timeout;
}

export function createDeviceAssigner(deps: AssignerDeps): DeviceAssigner {
  const { inventory, points, enricher, assign, log } = deps;
  const waiting = new Map<string, Waiting>();
  /** What is captured, and as which interface; null for the unknown point. */
  const assigned = new Map<string, { device: CaptureDevice; as: string | null }>();
  let resolver: Resolver | null = null;

  const resolverOf = (snapshot: Snapshot): Resolver => {
    if (resolver?.snapshot !== snapshot) resolver = createResolver(snapshot);
    return resolver;
  };
  const tryAssign = (device: CaptureDevice): boolean => {
    const { netns, ifindex, name } = device;
    const snapshot = inventory.snapshot();
    const eni = resolverOf(snapshot).eniByDevice(netns, name);
    if (eni === undefined) return false;
    const { interfaceId } = eni;
    const hostSide = eni.device?.hostSide ?? false;
    const as = `${interfaceId} ${hostSide}`;
    if (assigned.get(keyOf(device))?.as === as) return true;
    assigned.set(keyOf(device), { device, as });
    const point = points.pointFor(interfaceId);
    enricher.know(point, snapshot);
    assign({ netns, ifindex, name, point, hostSide });
    const where = netns === null ? '' : ` in ${netns}`;
    log.info('capture.began', `Capturing ${name}${where} as ${interfaceId}`);
    return true;
  };
  const giveUp = (device: CaptureDevice): void => {
    waiting.delete(keyOf(device));
    const { netns, ifindex, name } = device;
    assigned.set(keyOf(device), { device, as: null });
    assign({ netns, ifindex, name, point: UNKNOWN_POINT, hostSide: false });
    const message = `Capturing "${name}", which the inventory does not know: no interface id`;
    log.warn('capture.unknown-device', message);
  };
  const unsubscribe = inventory.onChange(() => {
    for (const [key, { device, timer }] of waiting) {
      if (!tryAssign(device)) continue;
      clearTimeout(timer);
      waiting.delete(key);
    }
    // One that no interface has any more keeps its name: it may be without address for a moment.
    for (const { device } of assigned.values()) tryAssign(device);
  });

  return {
    appeared(device) {
      if (tryAssign(device)) return;
      const timer = setTimeout(() => giveUp(device), KNOWN_WITHIN_MS);
      waiting.set(keyOf(device), { device, timer });
      // Calls the listener above when that brings the device.
      refresh(inventory, log);
    },
    disappeared(device) {
      const entry = waiting.get(keyOf(device));
      clearTimeout(entry?.timer);
      waiting.delete(keyOf(device));
      assigned.delete(keyOf(device));
      log.info('capture.ended', `No longer capturing ${device.name}`);
    },
    stop() {
      unsubscribe();
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
      assigned.clear();
    },
  };
}

function keyOf({ netns, ifindex, name }: CaptureDevice): string {
  return `${netns ?? ''} ${ifindex} ${name}`;
}
