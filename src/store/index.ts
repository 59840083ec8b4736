// The store keeps every closed window, once, as rows of all fields in immutable Parquet segments.
//
// In:    RecordBatch, one per closed window (or part of one); each becomes one commit.
// Out:   segment files whose names are the manifest (spine/segment.ts), read by query/ in this or
//        any other process at any time, and word of each commit to whoever listens.
// Bound: retention by age and by size; compaction keeps the number of files near a hundred.
//
// A commit is durable (file synced, renamed, folder synced) before its promise resolves. Nothing
// is ever changed in place, so there is no recovery: opening is listing the folder.
export { openStore } from './store.ts';
export type { Commit, Store, StoreCompaction, StoreDeps, StoreOptions } from './store.ts';
export type { RetentionPolicy } from './retention.ts';
export type { Segment, SegmentWriter } from './segment.ts';
