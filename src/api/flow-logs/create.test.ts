import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import {
  faultOf,
  IN_REGION,
  NOW_MS,
  openFlowLogs,
  REQUEST,
} from '../../../test/support/flow-log-fixture.ts';
import { OperationError } from '../../observe/operation-error.ts';
import { DEFAULT_FIELDS, TGW_FIELDS, VPC_FIELDS } from '../../spine/fields.ts';
import { renderLogFormat } from '../../records/log-format.ts';
import { createFlowLogs } from './index.ts';

const DEFAULT_FORMAT = renderLogFormat(DEFAULT_FIELDS);

test('a flow log is created with AWS defaults, and is there after a restart', async (t) => {
  const { operations, file, reopen } = await openFlowLogs(t);

  const created = await operations.create(REQUEST);
  const described = await (await reopen()).describe({});

  assert.match(created.FlowLogIds[0] ?? '', /^fl-[0-9a-f]{17}$/);
  assert.match(created.ClientToken, /^[A-Za-z0-9+/]{43}=$/);
  assert.deepEqual(created.Unsuccessful, []);
  assert.deepEqual(JSON.parse(JSON.stringify(described.FlowLogs)), [
    {
      CreationTime: '2026-11-20T12:00:00.005Z',
      DeliverLogsStatus: 'SUCCESS',
      FlowLogId: created.FlowLogIds[0],
      FlowLogStatus: 'ACTIVE',
      ResourceId: 'vpc-1',
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: 'arn:aws:s3:::my-bucket/folder',
      LogFormat: DEFAULT_FORMAT,
      Tags: [],
      MaxAggregationInterval: 600,
      DestinationOptions: {
        FileFormat: 'plain-text',
        HiveCompatiblePartitions: false,
        PerHourPartition: false,
      },
    },
  ]);
  assert.match(readFileSync(file, 'utf8'), /"startSequence": 42/);
});

const OWNERS: readonly (readonly [type: string, id: string, owner: string])[] = [
  ['VPC', 'vpc-1', '123456789012 eu-west-1'],
  ['Subnet', 'subnet-1', '123456789012 eu-west-1'],
  ['NetworkInterface', 'eni-1', '222222222222 eu-west-1'],
  ['TransitGateway', 'tgw-5', '123456789012 us-east-1'],
  ['TransitGatewayAttachment', 'tgw-attach-1', '123456789012 eu-west-1'],
  ['RegionalNatGateway', 'nat-1', '123456789012 eu-west-1'],
];

for (const [ResourceType, id, owner] of OWNERS) {
  test(`a flow log of ${id} belongs to ${owner}`, async (t) => {
    const { operations, registry } = await openFlowLogs(t);
    const TrafficType = ResourceType.startsWith('Transit') ? undefined : 'ALL';

    const answer = await operations.create({
      ...REQUEST,
      ...{ ResourceType, ResourceIds: [id], TrafficType },
    });

    assert.deepEqual(answer.Unsuccessful, []);
    const [flowLog] = registry.list();
    assert.equal(`${flowLog?.accountId} ${flowLog?.region}`, owner);
  });
}

test('a transit gateway has its own format, 60 seconds and no traffic type', async (t) => {
  const { operations, registry } = await openFlowLogs(t);
  const gateway = { ...REQUEST, ResourceType: 'TransitGateway', ResourceIds: ['tgw-1'] };

  await operations.create({ ...gateway, TrafficType: undefined });

  const [flowLog] = registry.list();
  assert.equal(flowLog?.logFormat, renderLogFormat(TGW_FIELDS));
  assert.equal(flowLog?.maxAggregationInterval, 60);
  assert.equal(flowLog?.trafficType, null);
});

test('the format is kept as it was written, runs of spaces included', async (t) => {
  const { operations } = await openFlowLogs(t);
  const LogFormat = '${version}       ${srcaddr} ${ecs-task-id}';
  const ResourceIds = ['vpc-0ec5'];

  await operations.create({ ...REQUEST, ResourceIds, LogFormat });

  assert.equal((await operations.describe({})).FlowLogs[0]?.LogFormat, LogFormat);
});

test('only our own commands may say default and all', async (t) => {
  const { operations, deps, registry } = await openFlowLogs(t);

  await operations.create({ ...REQUEST, LogFormat: 'all' });
  const fault = await faultOf(createFlowLogs({ ...REQUEST, LogFormat: 'all' }, IN_REGION, deps));

  assert.equal(registry.list()[0]?.logFormat, renderLogFormat(VPC_FIELDS));
  assert.equal(
    fault.message,
    "1 validation error detected: Value 'all' at 'logFormat' has an invalid format",
  );
});

