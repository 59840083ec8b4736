import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WindowCounters } from './window-counters.ts';

const NOTHING = { packetsDropped: 0, framesUnparsable: 0, arp: 0, notIp: 0 };

describe('WindowCounters', () => {
  it('books losses on the window of the moment and forgets them once taken', () => {
    const counters = new WindowCounters(60);

    counters.add(119, 7, { ...NOTHING, packetsDropped: 3, arp: 1 });
    counters.add(120, 7, { ...NOTHING, packetsDropped: 5, notIp: 2 });
    counters.addSeen(60, new Map([[7, 40]]));
    const first = counters.take(60);

    assert.deepEqual(first, {
      points: [
        {
          point: 7,
          packetsSeen: 40,
          packetsDropped: 3,
          framesUnparsable: 0,
          observed: [119, 119],
        },
      ],
      excludedFrames: { arp: 1, 'not-ip': 0 },
    });
    assert.equal(counters.take(120).points[0]?.packetsDropped, 5);
    assert.deepEqual(counters.take(60).points, []);
  });

  it('remembers from when to when a point was observed', () => {
    const counters = new WindowCounters(60);

    for (const second of [70, 71, 90]) counters.watch(second, 1);
    counters.watch(75, 2);

    const observed = counters.take(60).points.map((point) => [point.point, point.observed]);
    assert.deepEqual(observed, [
      [1, [70, 90]],
      [2, [75, 75]],
    ]);
  });
});
