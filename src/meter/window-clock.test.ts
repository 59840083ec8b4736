import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WindowClock } from './window-clock.ts';

function observedClock() {
  const events: string[] = [];
  const clock = new WindowClock({
    windowSeconds: 60,
    latenessSeconds: 2,
    onOpen: (window) => events.push(`open ${window.start}`),
    onClose: (window) => events.push(`close ${window.start}`),
  });
  return { clock, events };
}

describe('WindowClock', () => {
  it('aligns windows to the clock and closes one when lateness has passed', () => {
    const { clock, events } = observedClock();

    clock.at(130);
    clock.at(179);
    clock.at(181);
    clock.at(182);

    assert.deepEqual(events, ['open 120', 'open 180', 'close 120']);
  });

  it('gives a late packet its own window while that is open', () => {
    const { clock, events } = observedClock();

    clock.at(179);
    clock.at(180);
    const late = clock.at(179);

    assert.equal(late.window.start, 120);
    assert.deepEqual(events, ['open 120', 'open 180']);
  });

  it('asks to be told when lateness ends while an older window waits', () => {
    const { clock } = observedClock();

    clock.at(179);
    const during = clock.at(180);
    const after = clock.at(182);

    assert.equal(during.limitSeconds, 2);
    assert.equal(after.limitSeconds, 60);
  });

  it('opens a window again for packets that come after it was closed, and loses nothing', () => {
    const { clock, events } = observedClock();

    clock.at(100);
    clock.at(200);
    clock.at(70);
    clock.at(201);

    assert.deepEqual(events, ['open 60', 'close 60', 'open 180', 'open 60', 'close 60']);
  });

  it('survives a clock that steps back by hours', () => {
    const { clock, events } = observedClock();

    clock.at(7200);
    clock.at(60);
    clock.at(120);
    clock.at(180);
    clock.closeBefore(190);

    assert.deepEqual(events, [
      'open 7200',
      'open 60',
      'close 60',
      'open 120',
      'close 120',
      'open 180',
      'close 7200',
    ]);
  });

  it('closes all, oldest first', () => {
    const { clock, events } = observedClock();

    clock.at(180);
    clock.at(179);
    clock.closeAll();

    assert.deepEqual(events.slice(2), ['close 120', 'close 180']);
  });
});
