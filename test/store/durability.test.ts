// The store with real Parquet segments, against what the world does to it: kill -9 and a full disk.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createLogger } from '../../src/observe/log.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import type { OperationError } from '../../src/observe/operation-error.ts';
import { createSegmentWriter, openReader } from '../../src/query/index.ts';
import { type Store, openStore } from '../../src/store/index.ts';
import { makeLargeBatch } from '../support/record-batches.ts';

const KILLS = 20;
const APPENDER = fileURLToPath(new URL('./appender.js', import.meta.url));

function open(directory: string): Promise<Store> {
  const now = (): number => 0;
  const log = createLogger({ level: 'silent', write: () => undefined, pretty: false, now });
  const retention = { maxAgeHours: null, maxBytes: null };
  return openStore(
    { directory, segmentWriter: createSegmentWriter(), retention },
    { clock: now, log, metrics: createMetrics() },
  );
}

/** Lets the appender run, kills it after `commits` and some milliseconds; what it had printed. */
async function runAndKill(directory: string, commits: number, extraMs: number): Promise<number[]> {
  const child = spawn(process.execPath, [APPENDER, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let isDue = false;
  child.stdout.setEncoding('utf8').on('data', (some: string) => {
    text += some;
    if (isDue || text.split('\n').length <= commits) return;
    isDue = true;
    setTimeout(() => child.kill('SIGKILL'), extraMs);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, null, 'the appender ended by itself');
  return text.split('\n').slice(0, -1).map(Number);
}

describe('store durability', () => {
  it(`has every printed commit exactly once after ${KILLS} kill -9`, async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'weir-kill-'));
    const printed: number[] = [];
    try {
      for (let kill = 0; kill < KILLS; kill += 1) {
        printed.push(...(await runAndKill(directory, 1 + (kill % 9), Math.random() * 40)));
      }
      await open(directory);
      const reader = await openReader({ storeDirectory: directory });
      const { rows } = await reader.query(
        `SELECT sequence, count(*), count(DISTINCT row_number), min(window_seconds)
         FROM flow_log_rows GROUP BY sequence ORDER BY sequence`,
      );
      reader.close();

      const stored = new Set(rows.map(([sequence]) => Number(sequence)));
      assert.deepEqual(
        printed.filter((sequence) => !stored.has(sequence)),
        [],
      );
      assert.equal(new Set(printed).size, printed.length, 'a sequence was given twice');
      // One that was durable when the kill came before it was printed may be there too.
      assert.ok(stored.size <= printed.length + KILLS);
      for (const row of rows) assert.deepEqual(row.slice(1).map(Number), [50, 50, 60]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('says how much is free on a full disk, loses nothing and recovers', async (t) => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'weir-full-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
    } catch {
      rmSync(directory, { recursive: true });
      t.skip('mounting a small disk needs root');
      return;
    }
    try {
      const store = await open(directory);
      await store.append(makeLargeBatch(1000));
      const filler = path.join(directory, 'filler');
      writeFileSync(filler, Buffer.alloc(880 * 1024));

      const failing = store.append(makeLargeBatch(200_000));

      await assert.rejects(failing, (fault: OperationError) => {
        assert.equal(fault.code, 'disk-full');
        assert.match(fault.message, /: \d+ KiB free, about \d+ MiB needed; free some space/);
        return true;
      });
      assert.equal(readdirSync(directory).length, 2);
      rmSync(filler);
      const commit = await store.append(makeLargeBatch(2000));
      assert.equal(commit.sequence, 2);
      const reader = await openReader({ storeDirectory: directory });
      const { rows } = await reader.query('SELECT count(*) FROM flow_logs');
      reader.close();
      assert.deepEqual(rows, [[3000n]]);
    } finally {
      execFileSync('umount', ['--lazy', directory]);
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
