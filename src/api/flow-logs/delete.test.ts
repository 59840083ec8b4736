import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  faultOf,
  IN_REGION,
  openFlowLogs,
  REQUEST,
} from '../../../test/support/flow-log-fixture.ts';
import { deleteFlowLogs } from './index.ts';

test('DeleteFlowLogs deletes all that are named, or none', async (t) => {
  const { operations, reopen } = await openFlowLogs(t);
  const ResourceIds = ['vpc-1', 'vpc-2'];
  const { FlowLogIds: ids } = await operations.create({ ...REQUEST, ResourceIds });

  const missing = await faultOf(operations.delete({ FlowLogIds: [ids[0], 'fl-0', 'fl-1'] }));
  const none = await faultOf(operations.delete({}));
  const dry = await faultOf(operations.delete({ FlowLogIds: ids, DryRun: true }));
  const before = (await operations.describe({})).FlowLogs;
  await operations.delete({ FlowLogIds: [...ids, ...ids] });

  assert.equal(
    missing.message,
    'These flow log ids in the input list are not found: [TotalCount: 2] fl-0 fl-1',
  );
  assert.equal(missing.code, 'InvalidFlowLogId.NotFound');
  assert.equal(
    none.message,
    "1 validation error detected: Value null at 'flowLogId' has an invalid format",
  );
  assert.equal(none.code, 'InvalidParameterValue');
  assert.equal(dry.code, 'DryRunOperation');
  assert.equal(before.length, 2);
  assert.deepEqual((await (await reopen()).describe({})).FlowLogs, []);
});

test('a flow log of another region does not exist for the caller', async (t) => {
  const { operations, deps } = await openFlowLogs(t);
  const { FlowLogIds } = await operations.create({ ...REQUEST, ResourceIds: ['vpc-05'] });

  const fault = await faultOf(deleteFlowLogs({ FlowLogIds }, IN_REGION, deps));

  assert.equal(fault.code, 'InvalidFlowLogId.NotFound');
});

test('at most 1,000 flow logs are deleted in a call', async (t) => {
  const { operations } = await openFlowLogs(t);
  const FlowLogIds = Array.from({ length: 1001 }, (_, index) => `fl-${index}`);

  assert.match((await faultOf(operations.delete({ FlowLogIds }))).message, /At most 1000/);
});
