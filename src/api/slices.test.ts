import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { createLane, createSlices } from './slices.ts';

describe('createSlices()', () => {
  it('says that a slice is over after 10 ms, and begins the next with the pause', async () => {
    let nowMs = 100;
    const slices = createSlices(() => nowMs);

    assert.equal(slices.isOver(), false);
    nowMs = 109;
    assert.equal(slices.isOver(), false);
    nowMs = 110;
    assert.equal(slices.isOver(), true);
    const pause = slices.pause();
    nowMs = 130;
    await pause;
    assert.equal(slices.isOver(), false);
    nowMs = 140;
    assert.equal(slices.isOver(), true);
    assert.equal(slices.spentMs, 10);
  });
});

describe('createLane()', () => {
  it('runs one work at a time, in order, also after one that failed', async () => {
    const lane = createLane();
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} ends`);
      if (name === 'b') throw new Error('b failed');
      return name;
    };

    const results = Promise.allSettled(['a', 'b', 'c'].map((name) => lane.take(work(name))));
    assert.equal(lane.length, 3);
    const [a, b, c] = await results;

    assert.deepEqual(a, { status: 'fulfilled', value: 'a' });
    assert.equal(b?.status, 'rejected');
    assert.deepEqual(c, { status: 'fulfilled', value: 'c' });
    assert.deepEqual(steps, [
      ...['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'],
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(lane.length, 0);
  });
});
