import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { FlowLog } from '../../aws/flow-log.ts';
import {
  DAILY,
  generate,
  type IntegrationRequest,
  readTemplate,
  runLoader,
  scheduleEvent,
  SKIP_LOADER,
  stackEvent,
} from '../../../test/support/athena-fixture.ts';

type Trigger = 'Create' | 'schedule';

/** Folders of the partitions that one call adds, below the flow log's region. */
function foldersAdded(
  now: string,
  integration: Partial<IntegrationRequest>,
  trigger: Trigger = 'schedule',
  flowLog: Partial<FlowLog> = {},
): readonly string[] {
  const template = readTemplate(generate(flowLog, [{ ...DAILY, ...integration }]));
  const event = trigger === 'schedule' ? scheduleEvent(template) : stackEvent(template, trigger);
  const [outcome] = runLoader(template, [{ now, event }]);
  assert.equal(outcome?.fault, null);
  return outcome.queries.flatMap(({ QueryString }) =>
    [...QueryString.matchAll(/LOCATION 's3:\/\/[^']*?\/(\d{4}\/[^']*)\/'/g)].map(
      (match) => match[1] ?? '',
    ),
  );
}

const weekly = { PartitionLoadFrequency: 'weekly' };
const monthly = { PartitionLoadFrequency: 'monthly' };
const none = { PartitionLoadFrequency: 'none' };

describe('partition loader, with a stub of the AWS client', { skip: SKIP_LOADER }, () => {
  it('daily: adds the partition of the day with its location, in the work group', () => {
    const template = readTemplate(generate({}));

    const [outcome] = runLoader(template, [
      { now: '2026-11-20T00:00:07', event: scheduleEvent(template) },
    ]);

    const name = 'fl0123456789abcdef0daily2026112020261120';
    assert.deepEqual(outcome?.queries, [
      {
        QueryString:
          `ALTER TABLE \`vpcflowlogsathenadatabasefl0123456789abcdef0\`.\`${name}\` ` +
          "ADD IF NOT EXISTS PARTITION (`date`='2026-11-20') LOCATION " +
          "'s3://my-bucket/AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/11/20/'",
        QueryExecutionContext: { Database: 'vpcflowlogsathenadatabasefl0123456789abcdef0' },
        WorkGroup: `${name}workgroup`,
      },
    ]);
    assert.deepEqual(outcome.answers, []);
  });

  it('daily: month and year ends', () => {
    assert.deepEqual(foldersAdded('2026-12-31T23:59:59', {}), ['2026/12/31']);
    assert.deepEqual(foldersAdded('2027-01-01T00:00:00', {}), ['2027/01/01']);
    assert.deepEqual(foldersAdded('2028-02-29T00:00:00', {}), ['2028/02/29']);
  });

  it('weekly: adds Monday to Sunday, over the end of a year too', () => {
    const thursday = foldersAdded('2026-12-31T05:00:00', weekly, 'Create');

    const week = ['12/28', '12/29', '12/30', '12/31'].map((day) => `2026/${day}`);
    assert.deepEqual(thursday, [...week, '2027/01/01', '2027/01/02', '2027/01/03']);
    assert.deepEqual(foldersAdded('2026-12-28T00:00:01', weekly), thursday);
  });

  it('monthly: adds all days of the month', () => {
    const february = foldersAdded('2028-02-17T00:00:00', monthly);
    const december = foldersAdded('2026-12-01T00:00:00', monthly);

    assert.deepEqual([february.length, december.length], [29, 31]);
    assert.deepEqual([february[0], february.at(-1)], ['2028/02/01', '2028/02/29']);
    assert.deepEqual([december[0], december.at(-1)], ['2026/12/01', '2026/12/31']);
    assert.equal(foldersAdded('2026-01-31T12:00:00', monthly).length, 31);
  });

  it('hourly layout: adds 24 partitions a day', () => {
    const hours = foldersAdded('2026-11-20T13:30:00', {}, 'schedule', { perHourPartition: true });

    assert.equal(hours.length, 24);
    assert.deepEqual([hours[0], hours[23]], ['2026/11/20/00', '2026/11/20/23']);
  });

  it('Hive layout: names every partition column', () => {
    const template = readTemplate(
      generate({ hiveCompatiblePartitions: true, perHourPartition: true }),
    );

    const [outcome] = runLoader(template, [
      { now: '2026-11-20T13:00:00', event: scheduleEvent(template) },
    ]);

    const [statement = ''] = (outcome?.queries ?? []).map(({ QueryString }) => QueryString);
    const last = statement.slice(statement.lastIndexOf('PARTITION'));
    assert.equal(
      last,
      "PARTITION (`aws-account-id`='123456789012', `aws-service`='vpcflowlogs', " +
        "`aws-region`='eu-west-1', `year`='2026', `month`='11', `day`='20', `hour`='23') " +
        "LOCATION 's3://my-bucket/AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/" +
        "aws-region=eu-west-1/year=2026/month=11/day=20/hour=23/'",
    );
  });

  it('none: adds the days from start to end once, both included', () => {
    const range = {
      ...none,
      PartitionStartDate: '2026-02-27T22:15:00.000Z',
      PartitionEndDate: '2026-03-01T01:00:00.000Z',
    };

    assert.deepEqual(foldersAdded('2026-11-20T13:00:00', range, 'Create'), [
      '2026/02/27',
      '2026/02/28',
      '2026/03/01',
    ]);
    const hours = foldersAdded('2026-11-20T13:00:00', range, 'Create', { perHourPartition: true });
    assert.deepEqual(
      [hours.length, hours[0], hours.at(-1)],
      [28, '2026/02/27/22', '2026/03/01/01'],
    );
  });

  it('dates bound a schedule: the start is loaded at creation, nothing after the end', () => {
    const range = {
      PartitionStartDate: '2026-11-18T00:00:00.000Z',
      PartitionEndDate: '2026-11-21T00:00:00.000Z',
    };

    assert.deepEqual(foldersAdded('2026-11-20T13:00:00', range, 'Create'), [
      '2026/11/18',
      '2026/11/19',
      '2026/11/20',
    ]);
    assert.deepEqual(foldersAdded('2026-11-21T00:00:00', range), ['2026/11/21']);
    assert.deepEqual(foldersAdded('2026-11-22T00:00:00', range), []);
    assert.deepEqual(foldersAdded('2026-11-17T00:00:00', range), []);
    assert.deepEqual(foldersAdded('2026-11-17T00:00:00', range, 'Create'), []);
  });

  it('splits a year of hours into statements that Athena takes', () => {
    const part = 'ä'.repeat(100);
    const folder = [part, part, part].join('/');
    const template = readTemplate(
      generate({ perHourPartition: true, logDestination: `arn:aws:s3:::my-bucket/${folder}` }, [
        {
          ...DAILY,
          ...none,
          PartitionStartDate: '2025-01-01T00:00:00.000Z',
          PartitionEndDate: '2025-12-31T23:00:00.000Z',
        },
      ]),
    );

    const [outcome] = runLoader(template, [
      { now: '2026-11-20T13:00:00', event: stackEvent(template, 'Create') },
    ]);

    const statements = (outcome?.queries ?? []).map(({ QueryString }) => QueryString);
    const partitions = statements.flatMap((text) => text.match(/PARTITION \([^)]*\)/g) ?? []);
    assert.equal(new Set(partitions).size, 8760);
    assert.ok(statements.every((text) => Buffer.byteLength(text) <= 262_144));
    assert.ok(statements.length < 60, String(statements.length));
  });

  it('tells CloudFormation how it went; deletion needs no statement', () => {
    const template = readTemplate(generate({}));
    const now = '2026-11-20T13:00:00';

    const [created, failed, deleted] = runLoader(template, [
      { now, event: stackEvent(template, 'Create') },
      { now, event: stackEvent(template, 'Update'), state: 'FAILED' },
      { now, event: stackEvent(template, 'Delete'), state: 'FAILED' },
    ]);

    assert.deepEqual(
      [created, failed, deleted].map((outcome) => [
        outcome?.queries.length,
        outcome?.answers[0]?.status,
        outcome?.answers[0]?.reason?.endsWith('no such table') ?? false,
      ]),
      [
        [1, 'SUCCESS', false],
        [1, 'FAILED', true],
        [0, 'SUCCESS', false],
      ],
    );
  });

  it('fails a scheduled call whose statement fails, or that runs out of time', () => {
    const template = readTemplate(generate({}));
    const event = scheduleEvent(template);

    const [failed, slow] = runLoader(template, [
      { now: '2026-11-20T13:00:00', event, state: 'FAILED' },
      { now: '2026-11-20T13:00:00', event, state: 'RUNNING' },
    ]);

    assert.match(failed?.fault ?? '', /^Cannot add partitions to .*: no such table$/);
    assert.match(slow?.fault ?? '', /^Out of time for .*: shorten the range of dates$/);
  });
});
