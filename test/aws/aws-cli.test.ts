// The unmodified aws CLI of Debian against a running Weir: what its users type.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { startServing, type ServingWeir } from '../support/aws-daemon.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { awsJson, runAws, SKIP_AWS_CLI, type CliPlace } from './aws-cli.ts';

const VPC = 'vpc-0cl10000000000001';
const SUBNET = 'subnet-0cl10000000000001';
const ENI = 'eni-0cl10000000000001';
const INVENTORY = `
vpcs:
  - {id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.0.0.0/16], tags: {Name: lab}}
subnets: [{id: ${SUBNET}, vpc: ${VPC}, cidrs: [10.0.1.0/24], az-id: euw1-az1, az: eu-west-1a}]
instances: [{id: i-0cl10000000000001, tags: {Name: web}}]
enis:
  - {id: ${ENI}, subnet: ${SUBNET}, instance: i-0cl10000000000001, ipv4: [10.0.1.5],
     mac: '02:00:00:00:00:05'}
transit-gateways: [{id: tgw-0cl10000000000001}]
transit-gateway-attachments:
  - {id: tgw-attach-0cl100000000001, transit-gateway: tgw-0cl10000000000001, vpc: ${VPC}}
`;

const TO_S3 = [
  ...['--traffic-type', 'ALL', '--log-destination-type', 's3'],
  ...['--log-destination', 'arn:aws:s3:::cli-records'],
];

interface Created {
  readonly FlowLogIds: string[];
  readonly Unsuccessful: { ResourceId: string; Error: { Code: string; Message: string } }[];
  readonly ClientToken: string;
}

interface Described {
  readonly FlowLogs: { FlowLogId: string; Tags: { Key: string; Value: string }[] }[];
  readonly NextToken?: string;
}

