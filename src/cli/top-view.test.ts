import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import type { TopAnswer, TopRow } from '../observe/index.ts';
import { bitRateText, byteText, groupedNumber, shortNumber } from './number-text.ts';
import { endpointText } from './port-names.ts';
import { readKeys } from './terminal-screen.ts';
import { bar, createPainter, cutMiddle, fitRight, printable, sparkline } from './terminal-text.ts';
import { createTopRates } from './top-rates.ts';
import { orderRows, screenLines, type TopView } from './top-view.ts';

const PLAIN = createPainter(false);

function rowOf(changes: Partial<TopRow> = {}): TopRow {
  return {
    interface: 'eth0',
    interfaceId: 'eni-1',
    direction: 'egress',
    srcaddr: '10.0.0.1',
    dstaddr: '2001:db8::1',
    srcport: 40000,
    dstport: 443,
    protocol: 6,
    packets: 10,
    bytes: 1000,
    action: 'ACCEPT',
    ...changes,
  };
}

function answerOf(changes: Partial<TopAnswer> = {}): TopAnswer {
  return {
    windowStart: 60,
    windowSeconds: 60,
    nowMs: 70_000,
    flowCount: 1,
    packets: 10,
    bytes: 1000,
    packetsSeen: 10,
    packetsLost: 0,
    rows: [rowOf()],
    ...changes,
  };
}

function viewOf(answer: TopAnswer, changes: Partial<TopView> = {}): TopView {
  const rates = createTopRates();
  return {
    sample: rates.take(answer),
    history: rates.history,
    order: 'bytes',
    action: 'ALL',
    filter: '',
    isPaused: false,
    notice: null,
    ...changes,
  };
}

describe('createTopRates', () => {
  it('gives bytes per second between two answers of one window', () => {
    const rates = createTopRates();

    const first = rates.take(answerOf());
    const second = rates.take(
      answerOf({ nowMs: 72_000, bytes: 5000, packetsSeen: 30, rows: [rowOf({ bytes: 3000 })] }),
    );

    assert.equal(first.rows[0]?.bytesPerSecond, null);
    assert.equal(second.rows[0]?.bytesPerSecond, 1000);
    assert.equal(second.bytesPerSecond, 2000);
    assert.equal(second.packetsPerSecond, 10);
    assert.deepEqual(rates.history, [2000]);
  });

  it('counts from zero when a new window has begun', () => {
    const rates = createTopRates();
    rates.take(answerOf({ bytes: 9000, rows: [rowOf({ bytes: 9000 })] }));

    const next = rates.take(
      answerOf({ windowStart: 120, nowMs: 71_000, bytes: 500, rows: [rowOf({ bytes: 500 })] }),
    );

    assert.equal(next.rows[0]?.bytesPerSecond, 500);
    assert.equal(next.bytesPerSecond, 500);
  });

  it('keeps a bounded history', () => {
    const rates = createTopRates();

    for (let index = 0; index < 500; index += 1) {
      rates.take(answerOf({ nowMs: 70_000 + index * 1000, bytes: index }));
    }

    assert.equal(rates.history.length, 120);
  });
});

