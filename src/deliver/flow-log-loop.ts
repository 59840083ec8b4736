// The delivery of one flow log, independent of all others: wait for commits, deliver the groups
// whose period is over, move the cursor; after a fault wait longer each time and try again.
import type { FlowLog } from '../aws/flow-log.ts';
import type { Logger } from '../observe/index.ts';
import { toOperationError } from '../observe/operation-error.ts';
import type { DeliverConfig } from './config.ts';
import type { Cursor, CursorFolder } from './cursor.ts';
import {
  newProgress,
  toStatus,
  type DeliveryProgress,
  type FlowLogDeliveryStatus,
} from './flow-log-status.ts';
import { endOf, nextGroup, publishingPeriod, type Group } from './group.ts';
import type { DeliverMetrics } from './metrics.ts';
import type { ObjectStore } from './object-store.ts';
import type { CommitFeed, RecordReader } from './record-reader.ts';
import { writeTextObjects } from './text-objects.ts';
import type { Turns } from './turns.ts';
import { createWake, type Wake } from './wake.ts';

const COMMITS_MAX = 1000;

export interface FlowLogLoopDeps {
  readonly reader: RecordReader;
  readonly commits: CommitFeed;
  readonly objectStore: ObjectStore;
  readonly cursors: CursorFolder;
  readonly turns: Turns;
  readonly log: Logger;
  readonly metrics: DeliverMetrics;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** From 0 to less than 1; spreads the retries. */
  readonly random: () => number;
}

export interface FlowLogLoop {
  /** Looks for work: a commit or the time may have closed a group. */
  ring(): void;
  /** Delivers what can be delivered now, then ends. */
  finish(): void;
  /** Ends as soon as possible; what is under way will be done again. */
  abort(): void;
  /** Ends as `abort` does and forgets the cursor: the flow log was deleted. */
  discard(): void;
  /** Resolves when the loop has ended. */
  readonly ended: Promise<void>;
  status(): FlowLogDeliveryStatus;
  /** Everything up to this sequence is delivered. */
  deliveredSequence(): number;
}

/** Begins the delivery of one flow log. */
export function startFlowLogLoop(
  flowLog: FlowLog,
  config: DeliverConfig,
  deps: FlowLogLoopDeps,
): FlowLogLoop {
  const loop: LoopState = {
    flowLog,
    config,
    deps,
    progress: newProgress(flowLog),
    wake: createWake(),
    stopping: new AbortController(),
    aborting: new AbortController(),
    lastSequenceAtStart: deps.commits.lastSequence,
    discarded: false,
    cursor: null,
  };
  return {
    ring: () => loop.wake.ring(),
    finish() {
      loop.stopping.abort();
      loop.wake.ring();
    },
    abort: () => abort(loop),
    discard() {
      loop.discarded = true;
      abort(loop);
    },
    ended: run(loop),
    status: () => toStatus(flowLog, loop.progress, deps.commits.lastSequence, deps.now()),
    deliveredSequence: () => loop.progress.deliveredSequence,
  };
}

interface LoopState {
  readonly flowLog: FlowLog;
  readonly config: DeliverConfig;
  readonly deps: FlowLogLoopDeps;
  readonly progress: DeliveryProgress;
  readonly wake: Wake;
  readonly stopping: AbortController;
  readonly aborting: AbortController;
  readonly lastSequenceAtStart: number;
  discarded: boolean;
  /** Null until it has been read. */
  cursor: Cursor | null;
}

function abort(loop: LoopState): void {
  loop.stopping.abort();
  loop.aborting.abort();
  loop.wake.ring();
}

async function run(loop: LoopState): Promise<void> {
  let failuresInRow = 0;
  while (!loop.aborting.signal.aborted) {
    try {
      const recheckMs = await deliverAll(loop);
      failuresInRow = 0;
      loop.progress.fault = null;
      if (loop.stopping.signal.aborted) break;
      await loop.wake.sleep(recheckMs);
    } catch (cause) {
      if (loop.aborting.signal.aborted) break;
      failuresInRow += 1;
      noteFault(loop, cause);
      if (loop.stopping.signal.aborted) break;
      await pause(loop, failuresInRow);
    }
  }
  if (loop.discarded) await forgetCursor(loop);
}

/**
 * Delivers every group that is closed.
 *
 * @returns when to look again though nothing was committed, ms from now
 */
