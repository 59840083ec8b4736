import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { listSegments, parseSegmentName, segmentName } from './segment.ts';

function name(firstSequence: number, lastSequence: number): string {
  return segmentName({ firstSequence, lastSequence, windowStart: 60, windowEnd: 120 });
}

describe('segment names', () => {
  it('say what they were made of', () => {
    const text = segmentName({
      firstSequence: 1,
      lastSequence: 60,
      windowStart: 1_700_000_000,
      windowEnd: 1_700_003_600,
    });

    assert.equal(text, '000000000001-000000000060_001700000000-001700003600.parquet');
    assert.equal(parseSegmentName(text)?.lastSequence, 60);
    assert.equal(parseSegmentName(`${text}.tmp`), null);
    assert.equal(parseSegmentName(name(2, 1)), null);
  });

  it('tell which segments a larger one supersedes, whatever the order of the listing', () => {
    const names = [name(4, 4), name(2, 2), name(1, 3), name(1, 1), name(3, 3), 'x'];

    const listing = listSegments(names);

    assert.deepEqual(
      listing.current.map((range) => range.name),
      [name(1, 3), name(4, 4)],
    );
    assert.deepEqual(listing.superseded.map((range) => range.firstSequence).sort(), [1, 2, 3]);
    assert.deepEqual(listing.foreign, ['x']);
  });

  it('never read a sequence twice, even where two overlap', () => {
    const listing = listSegments([name(1, 3), name(3, 5)]);

    assert.deepEqual(listing.foreign, [name(3, 5)]);
  });
});
