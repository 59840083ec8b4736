import type { RecordBatch } from '../spine/record.ts';
import type { SegmentRange } from '../spine/segment.ts';

/** A segment file of this store. */
export interface Segment extends SegmentRange {
  readonly path: string;
  readonly bytes: number;
}

/** What the store wants of the room that knows Parquet (query/segment-writer.ts). */
export interface SegmentWriter {
  /** Writes the batch's rows, in order, as commit `sequence` to the new file `path`. */
  write(batch: RecordBatch, sequence: number, path: string): Promise<void>;
  /** Writes all rows of the segments, in the order of `paths`, to the new file `path`. */
  merge(paths: readonly string[], path: string): Promise<void>;
}
