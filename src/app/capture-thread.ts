// The main thread's end of the capture worker (capture-messages.ts): starts it, keeps its last
// status, pairs questions with answers, and stops it within a deadline.
import { Worker } from 'node:worker_threads';

import { OperationError } from '../observe/operation-error.ts';
import type { FlowBatch } from '../spine/flow.ts';
import type {
  CaptureDevice,
  CaptureStatus,
  CaptureWorkerData,
  FromCaptureWorker,
  ToCaptureWorker,
} from './capture-messages.ts';

export type TopMessage = Extract<FromCaptureWorker, { kind: 'top' }>;
type AssignMessage = Extract<ToCaptureWorker, { kind: 'assign' }>;
export type CaptureFault = Omit<Extract<FromCaptureWorker, { kind: 'error' }>, 'kind'>;

export interface CaptureListener {
  readonly onReady: () => void;
  readonly onBatch: (batch: FlowBatch) => void;
  readonly onDevice: (device: CaptureDevice, state: 'appeared' | 'disappeared') => void;
  /** A fault that is `fatal` ends the capture. */
  readonly onFault: (fault: CaptureFault) => void;
}

export interface CaptureThread {
  /** The worker's last word; zeros before its first. */
  readonly status: CaptureStatus;
  assign(message: Omit<AssignMessage, 'kind'>): void;
  /** The largest live flows; rejects when the worker does not answer in time. */
  top(limit: number): Promise<TopMessage>;
  /** Closes the open windows; resolves when their batches have arrived, or at the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

const TOP_TIMEOUT_MS = 3000;
const NOTHING: CaptureStatus = { interfaces: [], flowCount: 0, evictedPackets: 0 };

interface Question {
  readonly resolve: (answer: TopMessage) => void;
  readonly timer: NodeJS.Timeout;
}

/** Starts the capture worker. */
export function startCaptureThread(
  settings: CaptureWorkerData,
  listener: CaptureListener,
): CaptureThread {
  const worker = new Worker(new URL('./capture-worker.js', import.meta.url), {
    workerData: settings,
    name: 'weir-capture',
  });
  const questions = new Map<number, Question>();
  let hasEnded = (): void => undefined;
  const ended = new Promise<void>((resolve) => (hasEnded = resolve));
  let nextId = 1;
  let status = NOTHING;
  let isStopping = false;

  worker.on('message', (message: FromCaptureWorker) => {
    switch (message.kind) {
      case 'batch':
        listener.onBatch(message.batch);
        break;
      case 'device':
        listener.onDevice(message.device, message.state);
        break;
      case 'status':
        status = message;
        break;
      case 'top':
        answer(questions, message);
        break;
      case 'error':
        listener.onFault(message);
        break;
      case 'stopped':
        hasEnded();
        break;
      case 'ready':
        listener.onReady();
        break;
    }
  });
  worker.on('error', (cause) => {
    const message = `The capture thread failed: ${cause.message}`;
    listener.onFault({ message, fatal: true, code: 'failed' });
  });
  worker.on('exit', () => {
    hasEnded();
    status = NOTHING;
    if (isStopping) return;
    const message = 'The capture thread ended by itself';
    listener.onFault({ message, fatal: true, code: 'failed' });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  const send = (message: ToCaptureWorker): void => worker.postMessage(message);

  return {
    get status() {
      return status;
    },
    assign: (message) => send({ kind: 'assign', ...message }),
    top: (limit) => ask(questions, nextId++, (id) => send({ kind: 'top', id, limit })),
    async stop(deadlineMs) {
      isStopping = true;
      send({ kind: 'stop' });
      const timer = setTimeout(hasEnded, deadlineMs);
      await ended;
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}

function ask(
  questions: Map<number, Question>,
  id: number,
  send: (id: number) => void,
): Promise<TopMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      questions.delete(id);
      reject(new OperationError('unavailable', 'The capture thread does not answer; try again'));
    }, TOP_TIMEOUT_MS);
    questions.set(id, { resolve, timer });
    send(id);
  });
}

function answer(questions: Map<number, Question>, message: TopMessage): void {
  const question = questions.get(message.id);
  if (question === undefined) return;
  questions.delete(message.id);
  clearTimeout(question.timer);
  question.resolve(message);
}
