// Re-cuts a reader's chunks into pieces of about a megabyte, whole lines of one slot each. The
// cuts depend on the lines alone, not on how the reader happened to chunk them, so that a second
// attempt compresses and splits to the same bytes.
import type { LineChunk } from './record-reader.ts';

const PIECE_BYTES = 1024 * 1024;
const LINE_END = 0x0a;

export interface Piece {
  /** Unix seconds. */
  readonly slotStart: number;
  /** UTF-8, whole lines. */
  readonly bytes: Uint8Array;
}

/** Pieces in the order of the chunks; each but a slot's last has at least `pieceBytes`. */
export async function* cutPieces(
  chunks: AsyncIterable<LineChunk>,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<Piece, void, undefined> {
  let slotStart = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const chunk of chunks) {
    if (chunk.slotStart < slotStart) throw new Error('The reader went back to an earlier slot');
    if (chunk.slotStart > slotStart && waitingBytes > 0) {
      yield { slotStart, bytes: Buffer.concat(waiting) };
      waiting = [];
      waitingBytes = 0;
    }
    slotStart = chunk.slotStart;
    const bytes = Buffer.from(chunk.text);
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes < pieceBytes) continue;
    const rest = Buffer.concat(waiting);
    let from = 0;
    while (rest.length - from >= pieceBytes) {
      const to = rest.indexOf(LINE_END, from + pieceBytes - 1) + 1;
      yield { slotStart, bytes: rest.subarray(from, to) };
      from = to;
    }
    waiting = [rest.subarray(from)];
    waitingBytes = rest.length - from;
  }
  if (waitingBytes > 0) yield { slotStart, bytes: Buffer.concat(waiting) };
}
