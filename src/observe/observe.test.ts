import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { createLogger, createMetrics } from './index.ts';
import type { LoggerOptions } from './index.ts';

function logTo(lines: string[], options: Partial<LoggerOptions> = {}) {
  return createLogger({
    level: 'info',
    pretty: false,
    write: (line) => lines.push(line),
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    ...options,
  });
}

describe('createLogger', () => {
  it('writes JSON with event, level, time and fields', () => {
    const lines: string[] = [];

    logTo(lines).warn('store.disk-full', 'No space', { freeBytes: 3 });

    assert.deepEqual(JSON.parse(lines[0] ?? ''), {
      level: 'warn',
      time: '2026-01-02T03:04:05.000Z',
      event: 'store.disk-full',
      freeBytes: 3,
      msg: 'No space',
    });
  });

  it('writes one short line for a terminal', () => {
    const lines: string[] = [];

    logTo(lines, { pretty: true }).error('a.b', 'Broken', { n: 1 });

    assert.deepEqual(lines, ['03:04:05  error: Broken  (n=1)  [a.b]\n']);
  });

  it('limits a repeated event and counts what it left out', () => {
    const lines: string[] = [];
    let nowMs = 0;
    const log = logTo(lines, { now: () => nowMs, limitCount: 2, limitMs: 1000 });

    for (let index = 0; index < 5; index += 1) log.info('same', 'again');
    log.info('other', 'once');
    nowMs = 1000;
    log.info('same', 'again');

    const parsed = lines.map((line) => JSON.parse(line) as { event: string; suppressed?: number });
    assert.deepEqual(
      parsed.map(({ event, suppressed }) => [event, suppressed]),
      [
        ['same', undefined],
        ['same', undefined],
        ['other', undefined],
        ['same', 3],
      ],
    );
  });

  it('lets an event with a limit of its own be more', () => {
    const lines: string[] = [];
    const log = logTo(lines, { limitCount: 1, eventLimits: { calls: 3 } });

    for (let index = 0; index < 5; index += 1) {
      log.info('calls', 'again');
      log.info('other', 'again');
    }

    assert.equal(lines.length, 4);
  });

  it('is quiet below its level', () => {
    const lines: string[] = [];

    logTo(lines, { level: 'silent' }).error('x', 'y');
    logTo(lines).debug('x', 'y');

    assert.deepEqual(lines, []);
  });
});

describe('createMetrics', () => {
  it('prints counters and gauges in the Prometheus text format', () => {
    const metrics = createMetrics();
    const drops = metrics.counter('weir_drops_total', 'Drops\nby the kernel');
    drops.add(2, { interface: 'eth0' });
    drops.add(3, { interface: 'eth0' });
    drops.add(1, { interface: 'a"b\\c' });
    metrics.gauge('weir_flows', 'Live flows').set(7);

    assert.equal(
      metrics.text(),
      '# HELP weir_drops_total Drops\\nby the kernel\n# TYPE weir_drops_total counter\n' +
        'weir_drops_total{interface="eth0"} 5\nweir_drops_total{interface="a\\"b\\\\c"} 1\n' +
        '# HELP weir_flows Live flows\n# TYPE weir_flows gauge\nweir_flows 7\n',
    );
  });

  it('labels are the same in any order', () => {
    const counter = createMetrics().counter('c_total', '');

    counter.add(1, { a: '1', b: '2' });
    counter.add(1, { b: '2', a: '1' });

    assert.equal(counter.value({ a: '1', b: '2' }), 2);
  });

  it('the same name gives the same metric, and never of another kind', () => {
    const metrics = createMetrics();

    metrics.counter('n_total', '').add();
    metrics.counter('n_total', '').add();

    assert.equal(metrics.counter('n_total', '').value(), 2);
    assert.throws(() => metrics.gauge('n_total', ''), /already a counter/);
    assert.throws(() => metrics.counter('n_total', '').add(-1), /cannot fall/);
  });

  it('bounds the label sets of one metric', () => {
    const counter = createMetrics().counter('c_total', '');

    for (let index = 0; index < 5000; index += 1) counter.add(1, { address: String(index) });

    assert.equal(counter.value({ address: 'other' }), 5000 - 4096);
  });

  it('asks for gauges before printing', () => {
    const metrics = createMetrics();
    const gauge = metrics.gauge('g', '');
    metrics.onCollect(() => gauge.set(Number.POSITIVE_INFINITY));

    assert.match(metrics.text(), /^g \+Inf$/m);
  });
});
