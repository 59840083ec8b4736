// Crashes: in the middle of each step, and real kill -9 of a process that delivers.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import {
  createCrashStore,
  CRASH_FLOW_LOGS,
  CRASH_WINDOWS,
  expectedLines,
} from '../../test/support/delivery-process.ts';
import {
  createFakeStore,
  deliveredLines,
  FLOW_LOG,
  makeFolders,
  readObjects,
  startDelivery,
} from '../../test/support/delivery-fixture.ts';
import type { ObjectStore } from './object-store.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';

/** 2026-11-20T00:00:00Z. */
const T = 1_795_132_800;
const KILLS = 20;

test('a crash between object and cursor gives the same key and the same bytes', async (t) => {
  const store = createFakeStore();
  const folders = makeFolders(temporaryFolder(t));
  const flowLogs = [{ ...FLOW_LOG, maxAggregationInterval: 600 as const }];
  for (let minute = 0; minute < 10; minute += 1) {
    store.commit(T + minute * 60, [{ end: T + minute * 60, text: `minute ${minute}` }]);
  }
  const stored: string[] = [];
  // The second object is stored, and then the process is gone: nothing after it happens.
  const crash = (inner: ObjectStore): ObjectStore => ({
    async putObject(...call) {
      const byteCount = await inner.putObject(...call);
      stored.push(call[1]);
      if (stored.length === 2) await new Promise(() => undefined);
      return byteCount;
    },
  });
  const first = await startDelivery({ store, folders, flowLogs, wrap: crash });
  while (stored.length < 2) await sleep(2);
  const before = readBytes(folders.s3);
  await first.stop(1);
  // What is committed after the crash must not get into the group that was begun.
  store.commit(T + 540, [{ end: T + 590, text: 'late' }]);

  const second = await startDelivery({ store, folders, flowLogs });
  await second.stop(5000);

  const after = readBytes(folders.s3);
  assert.equal(before.size, 2);
  for (const [key, bytes] of before) assert.deepEqual(after.get(key), bytes);
  assert.equal(after.size, 3);
  assert.equal(deliveredLines(folders).length, 11);
});

test('parts have the same cuts in every attempt, and lose or repeat no line', async (t) => {
  const store = createFakeStore();
  const line = (index: number): string => (index * 2_654_435_761).toString(36).repeat(40);
  const records = Array.from({ length: 12_000 }, (_, index) => ({ end: T, text: line(index) }));
  store.commit(T, records);
  const config = { partBytesMax: 1, gzipLevel: 1 };

  const first = makeFolders(temporaryFolder(t));
  await (await startDelivery({ store, folders: first, config })).stop(10_000);
  const second = makeFolders(temporaryFolder(t));
  await (await startDelivery({ store, folders: second, config })).stop(10_000);

  assert.ok(readObjects(first).size > 2);
  assert.deepEqual(readBytes(second.s3), readBytes(first.s3));
  assert.deepEqual(deliveredLines(first), records.map((record) => record.text).toSorted());
});

test(`kill -9 at ${KILLS} moments: each record is delivered exactly once`, async (t) => {
  const root = temporaryFolder(t);
  const script = fileURLToPath(new URL('../../test/support/delivery-process.js', import.meta.url));
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = fork(script, [root], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => child.once('message', resolve));
    await sleep(kill);
    child.kill('SIGKILL');
    await gone;
  }

  const folders = makeFolders(root);
  const store = createCrashStore();
  const delivery = await startDelivery({ store, folders, flowLogs: CRASH_FLOW_LOGS });
  const resumed = delivery.status().map((status) => status.deliveredSequence);
  await delivery.stop(20_000);

  assert.equal(resumed.length, CRASH_FLOW_LOGS.length);
  assert.deepEqual(
    delivery.status().map((status) => status.deliveredSequence),
    CRASH_FLOW_LOGS.map(() => CRASH_WINDOWS),
  );
  assert.deepEqual(deliveredLines(folders), expectedLines());
});

function readBytes(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file), readFileSync(file).toString('base64'));
  }
  return files;
}
