import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import {
  type RowSpec,
  makeBatch,
  makeInterface,
  makeLargeBatch,
} from '../../test/support/record-batches.ts';
import { LOG_STATUS, type RecordBatch } from '../spine/record.ts';
import { DEFAULT_FIELDS, VPC_FIELDS, findField } from '../spine/fields.ts';
import { segmentName } from '../spine/segment.ts';
import {
  type LineChunk,
  type ReadLinesRequest,
  type Reader,
  createSegmentWriter,
  filterCondition,
  openReader,
} from './index.ts';

/** A multiple of 600. */
const START = 1_700_000_400;
const NO_DATA: RowSpec = { logStatus: LOG_STATUS.NODATA, start: 0, end: 60 };
const SKIP_DATA: RowSpec = { logStatus: LOG_STATUS.SKIPDATA, start: 0, end: 60 };
const INTERFACES = [
  makeInterface({ interfaceId: 'eni-a', subnetId: 'subnet-a' }),
  makeInterface({ interfaceId: 'eni-b', subnetId: 'subnet-b' }),
];
const writer = createSegmentWriter();

function fields(...names: string[]): ReadLinesRequest['fields'] {
  return names.map((name) => {
    const field = findField(name);
    assert.ok(field !== undefined, name);
    return field;
  });
}

