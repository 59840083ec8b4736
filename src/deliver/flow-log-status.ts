// How the delivery of one flow log goes: what AWS shows of it, and what AWS does not.
import type { DeliverLogsErrorMessage, DeliverLogsStatus, FlowLog } from '../aws/flow-log.ts';
import type { OperationError } from '../observe/operation-error.ts';

export interface FlowLogDeliveryStatus {
  readonly flowLogId: string;
  readonly resourceId: string;
  /** Null for transit gateways. */
  readonly trafficType: string | null;
  readonly logDestination: string;
  readonly deliverLogsStatus: DeliverLogsStatus;
  /** AWS's word for the failure; null while all is well. */
  readonly deliverLogsErrorMessage: DeliverLogsErrorMessage | null;
  /** The true cause of the failure, one line; null while all is well. */
  readonly cause: string | null;
  /** Everything up to this sequence is delivered; the store must keep what follows. */
  readonly deliveredSequence: number;
  /** Committed windows that are not delivered yet. */
  readonly backlogWindows: number;
  /** Age of the oldest of them, from its end; 0 when there is none. */
  readonly delaySeconds: number;
  /** Unix milliseconds of the last delivered group; null before the first. */
  readonly lastDeliveryMs: number | null;
  readonly files: number;
  readonly records: number;
  readonly bytes: number;
  readonly failures: number;
}

/** The changing part of a status, owned by one delivery loop. */
export interface DeliveryProgress {
  fault: OperationError | null;
  deliveredSequence: number;
  /** Unix seconds; null when nothing waits. */
  oldestWaitingEnd: number | null;
  lastDeliveryMs: number | null;
  files: number;
  records: number;
  bytes: number;
  failures: number;
}

/** A delivery that has not done anything yet. */
export function newProgress(flowLog: FlowLog): DeliveryProgress {
  return {
    fault: null,
    deliveredSequence: flowLog.startSequence,
    oldestWaitingEnd: null,
    lastDeliveryMs: null,
    files: 0,
    records: 0,
    bytes: 0,
    failures: 0,
  };
}

/** The status as others see it. */
export function toStatus(
  flowLog: FlowLog,
  progress: DeliveryProgress,
  lastSequence: number,
  nowMs: number,
): FlowLogDeliveryStatus {
  const { fault, oldestWaitingEnd, ...counts } = progress;
  const ageSeconds = oldestWaitingEnd === null ? 0 : Math.floor(nowMs / 1000) - oldestWaitingEnd;
  return {
    ...counts,
    flowLogId: flowLog.flowLogId,
    resourceId: flowLog.resourceId,
    trafficType: flowLog.trafficType,
    logDestination: flowLog.logDestination,
    deliverLogsStatus: fault === null ? 'SUCCESS' : 'FAILED',
    deliverLogsErrorMessage: fault === null ? null : errorMessageOf(fault),
    cause: fault?.message ?? null,
    backlogWindows: Math.max(0, lastSequence - progress.deliveredSequence),
    delaySeconds: Math.max(0, ageSeconds),
  };
}

/** AWS's word for the fault (spec/delivery.md 6). */
function errorMessageOf(fault: OperationError): DeliverLogsErrorMessage {
  return fault.code === 'not-permitted' ? 'Access error' : 'Unknown error';
}
