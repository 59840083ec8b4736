// A store, a registry and folders in miniature for the tests of delivery: commits hold plain lines,
// and the lines of a request follow from the commits alone, as those of the real reader do.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import type { FlowLog } from '../../src/aws/flow-log.ts';
import { createLogger, createMetrics } from '../../src/observe/index.ts';
import type { DeliverConfig } from '../../src/deliver/config.ts';
import { createDelivery, type Delivery } from '../../src/deliver/delivery.ts';
import { openEmbeddedS3 } from '../../src/deliver/embedded-s3.ts';
import type { ObjectStore } from '../../src/deliver/object-store.ts';
import { bareIdentity } from '../../src/records/identity-values.ts';
import type {
  AnnouncedCommit,
  CommitFeed,
  CommittedWindow,
  FlowLogSource,
  LineChunk,
  ReadLinesRequest,
  RecordReader,
} from '../../src/deliver/record-reader.ts';

/** A record: what its line says, and its end in Unix seconds. */
export interface FakeRecord {
  readonly end: number;
  readonly text: string;
  /** The VPC of its interface; that of FLOW_LOG unless said otherwise. */
  readonly vpcId?: string;
}

export interface FakeStore extends CommitFeed {
  readonly reader: RecordReader;
  commit(windowStart: number, records: readonly FakeRecord[], windowSeconds?: number): number;
}

export const FLOW_LOG: FlowLog = {
  flowLogId: 'fl-0123456789abcdef0',
  creationTimeMs: 0,
  accountId: '123456789012',
  region: 'eu-west-1',
  resourceType: 'VPC',
  resourceId: 'vpc-1',
  trafficType: 'ALL',
  logDestinationType: 's3',
  logDestination: 'arn:aws:s3:::my-bucket',
  logFormat: '${version} ${srcaddr}',
  logGroupName: null,
  deliverLogsPermissionArn: null,
  deliverCrossAccountRole: null,
  maxAggregationInterval: 60,
  fileFormat: 'plain-text',
  hiveCompatiblePartitions: false,
  perHourPartition: false,
  tagFieldSpecifications: [],
  tags: [],
  startSequence: 0,
  formerSettings: [],
};

type FakeCommit = CommittedWindow & { readonly records: readonly FakeRecord[] };

/** A store in memory. */
export function createFakeStore(): FakeStore {
  const commits: FakeCommit[] = [];
  const listeners = new Set<(commit: AnnouncedCommit) => void>();
  async function* readLines(request: ReadLinesRequest): AsyncGenerator<LineChunk> {
    const slots = new Map<number, string[]>();
    for (const { sequence, records } of commits) {
      if (sequence < request.fromSequence || sequence > request.toSequence) continue;
      for (const { end, text, vpcId } of records) {
        if ((vpcId ?? FLOW_LOG.resourceId) !== request.scope.resourceId) continue;
        const slotStart = end - (end % request.slotSeconds);
        slots.set(slotStart, [...(slots.get(slotStart) ?? []), text]);
      }
    }
    for (const slotStart of [...slots.keys()].toSorted((a, b) => a - b)) {
      for (const text of slots.get(slotStart) ?? []) {
        yield { slotStart, text: `${text}\n`, lineCount: 1 };
      }
    }
  }
  return {
    get lastSequence() {
      return commits.length;
    },
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    commit(windowStart, records, windowSeconds = 60) {
      const sequence = commits.length + 1;
      const window = { sequence, windowStart, windowSeconds, rowCount: records.length };
      commits.push({ ...window, records });
      const interfaces = records.map(({ vpcId }) => ({
        ...bareIdentity('123456789012', null, null, null),
        vpcId: vpcId ?? FLOW_LOG.resourceId,
      }));
      for (const listener of listeners) listener({ ...window, interfaces });
      return sequence;
    },
    reader: {
      readLines,
      async *readLinesOfMany(request, scopes) {
        for (const scope of scopes) {
          for await (const chunk of readLines({ ...request, scope })) {
            yield { ...chunk, resourceId: scope.resourceId };
          }
        }
      },
      rowCounts: async () => new Map(),
      commitsAfter: async (sequence, limit) =>
        commits
          .filter((commit) => commit.sequence > sequence && commit.rowCount > 0)
          .slice(0, limit),
    },
  };
}

/** Flow logs that a test may change. */
export function createFakeRegistry(
  first: readonly FlowLog[],
): FlowLogSource & { replace(flowLogs: readonly FlowLog[]): void } {
  let flowLogs = first;
  const listeners = new Set<() => void>();
  return {
    list: () => flowLogs,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace(changed) {
      flowLogs = changed;
      for (const listener of listeners) listener();
    },
  };
}

/** DATA/cursors and DATA/s3. */
export interface Folders {
  readonly cursors: string;
  readonly s3: string;
}

export function makeFolders(root: string): Folders {
  const folders = { cursors: path.join(root, 'cursors'), s3: path.join(root, 's3') };
  mkdirSync(folders.cursors, { recursive: true });
  return folders;
}

export interface DeliverySetup {
  readonly store: FakeStore;
  readonly folders: Folders;
  readonly flowLogs?: readonly FlowLog[];
  /** In place of `flowLogs`, where they change. */
  readonly registry?: FlowLogSource;
  readonly config?: Partial<DeliverConfig>;
  /** Stands between delivery and the embedded store. */
  readonly wrap?: (inner: ObjectStore) => ObjectStore;
  readonly nowMs?: () => number;
}

/** A delivery over the folders, started. */
export async function startDelivery(setup: DeliverySetup): Promise<Delivery> {
  const inner = await openEmbeddedS3(setup.folders.s3);
  const config = { retryMinMs: 1, retryMaxMs: 4, ...setup.config };
  const now = setup.nowMs ?? (() => 0);
  const delivery = createDelivery(config, {
    cursorFolder: setup.folders.cursors,
    flowLogs: setup.registry ?? {
      list: () => setup.flowLogs ?? [FLOW_LOG],
      onChange: () => () => undefined,
    },
    reader: setup.store.reader,
    commits: setup.store,
    objectStore: setup.wrap?.(inner) ?? inner,
    log: createLogger({ level: 'silent', write: () => undefined, pretty: false, now }),
    metrics: createMetrics(),
    now,
    random: () => 0.5,
  });
  delivery.start();
  return delivery;
}

/** Text of every object by key, buckets included in the key. */
export function readObjects(folders: Folders): ReadonlyMap<string, string> {
  const objects = new Map<string, string>();
  for (const entry of readdirSync(folders.s3, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    objects.set(path.relative(folders.s3, file), gunzipSync(readFileSync(file)).toString());
  }
  return objects;
}

/** Lines of all objects without their headers, sorted. */
export function deliveredLines(folders: Folders): readonly string[] {
  return [...readObjects(folders).values()]
    .flatMap((text) => text.trimEnd().split('\n').slice(1))
    .toSorted();
}
