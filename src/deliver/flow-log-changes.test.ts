// Flow logs that change while records flow, that this release cannot deliver, or that have none.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { FlowLog } from '../aws/flow-log.ts';
import {
  createFakeRegistry,
  createFakeStore,
  deliveredLines,
  FLOW_LOG,
  makeFolders,
  readObjects,
  startDelivery,
  type FakeStore,
  type Folders,
} from '../../test/support/delivery-fixture.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import type { ObjectStore } from './object-store.ts';

/** 2026-11-20T00:00:00Z. */
const T = 1_795_132_800;
const DEADLINE_MS = 5000;

async function until(condition: () => boolean): Promise<void> {
  const giveUp = performance.now() + DEADLINE_MS;
  while (!condition()) {
    assert.ok(performance.now() < giveUp, 'the condition did not come true');
    await sleep(2);
  }
}

function commitMinute(store: FakeStore, minute: number, vpcId?: string): void {
  const record = { end: T + minute * 60 + 5, text: `minute ${minute}` };
  store.commit(T + minute * 60, [vpcId === undefined ? record : { ...record, vpcId }]);
}

/** The flow log with other settings after a sequence. */
function modified(flowLog: FlowLog, untilSequence: number, change: Partial<FlowLog>): FlowLog {
  const former = { ...flowLog, untilSequence };
  return { ...flowLog, ...change, formerSettings: [...flowLog.formerSettings, former] };
}

/** Header and lines of each object, in the order of the keys. */
function contents(folders: Folders): readonly string[] {
  return [...readObjects(folders).values()].map((text) => text.trimEnd().replaceAll('\n', ' | '));
}

function cursorSequence(folders: Folders, flowLog: FlowLog): number {
  const file = path.join(folders.cursors, `${flowLog.flowLogId}.json`);
  if (!existsSync(file)) return 0;
  const { deliveredSequence } = JSON.parse(readFileSync(file, 'utf8')) as {
    deliveredSequence: number;
  };
  return deliveredSequence;
}

test('each group has the settings of its time, and none crosses their change', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const hourly: FlowLog = { ...FLOW_LOG, maxAggregationInterval: 600 };
  const registry = createFakeRegistry([hourly]);
  const delivery = await startDelivery({ store, folders, registry });
  for (let minute = 0; minute < 4; minute += 1) commitMinute(store, minute);
  await sleep(20);
  assert.equal(readObjects(folders).size, 0);

  registry.replace([
    modified(hourly, 4, { logFormat: '${bytes}', perHourPartition: true, trafficType: 'REJECT' }),
  ]);
  await until(() => delivery.status()[0]?.deliveredSequence === 4);
  for (let minute = 4; minute < 10; minute += 1) commitMinute(store, minute);
  await until(() => delivery.status()[0]?.deliveredSequence === 10);

  const keys = [...readObjects(folders).keys()];
  assert.equal(keys.length, 3);
  const headers = new Map(
    [...readObjects(folders)].map(([key, text]) => [
      /\/(00\/)?[^/]*_(\d{8}T\d{4}Z)_/.exec(key)?.slice(1).join(' '),
      text.replaceAll('\n', ' | '),
    ]),
  );
  assert.deepEqual(
    headers,
    new Map([
      [' 20261120T0000Z', 'version srcaddr | minute 0 | minute 1 | minute 2 | minute 3 | '],
      ['00/ 20261120T0000Z', 'bytes | minute 4 | '],
      ['00/ 20261120T0005Z', 'bytes | minute 5 | minute 6 | minute 7 | minute 8 | minute 9 | '],
    ]),
  );
  assert.equal(delivery.status()[0]?.trafficType, 'REJECT');
  await delivery.stop(DEADLINE_MS);
});

test('a backlog is delivered with the settings that it was stored under', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  for (let minute = 0; minute < 6; minute += 1) commitMinute(store, minute);
  const second = modified(FLOW_LOG, 2, { logFormat: '${bytes}' });
  const third = modified(second, 4, { logFormat: '${packets}' });

  const delivery = await startDelivery({ store, folders, flowLogs: [third] });
  await delivery.stop(DEADLINE_MS);

  assert.deepEqual(contents(folders).toSorted(), [
    'bytes | minute 2',
    'bytes | minute 3',
    'packets | minute 4',
    'packets | minute 5',
    'version srcaddr | minute 0',
    'version srcaddr | minute 1',
  ]);
});

test('ten minutes that are over in the backlog are cut where the settings changed', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  for (let minute = 0; minute < 10; minute += 1) commitMinute(store, minute);
  const hourly: FlowLog = { ...FLOW_LOG, maxAggregationInterval: 600 };

  const changed = modified(hourly, 3, { logFormat: '${bytes}' });
  const delivery = await startDelivery({ store, folders, flowLogs: [changed] });
  await delivery.stop(DEADLINE_MS);

  assert.deepEqual(contents(folders).toSorted(), [
    'bytes | minute 3 | minute 4',
    'bytes | minute 5 | minute 6 | minute 7 | minute 8 | minute 9',
    'version srcaddr | minute 0 | minute 1 | minute 2',
  ]);
});

