// The template's table and its predefined queries at work: objects in the layout and format of the
// flow log, partitions added by the template's own Lambda function, queries word for word. DuckDB
// stands in for Athena.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { FlowLog } from '../../src/aws/flow-log.ts';
import { renderLogFormat } from '../../src/records/log-format.ts';
import { VPC_FIELDS, type Field } from '../../src/spine/fields.ts';
import {
  DAILY,
  generate,
  readTemplate,
  resourcesOf,
  runLoader,
  SKIP_LOADER,
  stackEvent,
} from '../support/athena-fixture.ts';
import {
  createTable,
  openAthena,
  writeObject,
  type Connection,
  type RecordValues,
} from '../support/athena-tables.ts';
import { FLOW_LOG } from '../support/delivery-fixture.ts';
import { temporaryFolder } from '../support/temporary.ts';

const DAY_SECONDS = 86_400;
/** 2026-10-31 23:50, so that the next day is in the next month. */
const FIRST_SLOT = Date.UTC(2026, 9, 31, 23, 50) / 1000;
const RANGE = {
  ...DAILY,
  PartitionLoadFrequency: 'none',
  PartitionStartDate: '2026-10-31T00:00:00.000Z',
  PartitionEndDate: '2026-11-01T23:59:59.000Z',
};

function record(
  [source, sourcePort, destination, destinationPort]: readonly [string, number, string, number],
  [protocol, packets, bytes]: readonly [number, number, number],
  more: RecordValues,
): RecordValues {
  return {
    ...{ version: '5', 'account-id': '123456789012', 'interface-id': 'eni-1', type: 'IPv4' },
    ...{ start: '1793490600', end: '1793490659', 'log-status': 'OK', action: 'ACCEPT' },
    ...{ srcaddr: source, srcport: `${sourcePort}`, dstaddr: destination },
    ...{ dstport: `${destinationPort}`, protocol: `${protocol}`, packets: `${packets}` },
    ...{ bytes: `${bytes}`, 'pkt-srcaddr': source, 'pkt-dstaddr': destination },
    ...more,
  };
}

const SSH = ['10.0.0.1', 40000, '10.0.0.2', 22] as const;
const RDP = ['203.0.113.9', 50000, '10.0.0.1', 3389] as const;
const DNS = ['10.0.0.3', 5353, '10.0.0.1', 53] as const;
const WEB6 = ['64:ff9b::192.0.2.1', 443, '2001:db8::2', 55555] as const;
const ONE = { 'instance-id': 'i-1', 'subnet-id': 'subnet-1' };
const REJECT = { action: 'REJECT', ...ONE };

const OCTOBER: readonly RecordValues[] = [
  record(SSH, [6, 10, 1000], ONE),
  record(RDP, [6, 3, 180], { ...REJECT, 'pkt-srcaddr': '198.51.100.7' }),
  record(DNS, [17, 2, 150], REJECT),
  // A window without traffic: all of its flow is `-`.
  { version: '5', 'account-id': '123456789012', start: '1793490600', 'log-status': 'NODATA' },
];
const NOVEMBER: readonly RecordValues[] = [
  record(SSH, [6, 5, 500], ONE),
  record(WEB6, [6, 20, 5000], { 'subnet-id': 'subnet-2', type: 'IPv6' }),
];

/** What each query answers on these records. */
const ANSWERS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  VpcFlowLogsAcceptedTraffic: [
    ['64:ff9b::192.0.2.1', 443, '2001:db8::2', 55555, 20, 5000],
    ['10.0.0.1', 40000, '10.0.0.2', 22, 15, 1500],
  ],
  VpcFlowLogsAdminPortTraffic: [
    ['10.0.0.2', 1500],
    ['10.0.0.1', 180],
  ],
  VpcFlowLogsIPv4Traffic: [[1830]],
  VpcFlowLogsIPv6Traffic: [[5000]],
  VpcFlowLogsRejectedTCPTraffic: [['203.0.113.9', 50000, '10.0.0.1', 3389, 3, 180]],
  VpcFlowLogsRejectedTraffic: [
    ['203.0.113.9', 50000, '10.0.0.1', 3389, 6, 3, 180],
    ['10.0.0.3', 5353, '10.0.0.1', 53, 17, 2, 150],
  ],
  VpcFlowLogsSshRdpTraffic: [
    ['10.0.0.1', 40000, '10.0.0.2', 22, 'ACCEPT', 15, 1500],
    ['203.0.113.9', 50000, '10.0.0.1', 3389, 'REJECT', 3, 180],
  ],
  VpcFlowLogsTopTalkers: [
    ['64:ff9b::192.0.2.1', 5000],
    ['10.0.0.1', 1500],
    ['203.0.113.9', 180],
    ['10.0.0.3', 150],
  ],
  VpcFlowLogsTopTalkersPacketLevel: [
    ['64:ff9b::192.0.2.1', 5000],
    ['10.0.0.1', 1500],
    ['198.51.100.7', 180],
    ['10.0.0.3', 150],
  ],
  VpcFlowLogsTopTalkingInstances: [['i-1', 1830]],
  VpcFlowLogsTopTalkingSubnets: [
    ['subnet-2', 5000],
    ['subnet-1', 1830],
  ],
  VpcFlowLogsTopTCPTraffic: [
    ['64:ff9b::192.0.2.1', 5000],
    ['10.0.0.1', 1500],
    ['203.0.113.9', 180],
  ],
  VpcFlowLogsTotalBytesTransferred: [
    ['64:ff9b::192.0.2.1', '2001:db8::2', 5000],
    ['10.0.0.1', '10.0.0.2', 1500],
    ['203.0.113.9', '10.0.0.1', 180],
    ['10.0.0.3', '10.0.0.1', 150],
  ],
  VpcFlowLogsTotalBytesTransferredPacketLevel: [
    ['64:ff9b::192.0.2.1', '2001:db8::2', 5000],
    ['10.0.0.1', '10.0.0.2', 1500],
    ['198.51.100.7', '10.0.0.1', 180],
    ['10.0.0.3', '10.0.0.1', 150],
  ],
  VpcFlowLogsTrafficFrmSrcAddr: [['10.0.0.1', 40000, '10.0.0.2', 22, 6, 15, 1500]],
  VpcFlowLogsTrafficToDstAddr: [
    ['203.0.113.9', 50000, '10.0.0.1', 3389, 6, 3, 180],
    ['10.0.0.3', 5353, '10.0.0.1', 53, 17, 2, 150],
  ],
};

