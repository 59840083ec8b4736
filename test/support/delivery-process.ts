// A process that delivers a known store until it is killed; run by delivery-crash.test.ts with the
// data folder as its argument. The store is the same in each run, as one on disk would be.
import type { FlowLog } from '../../src/aws/flow-log.ts';
import {
  createFakeStore,
  FLOW_LOG,
  makeFolders,
  startDelivery,
  type FakeStore,
} from './delivery-fixture.ts';

/** 2026-11-20T00:00:00Z. */
const T = 1_795_132_800;
const RECORDS = 20;

/** Whole ten minutes, so that everything can be published. */
export const CRASH_WINDOWS = 600;

export const CRASH_FLOW_LOGS: readonly FlowLog[] = [
  { ...FLOW_LOG, flowLogId: 'fl-60', logDestination: 'arn:aws:s3:::sixty' },
  {
    ...FLOW_LOG,
    flowLogId: 'fl-600',
    logDestination: 'arn:aws:s3:::ten-minutes/some/folder',
    maxAggregationInterval: 600,
    perHourPartition: true,
    hiveCompatiblePartitions: true,
  },
];

export function createCrashStore(): FakeStore {
  const store = createFakeStore();
  for (let minute = 0; minute < CRASH_WINDOWS; minute += 1) {
    const start = T + minute * 60;
    const records = Array.from({ length: RECORDS }, (_, index) => ({
      end: start + index,
      text: `${minute} ${index}`,
    }));
    store.commit(start, records);
  }
  return store;
}

/** What each flow log has to have delivered in the end, all together, sorted. */
export function expectedLines(): readonly string[] {
  const lines: string[] = [];
  for (let minute = 0; minute < CRASH_WINDOWS; minute += 1) {
    for (let index = 0; index < RECORDS; index += 1) lines.push(`${minute} ${index}`);
  }
  return CRASH_FLOW_LOGS.flatMap(() => lines).toSorted();
}

const root = process.argv[2];
if (process.send !== undefined && root !== undefined) {
  await startDelivery({
    store: createCrashStore(),
    folders: makeFolders(root),
    flowLogs: CRASH_FLOW_LOGS,
  });
  process.send('started');
}
