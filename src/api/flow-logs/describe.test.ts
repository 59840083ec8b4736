import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  faultOf,
  IN_REGION,
  openFlowLogs,
  REQUEST,
  ROLE,
} from '../../../test/support/flow-log-fixture.ts';
import { describeFlowLogs } from './index.ts';

test('filters, wildcards and pages of DescribeFlowLogs', async (t) => {
  const clock = { now: 1_000_000 };
  const { operations } = await openFlowLogs(t, { now: () => (clock.now += 1000) });
  const tags = [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'team', Value: 'red.1' }] }];
  const logs = { LogDestinationType: 'cloud-watch-logs', LogDestination: undefined };
  const first = await operations.create({ ...REQUEST, TagSpecifications: tags });
  const second = await operations.create({
    ...REQUEST,
    ...{ ...logs, LogGroupName: '/aws/vpc', DeliverLogsPermissionArn: ROLE },
    ...{ ResourceIds: ['vpc-2'], TrafficType: 'REJECT' },
  });
  const [a = '', b = ''] = [...first.FlowLogIds, ...second.FlowLogIds];
  const idsOf = async (...Filter: { Name: string; Values: string[] }[]): Promise<unknown[]> =>
    (await operations.describe({ Filter })).FlowLogs.map((flowLog) => flowLog.FlowLogId);

  assert.deepEqual(await idsOf({ Name: 'resource-id', Values: ['vpc-*'] }), [a, b]);
  assert.deepEqual(await idsOf({ Name: 'resource-id', Values: ['vpc-2', 'x'] }), [b]);
  assert.deepEqual(await idsOf({ Name: 'tag:team', Values: ['r?d.1'] }), [a]);
  assert.deepEqual(await idsOf({ Name: 'tag:team', Values: ['redx1'] }), []);
  assert.deepEqual(await idsOf({ Name: 'tag-key', Values: ['team'] }), [a]);
  assert.deepEqual(await idsOf({ Name: 'log-group-name', Values: ['/aws/*'] }), [b]);
  assert.deepEqual(await idsOf({ Name: 'log-destination-type', Values: ['s3'] }), [a]);
  assert.deepEqual(await idsOf({ Name: 'traffic-type', Values: ['REJECT'] }), [b]);
  assert.deepEqual(
    await idsOf(
      { Name: 'deliver-log-status', Values: ['SUCCESS'] },
      { Name: 'flow-log-id', Values: [b] },
    ),
    [b],
  );
  assert.equal(
    (await faultOf(idsOf({ Name: 'nope', Values: [] }))).message,
    "The filter 'nope' is invalid",
  );

  const page = await operations.describe({ MaxResults: 1 });
  const rest = await operations.describe({ MaxResults: 1, NextToken: page.NextToken });
  assert.deepEqual([page.FlowLogs[0]?.FlowLogId, rest.FlowLogs[0]?.FlowLogId], [a, b]);
  assert.equal(rest.NextToken, undefined);
  assert.equal((await faultOf(operations.describe({ NextToken: 'x' }))).code, 'InvalidNextToken');
  assert.equal(
    (await faultOf(operations.describe({ MaxResults: 5, FlowLogIds: [a] }))).code,
    'InvalidParameterCombination',
  );
  const many = Array.from({ length: 1001 }, (_, index) => `fl-${index}`);
  assert.match((await faultOf(operations.describe({ FlowLogIds: many }))).message, /At most 1000/);
  assert.equal((await faultOf(operations.describe({ DryRun: true }))).code, 'DryRunOperation');
});

test('status and error message are those of the delivery', async (t) => {
  const { operations } = await openFlowLogs(t, {
    deliveryState: () => ({
      deliverLogsStatus: 'FAILED',
      deliverLogsErrorMessage: 'Access error',
      deliveredSequence: 0,
    }),
  });
  await operations.create(REQUEST);
  const Filter = [{ Name: 'deliver-log-status', Values: ['FAILED'] }];

  const { FlowLogs } = await operations.describe({ Filter });

  assert.equal(FlowLogs[0]?.DeliverLogsStatus, 'FAILED');
  assert.equal(FlowLogs[0]?.DeliverLogsErrorMessage, 'Access error');
});

test('a caller sees and deletes the flow logs of its region, and no others', async (t) => {
  const { operations, deps } = await openFlowLogs(t);
  await operations.create(REQUEST);
  const { FlowLogIds } = await operations.create({ ...REQUEST, ResourceIds: ['vpc-05'] });

  const here = (await describeFlowLogs({}, IN_REGION, deps)).FlowLogs;
  const named = (await describeFlowLogs({ FlowLogIds }, IN_REGION, deps)).FlowLogs;
  const everywhere = (await operations.describe({})).FlowLogs;

  assert.deepEqual(
    here.map((flowLog) => flowLog.ResourceId),
    ['vpc-1'],
  );
  assert.deepEqual(named, []);
  assert.equal(everywhere.length, 2);
});
