import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { FlowLog } from '../aws/flow-log.ts';
import { OperationError } from '../observe/operation-error.ts';
import {
  createFakeStore,
  deliveredLines,
  FLOW_LOG,
  makeFolders,
  readObjects,
  startDelivery,
  type FakeRecord,
} from '../../test/support/delivery-fixture.ts';
import type { ObjectStore } from './object-store.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';

/** 2026-11-20T00:00:00Z. */
const T = 1_795_132_800;
const DEADLINE_MS = 5000;

function record(end: number, text: string): FakeRecord {
  return { end, text };
}

async function until(condition: () => boolean): Promise<void> {
  const giveUp = performance.now() + DEADLINE_MS;
  while (!condition()) {
    assert.ok(performance.now() < giveUp, 'the condition did not come true');
    await sleep(2);
  }
}

test('each committed window of a 60 s flow log is published at once, in AWS layout', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const delivery = await startDelivery({ store, folders });

  store.commit(T, [record(T + 59, '2 10.0.0.1'), record(T + 3, '2 10.0.0.2')]);
  await until(() => delivery.status()[0]?.deliveredSequence === 1);

  const [[key, text] = [], ...others] = readObjects(folders);
  const name =
    /^123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261120T0000Z_[0-9a-f]{8}\.log\.gz$/;
  assert.equal(others.length, 0);
  assert.match(key?.split('/').at(-1) ?? '', name);
  assert.ok(key?.startsWith('my-bucket/AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/11/20/'));
  assert.equal(text, 'version srcaddr\n2 10.0.0.1\n2 10.0.0.2\n');
  const status = delivery.status()[0];
  assert.equal(status?.deliverLogsStatus, 'SUCCESS');
  assert.deepEqual([status?.files, status?.records, status?.backlogWindows], [1, 2, 0]);
  await delivery.stop(DEADLINE_MS);
});

test('a window without records writes nothing and moves the cursor', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const delivery = await startDelivery({ store, folders });

  store.commit(T, []);
  await until(() => delivery.status()[0]?.deliveredSequence === 1);

  assert.equal(readObjects(folders).size, 0);
  await delivery.stop(DEADLINE_MS);
});

test('a new flow log begins after the last sequence of its creation', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  store.commit(T, [record(T, 'old')]);
  store.commit(T + 60, [record(T + 60, 'new')]);
  const flowLogs = [{ ...FLOW_LOG, startSequence: 1 }];

  const delivery = await startDelivery({ store, folders, flowLogs });
  await delivery.stop(DEADLINE_MS);

  assert.deepEqual(deliveredLines(folders), ['new']);
});

test('records go to the five-minute slot of their end', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const flowLogs: FlowLog[] = [{ ...FLOW_LOG, maxAggregationInterval: 600 }];
  const delivery = await startDelivery({ store, folders, flowLogs });

  for (let minute = 0; minute < 9; minute += 1) {
    const start = T + minute * 60;
    store.commit(start, [record(start + 30, `minute ${minute}`)]);
  }
  await sleep(20);
  assert.equal(readObjects(folders).size, 0, 'published before the ten minutes were over');
  store.commit(T + 540, [record(T + 570, 'minute 9')]);
  await until(() => delivery.status()[0]?.deliveredSequence === 10);

  const names = [...readObjects(folders)].map(([key, text]) => {
    const slot = /_(\d{8}T\d{4}Z)_/.exec(key)?.[1];
    return `${slot}: ${text.split('\n').length - 2}`;
  });
  assert.deepEqual(names.toSorted(), ['20261120T0000Z: 5', '20261120T0005Z: 5']);
  await delivery.stop(DEADLINE_MS);
});

test('stop() does not publish ten minutes early; the next start continues them', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const flowLogs: FlowLog[] = [{ ...FLOW_LOG, maxAggregationInterval: 600 }];
  const first = await startDelivery({ store, folders, flowLogs });
  store.commit(T, [record(T + 1, 'before')]);
  await first.stop(DEADLINE_MS);
  assert.equal(readObjects(folders).size, 0);

  const second = await startDelivery({ store, folders, flowLogs });
  store.commit(T, [record(T + 2, 'same minute, after the restart')]);
  store.commit(T + 600, [record(T + 601, 'next')]);
  await until(() => second.status()[0]?.deliveredSequence === 2);

  assert.deepEqual(deliveredLines(folders), ['before', 'same minute, after the restart']);
  await second.stop(DEADLINE_MS);
});

test('ten minutes whose last windows never come are published after the grace', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const flowLogs: FlowLog[] = [{ ...FLOW_LOG, maxAggregationInterval: 600 }];
  let nowMs = (T + 600 + 119) * 1000;
  store.commit(T, [record(T + 1, 'only')]);
  const setup = { store, folders, flowLogs, nowMs: () => nowMs };
  const early = await startDelivery(setup);
  await early.stop(DEADLINE_MS);
  assert.equal(readObjects(folders).size, 0);

  nowMs += 2000;
  const late = await startDelivery(setup);
  await late.stop(DEADLINE_MS);

  assert.deepEqual(deliveredLines(folders), ['only']);
});

