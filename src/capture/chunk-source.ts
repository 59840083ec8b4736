import { readSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** Small enough that even the densest gzip (1000:1) inflates to a bounded amount at a time. */
const CHUNK_BYTES = 128 * 1024;

/** Bytes as they lie in a file or come through a pipe. */
export interface ChunkSource {
  /** The next bytes, at least one; null at the end. */
  next(): Promise<Buffer | null>;
}

/** The rest of a regular file, from where its descriptor stands. */
export function fileChunks(descriptor: number): ChunkSource {
  return {
    next() {
      // A new buffer each time: zlib's thread may still be reading the one before.
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const bytes = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
      return Promise.resolve(bytes === 0 ? null : chunk.subarray(0, bytes));
    },
  };
}

/** What comes through a pipe; nothing is fetched before it is asked for. */
export function streamChunks(stream: Readable): ChunkSource {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  return {
    async next() {
      const { value } = await chunks.next();
      return value ?? null;
    },
  };
}

/** `first`, if it holds anything, and then `rest`. */
export function withFirst(first: Buffer, rest: ChunkSource): ChunkSource {
  let pending: Buffer | null = first.length === 0 ? null : first;
  return {
    async next() {
      const chunk = pending ?? (await rest.next());
      pending = null;
      return chunk;
    },
  };
}
