/** Settings of delivery. */
export interface DeliverConfig {
  /**
   * How often a flow log with MaxAggregationInterval 60 publishes, a divisor of 300: 60 writes
   * each window at once, 300 one file when the five minutes are over, as AWS does.
   */
  readonly publishSeconds: number;
  /** Groups that are read and written at the same time. */
  readonly concurrency: number;
  /** How long past its end a period waits for its last window, by the wall clock. */
  readonly graceSeconds: number;
  /** Wait after the first failure; doubles with each further one. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Compressed size at which a file is ended and the next part begun. */
  readonly partBytesMax: number;
  /** Compression of text files, 1 to 9; 2 makes 1.3 M lines/s on one core, 6 only 0.5 M/s. */
  readonly gzipLevel: number;
}

/** AWS's part size; for the rest, values that suit one host. */
export const DEFAULT_DELIVER_CONFIG: DeliverConfig = {
  publishSeconds: 60,
  concurrency: 4,
  graceSeconds: 120,
  retryMinMs: 1000,
  retryMaxMs: 60_000,
  partBytesMax: 75_000_000,
  gzipLevel: 2,
};
