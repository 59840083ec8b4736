// The delivery of one flow log, independent of all others: wait for commits, deliver the groups
// whose period is over, move the cursor; after a fault wait longer each time and try again.
import type { FlowLog } from '../aws/flow-log.ts';
import type { Logger } from '../observe/index.ts';
import { toOperationError } from '../observe/operation-error.ts';
import { scopesAlike } from './alike.ts';
import type { CommitLog } from './commit-log.ts';
import type { DeliverConfig } from './config.ts';
import type { Cursor, CursorFolder } from './cursor.ts';
import {
  newProgress,
  toStatus,
  type DeliveryProgress,
  type FlowLogDeliveryStatus,
} from './flow-log-status.ts';
import { endOf, nextGroup, publishingPeriod, type Group, type GroupRules } from './group.ts';
import type { DeliverMetrics } from './metrics.ts';
import type { ObjectStore } from './object-store.ts';
import type { FlowLogSource } from './record-reader.ts';
import type { SharedReads } from './shared-reads.ts';
import { writeTextObjects } from './text-objects.ts';
import type { Turns } from './turns.ts';
import { deliverableSettingsAt, undeliverableCause } from './undeliverable.ts';
import { createWake, type Wake } from './wake.ts';

const COMMITS_MAX = 1000;
/** Groups without a record of the flow log that are passed over before the cursor is written. */
const PASSED_OVER_MAX = 16;

export interface FlowLogLoopDeps {
  readonly flowLogs: FlowLogSource;
  readonly reads: SharedReads;
  readonly commits: CommitLog;
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
  /** As it is followed now. */
  flowLog(): FlowLog;
  /** Goes on with other settings; the cursor stays. */
  update(flowLog: FlowLog): void;
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
  /**
   * The first sequence that is still to be delivered, or null when none waits, or none that this
   * release can deliver.
   */
  neededSequence(): number | null;
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
    isParked: false,
    cursor: null,
    passedOver: 0,
  };
  return {
    flowLog: () => loop.flowLog,
    update(changed) {
      loop.flowLog = changed;
      loop.isParked = false;
      loop.wake.ring();
    },
    ring() {
      if (!loop.isParked) loop.wake.ring();
    },
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
    status: () => toStatus(loop.flowLog, loop.progress, deps.commits.lastSequence, deps.now()),
    neededSequence() {
      const { deliveredSequence } = loop.progress;
      const isWaiting = deliveredSequence < deps.commits.lastSequence;
      return isWaiting && !loop.isParked ? deliveredSequence + 1 : null;
    },
  };
}

interface LoopState {
  flowLog: FlowLog;
  readonly config: DeliverConfig;
  readonly deps: FlowLogLoopDeps;
  readonly progress: DeliveryProgress;
  readonly wake: Wake;
  readonly stopping: AbortController;
  readonly aborting: AbortController;
  readonly lastSequenceAtStart: number;
  discarded: boolean;
  /** Nothing can be delivered until the flow log is changed: commits do not wake the loop. */
  isParked: boolean;
  /** Null until it has been read; `passedOver` groups ahead of the file. */
  cursor: Cursor | null;
  passedOver: number;
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
      if (!loop.isParked) loop.progress.fault = null;
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
  else if (!loop.aborting.signal.aborted) await saveLastCursor(loop);
}

/**
 * Delivers every group that is closed.
 *
 * @returns when to look again though nothing was committed, ms from now
 */
