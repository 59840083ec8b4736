import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary.ts';
import { AwsError } from '../../aws/aws-error.ts';
import { OperationError } from '../../observe/operation-error.ts';
import { EMPTY_SNAPSHOT, type Eni, type Snapshot } from '../../spine/topology.ts';
import { createFlowLogOperations, type FlowLogOperations } from './operations.ts';
import { openFlowLogRegistry } from './registry.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0, 5);

const ENI: Eni = {
  interfaceId: 'eni-1',
  accountId: '222222222222',
  vpcId: 'vpc-1',
  subnetId: 'subnet-1',
  instanceId: null,
  mac: null,
  ipv4: [],
  ipv6: [],
  interfaceType: null,
  resourceId: null,
  transitGatewayAttachmentId: null,
  ecs: null,
  device: null,
  tags: {},
};

const VPC = { accountId: '111111111111', region: 'eu-west-1', cidrs: [], tags: {} };

const SUBNET = {
  subnetId: 'subnet-1',
  vpcId: 'vpc-1',
  cidrs: [],
  azId: null,
  azName: null,
  sublocationType: null,
  sublocationId: null,
  routes: [],
  tags: {},
};

const SNAPSHOT: Snapshot = {
  ...EMPTY_SNAPSHOT,
  vpcs: new Map([
    ['vpc-1', { ...VPC, vpcId: 'vpc-1' }],
    ['vpc-2', { ...VPC, vpcId: 'vpc-2' }],
  ]),
  subnets: new Map([['subnet-1', SUBNET]]),
  enis: new Map([['eni-1', ENI]]),
};

const REQUEST = {
  ResourceIds: ['vpc-1'],
  ResourceType: 'VPC',
  TrafficType: 'ALL',
  LogDestinationType: 's3',
  LogDestination: 'arn:aws:s3:::my-bucket/folder',
};

interface Opened {
  readonly operations: FlowLogOperations;
  readonly file: string;
  /** Opens the same file again, as after a crash. */
  readonly reopen: () => Promise<FlowLogOperations>;
}

async function openOperations(t: TestContext): Promise<Opened> {
  const file = path.join(temporaryFolder(t), 'flow-logs.json');
  // Flow logs of one moment are listed in the order of their ids, which are random.
  let callCount = 0;
  const reopen = async (): Promise<FlowLogOperations> =>
    createFlowLogOperations({
      registry: await openFlowLogRegistry(file),
      snapshot: () => SNAPSHOT,
      lastSequence: () => 42,
      sequenceBefore: async () => 7,
      destination: async () => 'ok',
      deliveryState: () => null,
      now: () => NOW_MS + callCount++,
      randomBytes,
    });
  return { operations: await reopen(), file, reopen };
}

async function faultOf(call: Promise<unknown>): Promise<AwsError> {
  try {
    await call;
  } catch (fault) {
    assert.ok(fault instanceof AwsError, String(fault));
    return fault;
  }
  assert.fail('the call was not refused');
}

