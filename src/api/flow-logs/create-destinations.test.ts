// Where flow logs deliver: the three types of destination, and buckets that cannot be reached.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { faultOf, openFlowLogs, REQUEST, ROLE } from '../../../test/support/flow-log-fixture.ts';

test('a log group is named, or given by its ARN', async (t) => {
  const { operations } = await openFlowLogs(t);
  const logs = { ...REQUEST, LogDestinationType: undefined, DeliverLogsPermissionArn: ROLE };
  const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vpc';

  await operations.create({ ...logs, LogDestination: undefined, LogGroupName: '/aws/vpc' });
  const twin = await operations.create({ ...logs, LogDestination: `${arn}:*` });
  await operations.create({ ...logs, LogDestination: `${arn}2:*` });

  const { FlowLogs } = await operations.describe({});
  const shown = FlowLogs.map((flowLog) => [flowLog.LogGroupName, flowLog.LogDestination]);
  assert.deepEqual(shown.toSorted(), [
    ['/aws/vpc', arn],
    ['/aws/vpc2', `${arn}2:*`],
  ]);
  assert.equal(twin.Unsuccessful[0]?.Error?.Code, 'FlowLogAlreadyExists');
  assert.equal(FlowLogs[0]?.LogDestinationType, 'cloud-watch-logs');
  assert.equal(FlowLogs[0]?.DeliverLogsPermissionArn, ROLE);
  assert.equal(FlowLogs[0]?.DestinationOptions, undefined);
});

test('a delivery stream, of the same account and of another', async (t) => {
  const { operations } = await openFlowLogs(t);
  const stream = { ...REQUEST, LogDestinationType: 'kinesis-data-firehose' };
  const near = 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/near';
  const far = 'arn:aws:firehose:eu-west-1:210987654321:deliverystream/far';
  const farRole = 'arn:aws:iam::210987654321:role/AWSLogDeliveryFirehoseCrossAccountRole-1';

  await operations.create({ ...stream, LogDestination: near });
  const roles = { DeliverLogsPermissionArn: ROLE, DeliverCrossAccountRole: farRole };
  const other = await operations.create({ ...stream, LogDestination: far, ...roles });

  assert.deepEqual(other.Unsuccessful, []);
  const Filter = [{ Name: 'flow-log-id', Values: other.FlowLogIds }];
  const { FlowLogs } = await operations.describe({ Filter });
  assert.equal(FlowLogs[0]?.DeliverCrossAccountRole, farRole);
  assert.equal(FlowLogs[0]?.LogGroupName, undefined);
});

test('parquet is accepted for a bucket, as are all options', async (t) => {
  const { operations, registry } = await openFlowLogs(t);
  const DestinationOptions = { FileFormat: 'parquet', HiveCompatiblePartitions: true };

  await operations.create({ ...REQUEST, DestinationOptions });

  const [flowLog] = registry.list();
  assert.equal(flowLog?.fileFormat, 'parquet');
  assert.equal(flowLog?.hiveCompatiblePartitions, true);
  assert.equal(flowLog?.perHourPartition, false);
});

const BUCKETS = [
  ['missing', 'LogDestination: my-bucket does not exist.'],
  ['denied', 'Access Denied for LogDestination: my-bucket. Please check LogDestination permission'],
  ['undeliverable', 'LogDestination my-bucket is undeliverable'],
] as const;

for (const [state, Message] of BUCKETS) {
  test(`a bucket that is ${state} is reported per resource, with code 400`, async (t) => {
    const asked: string[] = [];
    const { operations } = await openFlowLogs(t, {
      destination: async (bucket) => {
        asked.push(bucket);
        return state;
      },
    });

    const answer = await operations.create({ ...REQUEST, ResourceIds: ['vpc-1', 'vpc-9'] });
    await operations.create({ ...REQUEST, ResourceIds: ['vpc-9'] });

    assert.deepEqual(answer.FlowLogIds, []);
    assert.deepEqual(answer.Unsuccessful[0], {
      ResourceId: 'vpc-1',
      Error: { Code: '400', Message },
    });
    assert.equal(answer.Unsuccessful[1]?.Error?.Code, 'InvalidVpcID.NotFound');
    // Once a call, and not where no resource exists.
    assert.deepEqual(asked, ['my-bucket']);
  });
}

test('a log group has to be in the region of the resource when no caller has one', async (t) => {
  const { operations } = await openFlowLogs(t);
  const LogDestination = 'arn:aws:logs:eu-west-1:123456789012:log-group:flows';
  const logs = { LogDestinationType: 'cloud-watch-logs', DeliverLogsPermissionArn: ROLE };
  const request = { ...REQUEST, ...logs, LogDestination, ResourceIds: ['vpc-05'] };

  const fault = await faultOf(operations.create(request));

  assert.equal(fault.message, 'LogDestination must be in the same region as the API caller.');
});
