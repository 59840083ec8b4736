// Where DuckDB puts what does not fit in its memory: `DATA/spill-<process>-<number>`, one per
// database. DuckDB makes the folder when it needs one and removes it on closing; what a killed
// process left is removed by the next.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { toOperationError } from '../observe/operation-error.ts';

const NAME = /^spill-(\d+)-\d+$/;
let count = 0;

/**
 * A spill folder of its own for a database, in the folder that holds the store.
 *
 * @param storeDirectory DATA/store
 */
export function spillFolder(storeDirectory: string): string {
  const parent = path.dirname(path.resolve(storeDirectory));
  removeAbandoned(parent);
  count += 1;
  return path.join(parent, `spill-${process.pid}-${count}`);
}

function removeAbandoned(parent: string): void {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot read "${parent}"`);
    // Nothing is stored yet, or not for this user: then there is nothing to tidy either.
    if (fault.code === 'not-found' || fault.code === 'not-permitted') return;
    throw fault;
  }
  for (const name of names) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeQuietly(path.join(parent, name));
  }
}

/** Another user's leftovers stay; they harm nobody but the disk. */
function removeQuietly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot remove "${folder}"`);
    if (fault.code !== 'not-permitted') throw fault;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
