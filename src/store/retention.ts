// Which segments to delete: those past their age, and the oldest while all are too large together.
import type { Segment } from './segment.ts';

export interface RetentionPolicy {
  /** A segment is deleted when its last window ended so long ago; null keeps it. */
  readonly maxAgeHours: number | null;
  /** The oldest segments are deleted while all are larger together; null keeps them. */
  readonly maxBytes: number | null;
}

export interface RetentionPlan {
  readonly expired: readonly Segment[];
  /** Those among `expired` that a flow log has not delivered yet: the size left no choice. */
  readonly undelivered: readonly Segment[];
}

/**
 * Age never takes what a flow log still has to deliver; size does, since a full disk would stop
 * the storing of everything. The newest segment always stays when only size is at stake.
 *
 * @param segments by ascending sequence
 * @param nowSeconds Unix seconds
 * @param oldestNeeded the lowest sequence not yet delivered everywhere, or null when none waits
 */
export function planRetention(
  segments: readonly Segment[],
  nowSeconds: number,
  policy: RetentionPolicy,
  oldestNeeded: number | null,
): RetentionPlan {
  const isNeeded = (segment: Segment): boolean =>
    oldestNeeded !== null && segment.lastSequence >= oldestNeeded;
  const ageLimit = policy.maxAgeHours === null ? -Infinity : nowSeconds - policy.maxAgeHours * 3600;
  const expired = new Set(
    segments.filter((segment) => segment.windowEnd < ageLimit && !isNeeded(segment)),
  );
  const kept = segments.filter((segment) => !expired.has(segment));
  let bytes = kept.reduce((sum, segment) => sum + segment.bytes, 0);
  for (const segment of kept.slice(0, -1)) {
    if (policy.maxBytes === null || bytes <= policy.maxBytes) break;
    expired.add(segment);
    bytes -= segment.bytes;
  }
  const inOrder = segments.filter((segment) => expired.has(segment));
  return { expired: inOrder, undelivered: inOrder.filter(isNeeded) };
}
