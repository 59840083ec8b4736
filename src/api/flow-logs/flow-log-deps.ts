// What flow-log operations need of the rest of Weir.
import type { DeliverLogsErrorMessage, DeliverLogsStatus } from '../../aws/flow-log.ts';
import type { RandomBytes } from '../../aws/ids.ts';
import type { Snapshot } from '../../spine/topology.ts';
import type { FlowLogRegistry } from './registry.ts';

/** How the delivery of one flow log goes. */
export interface DeliveryState {
  readonly deliverLogsStatus: DeliverLogsStatus;
  readonly deliverLogsErrorMessage: DeliverLogsErrorMessage | null;
  /** Everything up to this sequence is delivered. */
  readonly deliveredSequence: number;
}

/** What a bucket says to a delivery: it takes it, is not there, forbids it, or cannot. */
export type DestinationState = 'ok' | 'missing' | 'denied' | 'undeliverable';

export interface FlowLogDeps {
  readonly registry: FlowLogRegistry;
  /** What exists now. */
  readonly snapshot: () => Snapshot;
  /** The store's last sequence; 0 when it is empty. */
  readonly lastSequence: () => number;
  /**
   * The last sequence whose windows ended at or before that time (Unix milliseconds); 0 when the
   * store begins later.
   */
  readonly sequenceBefore: (timeMs: number) => Promise<number>;
  /** Null where no delivery has run yet; the status is then SUCCESS, as AWS's is at first. */
  readonly deliveryState: (flowLogId: string) => DeliveryState | null;
  /** Asked once for a call that creates flow logs to S3. */
  readonly destination: (bucket: string) => Promise<DestinationState>;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}
