import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { WINDOW_START, ipv4, makeBatch, makeInterface } from '../../test/support/record-batches.ts';
import { LOG_STATUS, type RecordBatch } from '../spine/record.ts';
import { ALL_FIELDS, columnName } from '../spine/fields.ts';
import { segmentName } from '../spine/segment.ts';
import { type Reader, createSegmentWriter, openReader } from './index.ts';
import { withRelisting } from './segment-list.ts';
import { segmentSource } from './segment-source.ts';

const writer = createSegmentWriter();

async function store(directory: string, batch: RecordBatch, sequence: number): Promise<string> {
  const windowEnd = batch.windowStart + batch.windowSeconds;
  const name = segmentName({
    firstSequence: sequence,
    lastSequence: sequence,
    windowStart: batch.windowStart,
    windowEnd,
  });
  const file = path.join(directory, name);
  await writer.write(batch, sequence, file);
  return file;
}

describe('reader', () => {
  let directory: string;
  let reader: Reader;

  before(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'weir-reader-'));
    reader = await openReader({ storeDirectory: directory });
    const loss = { packetsSeen: 5, packetsDropped: 4, packetsEvicted: 0, framesUnparsable: 0 };
    await store(
      directory,
      makeBatch(
        [
          {
            src: ipv4('10.0.0.9'),
            dst: (0x2001_0db8n << 96n) | 1n,
            ipVersion: 6,
            packets: 3,
            octets: 180,
            end: 58,
            tcpFlags: 19,
            direction: 2,
            trafficPath: 8,
            action: 1,
          },
          { logStatus: LOG_STATUS.SKIPDATA, start: 0, end: 60 },
        ],
        { losses: [{ row: 1, ...loss }] },
      ),
      1,
    );
  });

  after(() => {
    reader.close();
    writer.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function first(sql: string): Promise<unknown> {
    return (await reader.query(sql)).rows[0]?.[0];
  }

  it('shows every field of the table under its column name, and nothing else', async () => {
    const { columns } = await reader.query('SELECT * FROM flow_logs LIMIT 0');

    assert.deepEqual(
      columns,
      ALL_FIELDS.map((field) => ({
        name: columnName(field),
        type: { string: 'VARCHAR', int32: 'INTEGER', int64: 'BIGINT' }[field.type],
      })),
    );
  });

  it('shows a record as AWS would', async () => {
    const { columns, rows } = await reader.query('SELECT * FROM flow_logs');

    const record = Object.fromEntries(columns.map(({ name }, index) => [name, rows[0]?.[index]]));
    const shown = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
    assert.deepEqual(shown, {
      version: 11,
      account_id: '123456789012',
      interface_id: 'eni-0a1b2c3d4e5f60718',
      srcaddr: '::ffff:10.0.0.9',
      dstaddr: '2001:db8::1',
      srcport: 40_000,
      dstport: 443,
      protocol: 6,
      packets: 3n,
      bytes: 180n,
      start: BigInt(WINDOW_START),
      end: BigInt(WINDOW_START + 58),
      action: 'REJECT',
      log_status: 'OK',
      vpc_id: 'vpc-11111111',
      subnet_id: 'subnet-22222222',
      instance_id: 'i-01234567890123456',
      tcp_flags: 19,
      type: 'IPv6',
      pkt_srcaddr: '::ffff:10.0.0.9',
      pkt_dstaddr: '2001:db8::1',
      region: 'us-east-1',
      az_id: 'use1-az6',
      flow_direction: 'egress',
      traffic_path: 8,
      x_start_ms: BigInt(WINDOW_START * 1000),
      x_end_ms: BigInt((WINDOW_START + 58) * 1000),
      x_interface_name: 'eth0',
    });
    const lost = await reader.query(
      `SELECT srcaddr, action, type, x_packets_dropped FROM flow_logs
       WHERE log_status = 'SKIPDATA'`,
    );
    assert.deepEqual(lost.rows, [[null, null, null, 4n]]);
  });

  it('has no rows but all columns where nothing is stored yet', async () => {
    const empty = await openReader({ storeDirectory: path.join(directory, 'nothing') });

    const { columns, rows } = await empty.query('SELECT * FROM flow_logs');

    empty.close();
    assert.equal(columns.length, ALL_FIELDS.length);
    assert.deepEqual(rows, []);
  });

  it('refuses everything but a single query', async () => {
    const target = path.join(directory, 'x.csv');
    const refused = [
      'SET threads = 8',
      "SET enable_external_access = 'true'",
      'CREATE TABLE t (a INT)',
      `COPY (SELECT 1) TO '${target}'`,
      `EXPLAIN ANALYZE COPY (SELECT 1) TO '${target}'`,
      `/* a */ EXPLAIN (FORMAT json) COPY (SELECT 1) TO '${target}'`,
      `-- a\nEXPLAIN ANALYZE COPY (SELECT 1) TO '${target}'`,
      "ATTACH 'x.db'",
      'INSTALL httpfs',
      'LOAD httpfs',
      'CALL pragma_version()',
      'SELECT 1; SELECT 2',
      'BEGIN',
      'DROP VIEW flow_logs',
      '',
      '-- only a comment',
      'SELECT ?',
    ];
    for (const sql of refused) {
      await assert.rejects(reader.query(sql), { code: 'invalid-input' }, sql);
    }
    assert.ok(!readdirSync(directory).includes('x.csv'));
  });

  it('reaches no file outside the store', async () => {
    const outside = [
      `SELECT * FROM read_text('/etc/hostname')`,
      `SELECT * FROM read_csv('/etc/passwd')`,
      `SELECT * FROM glob('/etc/*')`,
      `SELECT * FROM '/etc/passwd'`,
      `SELECT * FROM read_text('${directory}/../../etc/hostname')`,
      `SELECT * FROM read_parquet('http://127.0.0.1:1/x.parquet')`,
    ];
    for (const sql of outside) {
      await assert.rejects(reader.query(sql), { name: 'OperationError' }, sql);
    }
  });

  it('allows what reads: WITH, VALUES, DESCRIBE, SUMMARIZE, SHOW, EXPLAIN', async () => {
    const allowed = [
      'WITH a AS (SELECT 1 AS b) SELECT b FROM a;',
      'VALUES (1)',
      'FROM flow_logs',
      'DESCRIBE flow_logs',
      'SUMMARIZE SELECT 1 AS a',
      'SHOW TABLES',
      'EXPLAIN SELECT 1',
      'EXPLAIN ANALYZE SELECT count(*) FROM flow_logs',
    ];
    for (const sql of allowed) assert.ok((await reader.query(sql)).rows.length > 0, sql);
  });

  it('gives hint and caret of a fault in SQL', async () => {
    await assert.rejects(reader.query('SELECT srcadr FROM flow_logs'), {
      code: 'invalid-input',
      message:
        /^Binder Error: Referenced column "srcadr" not found .*"srcaddr".*\nLINE 1: .*\n +\^$/,
    });
  });

  it('gives nested values, decimals and times as plain JavaScript', async () => {
    const { rows } = await reader.query(
      `SELECT [1, NULL], {'a': 1.5}, MAP {'k': 2}, DATE '2024-02-29', 1.25, 2::HUGEINT`,
    );

    assert.deepEqual(rows, [[[1, null], { a: 1.5 }, { k: 2 }, '2024-02-29', 1.25, 2n]]);
  });

  it('starts over when compaction took a segment away, three times at most', async () => {
    const gone = path.join(directory, 'gone.parquet');
    const here = path.join(directory, readdirSync(directory)[0] ?? '');
    const lists = [[gone], [gone], [here]];
    const count = (paths: readonly string[]): Promise<unknown> =>
      first(`SELECT count(*) FROM (${segmentSource(paths)})`);

    const found = await withRelisting(() => count(lists.shift() ?? []));

    assert.equal(found, 2n);
    await assert.rejects(
      withRelisting(() => count([gone])),
      /No files found/,
    );
    await assert.rejects(
      withRelisting(() => first('SELECT x')),
      /Binder Error/,
    );
  });

  it('ignores what is being written, and what is superseded', async () => {
    writeFileSync(path.join(directory, `${readdirSync(directory)[0]}.tmp`), 'half');

    assert.equal(await first('SELECT count(*) FROM flow_logs'), 2n);
  });

  it('tells commits after a sequence, at most as many as asked', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'weir-commits-'));
    const interfaces = [makeInterface()];
    for (const sequence of [1, 2, 3, 4]) {
      const windowStart = WINDOW_START + 60 * sequence;
      const rows = Array.from({ length: sequence }, () => ({}));
      await store(folder, makeBatch(rows, { windowStart, interfaces }), sequence);
    }
    const other = await openReader({ storeDirectory: folder });

    const commits = await other.commitsAfter(1, 2);

    other.close();
    rmSync(folder, { recursive: true });
    assert.deepEqual(
      commits,
      [2, 3].map((sequence) => ({
        sequence,
        windowStart: WINDOW_START + 60 * sequence,
        windowSeconds: 60,
        rowCount: sequence,
      })),
    );
  });
});
