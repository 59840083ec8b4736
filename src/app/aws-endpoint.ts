// The AWS endpoint of the daemon: access keys, the services on their wire, and what their
// operations need of the rest.
import { randomBytes, randomUUID } from 'node:crypto';

import {
  createKeyOperations,
  openAccessKeys,
  type AccessKeys,
  type KeyOperations,
} from '../api/access/index.ts';
import type { HttpHandler } from '../api/control/index.ts';
import { createEc2Service } from '../api/ec2/index.ts';
import { servedRegions } from '../api/ec2/served-regions.ts';
import { createEdge } from '../api/edge/index.ts';
import {
  createFlowLogOperations,
  type FlowLogDeps,
  type FlowLogOperations,
  type FlowLogRegistry,
} from '../api/flow-logs/index.ts';
import { createSts } from '../api/sts/index.ts';
import type { Config, DataPaths } from '../config/index.ts';
import { probeBucket } from '../deliver/index.ts';
import type { Logger, Metrics } from '../observe/index.ts';
import type { Snapshot } from '../spine/topology.ts';
import type { Storage } from './storage.ts';

export interface AwsEndpointParts {
  readonly config: Config;
  readonly paths: DataPaths;
  readonly registry: FlowLogRegistry;
  readonly snapshot: () => Snapshot;
  readonly storage: Pick<Storage, 'store' | 'reader' | 'delivery' | 'objectStore'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly onBug: (fault: unknown) => void;
}

export interface AwsEndpoint {
  readonly handler: HttpHandler;
  /** For the control port. */
  readonly flowLogs: FlowLogOperations;
  readonly keys: KeyOperations;
  /** Creates an access key that may do everything, where there never was any. */
  ensureFirstKey(): Promise<void>;
}

/**
 * Opens the access keys and makes the handler.
 *
 * @throws OperationError when the keys' file is damaged or readable by others
 */
export async function openAwsEndpoint(parts: AwsEndpointParts): Promise<AwsEndpoint> {
  const { config, paths, snapshot, log, metrics, now, onBug } = parts;
  const { accountId, region } = config;
  const keys = logged(await openAccessKeys(paths.accessKeys, { now, randomBytes }), log);
  const flowLogDeps = flowLogDepsOf(parts);
  const services = [
    createEc2Service({ ...flowLogDeps, region, putObject: putObjectOf(parts) }),
    createSts(),
  ];
  const handler = createEdge({
    services,
    keys,
    accountId,
    servedRegions: regionsOf(snapshot, region),
    log,
    metrics,
    now,
    newRequestId: randomUUID,
    onBug,
  });
  return {
    handler,
    flowLogs: createFlowLogOperations(flowLogDeps),
    keys: createKeyOperations(keys, { region, now }),
    ensureFirstKey: () => ensureFirstKey(keys, log),
  };
}

/** The same keys, of which every change is told. */
function logged(keys: AccessKeys, log: Logger): AccessKeys {
  return {
    ...keys,
    async create(request) {
      const key = await keys.create(request);
      const { accessKeyId, userName } = key;
      log.info('access.key-created', `Created an access key of user ${userName}`, { accessKeyId });
      return key;
    },
    async revoke(id) {
      const key = await keys.revoke(id);
      const { accessKeyId, userName } = key;
      log.info('access.key-revoked', `Revoked an access key of user ${userName}`, { accessKeyId });
      return key;
    },
  };
}

async function ensureFirstKey(keys: AccessKeys, log: Logger): Promise<void> {
  const created = await keys.ensureDefault();
  if (created === null) return;
  const { accessKeyId } = created;
  log.info('access.first-key', 'Created the first access key; use it by: eval "$(weir env)"', {
    accessKeyId,
  });
}

function flowLogDepsOf(parts: AwsEndpointParts): FlowLogDeps {
  const { config, paths, registry, snapshot, storage, now } = parts;
  const { store, reader, delivery } = storage;
  const { createBuckets } = config.deliver;
  return {
    registry,
    snapshot,
    lastSequence: () => store.lastSequence,
    sequenceBefore: (timeMs) => reader.sequenceBefore(timeMs),
    deliveryState: (id) => delivery.statusOf(id),
    destination: (bucket) => probeBucket(paths.s3, bucket, createBuckets),
    now,
    randomBytes,
  };
}

function putObjectOf({ storage }: AwsEndpointParts) {
  return async (bucket: string, key: string, bytes: Uint8Array): Promise<void> => {
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    };
    await storage.objectStore.putObject(bucket, key, body(), { contentType: 'text/yaml' });
  };
}

/** The regions of the newest snapshot, counted once per snapshot and not per call. */
function regionsOf(snapshot: () => Snapshot, configured: string): () => ReadonlySet<string> {
  let counted: Snapshot | null = null;
  let regions: ReadonlySet<string> = new Set();
  return () => {
    const current = snapshot();
    if (current !== counted) {
      counted = current;
      regions = new Set(servedRegions(current, configured));
    }
    return regions;
  };
}