async function deliverAll(loop: LoopState): Promise<number> {
  const { deps, flowLog, config, progress } = loop;
  const periodSeconds = publishingPeriod(flowLog.maxAggregationInterval, config.publishSeconds);
  while (!loop.aborting.signal.aborted) {
    const cursor = await readCursor(loop);
    const { lastSequence } = deps.commits;
    const commits = await deps.reader.commitsAfter(cursor.deliveredSequence, COMMITS_MAX);
    const first = commits[0];
    progress.oldestWaitingEnd = first === undefined ? null : endOf(first);
    if (first === undefined) {
      // Commits without records are not listed; they are no backlog.
      progress.deliveredSequence = Math.max(cursor.deliveredSequence, lastSequence);
      return Infinity;
    }
    const closedBefore = deps.now() / 1000 - config.graceSeconds;
    const group = nextGroup(cursor, commits, { periodSeconds, closedBefore });
    if (group === null) {
      const period = Math.floor(first.windowStart / periodSeconds);
      return Math.max(1, ((period + 1) * periodSeconds - closedBefore) * 1000);
    }
    await deps.turns.take(() => deliverGroup(loop, cursor, group));
  }
  return Infinity;
}

async function deliverGroup(loop: LoopState, cursor: Cursor, group: Group): Promise<void> {
  const { deps, flowLog, config, progress } = loop;
  loop.aborting.signal.throwIfAborted();
  if (group.mayGrow) {
    await moveCursor(loop, { ...cursor, groupEndSequence: group.lastSequence });
  }
  const written = await writeTextObjects(
    flowLog,
    group,
    { reader: deps.reader, objectStore: deps.objectStore, limits: config },
    loop.aborting.signal,
  );
  await moveCursor(loop, { deliveredSequence: group.lastSequence, groupEndSequence: null });
  progress.fault = null;
  progress.lastDeliveryMs = deps.now();
  progress.files += written.fileCount;
  progress.records += written.recordCount;
  progress.bytes += written.byteCount;
  deps.metrics.delivered(written);
}

async function readCursor(loop: LoopState): Promise<Cursor> {
  if (loop.cursor !== null) return loop.cursor;
  const { flowLogId, startSequence } = loop.flowLog;
  const { lastSequenceAtStart: lastSequence } = loop;
  let cursor = await loop.deps.cursors.read(flowLogId, startSequence);
  if (cursor.deliveredSequence > lastSequence) {
    // The store was removed or put back from a copy; its sequences will be used again.
    const message = `Flow log ${flowLogId} is ahead of the store; it continues with new records`;
    loop.deps.log.warn('deliver.cursor-ahead', message, { ...cursor, lastSequence });
    cursor = { deliveredSequence: lastSequence, groupEndSequence: null };
  }
  loop.cursor = cursor;
  loop.progress.deliveredSequence = cursor.deliveredSequence;
  return cursor;
}

async function moveCursor(loop: LoopState, cursor: Cursor): Promise<void> {
  await loop.deps.cursors.write(loop.flowLog.flowLogId, cursor);
  loop.cursor = cursor;
  loop.progress.deliveredSequence = cursor.deliveredSequence;
}

function noteFault(loop: LoopState, cause: unknown): void {
  const { flowLog, deps, progress } = loop;
  const fault = toOperationError(cause, `Cannot deliver flow log ${flowLog.flowLogId}`);
  progress.fault = fault;
  progress.failures += 1;
  deps.metrics.failed();
  deps.log.warn('deliver.failed', fault.message, { flowLogId: flowLog.flowLogId });
}

/** Waits before the next attempt; rings (new commits) do not shorten it. */
async function pause(loop: LoopState, failuresInRow: number): Promise<void> {
  const { retryMinMs, retryMaxMs } = loop.config;
  const longest = Math.min(retryMaxMs, retryMinMs * 2 ** (failuresInRow - 1));
  // Half fixed, half random: flow logs that failed together do not return together.
  const waitMs = longest / 2 + (longest / 2) * loop.deps.random();
  const until = performance.now() + waitMs;
  for (let left = waitMs; left > 0; left = until - performance.now()) {
    if (loop.stopping.signal.aborted) return;
    await loop.wake.sleep(left);
  }
}

async function forgetCursor(loop: LoopState): Promise<void> {
  try {
    await loop.deps.cursors.remove(loop.flowLog.flowLogId);
  } catch (cause) {
    // Left behind it does no harm: ids are never used again.
    noteFault(loop, cause);
  }
}