test('what this release cannot deliver to fails, waits, and works once it can', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const parquet: FlowLog = { ...FLOW_LOG, fileFormat: 'parquet' };
  const others: FlowLog[] = [
    { ...FLOW_LOG, flowLogId: 'fl-1', logDestinationType: 'cloud-watch-logs' },
    { ...FLOW_LOG, flowLogId: 'fl-2', logDestinationType: 'kinesis-data-firehose' },
  ];
  const registry = createFakeRegistry([parquet, ...others]);
  const delivery = await startDelivery({ store, folders, registry });
  await until(() => delivery.status().every((entry) => entry.cause !== null));
  for (let minute = 0; minute < 3; minute += 1) commitMinute(store, minute);
  await sleep(20);

  assert.deepEqual(
    delivery.status().map((entry) => entry.cause),
    ['in Parquet', 'to CloudWatch Logs', 'to Firehose'].map(
      (what) => `Delivery ${what} comes with Weir 0.3; records wait in the store`,
    ),
  );
  for (const entry of delivery.status()) {
    assert.equal(entry.deliverLogsStatus, 'FAILED');
    assert.equal(entry.deliverLogsErrorMessage, 'Unknown error');
    assert.deepEqual([entry.backlogWindows, entry.deliveredSequence, entry.failures], [3, 0, 0]);
  }
  assert.equal(delivery.oldestNeededSequence(), null);
  assert.equal(readObjects(folders).size, 0);

  registry.replace([modified(parquet, 2, { fileFormat: 'plain-text' }), ...others]);
  await until(() => delivery.status()[0]?.deliveredSequence === 3);

  assert.deepEqual(deliveredLines(folders), ['minute 0', 'minute 1', 'minute 2']);
  assert.equal(delivery.status()[0]?.deliverLogsStatus, 'SUCCESS');
  await delivery.stop(DEADLINE_MS);
});

test('text is delivered up to the change to Parquet, and no further', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  for (let minute = 0; minute < 3; minute += 1) commitMinute(store, minute);
  const flowLogs = [modified(FLOW_LOG, 2, { fileFormat: 'parquet' })];

  const delivery = await startDelivery({ store, folders, flowLogs });
  await delivery.stop(DEADLINE_MS);

  assert.deepEqual(deliveredLines(folders), ['minute 0', 'minute 1']);
  assert.equal(delivery.status()[0]?.deliveredSequence, 2);
  assert.equal(delivery.status()[0]?.deliverLogsStatus, 'FAILED');
});

test('commits of others are passed over, with few writes of the cursor', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const delivery = await startDelivery({ store, folders });
  let read = 0;
  const { readLines } = store.reader;
  Object.assign(store.reader, {
    readLines: (...call: Parameters<typeof readLines>) => {
      read += 1;
      return readLines(...call);
    },
  });

  for (let minute = 0; minute < 15; minute += 1) commitMinute(store, minute, 'vpc-other');
  await until(() => delivery.status()[0]?.deliveredSequence === 15);
  assert.equal(cursorSequence(folders, FLOW_LOG), 0);
  commitMinute(store, 15, 'vpc-other');
  await until(() => delivery.status()[0]?.deliveredSequence === 16);
  await until(() => cursorSequence(folders, FLOW_LOG) === 16);
  commitMinute(store, 16, 'vpc-other');
  await until(() => delivery.status()[0]?.deliveredSequence === 17);
  assert.equal(delivery.oldestNeededSequence(), null);
  assert.equal(read, 0);
  await delivery.stop(DEADLINE_MS);

  assert.equal(cursorSequence(folders, FLOW_LOG), 17);
  assert.equal(readObjects(folders).size, 0);
});

test('after a crash, groups that were passed over change no key', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const stored: string[] = [];
  const crash = (inner: ObjectStore): ObjectStore => ({
    async putObject(...call) {
      const byteCount = await inner.putObject(...call);
      stored.push(call[1]);
      await new Promise(() => undefined);
      return byteCount;
    },
  });
  const first = await startDelivery({ store, folders, wrap: crash });
  for (let minute = 0; minute < 5; minute += 1) commitMinute(store, minute, 'vpc-other');
  commitMinute(store, 5);
  await until(() => stored.length === 1);
  const before = [...readObjects(folders).keys()];
  await first.stop(1);

  const second = await startDelivery({ store, folders });
  await second.stop(DEADLINE_MS);

  assert.deepEqual([...readObjects(folders).keys()], before);
  assert.deepEqual(deliveredLines(folders), ['minute 5']);
});

test('after a crash, a late record of minutes that were passed over keeps its key', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const hourly: FlowLog = { ...FLOW_LOG, maxAggregationInterval: 600 };
  const nowMs = (): number => (T + 900) * 1000;
  let stored = 0;
  const crash = (inner: ObjectStore): ObjectStore => ({
    async putObject(...call) {
      const byteCount = await inner.putObject(...call);
      stored += 1;
      await new Promise(() => undefined);
      return byteCount;
    },
  });
  const setup = { store, folders, flowLogs: [hourly], nowMs };
  const first = await startDelivery({ ...setup, wrap: crash });
  for (let minute = 0; minute < 3; minute += 1) commitMinute(store, minute, 'vpc-other');
  await until(() => first.status()[0]?.deliveredSequence === 3);
  commitMinute(store, 3);
  await until(() => stored === 1);
  await first.stop(1);

  const second = await startDelivery(setup);
  await second.stop(DEADLINE_MS);

  assert.deepEqual(contents(folders), ['version srcaddr | minute 3']);
});
