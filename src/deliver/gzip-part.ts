// One part of a text object: a gzip member of a header line and the pieces that fit. Compression
// runs in libuv's thread pool.
import { createGzip, type Gzip } from 'node:zlib';

import type { Piece } from './piece-source.ts';

const OUTPUT_CHUNK_BYTES = 256 * 1024;
/** A piece compresses to less than this, so a part that has this much room takes one more. */
const PIECE_ROOM_BYTES = 1024 * 1024;

export interface PartLimits {
  readonly partBytesMax: number;
  readonly gzipLevel: number;
}

/** What the part still wants from its writer: the next piece of its slot, or null. */
export interface PieceFeed {
  take(): Promise<Piece | null>;
}

/**
 * The part's bytes. Ends when the feed does, or when the part is full; at least one piece is taken.
 */
export async function* gzipPart(
  header: string,
  feed: PieceFeed,
  limits: PartLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  const gzip = createGzip({ level: limits.gzipLevel, chunkSize: OUTPUT_CHUNK_BYTES });
  const output = collectOutput(gzip);
  const fullBytes = limits.partBytesMax - PIECE_ROOM_BYTES;
  try {
    await write(gzip, Buffer.from(header));
    do {
      const piece = await feed.take();
      if (piece === null) break;
      await write(gzip, piece.bytes);
      yield* output.take();
    } while (output.byteCount() < fullBytes);
    await end(gzip);
    yield* output.take();
  } finally {
    gzip.destroy();
  }
}

interface Output {
  /** Compressed so far, taken or not. */
  byteCount(): number;
  /** What came since the last call. */
  take(): readonly Uint8Array[];
}

function collectOutput(gzip: Gzip): Output {
  let chunks: Uint8Array[] = [];
  let byteCount = 0;
  gzip.on('data', (bytes: Uint8Array) => {
    chunks.push(bytes);
    byteCount += bytes.length;
  });
  return {
    byteCount: () => byteCount,
    take() {
      const taken = chunks;
      chunks = [];
      return taken;
    },
  };
}

/** Resolves when the bytes are compressed as far as zlib compresses without more input. */
function write(gzip: Gzip, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    gzip.write(bytes, (fault) => (fault ? reject(fault) : resolve()));
  });
}

function end(gzip: Gzip): Promise<void> {
  return new Promise((resolve, reject) => {
    gzip.once('error', reject);
    gzip.once('end', resolve);
    gzip.end();
  });
}
