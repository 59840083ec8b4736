import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FLOW_LOG } from '../../test/support/delivery-fixture.ts';
import { textObjectKey } from './object-key.ts';

/** 2021-09-02T21:45:00Z, the slot of a real file name (spec/delivery.md 3.1). */
const SLOT = 1_630_619_100;
const PLACE = { slotStart: SLOT, firstSequence: 7, part: 0 };

const LAYOUTS = [
  [false, false, 'AWSLogs/123456789012/vpcflowlogs/eu-west-1/2021/09/02/'],
  [false, true, 'AWSLogs/123456789012/vpcflowlogs/eu-west-1/2021/09/02/21/'],
  [
    true,
    false,
    'AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/' +
      'year=2021/month=09/day=02/',
  ],
  [
    true,
    true,
    'AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/' +
      'year=2021/month=09/day=02/hour=21/',
  ],
] as const;

for (const [hiveCompatiblePartitions, perHourPartition, prefix] of LAYOUTS) {
  test(`layout, Hive ${hiveCompatiblePartitions}, hourly ${perHourPartition}`, () => {
    const flowLog = { ...FLOW_LOG, hiveCompatiblePartitions, perHourPartition };

    const key = textObjectKey(flowLog, 'some/folder/', PLACE);

    const name = '123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20210902T2145Z_';
    assert.ok(key.startsWith(`some/folder/${prefix}${name}`), key);
    assert.match(key, /_[0-9a-f]{8}\.log\.gz$/);
  });
}

test('the key follows from flow log, slot, first sequence and part, and from nothing else', () => {
  const keys = new Set([
    textObjectKey(FLOW_LOG, '', PLACE),
    textObjectKey({ ...FLOW_LOG, tags: [{ Key: 'a', Value: 'b' }] }, '', { ...PLACE }),
    textObjectKey(FLOW_LOG, '', { ...PLACE, firstSequence: 8 }),
    textObjectKey(FLOW_LOG, '', { ...PLACE, part: 1 }),
    textObjectKey(FLOW_LOG, '', { ...PLACE, slotStart: SLOT + 300 }),
    textObjectKey({ ...FLOW_LOG, flowLogId: 'fl-2' }, '', PLACE),
  ]);

  assert.equal(keys.size, 5);
});
