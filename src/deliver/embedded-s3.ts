// The embedded object store: DATA/s3/BUCKET/KEY, real files. An object appears under its name only
// when it is whole and on the disk; what is being written lies in `.incoming`, which cannot be a
// bucket's name.
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

import { bucketNameFault } from '../aws/s3-destination.ts';
import { syncFolder } from '../config/durable-file.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';
import type { ObjectStore } from './object-store.ts';

const INCOMING = '.incoming';
const KEY_BYTES_MAX = 1024;
const SEGMENT_BYTES_MAX = 255;

/**
 * Opens the embedded object store and clears what a crash left half-written. Metadata is not kept:
 * the content type follows from the key. One process at a time: hold the data folder's lock.
 *
 * @param root DATA/s3; buckets are made when first written to
 */
export async function openEmbeddedS3(root: string): Promise<ObjectStore> {
  const incoming = path.join(root, INCOMING);
  try {
    await rm(incoming, { recursive: true, force: true });
    await mkdir(incoming, { recursive: true });
  } catch (cause) {
    throw toOperationError(cause, `Cannot prepare the object store in "${root}"`);
  }
  return {
    async putObject(bucket, key, body) {
      const file = objectPath(root, bucket, key);
      const temporary = path.join(incoming, randomBytes(8).toString('hex'));
      try {
        const byteCount = await writeWhole(temporary, body);
        await moveDurably(temporary, file);
        return byteCount;
      } catch (cause) {
        // A full disk must not stay full because of our own leftovers.
        await rm(temporary, { force: true }).catch(() => undefined);
        throw toOperationError(cause, `Cannot write object "${key}" to bucket "${bucket}"`);
      }
    },
  };
}

/** Where the object lies; never outside of its bucket. */
function objectPath(root: string, bucket: string, key: string): string {
  const segments = key.split('/');
  const fault = bucketNameFault(bucket) ?? keyFault(key, segments);
  if (fault !== null) throw new OperationError('invalid-input', `Cannot write object: ${fault}`);
  return path.join(root, bucket, ...segments);
}

function keyFault(key: string, segments: readonly string[]): string | null {
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) return `key is longer than ${KEY_BYTES_MAX} bytes`;
  if (key.includes('\0')) return 'key has a NUL character';
  const bad = segments.find(
    (part) =>
      part === '' || part === '.' || part === '..' || Buffer.byteLength(part) > SEGMENT_BYTES_MAX,
  );
  return bad === undefined ? null : `key "${key}" has a part that cannot be a file's name`;
}

async function writeWhole(file: string, body: AsyncIterable<Uint8Array>): Promise<number> {
  const handle = await open(file, 'wx', 0o644);
  let byteCount = 0;
  try {
    for await (const chunk of body) {
      await writeChunk(handle, chunk);
      byteCount += chunk.length;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return byteCount;
}

async function writeChunk(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let written = 0;
  while (written < chunk.length) {
    const { bytesWritten } = await handle.write(chunk, written);
    written += bytesWritten;
  }
}

async function moveDurably(temporary: string, file: string): Promise<void> {
  const folder = path.dirname(file);
  const firstCreated = await mkdir(folder, { recursive: true });
  await rename(temporary, file);
  await syncFolder(folder);
  if (firstCreated === undefined) return;
  // New folders are entries of their parents, which have to be durable as well.
  const last = path.dirname(firstCreated);
  for (let parent = path.dirname(folder); parent.length >= last.length;) {
    await syncFolder(parent);
    parent = path.dirname(parent);
  }
}
