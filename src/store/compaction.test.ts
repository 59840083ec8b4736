import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { segmentName } from '../spine/segment.ts';
import { planMerge } from './compaction.ts';
import type { Segment } from './segment.ts';

const HOUR = 3600;
const DAY_START = 20_000 * 86_400;
const POLICY = { settleSeconds: 120, segmentBytesMax: 1_000_000 };

function segment(
  firstSequence: number,
  windowStart: number,
  changes: Partial<Pick<Segment, 'lastSequence' | 'windowEnd' | 'bytes'>> = {},
): Segment {
  const range = {
    firstSequence,
    lastSequence: changes.lastSequence ?? firstSequence,
    windowStart,
    windowEnd: changes.windowEnd ?? windowStart + 60,
  };
  const name = segmentName(range);
  return { ...range, name, path: `/store/${name}`, bytes: changes.bytes ?? 1000 };
}

function minutes(count: number, from = DAY_START, firstSequence = 1): Segment[] {
  return Array.from({ length: count }, (_, index) =>
    segment(firstSequence + index, from + 60 * index),
  );
}

describe('planMerge', () => {
  it('takes the sixty segments of an hour once it is over and settled', () => {
    const segments = minutes(70);

    const before = planMerge(segments, DAY_START + HOUR + 119, POLICY);
    const after = planMerge(segments, DAY_START + HOUR + 120, POLICY);

    assert.equal(before, null);
    assert.deepEqual(
      after?.map((entry) => entry.firstSequence),
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
  });

  it('takes the hours of a day that is over, up to the size cap', () => {
    const hours = Array.from({ length: 24 }, (_, hour) =>
      segment(1 + 60 * hour, DAY_START + HOUR * hour, {
        lastSequence: 60 * (hour + 1),
        windowEnd: DAY_START + HOUR * (hour + 1),
        bytes: 100_000,
      }),
    );

    const merge = planMerge(hours, DAY_START + 2 * 86_400, POLICY);

    assert.equal(merge?.length, 10);
    assert.equal(merge[0]?.firstSequence, 1);
  });

  it('does not reach over a segment of another hour', () => {
    const hour = minutes(3);
    const late = segment(4, DAY_START - 60);
    const more = minutes(2, DAY_START + 180, 5);

    const merge = planMerge([...hour, late, ...more], DAY_START + 2 * HOUR, POLICY);

    assert.deepEqual(
      merge?.map((entry) => entry.firstSequence),
      [1, 2, 3],
    );
  });

  it('does not rewrite a large segment for one late window', () => {
    const large = segment(1, DAY_START, { lastSequence: 60, bytes: 500_000 });
    const late = segment(61, DAY_START + 60);

    const merge = planMerge([large, late], DAY_START + 2 * 86_400, POLICY);

    assert.equal(merge, null);
  });

  it('leaves a segment alone that spans two hours', () => {
    const spanning = segment(1, DAY_START + HOUR - 60, { windowEnd: DAY_START + HOUR + 60 });

    const merge = planMerge([spanning, ...minutes(1, DAY_START + HOUR, 2)], 2e10, {
      ...POLICY,
      segmentBytesMax: 1,
    });

    assert.equal(merge, null);
  });
});
