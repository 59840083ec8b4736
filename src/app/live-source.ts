// Live capture as the daemon sees it: whether it is permitted, the thread, its devices, its end.
import { captureHint, readCapabilities } from '../kernel/index.ts';
import type { Logger, Metrics } from '../observe/index.ts';
import { OperationError, type OperationErrorCode } from '../observe/operation-error.ts';
import type { FlowBatch } from '../spine/flow.ts';
import type { CaptureStatus, CaptureWorkerData } from './capture-messages.ts';
import { startCaptureThread, type CaptureThread, type TopMessage } from './capture-thread.ts';
import { createDeviceAssigner, type AssignerDeps } from './device-assigner.ts';

const OFF: CaptureStatus = { interfaces: [], flowCount: 0, evictedPackets: 0 };

export interface LiveSourceDeps extends Omit<AssignerDeps, 'assign'> {
  readonly onBatch: (batch: FlowBatch) => void;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface LiveSource {
  readonly state: 'capturing' | 'off';
  /** Why it is off; null while it runs. */
  readonly reason: string | null;
  readonly status: CaptureStatus;
  /** @throws OperationError `unavailable` when nothing is captured */
  top(limit: number): Promise<TopMessage>;
  stop(deadlineMs: number): Promise<void>;
}

/**
 * Starts to capture. Without the right to, the source is off and says so, unless interfaces or
 * namespaces were asked for by name.
 *
 * @throws OperationError when what was asked for by name cannot be captured
 */
export async function startLiveSource(
  settings: CaptureWorkerData,
  deps: LiveSourceDeps,
): Promise<LiveSource> {
  const { interfaces, netns } = settings.capture;
  const isNamed = interfaces !== null || netns.length > 0;
  const lack = lackingRight(netns.length > 0);
  if (lack !== null) {
    if (isNamed) throw lack;
    return offSource(lack.message);
  }
  const source = new ThreadSource(settings, deps);
  const fault = await source.begun;
  if (fault === null) return source;
  await source.stop(0);
  if (isNamed) throw fault;
  return offSource(fault.message);
}

function lackingRight(withNetns: boolean): OperationError | null {
  const { netRaw, sysAdmin } = readCapabilities();
  if (netRaw && (sysAdmin || !withNetns)) return null;
  const right = netRaw ? 'CAP_SYS_ADMIN' : 'CAP_NET_RAW';
  return new OperationError(
    'not-permitted',
    `Cannot capture: ${right} is missing; ${captureHint(withNetns)}`,
  );
}

function offSource(reason: string): LiveSource {
  return {
    state: 'off',
    reason,
    status: OFF,
    top: () => Promise.reject(new OperationError('unavailable', reason)),
    stop: async () => undefined,
  };
}

class ThreadSource implements LiveSource {
  /** Resolves once the thread is ready, or with why it never will be. */
  readonly begun: Promise<OperationError | null>;
  reason: string | null = null;
  readonly #thread: CaptureThread;
  readonly #stopAssigner: () => void;

  constructor(settings: CaptureWorkerData, deps: LiveSourceDeps) {
    const assigner = createDeviceAssigner({
      ...deps,
      assign: (assignment) => this.#thread.assign(assignment),
    });
    let settle: (fault: OperationError | null) => void = () => undefined;
    let hasBegun = false;
    this.begun = new Promise((resolve) => (settle = resolve));
    const failures = deps.metrics.counter('weir_capture_failures_total', 'Faults of the capture');
    this.#stopAssigner = () => assigner.stop();
    this.#thread = startCaptureThread(settings, {
      onBatch: deps.onBatch,
      onReady: () => {
        hasBegun = true;
        settle(null);
      },
      onDevice: (device, state) => assigner[state](device),
      onFault: ({ message, fatal, code }) => {
        failures.add(1, { code });
        // A fault of the start is told by whoever started.
        if (hasBegun || !fatal) deps.log.error('capture.failed', message);
        if (!fatal) return;
        this.reason = message;
        settle(new OperationError(code as OperationErrorCode, message));
      },
    });
  }

  get state(): 'capturing' | 'off' {
    return this.reason === null ? 'capturing' : 'off';
  }

  get status(): CaptureStatus {
    return this.#thread.status;
  }

  top(limit: number): Promise<TopMessage> {
    return this.#thread.top(limit);
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#stopAssigner();
    await this.#thread.stop(deadlineMs);
  }
}
