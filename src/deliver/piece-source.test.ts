import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { cutPieces } from './piece-source.ts';
import type { LineChunk } from './record-reader.ts';

const line = fc.string({ maxLength: 12 }).map((text) => `${text.replaceAll('\n', ' ')}\n`);
const slot = fc.array(line, { minLength: 1, maxLength: 20 });
const slots = fc.array(slot, { maxLength: 4 });

/** Chunks of `lineCount` lines, slot after slot. */
async function* chunksOf(lines: readonly string[][], lineCount: number): AsyncGenerator<LineChunk> {
  for (const [index, ofSlot] of lines.entries()) {
    for (let from = 0; from < ofSlot.length; from += lineCount) {
      const part = ofSlot.slice(from, from + lineCount);
      yield { slotStart: 300 * (index + 1), text: part.join(''), lineCount: part.length };
    }
  }
}

async function piecesOf(lines: readonly string[][], chunkLines: number): Promise<string[]> {
  const pieces: string[] = [];
  for await (const piece of cutPieces(chunksOf(lines, chunkLines), 16)) {
    pieces.push(`${piece.slotStart}|${Buffer.from(piece.bytes).toString()}`);
  }
  return pieces;
}

test('the cuts do not depend on the chunks, and keep every line whole and in order', async () => {
  await fc.assert(
    fc.asyncProperty(slots, fc.integer({ min: 1, max: 9 }), async (lines, chunkLines) => {
      const pieces = await piecesOf(lines, chunkLines);

      assert.deepEqual(pieces, await piecesOf(lines, 1));
      assert.ok(pieces.every((piece) => piece.endsWith('\n')));
      for (const [index, ofSlot] of lines.entries()) {
        const prefix = `${300 * (index + 1)}|`;
        const texts = pieces.filter((piece) => piece.startsWith(prefix));
        assert.equal(texts.map((piece) => piece.slice(prefix.length)).join(''), ofSlot.join(''));
      }
    }),
  );
});

test('a reader that goes back to an earlier slot is a bug that is told', async () => {
  async function* backwards(): AsyncGenerator<LineChunk> {
    yield { slotStart: 600, text: 'a\n', lineCount: 1 };
    yield { slotStart: 300, text: 'b\n', lineCount: 1 };
  }

  await assert.rejects(async () => {
    for await (const piece of cutPieces(backwards())) assert.equal(piece.slotStart, 600);
  }, /earlier slot/);
});
