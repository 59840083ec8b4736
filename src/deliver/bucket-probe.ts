// Whether the embedded object store can take objects for a bucket: asked when a flow log is
// created, so that a destination which cannot work is refused at once, as AWS does.
import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { syncFolder } from '../config/durable-file.ts';
import { toOperationError, type OperationError } from '../observe/operation-error.ts';

/** `missing`: no such bucket; `denied`: it may not be written; `undeliverable`: anything else. */
export type BucketState = 'ok' | 'missing' | 'denied' | 'undeliverable';

/**
 * Looks at a bucket of the embedded object store.
 *
 * @param root DATA/s3
 * @param bucket a valid name (aws/s3-destination.ts)
 * @param createMissing makes the bucket when it is not there
 */
export async function probeBucket(
  root: string,
  bucket: string,
  createMissing: boolean,
): Promise<BucketState> {
  const folder = path.join(root, bucket);
  try {
    if (!(await stat(folder)).isDirectory()) return 'undeliverable';
    await access(folder, constants.W_OK | constants.X_OK);
    return 'ok';
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot look at bucket "${bucket}"`);
    if (fault.code !== 'not-found') return stateOf(fault);
  }
  if (!createMissing) return 'missing';
  try {
    await mkdir(folder, { recursive: true });
    await syncFolder(root);
    return 'ok';
  } catch (cause) {
    return stateOf(toOperationError(cause, `Cannot create bucket "${bucket}"`));
  }
}

function stateOf(fault: OperationError): BucketState {
  return fault.code === 'not-permitted' ? 'denied' : 'undeliverable';
}
