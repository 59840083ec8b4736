// Capture files as bytes: cut anywhere, changed anywhere, handed over in pieces of any size.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';

import { CaptureReader, type CaptureTotals } from '../../src/capture/capture-reader.ts';
import { HotPath, LINK_POLICY } from '../../src/hotpath/index.ts';
import { Meter } from '../../src/meter/meter.ts';
import { OperationError } from '../../src/observe/operation-error.ts';
import { everyBlock } from '../support/capture-cases.ts';
import { pcap } from '../support/captures.ts';
import { randomTraffic } from '../support/random-traffic.ts';

const hotPath = new HotPath({ maxFlows: 10_000 });

interface Outcome {
  readonly totals: CaptureTotals;
  readonly fault: OperationError | null;
  /** Packets that came out in closed windows. */
  readonly packets: number;
}

async function readWhole(file: Uint8Array, pieceBytes: readonly number[]): Promise<Outcome> {
  let packets = 0;
  const meter = new Meter(hotPath, {
    windowSeconds: 60,
    latenessSeconds: 1,
    earlyFlushesMax: Infinity,
    onFlows: () => {
      const { u32 } = hotPath.flows();
      for (let word = 0; word < u32.length; word += 16) packets += u32[word + 10]!;
    },
  });
  const reader = new CaptureReader({
    hotPath,
    feed: (from, feed) => meter.feed(from, feed),
    linkFor: () => ({ point: 1, policy: LINK_POLICY.fixed }),
  });
  let at = 0;
  let piece = 0;
  const source = {
    read(target: Uint8Array, offset: number, length: number): number {
      const wanted = pieceBytes[piece++ % pieceBytes.length] ?? length;
      const count = Math.min(wanted, length, file.length - at);
      target.set(file.subarray(at, at + count), offset);
      at += count;
      return count;
    },
  };
  const fault = await reader.read(source, 'test');
  meter.finish();
  return { totals: reader.totals, fault, packets };
}

function assertConserved({ totals, packets, fault }: Outcome): void {
  const unmetered = Object.values(totals.outcomes).reduce((sum, count) => sum + count, 0);
  assert.equal(totals.frames, totals.packets + unmetered);
  assert.equal(packets, totals.packets);
  assert.ok(fault === null || fault instanceof OperationError);
}

const FRAMES = randomTraffic(5, 60);
const FILES = [
  pcap(FRAMES),
  pcap(FRAMES, { bigEndian: true, nanoseconds: true }),
  everyBlock(FRAMES),
];
const pieces = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 });

describe('capture containers', () => {
  it('give the same packets whatever the size of the pieces they are read in', async () => {
    for (const file of FILES) {
      const whole = await readWhole(file, [1 << 20]);
      assert.equal(whole.fault, null);
      assert.ok(whole.packets > 40);

      await fc.assert(
        fc.asyncProperty(pieces, async (sizes) => {
          assert.deepEqual(await readWhole(file, sizes), whole);
        }),
        { numRuns: 30, seed: 3 },
      );
    }
  });

  it('cut anywhere give everything before the cut and a fault, never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...FILES),
        fc.nat(20_000),
        pieces,
        async (file, cut, sizes) => {
          const outcome = await readWhole(file.subarray(0, Math.min(cut, file.length)), sizes);

          assertConserved(outcome);
        },
      ),
      { numRuns: 300, interruptAfterTimeLimit: 10_000, seed: 4 },
    );
  });

  it('changed anywhere never throw, and what is counted stays conserved', async () => {
    const changes = fc.array(fc.tuple(fc.nat(20_000), fc.nat(255)), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...FILES), changes, async (file, edits) => {
        const copy = Uint8Array.from(file);
        for (const [at, value] of edits) copy[at % copy.length] = value;

        assertConserved(await readWhole(copy, [1 << 20]));
      }),
      { numRuns: 1500, interruptAfterTimeLimit: 20_000, seed: 5 },
    );
  });
});