test('publishSeconds 300 gives one file per slot', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const delivery = await startDelivery({ store, folders, config: { publishSeconds: 300 } });

  for (let minute = 0; minute < 7; minute += 1) {
    store.commit(T + minute * 60, [record(T + minute * 60 + 5, `minute ${minute}`)]);
  }
  await until(() => delivery.status()[0]?.deliveredSequence === 5);

  assert.equal(readObjects(folders).size, 1);
  assert.equal(deliveredLines(folders).length, 5);
  assert.equal(delivery.status()[0]?.backlogWindows, 2);
  await delivery.stop(DEADLINE_MS);
});

test('two commits of the same minute (a restart) become two files', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  store.commit(T, [record(T + 1, 'a')]);
  store.commit(T, [record(T + 2, 'b')]);

  const delivery = await startDelivery({ store, folders });
  await delivery.stop(DEADLINE_MS);

  assert.equal(readObjects(folders).size, 2);
  assert.deepEqual(deliveredLines(folders), ['a', 'b']);
});

test('a destination that fails is reported, waited for, and gets everything', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  let down = true;
  const wrap = (inner: ObjectStore): ObjectStore => ({
    async putObject(...call) {
      if (down) throw new OperationError('not-permitted', 'Cannot write: permission denied');
      return inner.putObject(...call);
    },
  });
  const nowMs = (): number => (T + 180) * 1000;
  const delivery = await startDelivery({ store, folders, wrap, nowMs });

  store.commit(T, [record(T + 1, 'a')]);
  store.commit(T + 60, [record(T + 61, 'b')]);
  await until(() => (delivery.status()[0]?.failures ?? 0) >= 3);
  const failing = delivery.status()[0];
  down = false;
  await until(() => delivery.status()[0]?.deliveredSequence === 2);

  assert.equal(failing?.deliverLogsStatus, 'FAILED');
  assert.equal(failing?.deliverLogsErrorMessage, 'Access error');
  assert.equal(failing?.cause, 'Cannot write: permission denied');
  assert.deepEqual([failing?.backlogWindows, failing?.delaySeconds], [2, 120]);
  assert.equal(delivery.status()[0]?.deliverLogsStatus, 'SUCCESS');
  assert.equal(delivery.status()[0]?.deliverLogsErrorMessage, null);
  assert.deepEqual(deliveredLines(folders), ['a', 'b']);
  await delivery.stop(DEADLINE_MS);
});

test('one flow log whose destination fails does not hold up another', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const other = { ...FLOW_LOG, flowLogId: 'fl-1', logDestination: 'arn:aws:s3:::broken' };
  const wrap = (inner: ObjectStore): ObjectStore => ({
    async putObject(bucket, ...rest) {
      if (bucket === 'broken') throw new OperationError('unavailable', 'down');
      return inner.putObject(bucket, ...rest);
    },
  });
  const flowLogs = [other, FLOW_LOG];
  const delivery = await startDelivery({
    store,
    folders,
    wrap,
    flowLogs,
    config: { concurrency: 1 },
  });

  store.commit(T, [record(T + 1, 'a')]);
  await until(() => delivery.status()[1]?.deliveredSequence === 1);

  assert.equal(delivery.statusOf('fl-1')?.deliverLogsErrorMessage, 'Unknown error');
  assert.equal(delivery.oldestNeededSequence(), 1);
  assert.deepEqual(deliveredLines(folders), ['a']);
  await delivery.stop(DEADLINE_MS);
});

test('a store that was removed is followed from its new beginning', async (t) => {
  const folders = makeFolders(temporaryFolder(t));
  const before = createFakeStore();
  for (let minute = 0; minute < 5; minute += 1) {
    before.commit(T + minute * 60, [record(T + minute * 60, 'old')]);
  }
  const first = await startDelivery({ store: before, folders });
  await first.stop(DEADLINE_MS);

  const after = createFakeStore();
  const second = await startDelivery({ store: after, folders });
  after.commit(T + 600, [record(T + 601, 'new')]);
  await until(() => second.status()[0]?.deliveredSequence === 1);

  assert.deepEqual(deliveredLines(folders).slice(0, 1), ['new']);
  await second.stop(DEADLINE_MS);
});

test('stop() gives up on a destination that hangs, at the deadline', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  let release = (): void => undefined;
  const hanging = new Promise<void>((resolve) => (release = resolve));
  const wrap = (inner: ObjectStore): ObjectStore => ({
    async putObject(...call) {
      await hanging;
      return inner.putObject(...call);
    },
  });
  const delivery = await startDelivery({ store, folders, wrap });
  store.commit(T, [record(T + 1, 'a')]);
  await sleep(10);

  const stopped = delivery.stop(20);
  await sleep(40);
  release();
  await stopped;

  assert.equal(delivery.status()[0]?.deliveredSequence, 0);
  assert.equal(readObjects(folders).size, 0);
});
