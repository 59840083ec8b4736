// The inventory of a live host: its sources, and the notices that make it look again.
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';

import type { Config } from '../config/index.ts';
import { createInventory, type HostNetwork, type Inventory } from '../inventory/index.ts';
import { readNetwork, watchNetwork, type NetworkWatch } from '../kernel/index.ts';
import type { Logger } from '../observe/index.ts';
import { toOperationError } from '../observe/operation-error.ts';

/** A watch would keep a deleted namespace alive, so other namespaces are looked at by the clock. */
const NETNS_POLL_MS = 5000;

export interface HostInventory {
  readonly inventory: Inventory;
  stop(): void;
}

/**
 * Reads host and files, and follows both.
 *
 * @throws OperationError when a file cannot be used, or a namespace cannot be entered
 */
export async function startHostInventory(config: Config, log: Logger): Promise<HostInventory> {
  const { netns, interfaces } = config.capture;
  const isLinux = os.platform() === 'linux';
  const inventory = createInventory(
    {
      accountId: config.accountId,
      region: config.region,
      host: isLinux,
      interfaces: interfaces ?? [],
      file: config.inventory.file,
      awsIpRanges: config.inventory.awsIpRanges,
    },
    {
      machineId: readMachineId(),
      readNetworks: () => readNetworks(netns),
      onError: (fault) => log.warn('inventory.failed', fault.message),
    },
  );
  await inventory.start();
  const watch = isLinux ? watchOwn(inventory, log) : null;
  const polling =
    netns.length === 0 ? undefined : setInterval(() => refresh(inventory, log), NETNS_POLL_MS);
  return {
    inventory,
    stop() {
      watch?.close();
      clearInterval(polling);
      inventory.stop();
    },
  };
}

/** Reads the host again; a fault is told and what was known before stays. */
export function refresh(inventory: Inventory, log: Logger): void {
  try {
    inventory.refreshHost();
  } catch (cause) {
    const fault = toOperationError(cause, 'Cannot read the networks of this host');
    log.warn('inventory.failed', fault.message);
  }
}

function watchOwn(inventory: Inventory, log: Logger): NetworkWatch {
  return watchNetwork(null, () => refresh(inventory, log));
}

function readNetworks(others: readonly string[]): HostNetwork[] {
  return [null, ...others].flatMap((netns) => {
    try {
      return [{ netns, state: readNetwork(netns) }];
    } catch (cause) {
      const fault = toOperationError(cause, `Cannot read the namespace "${netns ?? ''}"`);
      // It may come later, or come back; capture says so when it is wanted at the start.
      if (fault.code === 'not-found' && netns !== null) return [];
      throw fault;
    }
  });
}

/** What stays the same on this machine; the name where systemd's id is missing (containers). */
function readMachineId(): string {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    if (!existsSync(file)) continue;
    const text = readFileSync(file, 'utf8').trim();
    if (text !== '') return text;
  }
  return os.hostname();
}
