// Enrich: flows of a closed window in, records out, with what the inventory knows of the
// interfaces that saw them.
//
// Enters: FlowBatch (spine/flow.ts) and the Snapshot of the moment. Leaves: RecordBatch
// (spine/record.ts) with NODATA and SKIPDATA records, and packets excluded by reason. `annotate`
// alone is for replay, where flows stay in the hot path's memory and are rendered there.
// Each record is told who is at its other end, where the inventory knows (peers.ts): the next hop,
// or the pair of a transit gateway's attachment.
// Conserved: packets of all entries = packets of all records + packets excluded.
// Bounds: POINTS_MAX interfaces, 8 windows remembered, nothing allocated per flow.
// Follows: AWS VPC User Guide "Flow log records" and "Flow log limitations" (spec/records.md 3-9).
export { annotate, type FlowWords } from './annotate.ts';
export {
  createEnricher,
  type EnrichedBatch,
  type Enricher,
  type EnricherDeps,
  type ServiceRanges,
} from './enricher.ts';
export { InterfacePlans, type InterfacePlan, type StandingAddresses } from './interface-plan.ts';
export { PointRegistry, UNKNOWN_POINT, type IdentityDefaults } from './point-registry.ts';