test('tag keys are kept with the format that shows them', async (t) => {
  const { operations } = await openFlowLogs(t);
  const TagFieldSpecifications = [
    { ResourceType: 'instance', TagKeys: ['Name', 'team'] },
    { ResourceType: 'network-interface', TagKeys: ['x'.repeat(128)] },
  ];
  const LogFormat = '${instance-tag-2} ${interface-tag}';

  await operations.create({ ...REQUEST, LogFormat, TagFieldSpecifications });

  const { FlowLogs } = await operations.describe({});
  assert.deepEqual(FlowLogs[0]?.TagFieldSpecifications, TagFieldSpecifications);
});

test('resources that fail are reported, the others get their flow log', async (t) => {
  const { operations } = await openFlowLogs(t);
  await operations.create(REQUEST);

  const answer = await operations.create({ ...REQUEST, ResourceIds: ['vpc-1', 'vpc-9', 'vpc-2'] });

  assert.equal(answer.FlowLogIds.length, 1);
  assert.deepEqual(answer.Unsuccessful, [
    {
      ResourceId: 'vpc-1',
      Error: {
        Code: 'FlowLogAlreadyExists',
        Message:
          'Error. There is an existing Flow Log with the same configuration and log destination.',
      },
    },
    {
      ResourceId: 'vpc-9',
      Error: { Code: 'InvalidVpcID.NotFound', Message: "The vpc ID 'vpc-9' does not exist" },
    },
  ]);
});

test('a resource that is named twice gets one flow log', async (t) => {
  const { operations } = await openFlowLogs(t);

  const answer = await operations.create({ ...REQUEST, ResourceIds: ['vpc-1', 'vpc-1'] });

  assert.equal(answer.FlowLogIds.length, 1);
  assert.equal(answer.Unsuccessful[0]?.Error?.Code, 'FlowLogAlreadyExists');
});

const MISSING: readonly (readonly [type: string, id: string, code: string, message: string])[] = [
  ['VPC', 'vpc-9', 'InvalidVpcID.NotFound', "The vpc ID 'vpc-9' does not exist"],
  ['Subnet', 'subnet-9', 'InvalidSubnetID.NotFound', "The subnet ID 'subnet-9' does not exist"],
  [
    'NetworkInterface',
    'eni-9',
    'InvalidNetworkInterfaceID.NotFound',
    "The networkInterface ID 'eni-9' does not exist",
  ],
  [
    'TransitGateway',
    'tgw-9',
    'InvalidTransitGatewayID.NotFound',
    'Transit Gateway tgw-9 was deleted or does not exist.',
  ],
  [
    'TransitGatewayAttachment',
    'tgw-attach-9',
    'InvalidTransitGatewayAttachmentID.NotFound',
    'Transit Gateway Attachment tgw-attach-9 was deleted or does not exist.',
  ],
  ['RegionalNatGateway', 'nat-9', 'NatGatewayNotFound', 'NatGateway nat-9 was not found'],
  // There, but in another region than the caller's.
  ['VPC', 'vpc-05', 'InvalidVpcID.NotFound', "The vpc ID 'vpc-05' does not exist"],
  ['Subnet', 'subnet-5', 'InvalidSubnetID.NotFound', "The subnet ID 'subnet-5' does not exist"],
  [
    'NetworkInterface',
    'eni-5',
    'InvalidNetworkInterfaceID.NotFound',
    "The networkInterface ID 'eni-5' does not exist",
  ],
  [
    'TransitGateway',
    'tgw-5',
    'InvalidTransitGatewayID.NotFound',
    'Transit Gateway tgw-5 was deleted or does not exist.',
  ],
];

for (const [ResourceType, id, Code, Message] of MISSING) {
  test(`${id} is answered with ${Code}`, async (t) => {
    const { deps, registry } = await openFlowLogs(t);
    const TrafficType = ResourceType.startsWith('Transit') ? undefined : 'ALL';
    const change = { ResourceType, ResourceIds: [id], TrafficType };

    const answer = await createFlowLogs({ ...REQUEST, ...change }, IN_REGION, deps);

    assert.deepEqual(answer.Unsuccessful, [{ ResourceId: id, Error: { Code, Message } }]);
    assert.deepEqual(registry.list(), []);
  });
}