test('a flow log is created with AWS defaults, and is there after a restart', async (t) => {
  const { operations, file, reopen } = await openOperations(t);

  const created = await operations.create(REQUEST);
  const described = await (await reopen()).describe({});

  assert.match(created.FlowLogIds[0] ?? '', /^fl-[0-9a-f]{17}$/);
  assert.match(created.ClientToken, /^[A-Za-z0-9+/]{43}=$/);
  assert.deepEqual(created.Unsuccessful, []);
  assert.deepEqual(described.FlowLogs, [
    {
      CreationTime: '2026-11-20T12:00:00.005Z',
      DeliverLogsStatus: 'SUCCESS',
      FlowLogId: created.FlowLogIds[0],
      FlowLogStatus: 'ACTIVE',
      ResourceId: 'vpc-1',
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: 'arn:aws:s3:::my-bucket/folder',
      LogFormat:
        '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ' +
        '${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}',
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

test('owner and region are those of the resource', async (t) => {
  const { operations, file } = await openOperations(t);

  await operations.create(REQUEST);
  await operations.create({ ...REQUEST, ResourceIds: ['subnet-1'], ResourceType: 'Subnet' });
  const eni = { ...REQUEST, ResourceIds: ['eni-1'], ResourceType: 'NetworkInterface' };
  await operations.create(eni);

  const { flowLogs } = JSON.parse(readFileSync(file, 'utf8')) as {
    flowLogs: { accountId: string; region: string }[];
  };
  assert.deepEqual(
    flowLogs.map(({ accountId, region }) => `${accountId} ${region}`),
    ['111111111111 eu-west-1', '111111111111 eu-west-1', '222222222222 eu-west-1'],
  );
});

test('resources that fail are reported, the others get their flow log', async (t) => {
  const { operations } = await openOperations(t);
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

test('another traffic type or folder is another flow log; a closing slash is not', async (t) => {
  const { operations } = await openOperations(t);
  await operations.create(REQUEST);

  const rejects = await operations.create({ ...REQUEST, TrafficType: 'REJECT' });
  const folder = await operations.create({ ...REQUEST, LogDestination: 'arn:aws:s3:::my-bucket' });
  const slash = `${REQUEST.LogDestination}/`;
  const same = await operations.create({ ...REQUEST, LogDestination: slash });

  assert.equal(rejects.FlowLogIds.length + folder.FlowLogIds.length, 2);
  assert.equal(same.FlowLogIds.length, 0);
});

test('a repeated client token answers the same ids, also after a restart', async (t) => {
  const { operations, reopen } = await openOperations(t);
  const request = { ...REQUEST, ClientToken: 'token-1' };

  const first = await operations.create(request);
  const again = await (await reopen()).create(request);
  const other = await faultOf(operations.create({ ...request, TrafficType: 'ACCEPT' }));

  assert.deepEqual(again, first);
  assert.equal(other.code, 'IdempotentParameterMismatch');
  assert.equal((await operations.describe({})).FlowLogs.length, 1);
});

test('calls at the same time do not create the same flow log twice', async (t) => {
  const { operations } = await openOperations(t);

  const answers = await Promise.all(Array.from({ length: 10 }, () => operations.create(REQUEST)));

  assert.equal(answers.flatMap((answer) => answer.FlowLogIds).length, 1);
});

test('more than 250 flow logs of one resource are refused', async (t) => {
  const { operations } = await openOperations(t);
  for (let index = 0; index < 250; index += 1) {
    await operations.create({ ...REQUEST, LogDestination: `arn:aws:s3:::bucket-${index}` });
  }

  const answer = await operations.create(REQUEST);

  assert.equal(answer.Unsuccessful[0]?.Error?.Code, 'FlowLogsLimitExceeded');
});

const REFUSED: readonly (readonly [change: object, code: string, message: string | RegExp])[] = [
  [{ DryRun: true }, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.'],
  [
    { ResourceIds: undefined },
    'MissingParameter',
    'The request must include the ResourceIds parameter. ' +
      'Add the required parameter and retry the request.',
  ],
  [{ TrafficType: undefined }, 'MissingParameter', /TrafficType/],
  [{ TrafficType: 'all' }, 'InvalidParameterValue', /Valid values: ACCEPT, REJECT, ALL/],
  [{ ResourceType: 'Instance' }, 'InvalidParameterValue', /ResourceType/],
  [{ ResourceType: 'TransitGateway' }, 'UnsupportedOperation', /Weir 0\.2/],
  [
    { ResourceIds: ['subnet-1'] },
    'InvalidParameter',
    'Invalid Resource id subnet-1 for resource-type VPC',
  ],
  [{ ClientToken: 'é' }, 'InvalidParameterValue', /ASCII/],
  [{ ClientToken: 'x'.repeat(65) }, 'InvalidParameterValue', /64/],
  [{ LogDestinationType: undefined }, 'UnsupportedOperation', /cloud-watch-logs comes with Weir 0/],
  [{ LogDestinationType: 'kinesis-data-firehose' }, 'UnsupportedOperation', /Weir 0\.3/],
  [{ LogDestinationType: 'S3' }, 'InvalidParameterValue', /Valid values/],
  [
    { LogGroupName: 'group' },
    'InvalidParameter',
    'LogDestination type must be cloud-watch-logs if LogGroupName is provided.',
  ],
  [
    { LogDestination: undefined },
    'InvalidParameter',
    "LogDestination can't be empty if LogGroupName is not provided.",
  ],
  [
    { DeliverLogsPermissionArn: 'arn:aws:iam::1:role/r' },
    'InvalidParameter',
    'DeliverLogsPermissionArn is not applicable for s3 delivery',
  ],
  [{ LogDestination: 'arn:aws:s3:::b/AWSLogs/' }, 'InvalidParameter', /invalid/],
  [{ DestinationOptions: { FileFormat: 'parquet' } }, 'UnsupportedOperation', /Weir 0\.3/],
  [{ DestinationOptions: { FileFormat: 'csv' } }, 'InvalidParameterValue', /plain-text, parquet/],
  [{ MaxAggregationInterval: 61 }, 'InvalidParameter', 'Invalid Flow Log Max Aggregation Interval'],
  [
    { LogFormat: '${version} ' },
    'InvalidParameterValue',
    "1 validation error detected: Value '${version} ' at 'logFormat' has an invalid format",
  ],
  [{ LogFormat: '${srcadr}' }, 'InvalidParameter', /did you mean \$\{srcaddr\}/],
  [{ LogFormat: '${version} ${tgw-id}' }, 'InvalidParameter', /transit gateway/],
  [{ LogFormat: '${instance-tag}' }, 'UnsupportedOperation', /Weir 0\.2/],
  [{ TagSpecifications: [{ ResourceType: 'vpc' }] }, 'InvalidParameterValue', /vpc-flow-log/],
  [
    { TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'aws:x' }] }] },
    'InvalidParameterValue',
    /aws:/,
  ],
  [{ Surprise: 1 }, 'UnknownParameter', /Surprise/],
  [{ ResourceIds: 'vpc-1' }, 'InvalidParameterValue', /ResourceIds/],
];

for (const [change, code, message] of REFUSED) {
  test(`${JSON.stringify(change)} is refused with ${code}`, async (t) => {
    const { operations } = await openOperations(t);

    const fault = await faultOf(operations.create({ ...REQUEST, ...change }));

    assert.equal(fault.code, code);
    if (typeof message === 'string') assert.equal(fault.message, message);
    else assert.match(fault.message, message);
    assert.equal(fault.status, code === 'DryRunOperation' ? 412 : 400);
  });
}

test('filters, wildcards and pages of DescribeFlowLogs', async (t) => {
  const { operations } = await openOperations(t);
  const tags = [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'team', Value: 'red.1' }] }];
  const first = await operations.create({ ...REQUEST, TagSpecifications: tags });
  const second = await operations.create({ ...REQUEST, ResourceIds: ['vpc-2'] });
  const [a = '', b = ''] = [...first.FlowLogIds, ...second.FlowLogIds];
  const idsOf = async (...Filter: { Name: string; Values: string[] }[]): Promise<unknown[]> =>
    (await operations.describe({ Filter })).FlowLogs.map((flowLog) => flowLog.FlowLogId);

  assert.deepEqual(await idsOf({ Name: 'resource-id', Values: ['vpc-*'] }), [a, b]);
  assert.deepEqual(await idsOf({ Name: 'resource-id', Values: ['vpc-2', 'x'] }), [b]);
  assert.deepEqual(await idsOf({ Name: 'tag:team', Values: ['r?d.1'] }), [a]);
  assert.deepEqual(await idsOf({ Name: 'tag:team', Values: ['redx1'] }), []);
  assert.deepEqual(await idsOf({ Name: 'tag-key', Values: ['team'] }), [a]);
  assert.deepEqual(
    await idsOf(
      { Name: 'deliver-log-status', Values: ['SUCCESS'] },
      { Name: 'flow-log-id', Values: [b] },
    ),
    [b],
  );
  assert.equal((await faultOf(idsOf({ Name: 'nope', Values: [] }))).code, 'InvalidParameterValue');

  const page = await operations.describe({ MaxResults: 1 });
  const rest = await operations.describe({ MaxResults: 1, NextToken: page.NextToken });
  assert.deepEqual([page.FlowLogs[0]?.FlowLogId, rest.FlowLogs[0]?.FlowLogId], [a, b]);
  assert.equal(rest.NextToken, undefined);
  assert.equal((await faultOf(operations.describe({ NextToken: 'x' }))).code, 'InvalidNextToken');
});

test('DeleteFlowLogs deletes all that are named, or none', async (t) => {
  const { operations, reopen } = await openOperations(t);
  const { FlowLogIds: ids } = await operations.create({
    ...REQUEST,
    ResourceIds: ['vpc-1', 'vpc-2'],
  });

  const missing = await faultOf(operations.delete({ FlowLogIds: [ids[0], 'fl-0', 'fl-1'] }));
  const none = await faultOf(operations.delete({}));
  assert.equal(
    missing.message,
    'These flow log ids in the input list are not found: [TotalCount: 2] fl-0 fl-1',
  );
  assert.equal(missing.code, 'InvalidFlowLogId.NotFound');
  assert.equal(
    none.message,
    "1 validation error detected: Value null at 'flowLogId' has an invalid format",
  );

  await operations.delete({ FlowLogIds: ids });
  assert.deepEqual((await (await reopen()).describe({})).FlowLogs, []);
});

test('a change that cannot be written changes nothing', async (t) => {
  const { operations, file } = await openOperations(t);
  // A folder where the new file should be renamed to.
  mkdirSync(path.join(file, 'occupied'), { recursive: true });

  await assert.rejects(operations.create(REQUEST), OperationError);

  assert.deepEqual((await operations.describe({})).FlowLogs, []);
});

test('a damaged or newer registry is refused with what to do', async (t) => {
  const { operations, file, reopen } = await openOperations(t);
  await operations.create(REQUEST);
  const good = readFileSync(file, 'utf8');

  writeFileSync(file, good.slice(0, good.length / 2));
  await assert.rejects(reopen(), /damaged; restore the file/);
  writeFileSync(file, good.replace('"ALL"', '"SOME"'));
  await assert.rejects(reopen(), /damaged at flowLogs\.0\.trafficType/);
  writeFileSync(file, good.replace('"version": 2', '"version": 3'));
  await assert.rejects(reopen(), /newer Weir/);
});
