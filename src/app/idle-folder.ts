// A data folder that no daemon serves, as commands work on it: under the folder's lock, each of its
// files by the same operations that the daemon would use.
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';

import { createKeyOperations, openAccessKeys } from '../api/access/index.ts';
import { createFlowLogOperations, openFlowLogRegistry } from '../api/flow-logs/index.ts';
import type { FlowLogFolder } from '../cli/flow-log-calls.ts';
import type { KeyFolder } from '../cli/key-calls.ts';
import { createDataFolder, loadConfig, type Config, type DataPaths } from '../config/index.ts';
import { probeBucket } from '../deliver/index.ts';
import { lockFile } from '../kernel/index.ts';
import { createLogger } from '../observe/index.ts';
import { openReader } from '../query/index.ts';
import { listSegments } from '../spine/segment.ts';
import { startHostInventory } from './host-inventory.ts';

interface IdleFolder {
  readonly config: Config;
  readonly paths: DataPaths;
  release(): void;
}

/**
 * Flow logs of the folder. What exists (for CreateFlowLogs) is what the settings of the environment
 * say, since those of a later `weir up` are not known here.
 *
 * @throws OperationError `in-use` when another process has the folder
 */
export async function openFlowLogFolder(data: string): Promise<FlowLogFolder> {
  return withLock(data, async (folder) => {
    const { config, paths } = folder;
    const write = (line: string): void => void process.stderr.write(line);
    const log = createLogger({ level: 'warn', write, pretty: true, now: Date.now });
    const host = await startHostInventory(config, log);
    const registry = await openFlowLogRegistry(paths.flowLogs);
    const lastSequence = listSegments(readdirSync(paths.store)).current.at(-1)?.lastSequence ?? 0;
    const operations = createFlowLogOperations({
      registry,
      snapshot: () => host.inventory.snapshot(),
      lastSequence: () => lastSequence,
      sequenceBefore: (timeMs) => sequenceBefore(paths.store, timeMs),
      // Nothing delivers here; the daemon tells how it goes.
      deliveryState: () => null,
      destination: (bucket) => probeBucket(paths.s3, bucket, config.deliver.createBuckets),
      now: Date.now,
      randomBytes,
    });
    return {
      ...operations,
      async close() {
        host.stop();
        folder.release();
      },
    };
  });
}

/** Access keys of the folder. @throws OperationError `in-use` when another process has it */
export async function openKeyFolder(data: string): Promise<KeyFolder> {
  return withLock(data, async (folder) => {
    const { config, paths } = folder;
    const keys = await openAccessKeys(paths.accessKeys, { now: Date.now, randomBytes });
    const operations = createKeyOperations(keys, { region: config.region, now: Date.now });
    return {
      create: (body) => operations.create(body),
      list: async () => operations.list(),
      revoke: (body) => operations.revoke(body),
      close: async () => folder.release(),
    };
  });
}

async function withLock<Opened>(
  data: string,
  open: (folder: IdleFolder) => Promise<Opened>,
): Promise<Opened> {
  const { env } = process;
  const { config } = loadConfig(env['WEIR_CONFIG'] ?? null, env, { data });
  const paths = createDataFolder(config.data);
  const lock = lockFile(paths.lock);
  try {
    return await open({ config, paths, release: () => lock.release() });
  } catch (fault) {
    lock.release();
    throw fault;
  }
}

async function sequenceBefore(storeDirectory: string, timeMs: number): Promise<number> {
  const reader = await openReader({ storeDirectory });
  try {
    return await reader.sequenceBefore(timeMs);
  } finally {
    reader.close();
  }
}
