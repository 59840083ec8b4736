import type { Counter, Gauge, Metrics } from '../observe/metrics.ts';

/** What the store counts. */
export interface StoreMetrics {
  readonly commits: Counter;
  readonly rows: Counter;
  readonly failures: Counter;
  readonly merges: Counter;
  readonly mergeFailures: Counter;
  readonly expired: Counter;
  readonly undelivered: Counter;
  readonly foreign: Gauge;
  readonly segments: Gauge;
  readonly bytes: Gauge;
  readonly lastSequence: Gauge;
}

export function createStoreMetrics(metrics: Metrics): StoreMetrics {
  return {
    commits: metrics.counter('weir_store_commits_total', 'Windows stored durably'),
    rows: metrics.counter('weir_store_rows_total', 'Records stored durably'),
    failures: metrics.counter('weir_store_commit_failures_total', 'Windows not stored, by code'),
    merges: metrics.counter('weir_store_merges_total', 'Segments written by compaction'),
    mergeFailures: metrics.counter('weir_store_merge_failures_total', 'Compactions that failed'),
    expired: metrics.counter('weir_store_segments_expired_total', 'Segments deleted by retention'),
    undelivered: metrics.counter(
      'weir_store_segments_undelivered_total',
      'Segments deleted for their size before every flow log had delivered them',
    ),
    foreign: metrics.gauge('weir_store_foreign_files', 'Files in the store that are none of its'),
    segments: metrics.gauge('weir_store_segments', 'Segment files'),
    bytes: metrics.gauge('weir_store_bytes', 'Size of all segment files'),
    lastSequence: metrics.gauge('weir_store_last_sequence', 'Sequence of the newest commit'),
  };
}
