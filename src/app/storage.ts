// The durable half of the daemon: store, readers of it, and delivery to the flow logs.
import type { FlowLogRegistry } from '../api/flow-logs/index.ts';
import type { Config, DataPaths } from '../config/index.ts';
import {
  createDelivery,
  openEmbeddedS3,
  type Delivery,
  type ObjectStore,
} from '../deliver/index.ts';
import type { Logger, Metrics } from '../observe/index.ts';
import { toOperationError } from '../observe/operation-error.ts';
import { createSegmentWriter, openReader, type Reader } from '../query/index.ts';
import { openStore, type Store } from '../store/index.ts';

const MAINTAIN_MS = 60_000;
const MIB = 2 ** 20;

export interface StorageOptions {
  readonly config: Config;
  readonly paths: DataPaths;
  readonly registry: FlowLogRegistry;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export interface Storage {
  readonly store: Store;
  readonly reader: Reader;
  /** Not started yet. */
  readonly delivery: Delivery;
  readonly objectStore: ObjectStore;
  close(): Promise<void>;
}

/** Opens what DATA holds. @throws OperationError when something there cannot be used */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { config, paths, registry, log, metrics, now } = options;
  const { maxAgeHours, maxBytes, memoryLimitBytes } = config.store;
  // Half for writing and merging, half for the reading of delivery.
  const memoryMib = Math.floor(memoryLimitBytes / MIB / 2);
  const segmentWriter = createSegmentWriter({ memoryMib });
  let delivery: Delivery | null = null;
  const store = await openStore(
    { directory: paths.store, segmentWriter, retention: { maxAgeHours, maxBytes } },
    {
      clock: now,
      log,
      metrics,
      oldestNeededSequence: () => (delivery === null ? 0 : delivery.oldestNeededSequence()),
    },
  );
  const reader = await openReader({ storeDirectory: paths.store, memoryMib });
  const objectStore = await openEmbeddedS3(paths.s3);
  delivery = createDelivery(
    { publishSeconds: config.deliver.publishSeconds },
    {
      cursorFolder: paths.cursors,
      flowLogs: registry,
      reader,
      commits: store,
      objectStore,
      log,
      metrics,
      now,
      random: Math.random,
    },
  );
  const maintaining = setInterval(() => void maintain(store, log), MAINTAIN_MS);
  return {
    store,
    reader,
    delivery,
    objectStore,
    async close() {
      clearInterval(maintaining);
      await store.close();
      reader.close();
      segmentWriter.close();
    },
  };
}

async function maintain(store: Store, log: Logger): Promise<void> {
  try {
    await store.maintain();
  } catch (cause) {
    log.error('store.maintain', toOperationError(cause, 'Cannot tidy the store').message);
  }
}