test('another traffic type or folder is another flow log; a closing slash is not', async (t) => {
  const { operations } = await openFlowLogs(t);
  await operations.create(REQUEST);

  const rejects = await operations.create({ ...REQUEST, TrafficType: 'REJECT' });
  const folder = await operations.create({ ...REQUEST, LogDestination: 'arn:aws:s3:::my-bucket' });
  const slash = `${REQUEST.LogDestination}/`;
  const same = await operations.create({ ...REQUEST, LogDestination: slash });

  assert.equal(rejects.FlowLogIds.length + folder.FlowLogIds.length, 2);
  assert.equal(same.FlowLogIds.length, 0);
});

test('a repeated client token answers the same ids, also after a restart', async (t) => {
  const { operations, reopen } = await openFlowLogs(t);
  const request = { ...REQUEST, ClientToken: 'x'.repeat(64) };

  const first = await operations.create(request);
  const again = await (await reopen()).create(request);
  const other = await faultOf(operations.create({ ...request, TrafficType: 'ACCEPT' }));

  assert.deepEqual(again, first);
  assert.equal(other.code, 'IdempotentParameterMismatch');
  assert.equal((await operations.describe({})).FlowLogs.length, 1);
});

test('client tokens are regional', async (t) => {
  const { deps } = await openFlowLogs(t);
  const request = { ...REQUEST, ClientToken: 'token-1' };
  const overseas = { ...request, ResourceIds: ['vpc-05'] };

  const here = await createFlowLogs(request, IN_REGION, deps);
  const there = await createFlowLogs(overseas, { region: 'us-east-1' }, deps);

  assert.equal(here.FlowLogIds.length + there.FlowLogIds.length, 2);
});

test('calls at the same time do not create the same flow log twice', async (t) => {
  const { operations } = await openFlowLogs(t);

  const answers = await Promise.all(Array.from({ length: 10 }, () => operations.create(REQUEST)));

  assert.equal(answers.flatMap((answer) => answer.FlowLogIds).length, 1);
});

test('more than 250 flow logs of one resource are refused, twins by their own name', async (t) => {
  const { operations } = await openFlowLogs(t);
  for (let index = 0; index < 250; index += 1) {
    await operations.create({ ...REQUEST, LogDestination: `arn:aws:s3:::bucket-${index}` });
  }

  const answer = await operations.create({ ...REQUEST, ResourceIds: ['vpc-1', 'vpc-2'] });
  const twin = await operations.create({ ...REQUEST, LogDestination: 'arn:aws:s3:::bucket-0' });

  assert.deepEqual(answer.Unsuccessful[0]?.Error, {
    Code: 'FlowLogsLimitExceeded',
    Message: 'The maximum number of flow logs (250) for vpc-1 has been reached.',
  });
  assert.equal(answer.FlowLogIds.length, 1);
  assert.equal(twin.Unsuccessful[0]?.Error?.Code, 'FlowLogAlreadyExists');
});

test('StartTime begins in what is stored already', async (t) => {
  const asked: number[] = [];
  const { operations, registry } = await openFlowLogs(t, {
    sequenceBefore: async (timeMs) => {
      asked.push(timeMs);
      return 17;
    },
  });
  const StartTime = '2026-11-19T12:00:00Z';

  await operations.create({ ...REQUEST, StartTime });

  assert.deepEqual(asked, [Date.parse(StartTime)]);
  assert.equal(registry.list()[0]?.startSequence, 17);
  assert.equal(registry.list()[0]?.creationTimeMs, NOW_MS);
});

test('ECS fields need a cluster of the same account in the same region', async (t) => {
  const { operations } = await openFlowLogs(t);
  const request = { ...REQUEST, LogFormat: '${version} ${ecs-cluster-name}' };
  const words =
    'Caller is not authorized to obtain ECS field(s). Failed with error: {A minimum of 1 ECS ' +
    'Cluster is required to Create Flow Logs with ECS Fields}';

  const fault = await faultOf(operations.create(request));
  const there = await operations.create({ ...request, ResourceIds: ['vpc-0ec5'] });
  const theirs = await operations.create({ ...request, ResourceIds: ['vpc-0a'] });

  assert.deepEqual(
    [fault.code, fault.status, fault.message],
    ['UnauthorizedOperation', 403, words],
  );
  assert.equal(there.FlowLogIds.length + theirs.FlowLogIds.length, 2);
});

test('a change that cannot be written changes nothing', async (t) => {
  const { operations, file } = await openFlowLogs(t);
  // A folder where the new file should be renamed to.
  mkdirSync(path.join(file, 'occupied'), { recursive: true });

  await assert.rejects(operations.create(REQUEST), OperationError);

  assert.deepEqual((await operations.describe({})).FlowLogs, []);
});