describe('top view', () => {
  it('sorts by bytes, packets or rate and keeps the chosen action', () => {
    const rows = [
      { ...rowOf({ bytes: 1, packets: 3 }), bytesPerSecond: 2 },
      { ...rowOf({ bytes: 2, packets: 1, action: 'REJECT' }), bytesPerSecond: 3 },
      { ...rowOf({ bytes: 3, packets: 2 }), bytesPerSecond: 1 },
    ];
    const bytesBy = (...how: [TopView['order'], TopView['action']]): number[] =>
      orderRows(rows, ...how).map((row) => row.bytes);

    assert.deepEqual(bytesBy('bytes', 'ALL'), [3, 2, 1]);
    assert.deepEqual(bytesBy('packets', 'ALL'), [1, 3, 2]);
    assert.deepEqual(bytesBy('rate', 'ALL'), [2, 1, 3]);
    assert.deepEqual(bytesBy('bytes', 'REJECT'), [2]);
  });

  it('fills the screen exactly, at any size and with any row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 250 }),
        fc.integer({ min: 6, max: 60 }),
        fc.array(fc.record({ name: fc.string(), bytes: fc.nat(), port: fc.nat(65_535) })),
        (width, height, seeds) => {
          const rows = seeds.map(({ name, bytes, port }) =>
            rowOf({ interface: name, bytes, dstport: port }),
          );

          const lines = screenLines(viewOf(answerOf({ rows })), width, height, PLAIN);

          assert.equal(lines.length, height);
          // The narrowest table is 68 columns wide; the terminal cuts what is beyond.
          for (const line of lines) assert.ok(line.length <= Math.max(width, 68), line);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('says loss, pause, filter and faults', () => {
    const view = viewOf(answerOf({ packetsLost: 5, packetsSeen: 95 }), {
      isPaused: true,
      filter: 'port = 22',
      action: 'REJECT',
    });

    const text = screenLines(view, 120, 20, PLAIN).join('\n');

    assert.match(text, /loss 5 of 100/);
    assert.match(text, /by bytes {3}REJECT only {3}filter: port = 22 {3}PAUSED/);
    const broken = screenLines({ ...view, notice: 'Cannot reach weir' }, 120, 20, PLAIN);
    assert.match(broken.join('\n'), /Cannot reach weir/);
  });

  it('never lets a name command the terminal', () => {
    const rows = [rowOf({ interface: '\u001b[2J', srcaddr: '\u0007' })];

    const text = screenLines(viewOf(answerOf({ rows })), 120, 20, PLAIN).join('\n');

    assert.doesNotMatch(text, /\u001b|\u0007/);
  });
});

describe('terminal text', () => {
  it('shows endpoints with service names', () => {
    assert.equal(endpointText('10.0.0.1', 443, 6), '10.0.0.1:https');
    assert.equal(endpointText('fd00::1', 53, 17), '[fd00::1]:dns');
    assert.equal(endpointText('10.0.0.1', 40000, 6), '10.0.0.1:40000');
    assert.equal(endpointText('10.0.0.1', 0, 1), '10.0.0.1');
  });

  it('shortens numbers to three digits', () => {
    assert.deepEqual([0, 999, 999.6, 1000, 12_345, 999_949, 1e9, 3e15].map(shortNumber), [
      '0',
      '999',
      '1.00 k',
      '1.00 k',
      '12.3 k',
      '1.00 M',
      '1.00 G',
      '3.00 P',
    ]);
    assert.equal(byteText(12), '12 B');
    assert.equal(byteText(1234), '1.23 kB');
    assert.equal(bitRateText(125_000), '1.00 Mbit/s');
    assert.equal(groupedNumber(1_234_567), '1,234,567');
  });

  it('cuts in the middle and pads', () => {
    assert.equal(cutMiddle('2001:db8:1:2:3:4:5:6', 11), '2001…:4:5:6');
    assert.equal(fitRight('7', 3), '  7');
    assert.equal(cutMiddle('abc', 1), '…');
    assert.equal(cutMiddle('abc', 0), '');
  });

  it('draws bars and sparklines of the asked width', () => {
    assert.equal(bar(0.5, 4), '██  ');
    assert.equal(bar(0.0001, 4), '▏   ');
    assert.equal(bar(2, 2), '██');
    assert.equal(bar(0, 2), '  ');
    assert.equal(sparkline([0, 1, 2]), '▁▅█');
  });

  it('replaces every control character', () => {
    assert.equal(printable('a\u001bb\u007fc\u009bd'), 'a?b?c?d');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex -- these are what is looked for
        assert.doesNotMatch(printable(text), /[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it('splits what a terminal sends into keys', () => {
    assert.deepEqual(readKeys('q'), ['q']);
    assert.deepEqual(readKeys('bp'), ['b', 'p']);
    assert.deepEqual(readKeys('\u001b'), ['escape']);
    assert.deepEqual(readKeys('\u0003'), ['interrupt']);
    assert.deepEqual(readKeys('\u001b[A\u001bOPq'), ['special', 'special', 'q']);
  });
});
