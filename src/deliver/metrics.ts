import type { Metrics } from '../observe/index.ts';
import type { Written } from './text-objects.ts';

/** Counters of delivery over all flow logs. */
export interface DeliverMetrics {
  delivered(written: Written): void;
  failed(): void;
}

export function createDeliverMetrics(metrics: Metrics): DeliverMetrics {
  const files = metrics.counter('weir_delivered_files_total', 'Files written to destinations');
  const records = metrics.counter('weir_delivered_records_total', 'Records in these files');
  const bytes = metrics.counter('weir_delivered_bytes_total', 'Bytes of these files');
  const failures = metrics.counter('weir_delivery_failures_total', 'Attempts that failed');
  return {
    delivered(written) {
      files.add(written.fileCount);
      records.add(written.recordCount);
      bytes.add(written.byteCount);
    },
    failed: () => failures.add(),
  };
}
