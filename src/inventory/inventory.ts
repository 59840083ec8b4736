import { toOperationError, type OperationError } from '../observe/operation-error.ts';
import { EMPTY_SNAPSHOT, type Snapshot } from '../spine/topology.ts';
import { parseAwsRanges, type AwsServices } from './aws-ranges.ts';
import { describeHost, type HostNetwork } from './host-networks.ts';
import { parseInventory } from './inventory-file.ts';
import { isSameTopology, mergeTopologies } from './merge.ts';
import { createDraft, type Topology } from './topology.ts';
import { watchFile, type WatchedFile } from './watched-file.ts';

export interface InventoryConfig {
  readonly accountId: string;
  readonly region: string;
  /** Describe this host's own networks; false for replay. */
  readonly host: boolean;
  /** Devices that count as interfaces even without an address (capture.interfaces). */
  readonly interfaces: readonly string[];
  /** Inventory file, or null. */
  readonly file: string | null;
  /** AWS's ip-ranges.json, or null. */
  readonly awsIpRanges: string | null;
  /** How long a file must be quiet before it is read again; default 200. */
  readonly debounceMs?: number;
  /** How often files are looked at besides; default 2000. */
  readonly pollIntervalMs?: number;
}

export interface InventoryDeps {
  /** Text of /etc/machine-id, or whatever else stays the same on this machine. */
  readonly machineId: string;
  /** Reads the networks of the host and of the observed namespaces (kernel readNetwork). */
  readonly readNetworks: () => readonly HostNetwork[];
  /** A later reading of a source failed; what was known before stays valid. */
  readonly onError: (error: OperationError) => void;
}

export interface Inventory {
  /** What is known now; empty before `start`. */
  snapshot(): Snapshot;
  /** Services of AWS's address ranges, or null without them. */
  awsServices(): AwsServices | null;
  /** Calls back with each new snapshot. @returns stops that */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
  /**
   * Reads all sources and follows the files from now on.
   *
   * @throws OperationError (InventoryError) when a source cannot be used
   */
  start(): Promise<void>;
  /** Reads the host's networks again; to be called when the kernel tells of a change. */
  refreshHost(): void;
  stop(): void;
}

const DEBOUNCE_MS = 200;
const POLL_INTERVAL_MS = 2000;

/** The inventory: sources in, one snapshot out. Inert until `start`. */
export function createInventory(config: InventoryConfig, deps: InventoryDeps): Inventory {
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const watched: WatchedFile[] = [];
  let host: Topology = createDraft();
  let declared: Topology = createDraft();
  let services: AwsServices | null = null;
  let current = EMPTY_SNAPSHOT;
  let started = false;

  const publish = (): void => {
    const merged = mergeTopologies(host, declared);
    if (current.version > 0 && isSameTopology(merged, current)) return;
    current = { version: current.version + 1, ...merged };
    for (const listener of listeners) listener(current);
  };
  const readHost = (): void => {
    if (config.host) host = describeHost(deps.readNetworks(), { ...config, ...deps });
  };
  const follow = async (
    path: string | null,
    what: string,
    onText: (text: string, path: string) => void,
  ): Promise<void> => {
    if (path !== null) watched.push(await followFile({ path, what, onText, config, deps }));
  };
  const stop = (): void => {
    started = false;
    for (const file of watched.splice(0)) file.close();
  };

  return {
    snapshot: () => current,
    awsServices: () => services,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async start() {
      readHost();
      try {
        await follow(config.awsIpRanges, 'AWS address ranges', (text, path) => {
          services = parseAwsRanges(text, path);
        });
        await follow(config.file, 'inventory', (text, path) => {
          declared = parseInventory(text, { ...config, path });
          if (started) publish();
        });
      } catch (cause) {
        stop();
        throw cause;
      }
      started = true;
      publish();
    },
    refreshHost() {
      if (!started) return;
      try {
        readHost();
      } catch (cause) {
        deps.onError(toOperationError(cause, "Cannot read the host's networks"));
      }
      publish();
    },
    stop,
  };
}

async function followFile(options: {
  readonly path: string;
  readonly what: string;
  readonly onText: (text: string, path: string) => void;
  readonly config: InventoryConfig;
  readonly deps: InventoryDeps;
}): Promise<WatchedFile> {
  const { path, what, onText, config, deps } = options;
  return watchFile({
    path,
    what,
    debounceMs: config.debounceMs ?? DEBOUNCE_MS,
    pollIntervalMs: config.pollIntervalMs ?? POLL_INTERVAL_MS,
    onText: (text) => onText(text, path),
    onError: deps.onError,
  });
}
