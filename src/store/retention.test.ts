import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { planRetention } from './retention.ts';
import type { Segment } from './segment.ts';

const NOW = 1_000_000;

function segment(sequence: number, ageHours: number, bytes = 100): Segment {
  const windowEnd = NOW - ageHours * 3600;
  return {
    name: String(sequence),
    path: `/${sequence}`,
    firstSequence: sequence,
    lastSequence: sequence,
    windowStart: windowEnd - 60,
    windowEnd,
    bytes,
  };
}

function sequences(segments: readonly Segment[]): number[] {
  return segments.map((entry) => entry.firstSequence);
}

const SEGMENTS = [segment(1, 30), segment(2, 20), segment(3, 10), segment(4, 0)];

describe('planRetention', () => {
  it('deletes what is past its age', () => {
    const plan = planRetention(SEGMENTS, NOW, { maxAgeHours: 15, maxBytes: null }, null);

    assert.deepEqual(sequences(plan.expired), [1, 2]);
    assert.deepEqual(plan.undelivered, []);
  });

  it('keeps what is past its age while a flow log still needs it', () => {
    const plan = planRetention(SEGMENTS, NOW, { maxAgeHours: 15, maxBytes: null }, 2);

    assert.deepEqual(sequences(plan.expired), [1]);
  });

  it('deletes the oldest while all are too large, needed or not, and says so', () => {
    const plan = planRetention(SEGMENTS, NOW, { maxAgeHours: null, maxBytes: 250 }, 2);

    assert.deepEqual(sequences(plan.expired), [1, 2]);
    assert.deepEqual(sequences(plan.undelivered), [2]);
  });

  it('keeps the newest segment, however large', () => {
    const plan = planRetention(SEGMENTS, NOW, { maxAgeHours: null, maxBytes: 1 }, null);

    assert.deepEqual(sequences(plan.expired), [1, 2, 3]);
  });
});