describe('the aws CLI of Debian', { skip: SKIP_AWS_CLI }, () => {
  let weir: ServingWeir;
  let place: CliPlace;
  const cleaning: (() => void)[] = [];

  before(async () => {
    const folder = temporaryFolder({ after: (action) => cleaning.push(action) });
    weir = await startServing({ data: path.join(folder, 'data'), inventory: INVENTORY });
    place = { endpoint: weir.endpoint, environment: weir.environment };
  });
  after(async () => {
    await weir.stop();
    for (const clean of cleaning) clean();
  });

  async function create(...words: string[]): Promise<Created> {
    return awsJson<Created>(place, ['ec2', 'create-flow-logs', ...words]);
  }

  async function remove(...ids: string[]): Promise<void> {
    await awsJson(place, ['ec2', 'delete-flow-logs', '--flow-log-ids', ...ids]);
  }

  it('says who calls', async () => {
    const identity = await awsJson<{ Account: string; Arn: string; UserId: string }>(place, [
      'sts',
      'get-caller-identity',
    ]);

    assert.equal(identity.Account, '000000000000');
    assert.equal(identity.Arn, 'arn:aws:iam::000000000000:user/default');
    assert.match(identity.UserId, /^AIDA[A-Z2-7]+$/);
  });

  it('creates, describes, tags and deletes flow logs', async () => {
    const created = await create(
      ...['--resource-type', 'VPC', '--resource-ids', VPC, ...TO_S3],
      ...['--max-aggregation-interval', '60', '--log-format', '${version} ${srcaddr}   ${bytes}'],
      '--destination-options',
      'FileFormat=plain-text,HiveCompatiblePartitions=true,PerHourPartition=true',
      '--tag-specifications',
      'ResourceType=vpc-flow-log,Tags=[{Key=Name,Value=mine}]',
    );
    const [id = ''] = created.FlowLogIds;
    assert.deepEqual(created.Unsuccessful, []);
    assert.equal(created.ClientToken.length, 44);

    await awsJson(place, ['ec2', 'create-tags', '--resources', id, '--tags', 'Key=env,Value=lab']);
    await awsJson(place, ['ec2', 'delete-tags', '--resources', id, '--tags', 'Key=Name']);
    const { FlowLogs } = await awsJson<Described>(place, [
      ...['ec2', 'describe-flow-logs', '--filter', 'Name=tag:env,Values=la?'],
      `Name=resource-id,Values=${VPC}`,
    ]);
    const tags = await awsJson<{ Tags: unknown[] }>(place, [
      ...['ec2', 'describe-tags', '--filters', 'Name=resource-type,Values=vpc-flow-log'],
    ]);

    const [{ CreationTime, ...flowLog } = { CreationTime: '' }] = FlowLogs as {
      CreationTime?: string;
    }[];
    assert.ok(Math.abs(Date.now() - Date.parse(CreationTime ?? '')) < 60_000);
    assert.deepEqual(flowLog, {
      DeliverLogsStatus: 'SUCCESS',
      FlowLogId: id,
      FlowLogStatus: 'ACTIVE',
      ResourceId: VPC,
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: 'arn:aws:s3:::cli-records',
      LogFormat: '${version} ${srcaddr}   ${bytes}',
      Tags: [{ Key: 'env', Value: 'lab' }],
      MaxAggregationInterval: 60,
      DestinationOptions: {
        FileFormat: 'plain-text',
        HiveCompatiblePartitions: true,
        PerHourPartition: true,
      },
    });
    assert.deepEqual(tags.Tags, [
      { Key: 'env', ResourceId: id, ResourceType: 'vpc-flow-log', Value: 'lab' },
    ]);
    await remove(id);
    assert.deepEqual(
      (await awsJson<Described>(place, ['ec2', 'describe-flow-logs', '--flow-log-ids', id]))
        .FlowLogs,
      [],
    );
  });

  it('reports per resource what could not be done', async () => {
    const missing = 'subnet-0cl10000000000009';
    const created = await create(
      ...['--resource-type', 'Subnet', '--resource-ids', SUBNET, missing, ...TO_S3],
    );

    assert.equal(created.FlowLogIds.length, 1);
    assert.deepEqual(created.Unsuccessful, [
      {
        ResourceId: missing,
        Error: {
          Code: 'InvalidSubnetID.NotFound',
          Message: `The subnet ID '${missing}' does not exist`,
        },
      },
    ]);
    await remove(...created.FlowLogIds);
  });

  it('pages through flow logs', async () => {
    const ids: string[] = [];
    for (const number of [1, 2, 3, 4, 5, 6, 7]) {
      const created = await create(
        ...['--resource-type', 'NetworkInterface', '--resource-ids', ENI, '--traffic-type', 'ALL'],
        ...['--log-destination-type', 's3', '--log-destination', `arn:aws:s3:::page-${number}`],
      );
      ids.push(...created.FlowLogIds);
    }

    const all = await awsJson<Described>(place, ['ec2', 'describe-flow-logs', '--page-size', '5']);
    const first = await awsJson<Described>(place, [
      'ec2',
      'describe-flow-logs',
      '--max-items',
      '5',
    ]);

    assert.deepEqual(
      all.FlowLogs.map((flowLog) => flowLog.FlowLogId),
      ids,
    );
    assert.equal(first.FlowLogs.length, 5);
    await remove(...ids);
  });

  it('creates flow logs of a transit gateway without traffic type', async () => {
    const created = await create(
      ...['--resource-type', 'TransitGateway', '--resource-ids', 'tgw-0cl10000000000001'],
      ...['--log-destination-type', 's3', '--log-destination', 'arn:aws:s3:::tgw-records'],
    );
    const { FlowLogs } = await awsJson<{
      FlowLogs: { LogFormat: string; MaxAggregationInterval: number; TrafficType?: string }[];
    }>(place, ['ec2', 'describe-flow-logs', '--flow-log-ids', ...created.FlowLogIds]);

    assert.equal(FlowLogs[0]?.MaxAggregationInterval, 60);
    assert.equal(FlowLogs[0]?.TrafficType, undefined);
    assert.match(FlowLogs[0]?.LogFormat ?? '', /^\$\{version\} \$\{resource-type\} /);
    await remove(...created.FlowLogIds);
  });

  it('describes what the inventory declares', async () => {
    const ask = async (...words: string[]): Promise<unknown> =>
      awsJson(place, ['ec2', ...words.slice(0, -1), '--query', words.at(-1) ?? '']);

    assert.deepEqual(
      await ask(
        'describe-vpcs',
        '--filters',
        'Name=tag:Name,Values=la*',
        'Vpcs[].[VpcId,CidrBlock]',
      ),
      [[VPC, '10.0.0.0/16']],
    );
    assert.deepEqual(
      await ask('describe-subnets', '--subnet-ids', SUBNET, 'Subnets[].[AvailabilityZone,VpcId]'),
      [['eu-west-1a', VPC]],
    );
    assert.deepEqual(
      await ask(
        ...['describe-network-interfaces', '--filters', `Name=subnet-id,Values=${SUBNET}`],
        'NetworkInterfaces[].[NetworkInterfaceId,MacAddress,Attachment.InstanceId]',
      ),
      [[ENI, '02:00:00:00:00:05', 'i-0cl10000000000001']],
    );
    assert.deepEqual(
      await ask(
        ...['describe-instances', '--instance-ids', 'i-0cl10000000000001'],
        'Reservations[].Instances[].[Tags[0].Value,State.Name]',
      ),
      [['web', 'running']],
    );
    assert.deepEqual(await ask('describe-regions', 'Regions[].RegionName'), ['eu-west-1']);
    assert.deepEqual(
      await ask('describe-availability-zones', 'AvailabilityZones[].[ZoneName,ZoneId,State]'),
      [['eu-west-1a', 'euw1-az1', 'available']],
    );
    assert.deepEqual(
      await ask('describe-transit-gateways', 'TransitGateways[].[TransitGatewayId,State]'),
      [['tgw-0cl10000000000001', 'available']],
    );
    assert.deepEqual(
      await ask(
        'describe-transit-gateway-attachments',
        'TransitGatewayAttachments[].[ResourceType,ResourceId]',
      ),
      [['vpc', VPC]],
    );
  });

  const refusals: {
    name: string;
    change: Record<string, string>;
    words: string[];
    says: RegExp;
  }[] = [
    {
      name: 'a wrong secret',
      change: { AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) },
      words: ['ec2', 'describe-vpcs'],
      says: /\(AuthFailure\).*AWS was not able to validate the provided access credentials/,
    },
    {
      name: 'an unknown key',
      change: { AWS_ACCESS_KEY_ID: 'AKIAWEIRNOBODY222222' },
      words: ['ec2', 'describe-vpcs'],
      says: /\(AuthFailure\)/,
    },
    {
      name: 'another region',
      change: { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'us-west-2' },
      words: ['ec2', 'describe-vpcs'],
      says: /\(AuthFailure\).*us-west-2/,
    },
    {
      name: 'an operation that is not there',
      change: {},
      words: ['ec2', 'describe-key-pairs'],
      says: /\(InvalidAction\).*The action DescribeKeyPairs is not valid for this web service\./,
    },
    {
      name: 'a dry run',
      change: {},
      words: ['ec2', 'describe-vpcs', '--dry-run'],
      says: /\(DryRunOperation\).*Request would have succeeded, but DryRun flag is set\./,
    },
    {
      name: 'the wrong secret at STS',
      change: { AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) },
      words: ['sts', 'get-caller-identity'],
      says: /\(SignatureDoesNotMatch\)/,
    },
    {
      name: 'S3, which is not served yet,',
      change: {},
      words: ['s3api', 'list-buckets'],
      says: /\(NotImplemented\)/,
    },
    {
      name: 'CloudWatch Logs, which is not served yet,',
      change: {},
      words: ['logs', 'describe-log-groups'],
      says: /\(UnknownOperationException\)/,
    },
  ];
  for (const { name, change, words, says } of refusals) {
    it(`${name} is refused in AWS's words`, async () => {
      const environment = { ...place.environment, ...change };

      const run = await runAws({ ...place, environment }, words);

      assert.equal(run.status, 254, run.stderr);
      assert.match(run.stderr, says);
      assert.equal(
        weir.lines.some((line) => line.includes(place.environment['AWS_SECRET_ACCESS_KEY'] ?? '')),
        false,
      );
    });
  }
});
