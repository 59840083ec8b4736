import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';

import type { DuckDBInstance } from '@duckdb/node-api';

import {
  type RowSpec,
  WINDOW_START,
  ipv4,
  makeBatch,
  makeInterface,
  makeLargeBatch,
} from '../../test/support/record-batches.ts';
import { LOG_STATUS, type RecordBatch } from '../spine/record.ts';
import { openDatabase, withConnection } from './duckdb.ts';
import { FLOW_COLUMNS, SEGMENT_COLUMNS } from './segment-columns.ts';
import { segmentSource } from './segment-source.ts';
import { type SegmentWriter, createSegmentWriter } from './segment-writer.ts';

describe('segment writer', () => {
  let directory: string;
  let database: DuckDBInstance;
  let writer: SegmentWriter;
  let files = 0;

  before(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'weir-writer-'));
    database = await openDatabase({ memoryMib: 256, threads: 1, temporaryDirectory: null });
    writer = createSegmentWriter();
  });

  after(() => {
    writer.close();
    database.closeSync();
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(() => {
    files += 1;
  });

  async function write(batch: RecordBatch, sequence = 1): Promise<string> {
    const file = path.join(directory, `${files}-${sequence}.parquet`);
    await writer.write(batch, sequence, file);
    return file;
  }

  async function read(columns: string, paths: readonly string[]): Promise<unknown[][]> {
    return withConnection(database, async (connection) => {
      const sql = `SELECT ${columns} FROM (${segmentSource(paths)})`;
      return (await connection.runAndReadAll(sql)).getRows();
    });
  }

  it('writes every column of every row as it came, in order', async () => {
    const batch = makeLargeBatch(5000, 7);

    const file = await write(batch, 42);

    const columns = FLOW_COLUMNS.map(({ column }) => column).join(', ');
    const rows = await read(`sequence, row_number, window_start, ${columns}, interface_id`, [file]);
    const { interfaceIndex } = batch.columns;
    assert.equal(rows.length, 5000);
    for (const [row, [sequence, rowNumber, windowStart, ...values]] of rows.entries()) {
      assert.deepEqual([sequence, rowNumber, windowStart], [42n, row, BigInt(WINDOW_START)]);
      const wanted = FLOW_COLUMNS.map(({ key, column }) => {
        const value = batch.columns[key][row];
        return column === 'path_code' && value === 0 ? null : value;
      });
      const identity = batch.interfaces[interfaceIndex[row]!]?.interfaceId;
      assert.deepEqual(values, [...wanted, identity]);
    }
  });

  it('keeps the order also where interfaces outnumber the rows', async () => {
    const interfaces = Array.from({ length: 3000 }, (_, index) =>
      makeInterface({ interfaceId: `eni-${index}` }),
    );
    const rows: RowSpec[] = [2999, 5, 1500, 0, 5].map((interfaceIndex) => ({ interfaceIndex }));

    const file = await write(makeBatch(rows, { interfaces }));

    assert.deepEqual((await read('interface_id', [file])).flat(), [
      'eni-2999',
      'eni-5',
      'eni-1500',
      'eni-0',
      'eni-5',
    ]);
  });

  it('leaves NULL what NODATA and SKIPDATA records show as "-", and keeps their loss', async () => {
    const rows = [{}, { logStatus: LOG_STATUS.NODATA }, { logStatus: LOG_STATUS.SKIPDATA }];
    const losses = [
      { row: 2, packetsSeen: 9, packetsDropped: 7, packetsEvicted: 2, framesUnparsable: 1 },
    ];

    const file = await write(makeBatch(rows, { losses }));

    const flowless = FLOW_COLUMNS.filter(
      ({ column }) => !['start_us', 'end_us', 'log_status_code'].includes(column),
    );
    const names = flowless.map(({ column }) => column).join(', ');
    const [, noData = [], skipData = []] = await read(`log_status_code, ${names}`, [file]);
    assert.deepEqual(noData, [1, ...flowless.map(() => null)]);
    assert.deepEqual(skipData, [2, ...flowless.map(() => null)]);
    const loss = 'x_packets_seen, x_packets_dropped, x_packets_evicted, x_packets_unparsable';
    assert.deepEqual(await read(loss, [file]), [
      [null, null, null, null],
      [null, null, null, null],
      [9n, 7n, 2n, 1n],
    ]);
    assert.equal((await read('*', [file]))[1]?.includes('eni-0a1b2c3d4e5f60718'), true);
  });

  it('keeps tags, quotes, AWS services and what only some interfaces have', async () => {
    const interfaces = [
      makeInterface({ vpcId: null, instanceTags: { Name: "o'neill", 'a "b"': 'é' } }),
      makeInterface({ ecsTaskId: "it's" }),
    ];
    const plain = makeBatch([{}, { interfaceIndex: 1, src: ipv4('52.95.128.179') }], {
      interfaces,
    });
    const columns = { ...plain.columns, pktSrcAwsService: Uint8Array.of(0, 2) };
    const batch = { ...plain, columns, awsServices: ['EC2', 'S3'] };

    const file = await write(batch);

    const names = 'vpc_id, instance_tags, ecs_task_id, pkt_src_aws_service, pkt_dst_aws_service';
    assert.deepEqual(await read(names, [file]), [
      [null, JSON.stringify({ Name: "o'neill", 'a "b"': 'é' }), null, null, null],
      ['vpc-11111111', null, "it's", 'S3', null],
    ]);
  });

  it('writes columns that are parts of a larger buffer', async () => {
    const whole = makeLargeBatch(4000);
    const columns = Object.fromEntries(
      Object.entries(whole.columns).map(([key, values]) => [key, values.subarray(1000, 3500)]),
    ) as unknown as RecordBatch['columns'];

    const file = await write({ ...whole, columns, rowCount: 2500 });

    const rows = await read('src_low', [file]);
    assert.deepEqual(rows.flat(), [...whole.columns.srcLow.subarray(1000, 3500)]);
  });

  it('writes a window without records', async () => {
    const file = await write(makeBatch([]));

    assert.deepEqual(await read('count(*)', [file]), [[0n]]);
  });

  it('merges segments of different columns without losing rows or their order', async () => {
    const first = await write(makeBatch([{ dstPort: 1 }, { dstPort: 2 }]), 1);
    const other = makeInterface({ azId: null, ecsTaskId: 'task' });
    const second = await write(makeBatch([{ dstPort: 3 }], { interfaces: [other] }), 2);
    const merged = path.join(directory, `${files}-merged.parquet`);

    await writer.merge([first, second], merged);

    assert.deepEqual(await read('sequence, row_number, dst_port, az_id, ecs_task_id', [merged]), [
      [1n, 0, 1, 'use1-az6', null],
      [1n, 1, 2, 'use1-az6', null],
      [2n, 0, 3, null, 'task'],
    ]);
    const columns = SEGMENT_COLUMNS.map(({ column }) => column).join(', ');
    assert.deepEqual(await read(columns, [merged]), await read(columns, [first, second]));
  });

  it('says which file it could not write', async () => {
    const file = path.join(directory, 'missing', 'x.parquet');

    await assert.rejects(writer.write(makeBatch([{}]), 1, file), { name: 'OperationError' });
    assert.equal(existsSync(file), false);
  });
});
