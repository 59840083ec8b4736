// From the capture thread to the store: batches wait in a bounded queue, are enriched and appended
// one after the other, in the order of their windows. When the disk is full the queue fills: the
// append is tried again until it works, and what finds no room in the queue is dropped and
// counted, loudly. The capture goes on all the time.
import { setTimeout as sleep } from 'node:timers/promises';

import { toOperationError } from '../observe/operation-error.ts';
import type { Counter, Logger, Metrics, OperationError } from '../observe/index.ts';
import type { FlowBatch } from '../spine/flow.ts';
import { LOG_STATUS } from '../spine/record.ts';
import type { RecordBatch } from '../spine/record.ts';

/** Entries that may wait; 64 MiB is one full window of the default flow cache, twice over. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
const WAITING_BATCHES_MAX = 60;
const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 15_000;

/** What was stored of one closed window (or of one part of it, when the flow cache was full). */
export interface StoredWindow {
  readonly sequence: number;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly rowCount: number;
  readonly packets: number;
  readonly bytes: number;
  /** Packets dropped, shed or unparsable. */
  readonly lost: number;
}

export interface PipelineDeps {
  readonly enrich: (batch: FlowBatch) => RecordBatch;
  /** Commits the batch; resolves with its sequence once it is on the disk. */
  readonly append: (batch: RecordBatch) => Promise<{ readonly sequence: number }>;
  readonly onStored: (window: StoredWindow) => void;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface RecordPipeline {
  /** Takes a batch, or drops it when too much waits. */
  push(batch: FlowBatch): void;
  /** Why storing fails now, or null. */
  readonly failure: string | null;
  /** Batches that were dropped or given up since the start. */
  readonly lostWindows: number;
  /** Stores what waits; what is not stored by the deadline is counted as lost. */
  stop(deadlineMs: number): Promise<void>;
}

export function createRecordPipeline(deps: PipelineDeps): RecordPipeline {
  return new BatchQueue(deps);
}

class BatchQueue implements RecordPipeline {
  readonly #deps: PipelineDeps;
  readonly #waiting: FlowBatch[] = [];
  readonly #stopping = new AbortController();
  readonly #lost: Counter;
  #waitingBytes = 0;
  #work: Promise<void> | null = null;
  failure: string | null = null;
  lostWindows = 0;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    const help = 'Windows that could not be stored and were dropped';
    this.#lost = deps.metrics.counter('weir_lost_windows_total', help);
  }

  push(batch: FlowBatch): void {
    const { byteLength } = batch.entries;
    const isFull =
      this.#waiting.length >= WAITING_BATCHES_MAX ||
      this.#waitingBytes + byteLength > WAITING_BYTES_MAX;
    // A single batch larger than the bound passes alone, or it never could.
    if (isFull && this.#waiting.length > 0) {
      this.#lose(batch, this.failure ?? 'storing is too slow');
      return;
    }
    this.#waiting.push(batch);
    this.#waitingBytes += byteLength;
    this.#work ??= this.#drain().finally(() => (this.#work = null));
  }

  async stop(deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stopping.abort(), deadlineMs);
    await this.#work;
    clearTimeout(timer);
  }

  async #drain(): Promise<void> {
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      await this.#store(batch);
      this.#waiting.shift();
      this.#waitingBytes -= batch.entries.byteLength;
    }
  }

  async #store(batch: FlowBatch): Promise<void> {
    const { enrich, append, onStored, log } = this.#deps;
    const records = enrich(batch);
    if (records.rowCount === 0) return;
    let waitMs = RETRY_MIN_MS;
    for (;;) {
      try {
        const { sequence } = await append(records);
        if (this.failure !== null) log.info('store.recovered', 'Storing works again');
        this.failure = null;
        onStored(summarise(sequence, records, batch));
        return;
      } catch (cause) {
        this.#fail(toOperationError(cause, 'Cannot store the records'), waitMs);
      }
      if (!(await this.#wait(waitMs))) {
        this.#lose(batch, this.failure ?? 'weir stops');
        return;
      }
      waitMs = Math.min(waitMs * 2, RETRY_MAX_MS);
    }
  }

  #fail(fault: OperationError, waitMs: number): void {
    this.failure = fault.message;
    const message = `${fault.message}; windows waiting: ${this.#waiting.length}, next try in ${
      waitMs / 1000
    } s`;
    this.#deps.log.error(`store.${fault.code}`, message);
  }

  async #wait(waitMs: number): Promise<boolean> {
    const { signal } = this.#stopping;
    try {
      await sleep(waitMs, undefined, { signal });
    } catch (cause) {
      if (!signal.aborted) throw cause;
    }
    return !signal.aborted;
  }

  #lose(batch: FlowBatch, reason: string): void {
    this.lostWindows += 1;
    this.#lost.add();
    const time = new Date(batch.windowStart * 1000).toISOString();
    this.#deps.log.error(
      'store.lost-window',
      `Window ${time} with ${batch.flowCount} flows is lost: ${reason}`,
    );
  }
}

function summarise(sequence: number, records: RecordBatch, batch: FlowBatch): StoredWindow {
  const { columns, rowCount, windowStart, windowSeconds } = records;
  let packets = 0;
  let bytes = 0;
  for (let row = 0; row < rowCount; row += 1) {
    if (columns.logStatus[row] !== LOG_STATUS.OK) continue;
    packets += Number(columns.packets[row]);
    bytes += Number(columns.octets[row]);
  }
  const lost = batch.points.reduce(
    (sum, point) => sum + point.packetsDropped + point.packetsEvicted + point.framesUnparsable,
    0,
  );
  return { sequence, windowStart, windowSeconds, rowCount, packets, bytes, lost };
}
