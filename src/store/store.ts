import { statfs } from 'node:fs/promises';
import path from 'node:path';

import { syncFolder } from '../config/durable-file.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';
import type { InterfaceIdentity, RecordBatch } from '../spine/record.ts';
import { segmentName } from '../spine/segment.ts';
import { type CompactionPolicy, planMerge } from './compaction.ts';
import { type StoreMetrics, createStoreMetrics } from './metrics.ts';
import { type RetentionPolicy, planRetention } from './retention.ts';
import { commitFile, openFolder, removeFiles, writeMarker } from './segment-folder.ts';
import type { Segment, SegmentWriter } from './segment.ts';

/** One window that is durable. */
export interface Commit {
  readonly sequence: number;
  /** Unix seconds. */
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly rowCount: number;
  /** Those that have records in it. */
  readonly interfaces: readonly InterfaceIdentity[];
}

export interface StoreOptions {
  readonly directory: string;
  readonly segmentWriter: SegmentWriter;
  readonly retention: RetentionPolicy;
  readonly compaction?: Partial<StoreCompaction>;
}

export interface StoreCompaction extends CompactionPolicy {
  /** Merged segments stay so long for readers that have begun with them, milliseconds. */
  readonly unlinkAfterMs: number;
}

export interface StoreDeps {
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The lowest sequence that a flow log has still to deliver, or null when none waits. */
  readonly oldestNeededSequence?: () => number | null;
}

export interface Store {
  /**
   * Stores a window; appends are done one after another, in the order of the calls.
   *
   * @returns resolves once the records would survive a power loss
   * @throws OperationError `disk-full` (retryable; the store goes on working) and others; then
   *   nothing of the batch is stored
   */
  append(batch: RecordBatch): Promise<Commit>;
  /** What is to be read now, by ascending sequence. */
  segments(): readonly Segment[];
  /** Of the newest commit, 0 when there was never one; commits count up from 1. */
  readonly lastSequence: number;
  /** Calls the listener after each commit; returns how to stop that. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Merges and deletes segments as the policies say; call it about once a minute. */
  maintain(): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

const COMPACTION: StoreCompaction = {
  settleSeconds: 120,
  segmentBytesMax: 512 * 1024 ** 2,
  unlinkAfterMs: 60_000,
};
/** First guess of a stored record's size, until commits have shown it. */
const ROW_BYTES = 40;
/** A segment's own structure, without rows. */
const SEGMENT_BYTES = 16 * 1024;
/** Compaction leaves so much of the disk to new windows. */
const MERGE_RESERVE_BYTES = 64 * 1024 ** 2;

/**
 * Opens the store in `options.directory`, which nobody else writes to.
 *
 * @throws OperationError when the folder cannot be read or created
 */
export async function openStore(options: StoreOptions, deps: StoreDeps): Promise<Store> {
  try {
    const content = await openFolder(options.directory);
    const store = new SegmentStore(options, deps, content.segments, content.lastSequence);
    store.reportOddFiles(content.foreign, content.unreadable);
    return store;
  } catch (cause) {
    throw toOperationError(cause, `Cannot open the store "${options.directory}"`);
  }
}

class SegmentStore implements Store {
  lastSequence: number;
  readonly #options: StoreOptions;
  readonly #compaction: StoreCompaction;
  readonly #deps: StoreDeps;
  readonly #metrics: StoreMetrics;
  readonly #listeners = new Set<(commit: Commit) => void>();
  #segments: readonly Segment[];
  #superseded: { readonly segment: Segment; readonly unlinkAtMs: number }[] = [];
  #rowBytes = ROW_BYTES;
  #appending: Promise<unknown> = Promise.resolve();
  #maintaining: Promise<void> | null = null;
  #isClosed = false;

  constructor(
    options: StoreOptions,
    deps: StoreDeps,
    segments: readonly Segment[],
    lastSequence: number,
  ) {
    this.#options = options;
    this.#compaction = { ...COMPACTION, ...options.compaction };
    this.#deps = deps;
    this.#metrics = createStoreMetrics(deps.metrics);
    this.#segments = segments;
    this.lastSequence = lastSequence;
    this.#setGauges();
  }