const upTo = (version: number): Field[] => VPC_FIELDS.filter((field) => field.version <= version);
const DEFAULT = upTo(2);
const REVERSED = [...VPC_FIELDS].reverse();
const HIVE_HOURLY = { hiveCompatiblePartitions: true, perHourPartition: true };
const CASES: readonly (readonly [string, readonly Field[], Partial<FlowLog>, number])[] = [
  ['default, text, daily', DEFAULT, {}, 12],
  ['v5, text, hourly', upTo(5), { perHourPartition: true }, 16],
  ['all fields reversed, text, Hive', REVERSED, { hiveCompatiblePartitions: true }, 16],
  ['v5, Parquet, Hive and hourly', upTo(5), { fileFormat: 'parquet', ...HIVE_HOURLY }, 16],
  ['default, Parquet, daily', DEFAULT, { fileFormat: 'parquet' }, 12],
];

async function rowsOf(connection: Connection, sql: string): Promise<readonly unknown[][]> {
  const rows = (await connection.runAndReadAll(sql)).getRows();
  // Sums of 64-bit integers are 128-bit in DuckDB.
  return rows.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
}

describe('predefined queries, DuckDB in place of Athena', { skip: SKIP_LOADER }, () => {
  for (const [name, fields, options, queryCount] of CASES) {
    it(name, async (context) => {
      const root = temporaryFolder(context);
      const database = await openAthena();
      context.after(() => database.closeSync());
      const connection = await database.connect();
      const flowLog: FlowLog = {
        ...FLOW_LOG,
        logDestination: 'arn:aws:s3:::my-bucket/a folder/',
        logFormat: renderLogFormat(fields),
        ...options,
      };
      const template = readTemplate(generate(flowLog, [RANGE]));
      await writeObject(connection, root, flowLog, fields, FIRST_SLOT, OCTOBER);
      await writeObject(connection, root, flowLog, fields, FIRST_SLOT + DAY_SECONDS, NOVEMBER);
      const outside = FIRST_SLOT + 2 * DAY_SECONDS;
      await writeObject(connection, root, flowLog, fields, outside, NOVEMBER);

      const [loaded] = runLoader(template, [
        { now: '2026-11-20T13:00:00', event: stackEvent(template, 'Create') },
      ]);
      const ddl = template.Resources['Table1']?.Metadata?.['AthenaDdl'] ?? '';
      const added = (loaded?.queries ?? []).map(({ QueryString }) => QueryString);
      await createTable(connection, root, ddl, added);
      const queries = resourcesOf(template, 'AWS::Athena::NamedQuery');
      const answers: Record<string, readonly unknown[][]> = {};
      for (const { Properties } of queries) {
        const text = String(Properties['QueryString']);
        answers[String(Properties['Name'])] = await rowsOf(connection, text);
      }

      assert.equal(queries.length, queryCount);
      const expected = Object.keys(answers).map((query) => [query, ANSWERS[query]]);
      assert.deepEqual(answers, Object.fromEntries(expected));
    });
  }

  it('the queries that AWS documents run on the table of the plain layout', async (context) => {
    const database = await openAthena();
    context.after(() => database.closeSync());
    const connection = await database.connect();
    const template = readTemplate(generate({ logFormat: renderLogFormat(upTo(5)) }));
    const ddl = template.Resources['Table1']?.Metadata?.['AthenaDdl'] ?? '';
    await createTable(connection, temporaryFolder(context), ddl, []);

    const table =
      '"vpcflowlogsathenadatabasefl0123456789abcdef0".' +
      '"fl0123456789abcdef0daily2026112020261120"';
    const documented = [
      `SELECT * FROM ${table} WHERE date = DATE('2020-05-04') LIMIT 100`,
      `SELECT date, interface_id, srcaddr, action, protocol FROM ${table} ` +
        "WHERE action = 'REJECT' AND protocol = 6 LIMIT 100",
      `SELECT SUM(packets) AS packetcount, dstaddr FROM ${table} WHERE dstport = 443 AND ` +
        "date > current_date - interval '7' day GROUP BY dstaddr " +
        'ORDER BY packetcount DESC LIMIT 10',
      `SELECT srcaddr, "start", "end" FROM ${table} WHERE split_part(srcaddr, '.', 1) = '10'`,
    ];
    for (const sql of documented) assert.deepEqual(await rowsOf(connection, sql), []);
  });
});
