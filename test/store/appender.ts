// Child of durability.test.ts: appends batches for ever and prints each sequence once it is stored.
import { setTimeout as sleep } from 'node:timers/promises';

import { createLogger } from '../../src/observe/log.ts';
import { createMetrics } from '../../src/observe/metrics.ts';
import { createSegmentWriter } from '../../src/query/index.ts';
import { openStore } from '../../src/store/index.ts';
import { WINDOW_START, makeLargeBatch } from '../support/record-batches.ts';

const [directory = ''] = process.argv.slice(2);
const now = (): number => (WINDOW_START + 5 * 3600) * 1000;
const log = createLogger({ level: 'silent', write: () => undefined, pretty: false, now });
const store = await openStore(
  {
    directory,
    segmentWriter: createSegmentWriter(),
    retention: { maxAgeHours: null, maxBytes: null },
    compaction: { unlinkAfterMs: 0 },
  },
  { clock: now, log, metrics: createMetrics() },
);

async function compactForEver(): Promise<never> {
  for (;;) {
    await store.maintain();
    await sleep(10);
  }
}

async function appendForEver(): Promise<never> {
  for (;;) {
    const windowStart = WINDOW_START + 60 * ((store.lastSequence + 1) % 120);
    const commit = await store.append(makeLargeBatch(50, 2, windowStart));
    process.stdout.write(`${commit.sequence}\n`);
  }
}

await Promise.all([appendForEver(), compactForEver()]);
