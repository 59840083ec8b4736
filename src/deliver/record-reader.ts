// What delivery needs from its neighbours: committed windows, their records as text, word of new
// commits, and the flow logs. The app gives implementations of query/, store/ and api/.
import type {
  AggregationSeconds,
  FlowLog,
  FlowLogResourceType,
  TagFieldSpecification,
  TrafficType,
} from '../aws/flow-log.ts';
import type { Field } from '../spine/fields.ts';
import type { InterfaceIdentity } from '../spine/record.ts';

/** Whose records: those of all interfaces in the VPC or subnet, or of one interface. */
export interface RecordScope {
  readonly resourceType: FlowLogResourceType;
  readonly resourceId: string;
}

/** One commit of the store. */
export interface CommittedWindow {
  readonly sequence: number;
  /** Unix seconds. */
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly rowCount: number;
}

/** A commit as the store announces it. */
export interface AnnouncedCommit extends CommittedWindow {
  /** Those that have records in it. */
  readonly interfaces: readonly InterfaceIdentity[];
}

/** First and last sequence, both included. */
export interface SequenceRange {
  readonly fromSequence: number;
  readonly toSequence: number;
}

export interface ReadLinesRequest extends SequenceRange {
  readonly scope: RecordScope;
  /**
   * ACCEPT and REJECT leave out the other action; NODATA and SKIPDATA always belong. Null is the
   * same as ALL: transit gateways know no action.
   */
  readonly trafficType: TrafficType | null;
  /** In the order of the line; `version` shows the highest version among them, at least 2. */
  readonly fields: readonly Field[];
  /** Flows of the same key are summed over this time, aligned to the clock. */
  readonly aggregationSeconds: AggregationSeconds;
  /** A record belongs to the slot `end - end % slotSeconds`. */
  readonly slotSeconds: number;
  /** Null when no tag is asked for. */
  readonly tagFields: TagFields | null;
}

/** Whose tags the fields `instance-tag`, `interface-tag`, ... show. */
export interface TagFields {
  /** Tags of other accounts' resources are not shown. */
  readonly accountId: string;
  readonly specifications: readonly TagFieldSpecification[];
}

/** Whole lines of one slot. */
export interface LineChunk {
  /** Unix seconds, a multiple of slotSeconds. */
  readonly slotStart: number;
  /** One or more lines, each closed by `\n`. */
  readonly text: string;
  readonly lineCount: number;
}

/** Lines of one slot and one resource. */
export interface ResourceLines extends LineChunk {
  readonly resourceId: string;
}

export interface RecordReader {
  /**
   * Chunks in ascending order of slotStart; the same request gives the same lines in the same
   * order every time, also after compaction of the store.
   */
  readLines(request: ReadLinesRequest): AsyncIterable<LineChunk>;
  /**
   * What `readLines` gives for each of the scopes, read once for all: every slot of a resource is
   * one element, its slots ascending. A resource without records has none.
   */
  readLinesOfMany(
    request: Omit<ReadLinesRequest, 'scope'>,
    scopes: readonly RecordScope[],
  ): AsyncIterable<ResourceLines>;
  /** Records by resource in the commits, for every resource of these types that has any. */
  rowCounts(
    range: SequenceRange,
    resourceTypes: readonly FlowLogResourceType[],
  ): Promise<ReadonlyMap<string, number>>;
  /** At most `limit` commits that follow the sequence, in ascending order. */
  commitsAfter(sequence: number, limit: number): Promise<readonly CommittedWindow[]>;
}

/** Word of commits, from the store. */
export interface CommitFeed {
  /** Of the newest commit; 0 when there is none. */
  readonly lastSequence: number;
  /** Calls the listener after each commit; returns how to stop that. */
  onCommit(listener: (commit: AnnouncedCommit) => void): () => void;
}

/** The flow logs that exist, from the registry. */
export interface FlowLogSource {
  list(): readonly FlowLog[];
  /** Calls the listener after each change; returns how to stop that. */
  onChange(listener: () => void): () => void;
}