describe('readLines', () => {
  let directory: string;
  let reader: Reader;
  let sequence: number;

  before(() => {
    sequence = 0;
  });

  beforeEach(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'weir-lines-'));
    reader = await openReader({ storeDirectory: directory, threads: 2 });
    sequence = 0;
  });

  afterEach(() => {
    reader.close();
    rmSync(directory, { recursive: true, force: true });
  });

  after(() => writer.close());

  async function store(batch: RecordBatch): Promise<void> {
    sequence += 1;
    const { windowStart, windowSeconds } = batch;
    const name = segmentName({
      firstSequence: sequence,
      lastSequence: sequence,
      windowStart,
      windowEnd: windowStart + windowSeconds,
    });
    await writer.write(batch, sequence, path.join(directory, name));
  }

  /** Stores one window of both interfaces, `minute` minutes after START. */
  async function storeMinute(minute: number, rows: readonly RowSpec[]): Promise<void> {
    await store(makeBatch(rows, { windowStart: START + 60 * minute, interfaces: INTERFACES }));
  }

  async function read(changes: Partial<ReadLinesRequest> = {}): Promise<LineChunk[]> {
    const chunks: LineChunk[] = [];
    const request: ReadLinesRequest = {
      fromSequence: 1,
      toSequence: sequence,
      scope: null,
      trafficType: 'ALL',
      fields: DEFAULT_FIELDS,
      aggregationSeconds: 60,
      slotSeconds: 300,
      ...changes,
    };
    for await (const chunk of reader.readLines(request)) chunks.push(chunk);
    return chunks;
  }

  async function readText(changes: Partial<ReadLinesRequest> = {}): Promise<string> {
    return (await read(changes)).map((chunk) => chunk.text).join('');
  }

  it('renders the default format as AWS does, "-" for what does not apply', async () => {
    await storeMinute(0, [{ packets: 4, octets: 336, end: 59, action: 1 }, NO_DATA]);

    assert.deepEqual(await read(), [
      {
        slotStart: START,
        lineCount: 2,
        text:
          '2 123456789012 eni-a 10.0.0.1 10.0.0.2 40000 443 6 4 336 ' +
          `${START} ${START + 59} REJECT OK\n` +
          `2 123456789012 eni-a - - - - - - - ${START} ${START + 60} - NODATA\n`,
      },
    ]);
  });

  it('bears the highest version of its fields, and "-" for fields nothing has yet', async () => {
    await storeMinute(0, [{ direction: 2, trafficPath: 8, tcpFlags: 3 }]);

    const names = ['version', 'tcp-flags', 'flow-direction', 'traffic-path', 'reject-reason'];
    assert.equal(await readText({ fields: fields(...names) }), '8 3 egress 8 -\n');
    assert.equal(await readText({ fields: fields('version', 'x-start-ms') }), `2 ${START}000\n`);
    const all = await readText({ fields: VPC_FIELDS });
    assert.equal(all.trimEnd().split(' ').length, VPC_FIELDS.length);
    assert.match(all, /^11 /);
  });

  it('puts each record into the slot of its end, slots ascending, rows in order', async () => {
    await storeMinute(4, [
      { dstPort: 1, end: 59 },
      { dstPort: 2, end: 60 },
      { dstPort: 3, end: 1 },
    ]);
    await storeMinute(0, [{ dstPort: 4 }]);

    const chunks = await read({ fields: fields('dstport') });

    assert.deepEqual(chunks, [
      { slotStart: START, text: '1\n3\n4\n', lineCount: 3 },
      { slotStart: START + 300, text: '2\n', lineCount: 1 },
    ]);
  });

  it('reads the commits asked for, both ends included, of the scope asked for', async () => {
    for (const minute of [0, 1, 2, 3]) {
      await storeMinute(minute, [{ dstPort: minute }, { dstPort: 10 + minute, interfaceIndex: 1 }]);
    }
    const range = { fromSequence: 2, toSequence: 3, fields: fields('dstport') };

    assert.equal(await readText(range), '1\n11\n2\n12\n');
    const scopes = [
      [{ resourceType: 'Subnet', resourceId: 'subnet-b' }, '11\n12\n'],
      [{ resourceType: 'NetworkInterface', resourceId: 'eni-a' }, '1\n2\n'],
      [{ resourceType: 'VPC', resourceId: 'vpc-11111111' }, '1\n11\n2\n12\n'],
      [{ resourceType: 'VPC', resourceId: "vpc-'" }, ''],
    ] as const;
    for (const [scope, text] of scopes) assert.equal(await readText({ ...range, scope }), text);
  });

  it('leaves out the other action, never NODATA and SKIPDATA', async () => {
    await storeMinute(0, [{ action: 0 }, { action: 1 }, NO_DATA, SKIP_DATA]);
    const shown = fields('action', 'log-status');

    for (const aggregationSeconds of [60, 600] as const) {
      const request = { fields: shown, aggregationSeconds, trafficType: 'REJECT' as const };
      const text = await readText(request);
      assert.match(text, /^REJECT OK\n/);
      assert.match(text, /- SKIPDATA\n/);
      assert.doesNotMatch(text, /ACCEPT/);
    }
  });

  it('takes a filter', async () => {
    await storeMinute(0, [{ dstPort: 53, protocol: 17 }, { dstPort: 443 }, NO_DATA]);

    for (const aggregationSeconds of [60, 600] as const) {
      const where = filterCondition('protocol = udp and addr in 10.0.0.0/30');
      const text = await readText({ fields: fields('dstport'), where, aggregationSeconds });
      assert.equal(text, '53\n');
    }
  });

  it('sums ten minutes at 600 s, in the order in which flows were first seen', async () => {
    const flow = (dstPort: number, more: RowSpec = {}): RowSpec => ({ dstPort, ...more });
    await storeMinute(0, [
      flow(5, { packets: 1, octets: 60, tcpFlags: 2, start: 3 }),
      flow(9, { packets: 7, octets: 700 }),
    ]);
    await storeMinute(9, [
      flow(1, { packets: 2, octets: 80 }),
      flow(5, { packets: 10, octets: 600, tcpFlags: 1, end: 50 }),
      flow(5, { action: 1 }),
    ]);
    await storeMinute(10, [flow(5, { packets: 100 })]);

    const chunks = await read({
      aggregationSeconds: 600,
      fields: fields('dstport', 'packets', 'bytes', 'start', 'end', 'action', 'tcp-flags'),
    });

    assert.deepEqual(chunks, [
      { slotStart: START, text: `9 7 700 ${START} ${START + 59} ACCEPT 0\n`, lineCount: 1 },
      {
        slotStart: START + 300,
        text:
          `5 11 660 ${START + 3} ${START + 590} ACCEPT 3\n` +
          `1 2 80 ${START + 540} ${START + 599} ACCEPT 0\n` +
          `5 1 60 ${START + 540} ${START + 599} REJECT 0\n`,
        lineCount: 3,
      },
      {
        slotStart: START + 600,
        text: `5 100 60 ${START + 600} ${START + 659} ACCEPT 0\n`,
        lineCount: 1,
      },
    ]);
  });

  it('at 600 s, tells NODATA once when silent, SKIPDATA once when lossy', async () => {
    const second = { interfaceIndex: 1 };
    await storeMinute(0, [{ ...NO_DATA }, { ...NO_DATA, ...second }]);
    await storeMinute(1, [{ dstPort: 1 }, { ...NO_DATA, ...second }]);
    await storeMinute(2, [{ ...SKIP_DATA }, { dstPort: 2 }, { ...NO_DATA, ...second }]);
    await storeMinute(3, [{ ...SKIP_DATA }, { ...NO_DATA, ...second }]);

    const text = await readText({
      aggregationSeconds: 600,
      fields: fields('interface-id', 'dstport', 'start', 'end', 'log-status', 'az-id'),
    });

    assert.equal(
      text,
      `eni-b - ${START} ${START + 240} NODATA use1-az6\n` +
        `eni-a 1 ${START + 60} ${START + 119} OK use1-az6\n` +
        `eni-a - ${START + 120} ${START + 240} SKIPDATA use1-az6\n` +
        `eni-a 2 ${START + 120} ${START + 179} OK use1-az6\n`,
    );
  });

  it('a silent interface is one that had no flow of either action', async () => {
    await storeMinute(0, [{ action: 0 }]);
    await storeMinute(1, [NO_DATA]);

    const request = { aggregationSeconds: 600, trafficType: 'REJECT' } as const;
    assert.equal(await readText(request), '');
  });

  it('gives the same lines after compaction, in chunks that are not too large', async () => {
    await store(makeLargeBatch(20_000, 8, START));
    await store(makeLargeBatch(20_000, 8, START + 60));
    const before = await read({ fields: VPC_FIELDS });
    const summed = await readText({ aggregationSeconds: 600 });
    const merged = segmentName({
      firstSequence: 1,
      lastSequence: 2,
      windowStart: START,
      windowEnd: START + 120,
    });
    const names = [1, 2].map((number) =>
      segmentName({
        firstSequence: number,
        lastSequence: number,
        windowStart: START + 60 * (number - 1),
        windowEnd: START + 60 * number,
      }),
    );

    await writer.merge(
      names.map((name) => path.join(directory, name)),
      path.join(directory, merged),
    );

    assert.equal(
      await readText({ fields: VPC_FIELDS }),
      before.map((chunk) => chunk.text).join(''),
    );
    assert.equal(await readText({ aggregationSeconds: 600 }), summed);
    assert.equal(
      before.reduce((sum, chunk) => sum + chunk.lineCount, 0),
      40_000,
    );
    assert.ok(before.length > 10);
    assert.ok(before.every((chunk) => chunk.text.length < 300_000));
    assert.equal(summed.split('\n').length - 1, 20_000);
  });

  it('gives nothing where nothing is stored', async () => {
    assert.deepEqual(await read({ toSequence: 9 }), []);
  });
});