  segments(): readonly Segment[] {
    return this.#segments;
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  append(batch: RecordBatch): Promise<Commit> {
    const commit = this.#appending.then(() => this.#append(batch));
    this.#appending = commit.catch(() => undefined);
    return commit;
  }

  maintain(): Promise<void> {
    this.#maintaining ??= this.#maintain().finally(() => (this.#maintaining = null));
    return this.#maintaining;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#maintaining;
    await this.#appending;
  }

  reportOddFiles(foreign: readonly string[], unreadable: readonly string[]): void {
    this.#metrics.foreign.set(foreign.length);
    for (const name of unreadable) {
      this.#deps.log.error('store.unreadable', `Set aside "${name}": it is no Parquet file`);
    }
    if (foreign.length > 0) {
      const some = foreign.slice(0, 3).join(', ');
      const message = `The store ignores ${foreign.length} files that are none of its own: ${some}`;
      this.#deps.log.warn('store.foreign', message);
    }
  }

  async #append(batch: RecordBatch): Promise<Commit> {
    if (this.#isClosed) throw new OperationError('unavailable', 'The store is closed');
    const { windowStart, windowSeconds, rowCount } = batch;
    const sequence = this.lastSequence + 1;
    const windowEnd = windowStart + windowSeconds;
    const range = { firstSequence: sequence, lastSequence: sequence, windowStart, windowEnd };
    const name = segmentName(range);
    const file = path.join(this.#options.directory, name);
    let bytes: number;
    try {
      bytes = await commitFile(
        file,
        (temporary) => this.#options.segmentWriter.write(batch, sequence, temporary),
        // Readers may have seen the name: the sequence is used up, whatever happens next.
        () => (this.lastSequence = sequence),
      );
    } catch (cause) {
      const fault = await this.#appendFault(cause, batch);
      this.#metrics.failures.add(1, { code: fault.code });
      throw fault;
    }
    this.#segments = [...this.#segments, { ...range, name, path: file, bytes }];
    if (rowCount > 0) this.#rowBytes = Math.max(this.#rowBytes / 2, bytes / rowCount);
    this.#metrics.commits.add();
    this.#metrics.rows.add(rowCount);
    this.#setGauges();
    const { interfaces } = batch;
    const commit = { sequence, windowStart, windowSeconds, rowCount, interfaces };
    this.#announce(commit);
    return commit;
  }

  #announce(commit: Commit): void {
    for (const listener of this.#listeners) {
      try {
        listener(commit);
      } catch (cause) {
        // The window is stored: a listener's fault is not the appender's.
        this.#deps.log.error('store.listener', `A listener failed: ${String(cause)}`);
      }
    }
  }

  /** Says how much room there is and how much is wanted, where that is the trouble. */
  async #appendFault(cause: unknown, batch: RecordBatch): Promise<OperationError> {
    const { directory } = this.#options;
    const window = new Date(batch.windowStart * 1000).toISOString();
    const fault = toOperationError(cause, `Cannot store the window of ${window}`);
    if (fault.code !== 'disk-full') return fault;
    const needed = SEGMENT_BYTES + Math.ceil(this.#rowBytes * batch.rowCount);
    const free = await freeBytes(directory).catch(() => 0);
    const message =
      `Cannot store the window of ${window} in "${directory}": ${sizeText(free)} free, ` +
      `about ${sizeText(needed)} needed; free some space or lower store.maxBytes`;
    return new OperationError('disk-full', message, { cause, retryable: true });
  }

  async #maintain(): Promise<void> {
    await this.#unlinkSuperseded();
    // Retention first: what is deleted need not be merged.
    await this.#expire();
    while (!this.#isClosed) {
      const merge = planMerge(this.#segments, this.#nowSeconds(), this.#compaction);
      if (merge === null || !(await this.#merge(merge))) return;
    }
  }

  async #unlinkSuperseded(): Promise<void> {
    const now = this.#deps.clock();
    const due = this.#superseded.filter((entry) => entry.unlinkAtMs <= now);
    this.#superseded = this.#superseded.filter((entry) => entry.unlinkAtMs > now);
    await removeFiles(due.map((entry) => entry.segment.path));
  }

  /** Merges; false when that failed and is better tried another time. */
  async #merge(inputs: readonly Segment[]): Promise<boolean> {
    const { directory, segmentWriter } = this.#options;
    const range = {
      firstSequence: inputs[0]?.firstSequence ?? 0,
      lastSequence: inputs.at(-1)?.lastSequence ?? 0,
      windowStart: Math.min(...inputs.map((segment) => segment.windowStart)),
      windowEnd: Math.max(...inputs.map((segment) => segment.windowEnd)),
    };
    const name = segmentName(range);
    const file = path.join(directory, name);
    const inputBytes = inputs.reduce((sum, segment) => sum + segment.bytes, 0);
    try {
      const free = await freeBytes(directory);
      if (free < inputBytes + MERGE_RESERVE_BYTES) {
        throw new OperationError(
          'disk-full',
          `Cannot merge ${inputs.length} segments: ${sizeText(free)} free, ` +
            `${sizeText(inputBytes + MERGE_RESERVE_BYTES)} needed`,
        );
      }
      const paths = inputs.map((segment) => segment.path);
      const bytes = await commitFile(file, (temporary) => segmentWriter.merge(paths, temporary));
      this.#replace(inputs, { ...range, name, path: file, bytes });
      return true;
    } catch (cause) {
      const fault = toOperationError(cause, `Cannot merge ${inputs.length} segments`);
      this.#metrics.mergeFailures.add();
      this.#deps.log.warn('store.merge-failed', fault.message);
      return false;
    }
  }

  #replace(inputs: readonly Segment[], merged: Segment): void {
    const gone = new Set(inputs);
    const unlinkAtMs = this.#deps.clock() + this.#compaction.unlinkAfterMs;
    this.#superseded.push(...inputs.map((segment) => ({ segment, unlinkAtMs })));
    this.#segments = [...this.#segments.filter((segment) => !gone.has(segment)), merged].sort(
      (a, b) => a.firstSequence - b.firstSequence,
    );
    this.#metrics.merges.add();
    this.#setGauges();
  }

