import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bareIdentity } from '../records/identity-values.ts';
import { createCommitLog, type CommitLog } from './commit-log.ts';
import type { AnnouncedCommit, CommittedWindow, RecordReader } from './record-reader.ts';

function window(sequence: number, rowCount = 1): CommittedWindow {
  return { sequence, windowStart: sequence * 60, windowSeconds: 60, rowCount };
}

function announced(sequence: number, ...vpcIds: string[]): AnnouncedCommit {
  const interfaces = vpcIds.map((vpcId) => ({
    ...bareIdentity('123456789012', null, `eni-${vpcId}`, null),
    vpcId,
  }));
  return { ...window(sequence, vpcIds.length), interfaces };
}

interface Trial {
  readonly log: CommitLog;
  /** Sequences after which the store was asked. */
  readonly asked: number[];
}

/** A log over a store that has commits 1 to `stored`. */
function trial(stored: number): Trial {
  const asked: number[] = [];
  const all = Array.from({ length: stored }, (_, index) => window(index + 1));
  const reader: Pick<RecordReader, 'commitsAfter'> = {
    commitsAfter: async (sequence, limit) => {
      asked.push(sequence);
      return all.filter((commit) => commit.sequence > sequence).slice(0, limit);
    },
  };
  const unused = (): never => assert.fail('lines are not read here');
  const feed = { lastSequence: stored, onCommit: () => () => undefined };
  const full = { ...reader, readLines: unused, readLinesOfMany: unused, rowCounts: unused };
  return { log: createCommitLog(feed, full), asked };
}

async function sequencesAfter(log: CommitLog, sequence: number, limit = 1000): Promise<number[]> {
  return (await log.after(sequence, limit)).map((commit) => commit.sequence);
}

test('new commits are known without the store', async () => {
  const { log, asked } = trial(0);
  for (const sequence of [1, 2, 3]) log.note(announced(sequence, 'vpc-a'));

  assert.deepEqual(await sequencesAfter(log, 0), [1, 2, 3]);
  assert.deepEqual(await sequencesAfter(log, 1, 1), [2]);
  assert.deepEqual(await sequencesAfter(log, 3), []);
  assert.equal(log.lastSequence, 3);
  assert.deepEqual(asked, []);
});

test('older commits are read once, whoever asks', async () => {
  const { log, asked } = trial(5);
  log.note(announced(6, 'vpc-a'));

  const all = await Promise.all([2, 2, 3, 4].map((sequence) => sequencesAfter(log, sequence)));

  assert.deepEqual(all, [
    [3, 4, 5],
    [3, 4, 5, 6],
    [4, 5, 6],
    [5, 6],
  ]);
  assert.deepEqual(asked, [2]);
  assert.deepEqual(await sequencesAfter(log, 0), [1, 2, 3, 4, 5]);
});

test('a page of older commits that does not reach the known ones is read again', async () => {
  const { log, asked } = trial(10);

  assert.deepEqual(await sequencesAfter(log, 0, 3), [1, 2, 3]);
  assert.deepEqual(await sequencesAfter(log, 3, 3), [4, 5, 6]);
  assert.deepEqual(asked, [0, 3]);
});

test('commits that were not announced are left to the store', async () => {
  const { log, asked } = trial(4);
  log.note(announced(3, 'vpc-a'));
  log.note(announced(7, 'vpc-a'));

  assert.equal(log.mayConcern('vpc-z', 5, 7), true);
  assert.deepEqual(await sequencesAfter(log, 6), [7]);
  assert.deepEqual(asked, []);
  await sequencesAfter(log, 4);
  assert.deepEqual(asked, [4]);
});

test('it tells whom commits may concern', async () => {
  const { log } = trial(1);
  log.note(announced(2, 'vpc-a', 'vpc-b'));
  log.note(announced(3, 'vpc-b'));
  log.note(announced(4));
  log.note(announced(5, ...Array.from({ length: 100 }, (_, index) => `vpc-${index}`)));

  const concerned = (id: string): boolean[] => [
    log.mayConcern(id, 1, 1),
    log.mayConcern(id, 2, 2),
    log.mayConcern(id, 3, 4),
    log.mayConcern(id, 5, 5),
    log.mayConcern(id, 2, 5),
  ];
  assert.deepEqual(concerned('vpc-a'), [true, true, false, false, true]);
  assert.deepEqual(concerned('eni-vpc-b'), [true, true, true, false, true]);
  assert.deepEqual(concerned('vpc-77'), [true, false, false, true, true]);
  assert.deepEqual(concerned('vpc-none'), [true, false, false, false, false]);
  await sequencesAfter(log, 0);
  assert.equal(log.mayConcern('vpc-none', 1, 1), true, 'of an older one nothing is known');
});

test('a day of commits is kept, and what is older is left to the store', async () => {
  const { log, asked } = trial(0);
  for (let sequence = 1; sequence <= 2000; sequence += 1) log.note(announced(sequence, 'vpc-a'));

  assert.deepEqual((await sequencesAfter(log, 1000)).slice(0, 2), [1001, 1002]);
  assert.deepEqual(asked, []);
  await sequencesAfter(log, 500);
  assert.deepEqual(asked, [500]);
  assert.equal(log.mayConcern('vpc-b', 500, 600), true);
});