async function deliverAll(loop: LoopState): Promise<number> {
  const { deps, progress } = loop;
  while (!loop.aborting.signal.aborted) {
    const cursor = await readCursor(loop);
    const { flowLog } = loop;
    const { lastSequence } = deps.commits;
    if (park(loop, cursor.deliveredSequence + 1)) return Infinity;
    const commits = await deps.commits.after(cursor.deliveredSequence, COMMITS_MAX);
    const first = commits[0];
    progress.oldestWaitingEnd = first === undefined ? null : endOf(first);
    if (first === undefined) {
      // Commits without records are not listed; they are no backlog.
      progress.deliveredSequence = Math.max(cursor.deliveredSequence, lastSequence);
      return Infinity;
    }
    if (park(loop, first.sequence)) return Infinity;
    const rules = groupRules(loop, flowLog, first.sequence, lastSequence);
    const group = nextGroup(cursor, commits, rules);
    if (group === null) {
      const { periodSeconds, closedBefore } = rules;
      const period = Math.floor(first.windowStart / periodSeconds);
      return Math.max(1, ((period + 1) * periodSeconds - closedBefore) * 1000);
    }
    const { firstSequence } = group;
    if (deps.commits.mayConcern(flowLog.resourceId, firstSequence, group.lastSequence)) {
      await deps.turns.take(() => deliverGroup(loop, flowLog, cursor, group));
    } else {
      await passOver(loop, cursor, group);
    }
  }
  return Infinity;
}

function groupRules(
  { config, deps }: LoopState,
  flowLog: FlowLog,
  sequence: number,
  lastSequence: number,
): GroupRules {
  const { maxAggregationInterval } = deliverableSettingsAt(flowLog, sequence);
  const former = flowLog.formerSettings.find((settings) => sequence <= settings.untilSequence);
  const untilSequence = former?.untilSequence ?? Infinity;
  return {
    periodSeconds: publishingPeriod(maxAggregationInterval, config.publishSeconds),
    closedBefore: deps.now() / 1000 - config.graceSeconds,
    untilSequence,
    isUntilPassed: untilSequence <= lastSequence,
  };
}

/** True when this release cannot deliver what follows: the loop then waits for another one. */
function park(loop: LoopState, sequence: number): boolean {
  const { flowLog, deps, progress } = loop;
  const cause = undeliverableCause(flowLog, deliverableSettingsAt(flowLog, sequence));
  if (cause === null) return false;
  if (progress.fault?.message !== cause.message) {
    deps.log.warn('deliver.unsupported', cause.message, { flowLogId: flowLog.flowLogId });
  }
  progress.fault = cause;
  loop.isParked = true;
  return true;
}

/**
 * Moves the cursor over a group in which the flow log has no record. The file follows later: a
 * crash has the same groups passed over again. One whose end depends on the time is noted at once.
 */
async function passOver(loop: LoopState, cursor: Cursor, group: Group): Promise<void> {
  loop.cursor = { deliveredSequence: group.lastSequence, groupEndSequence: null };
  loop.progress.deliveredSequence = group.lastSequence;
  loop.passedOver += 1;
  const isNoted = group.mayGrow || cursor.groupEndSequence !== null;
  if (isNoted || loop.passedOver >= PASSED_OVER_MAX) await saveCursor(loop);
}

async function saveLastCursor(loop: LoopState): Promise<void> {
  try {
    await saveCursor(loop);
  } catch (cause) {
    // The next start passes over the same groups again.
    noteFault(loop, cause);
  }
}

async function saveCursor(loop: LoopState): Promise<void> {
  if (loop.cursor !== null && loop.passedOver > 0) await moveCursor(loop, loop.cursor);
}

async function deliverGroup(
  loop: LoopState,
  current: FlowLog,
  cursor: Cursor,
  group: Group,
): Promise<void> {
  const { deps, config, progress } = loop;
  const flowLog = { ...current, ...deliverableSettingsAt(current, group.firstSequence) };
  loop.aborting.signal.throwIfAborted();
  if (group.mayGrow) {
    await moveCursor(loop, { ...cursor, groupEndSequence: group.lastSequence });
  }
  const written = await writeTextObjects(
    flowLog,
    group,
    {
      reads: deps.reads,
      alike: () => scopesAlike(deps.flowLogs.list(), current, group, deps.commits),
      objectStore: deps.objectStore,
      limits: config,
    },
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
  loop.passedOver = 0;
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
