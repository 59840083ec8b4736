// Flow logs of a data folder that no daemon serves: the registry itself, under the folder's lock.
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';

import { createFlowLogOperations, openFlowLogRegistry } from '../api/flow-logs/index.ts';
import type { FlowLogFolder } from '../cli/flow-log-calls.ts';
import { createDataFolder, loadConfig } from '../config/index.ts';
import { lockFile } from '../kernel/index.ts';
import { createLogger } from '../observe/index.ts';
import { listSegments } from '../spine/segment.ts';
import { startHostInventory } from './host-inventory.ts';

/**
 * Opens the folder. What exists (for CreateFlowLogs) is what the settings of the environment say,
 * since those of a later `weir up` are not known here.
 *
 * @throws OperationError `in-use` when another process has the folder
 */
export async function openFlowLogFolder(data: string): Promise<FlowLogFolder> {
  const { env } = process;
  const { config } = loadConfig(env['WEIR_CONFIG'] ?? null, env, { data });
  const paths = createDataFolder(config.data);
  const lock = lockFile(paths.lock);
  try {
    const write = (line: string): void => void process.stderr.write(line);
    const log = createLogger({ level: 'warn', write, pretty: true, now: Date.now });
    const host = await startHostInventory(config, log);
    const registry = await openFlowLogRegistry(paths.flowLogs);
    const lastSequence = listSegments(readdirSync(paths.store)).current.at(-1)?.lastSequence ?? 0;
    const operations = createFlowLogOperations({
      registry,
      snapshot: () => host.inventory.snapshot(),
      lastSequence: () => lastSequence,
      // Nothing delivers here; the daemon tells how it goes.
      deliveryState: () => null,
      now: Date.now,
      randomBytes,
    });
    return {
      create: (body) => operations.create(body),
      describe: (body) => operations.describe(body),
      delete: (body) => operations.delete(body),
      async close() {
        host.stop();
        lock.release();
      },
    };
  } catch (fault) {
    lock.release();
    throw fault;
  }
}
