import type {
  AggregationSeconds,
  FlowLogResourceType,
  TagFieldSpecification,
  TrafficType,
} from '../aws/flow-log.ts';
import type { Field } from '../spine/fields.ts';

export interface RecordScope {
  readonly resourceType: FlowLogResourceType;
  readonly resourceId: string;
}

/** Whose tags the fields `instance-tag`, `interface-tag`, ... show. */
export interface TagFields {
  /** Tags of other accounts' resources are not shown. */
  readonly accountId: string;
  readonly specifications: readonly TagFieldSpecification[];
}

/** First and last sequence, both included. */
export interface SequenceRange {
  readonly fromSequence: number;
  readonly toSequence: number;
}

/** What lines are asked for, whosever they are. */
export interface LinesRequest extends SequenceRange {
  /**
   * ACCEPT and REJECT leave out the other action; NODATA and SKIPDATA always belong. Null is the
   * same as ALL: transit gateways know no action.
   */
  readonly trafficType: TrafficType | null;
  /** In the order of the line. */
  readonly fields: readonly Field[];
  /** 60: as stored. 600: records of one key are summed over ten minutes of the clock. */
  readonly aggregationSeconds: AggregationSeconds;
  /** A record belongs to the slot `end - end % slotSeconds`. */
  readonly slotSeconds: number;
  /** Absent or null: the tag fields are `-`. */
  readonly tagFields?: TagFields | null;
  /** SQL condition over the columns of a segment (filter-sql.ts); absent means all. */
  readonly where?: string;
}

export interface ReadLinesRequest extends LinesRequest {
  /** Whose records; null is everybody's. */
  readonly scope: RecordScope | null;
}

/** Whole lines of one slot; the chunks of a slot follow each other. */
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
