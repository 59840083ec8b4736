// Keeps one delivery loop per flow log, as flow logs come and go.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger, Metrics } from '../observe/index.ts';
import { createCommitLog } from './commit-log.ts';
import { DEFAULT_DELIVER_CONFIG, type DeliverConfig } from './config.ts';
import { openCursorFolder } from './cursor.ts';
import { startFlowLogLoop, type FlowLogLoop } from './flow-log-loop.ts';
import type { FlowLogDeliveryStatus } from './flow-log-status.ts';
import { createDeliverMetrics } from './metrics.ts';
import type { ObjectStore } from './object-store.ts';
import type { CommitFeed, FlowLogSource, RecordReader } from './record-reader.ts';
import { createSharedReads } from './shared-reads.ts';
import { createTurns } from './turns.ts';

export interface DeliveryDeps {
  /** DATA/cursors; exists. */
  readonly cursorFolder: string;
  readonly flowLogs: FlowLogSource;
  readonly reader: RecordReader;
  readonly commits: CommitFeed;
  readonly objectStore: ObjectStore;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** From 0 to less than 1. */
  readonly random: () => number;
}

export interface Delivery {
  start(): void;
  /**
   * Delivers what is closed by now, then ends; periods that are still open stay for the next
   * start. Call it after the last commit.
   *
   * @param deadlineMs after this time work under way is given up; it will be done again
   */
  stop(deadlineMs: number): Promise<void>;
  /** One entry per flow log, in the order of creation. */
  status(): readonly FlowLogDeliveryStatus[];
  /** The status of one flow log; null when none is followed by that id. */
  statusOf(flowLogId: string): FlowLogDeliveryStatus | null;
  /**
   * First sequence that some flow log has still to deliver, which retention should spare; null
   * when none waits. What waits for a destination that this release does not have is not spared.
   * Before `start` nothing is known: then spare everything.
   */
  oldestNeededSequence(): number | null;
}

/** How long an aborted loop may take to notice; a hanging file system must not keep us. */
const ABORT_WAIT_MS = 1000;

/** @param config settings that differ from DEFAULT_DELIVER_CONFIG */
export function createDelivery(config: Partial<DeliverConfig>, deps: DeliveryDeps): Delivery {
  const settings: DeliverConfig = { ...DEFAULT_DELIVER_CONFIG, ...config };
  const loops = new Map<string, FlowLogLoop>();
  const discarded = new Set<Promise<void>>();
  const commits = createCommitLog(deps.commits, deps.reader);
  const loopDeps = {
    ...deps,
    commits,
    reads: createSharedReads({ ...deps, clock: () => performance.now() }),
    cursors: openCursorFolder(deps.cursorFolder),
    turns: createTurns(settings.concurrency),
    metrics: createDeliverMetrics(deps.metrics),
  };
  const unsubscribe: (() => void)[] = [];

  const follow = (): void => {
    const flowLogs = deps.flowLogs.list();
    const ids = new Set(flowLogs.map((flowLog) => flowLog.flowLogId));
    for (const [id, loop] of loops) {
      if (ids.has(id)) continue;
      loop.discard();
      loops.delete(id);
      discarded.add(loop.ended);
      void loop.ended.finally(() => discarded.delete(loop.ended));
    }
    for (const flowLog of flowLogs) {
      const loop = loops.get(flowLog.flowLogId);
      if (loop === undefined) {
        loops.set(flowLog.flowLogId, startFlowLogLoop(flowLog, settings, loopDeps));
      } else if (loop.flowLog() !== flowLog) {
        loop.update(flowLog);
      }
    }
  };

  return {
    start() {
      unsubscribe.push(deps.flowLogs.onChange(follow));
      unsubscribe.push(
        deps.commits.onCommit((commit) => {
          commits.note(commit);
          for (const loop of loops.values()) loop.ring();
        }),
      );
      follow();
    },
    async stop(deadlineMs) {
      for (const end of unsubscribe.splice(0)) end();
      for (const loop of loops.values()) loop.finish();
      const ended = [...loops.values()].map((loop) => loop.ended);
      const all = Promise.all([...ended, ...discarded]);
      if (await endsWithin(all, deadlineMs)) return;
      for (const loop of loops.values()) loop.abort();
      await endsWithin(all, ABORT_WAIT_MS);
    },
    status: () => [...loops.values()].map((loop) => loop.status()),
    statusOf: (flowLogId) => loops.get(flowLogId)?.status() ?? null,
    oldestNeededSequence() {
      const needed = [...loops.values()].flatMap((loop) => loop.neededSequence() ?? []);
      return needed.length === 0 ? null : Math.min(...needed);
    },
  };
}

async function endsWithin(work: Promise<unknown>, waitMs: number): Promise<boolean> {
  const alarm = new AbortController();
  const timeout = sleep(waitMs, false, { signal: alarm.signal }).catch(() => false);
  const ended = await Promise.race([work.then(() => true), timeout]);
  alarm.abort();
  return ended;
}
