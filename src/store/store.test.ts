import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';

import { makeBatch } from '../../test/support/record-batches.ts';
import type { Logger } from '../observe/log.ts';
import { type Metrics, createMetrics } from '../observe/metrics.ts';
import { OperationError } from '../observe/operation-error.ts';
import { type Store, type StoreDeps, type StoreOptions, openStore } from './index.ts';
import type { SegmentWriter } from './index.ts';

const HOUR_START = 1_700_002_800;

/** Segments as text between Parquet's magic marks, one sequence per line. */
const plainWriter: SegmentWriter = {
  write: (_, sequence, file) => writeFile(file, `PAR1\n${sequence}\nPAR1`),
  merge: (paths, file) => writeFile(file, `PAR1\n${paths.flatMap(sequencesIn).join('\n')}\nPAR1`),
};

function sequencesIn(file: string): number[] {
  return readFileSync(file, 'utf8').split('\n').slice(1, -1).map(Number);
}

describe('store', () => {
  let directory: string;
  let events: string[];
  let nowSeconds: number;
  let metrics: Metrics;

  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'weir-store-'));
    events = [];
    nowSeconds = HOUR_START;
    metrics = createMetrics();
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function open(
    options: Partial<StoreOptions> = {},
    deps: Partial<StoreDeps> = {},
  ): Promise<Store> {
    const note = (event: string): void => void events.push(event);
    const log: Logger = { debug: note, info: note, warn: note, error: note };
    const retention = { maxAgeHours: null, maxBytes: null };
    return openStore(
      { directory, segmentWriter: plainWriter, retention, ...options },
      { clock: () => nowSeconds * 1000, log, metrics, ...deps },
    );
  }

  async function appendMinutes(store: Store, count: number, from = HOUR_START): Promise<void> {
    for (let minute = 0; minute < count; minute += 1) {
      await store.append(makeBatch([{}], { windowStart: from + 60 * minute }));
    }
  }

  function stored(store: Store): number[] {
    return store.segments().flatMap((segment) => sequencesIn(segment.path));
  }

  it('appends in the order of the calls and tells listeners once each is durable', async () => {
    const store = await open();
    const heard: number[] = [];
    const stop = store.onCommit((commit) => heard.push(commit.sequence));

    const commits = await Promise.all([1, 2, 3].map(() => store.append(makeBatch([{}, {}]))));
    stop();
    await store.append(makeBatch([{}]));

    assert.deepEqual(
      commits.map((commit) => [commit.sequence, commit.rowCount]),
      [
        [1, 2],
        [2, 2],
        [3, 2],
      ],
    );
    assert.deepEqual(heard, [1, 2, 3]);
    assert.deepEqual(readdirSync(directory).length, 4);
  });

  it('goes on where it was after reopening, and clears away what a crash left', async () => {
    const first = await open();
    await appendMinutes(first, 3);
    const [leftover] = readdirSync(directory);
    writeFileSync(path.join(directory, `${leftover}.tmp`), 'half');
    writeFileSync(path.join(directory, 'notes.txt'), 'mine');

    const store = await open();

    assert.equal(store.lastSequence, 3);
    assert.deepEqual(stored(store), [1, 2, 3]);
    assert.equal((await store.append(makeBatch([{}]))).sequence, 4);
    assert.deepEqual(events, ['store.foreign']);
    assert.ok(!readdirSync(directory).some((name) => name.endsWith('.tmp')));
    assert.ok(readdirSync(directory).includes('notes.txt'));
  });

  it('sets a file aside that is no Parquet file, and never uses its sequence again', async () => {
    const first = await open();
    await appendMinutes(first, 2);
    writeFileSync(first.segments()[1]?.path ?? '', 'torn');

    const store = await open();
    const again = await open();

    assert.deepEqual(events, ['store.unreadable']);
    assert.deepEqual(stored(store), [1]);
    assert.equal(again.lastSequence, 2);
    assert.equal(readdirSync(directory).filter((name) => name.endsWith('.unreadable')).length, 1);
  });

  it('merges an hour that is over and unlinks the small segments after their time', async () => {
    const store = await open();
    await appendMinutes(store, 61);
    nowSeconds = HOUR_START + 3600 + 120;

    await store.maintain();
    const beside = readdirSync(directory).length;
    nowSeconds += 60;
    await store.maintain();

    assert.deepEqual(
      stored(store),
      Array.from({ length: 61 }, (_, index) => index + 1),
    );
    assert.equal(store.segments().length, 2);
    assert.equal(beside, 62);
    assert.equal(readdirSync(directory).length, 2);
  });

  it('ignores and removes superseded segments when it is killed after merging', async () => {
    const store = await open();
    await appendMinutes(store, 60);
    nowSeconds = HOUR_START + 4000;
    await store.maintain();

    const reopened = await open();

    assert.equal(reopened.segments().length, 1);
    assert.equal(readdirSync(directory).length, 1);
    assert.equal(stored(reopened).length, 60);
  });

  it('keeps the small segments when a merge fails', async () => {
    const merge = (): Promise<void> => Promise.reject(new Error('no'));
    const store = await open({ segmentWriter: { ...plainWriter, merge } });
    await appendMinutes(store, 60);
    nowSeconds = HOUR_START + 4000;

    await store.maintain();

    assert.equal(stored(store).length, 60);
    assert.deepEqual(events, ['store.merge-failed']);
  });

  it('counts sequences on when retention has removed everything', async () => {
    const store = await open({ retention: { maxAgeHours: 1, maxBytes: null } });
    await appendMinutes(store, 3);
    nowSeconds = HOUR_START + 86_400;
    await store.maintain();

    const reopened = await open();

    assert.deepEqual(reopened.segments(), []);
    assert.equal(reopened.lastSequence, 3);
    assert.equal((await reopened.append(makeBatch([{}]))).sequence, 4);
    assert.deepEqual(events, []);
  });

  it('never lets an expired segment leave smaller ones behind that it covered', async () => {
    const store = await open({ retention: { maxAgeHours: 2, maxBytes: null } });
    await appendMinutes(store, 60);
    nowSeconds = HOUR_START + 3720;
    await store.maintain();
    nowSeconds = HOUR_START + 86_400;
    await store.maintain();

    const reopened = await open();

    assert.deepEqual(reopened.segments(), []);
  });

  it('reports loudly when size forces it to drop what was not delivered', async () => {
    const store = await open(
      { retention: { maxAgeHours: null, maxBytes: 25 } },
      { oldestNeededSequence: () => 2 },
    );
    await appendMinutes(store, 4);

    await store.maintain();

    assert.deepEqual(stored(store), [3, 4]);
    assert.deepEqual(events, ['store.undelivered-deleted']);
    assert.equal(metrics.counter('weir_store_segments_undelivered_total', '').value(), 1);
  });

  it('stores nothing of a batch that fails, and the next one takes its sequence', async () => {
    let isBroken = true;
    const write: SegmentWriter['write'] = async (batch, sequence, file) => {
      await plainWriter.write(batch, sequence, file);
      if (isBroken) throw new OperationError('disk-full', 'no space');
    };
    const store = await open({ segmentWriter: { ...plainWriter, write } });

    const failing = store.append(makeBatch([{}]));

    await assert.rejects(failing, (fault: OperationError) => {
      assert.equal(fault.code, 'disk-full');
      assert.match(fault.message, /\d+ [KM]iB free, about \d+ [KM]iB needed/);
      return true;
    });
    assert.deepEqual(readdirSync(directory), []);
    isBroken = false;
    assert.equal((await store.append(makeBatch([{}]))).sequence, 1);
  });

  it('opens thousands of segments in well under five seconds', async () => {
    for (let sequence = 1; sequence <= 5000; sequence += 1) {
      const digits = (value: number): string => String(value).padStart(12, '0');
      const start = HOUR_START + 60 * sequence;
      const name = `${digits(sequence)}-${digits(sequence)}_${digits(start)}-${digits(start + 60)}`;
      writeFileSync(path.join(directory, `${name}.parquet`), `PAR1\n${sequence}\nPAR1`);
    }
    const startedMs = performance.now();

    const store = await open();

    assert.equal(store.segments().length, 5000);
    assert.ok(performance.now() - startedMs < 5000);
  });
});
