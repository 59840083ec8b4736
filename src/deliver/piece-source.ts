// Re-cuts a reader's chunks into pieces of about a megabyte, whole lines of one slot each. The
// cuts depend on the lines alone, not on how the reader happened to chunk them, so that a second
// attempt compresses and splits to the same bytes.
import type { LineChunk } from './record-reader.ts';

const PIECE_CHARACTERS = 1024 * 1024;

export interface Piece {
  /** Unix seconds. */
  readonly slotStart: number;
  readonly text: string;
  readonly lineCount: number;
}

/** Pieces in the order of the chunks. */
export async function* cutPieces(
  chunks: AsyncIterable<LineChunk>,
  pieceCharacters = PIECE_CHARACTERS,
): AsyncGenerator<Piece, void, undefined> {
  let slotStart = 0;
  let text = '';
  for await (const chunk of chunks) {
    if (chunk.slotStart !== slotStart) {
      if (text !== '') yield pieceOf(slotStart, text);
      if (chunk.slotStart < slotStart) throw new Error('The reader went back to an earlier slot');
      slotStart = chunk.slotStart;
      text = '';
    }
    text += chunk.text;
    for (let cut = cutAt(text, pieceCharacters); cut > 0; cut = cutAt(text, pieceCharacters)) {
      yield pieceOf(slotStart, text.slice(0, cut));
      text = text.slice(cut);
    }
  }
  if (text !== '') yield pieceOf(slotStart, text);
}

/** Index after the first line end at or past `pieceCharacters`; 0 while there is too little. */
function cutAt(text: string, pieceCharacters: number): number {
  if (text.length < pieceCharacters) return 0;
  return text.indexOf('\n', pieceCharacters - 1) + 1;
}

function pieceOf(slotStart: number, text: string): Piece {
  let lineCount = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lineCount += 1;
  return { slotStart, text, lineCount };
}
