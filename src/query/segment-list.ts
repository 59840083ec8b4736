// The segments as they lie in the folder now. Compaction and retention of a daemon may remove one
// at any time: whoever finds a file gone lists again and starts over.
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { toOperationError } from '../observe/operation-error.ts';
import { listSegments, type SegmentRange } from '../spine/segment.ts';

const ATTEMPTS_MAX = 3;
const VANISHED = /No such file or directory|No files found that match|Cannot open file/i;

/** A segment that is there now. */
export interface ListedSegment extends SegmentRange {
  readonly path: string;
}

/**
 * The segments by ascending sequence. No folder is no segment: the daemon has not stored anything
 * yet.
 *
 * @throws OperationError when the folder cannot be read
 */
export function currentSegments(directory: string): ListedSegment[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot read the store "${directory}"`);
    if (fault.code === 'not-found') return [];
    throw fault;
  }
  return listSegments(names).current.map((segment) => ({
    ...segment,
    path: path.join(directory, segment.name),
  }));
}

/**
 * Paths of the segments that hold any of the sequences, by ascending sequence.
 *
 * @throws OperationError when the folder cannot be read
 */
export function currentSegmentPaths(
  directory: string,
  fromSequence = 0,
  toSequence = Infinity,
): string[] {
  return currentSegments(directory)
    .filter(
      (segment) => segment.lastSequence >= fromSequence && segment.firstSequence <= toSequence,
    )
    .map((segment) => segment.path);
}

/** Runs `work`, again when a segment vanished under it; `work` must list them itself. */
export async function withRelisting<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (fault) {
      if (attempt >= ATTEMPTS_MAX || !isVanished(fault)) throw fault;
    }
  }
}

/** True when the fault says that a segment is no longer there. */
export function isVanished(fault: unknown): boolean {
  return fault instanceof Error && VANISHED.test(fault.message);
}
