// Delivery: brings committed records to the destinations of flow logs.
//
// Enters: flow logs (aws/flow-log.ts), word of commits, and lines rendered from the store by a
// RecordReader. Leaves: objects in AWS's key layout through an ObjectStore, and one durable cursor
// per flow log. The store is the queue; nothing is buffered here beyond one piece of text.
//
//   commit --> group (one window, or all of 5 or 10 minutes) --> files by slot --> cursor moves
//
// A group's objects have keys that follow from the group alone, and the cursor moves only when all
// of them are stored. So a crash or fault at any moment leads to the same keys with the same
// content again: each record is delivered exactly once in effect.
// A thousand flow logs cost little more than one: recent commits are known in memory
// (commit-log.ts), what does not concern a flow log is passed over, and flow logs that look alike
// share one read of the store (shared-reads.ts).
// Bounds: `concurrency` groups at a time, 64 MiB of shared lines, pieces of 1 MiB, parts of 75 MB,
// commits read by 1,000 and a day of them remembered.
// Source: VPC User Guide, "Publish flow logs to Amazon S3"; spec/delivery.md 1, 3 and 6.
export type { DeliverConfig } from './config.ts';
export { createDelivery, type Delivery, type DeliveryDeps } from './delivery.ts';
export type { FlowLogDeliveryStatus } from './flow-log-status.ts';
export { probeBucket, type BucketState } from './bucket-probe.ts';
export { openEmbeddedS3 } from './embedded-s3.ts';
export type { ObjectMetadata, ObjectStore } from './object-store.ts';
export type {
  CommitFeed,
  CommittedWindow,
  FlowLogSource,
  LineChunk,
  ReadLinesRequest,
  RecordReader,
  RecordScope,
} from './record-reader.ts';