  async #expire(): Promise<void> {
    const oldestNeeded = this.#deps.oldestNeededSequence?.() ?? null;
    const plan = planRetention(
      this.#segments,
      this.#nowSeconds(),
      this.#options.retention,
      oldestNeeded,
    );
    if (plan.expired.length === 0) return;
    const gone = new Set(plan.expired);
    this.#segments = this.#segments.filter((segment) => !gone.has(segment));
    if ((this.#segments.at(-1)?.lastSequence ?? 0) < this.lastSequence) {
      await writeMarker(this.#options.directory, this.lastSequence);
    }
    // Smaller segments first: without the larger one they would come back to life.
    const covered = this.#superseded.filter(({ segment }) =>
      plan.expired.some((other) => covers(other, segment)),
    );
    this.#superseded = this.#superseded.filter((entry) => !covered.includes(entry));
    await removeFiles(covered.map(({ segment }) => segment.path));
    if (covered.length > 0) await syncFolder(this.#options.directory);
    await removeFiles(plan.expired.map((segment) => segment.path));
    await syncFolder(this.#options.directory);
    this.#metrics.expired.add(plan.expired.length);
    this.#setGauges();
    this.#reportUndelivered(plan.undelivered);
  }

  #reportUndelivered(undelivered: readonly Segment[]): void {
    const [first, last] = [undelivered[0], undelivered.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#metrics.undelivered.add(undelivered.length);
    this.#deps.log.error(
      'store.undelivered-deleted',
      'Deleted records that a flow log had not delivered, since the store is at its size limit; ' +
        'raise store.maxBytes, or repair or delete the flow log',
      { firstSequence: first.firstSequence, lastSequence: last.lastSequence },
    );
  }

  #nowSeconds(): number {
    return Math.floor(this.#deps.clock() / 1000);
  }

  #setGauges(): void {
    this.#metrics.segments.set(this.#segments.length);
    this.#metrics.bytes.set(this.#segments.reduce((sum, segment) => sum + segment.bytes, 0));
    this.#metrics.lastSequence.set(this.lastSequence);
  }
}

function covers(larger: Segment, smaller: Segment): boolean {
  return (
    larger.firstSequence <= smaller.firstSequence && larger.lastSequence >= smaller.lastSequence
  );
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

function sizeText(bytes: number): string {
  return bytes < 1024 ** 2
    ? `${Math.ceil(bytes / 1024)} KiB`
    : `${Math.floor(bytes / 1024 ** 2)} MiB`;
}
