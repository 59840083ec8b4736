// The edge as real clients see it: the AWS SDK for JavaScript and, where it is installed, the aws
// CLI.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';

import {
  CreateFlowLogsCommand,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  EC2Client,
  EC2ServiceException,
  type CreateFlowLogsCommandInput,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import {
  ACCOUNT_ID,
  FIRST_IDENTITY,
  startEdge,
  type EdgeFixture,
} from '../../../test/support/edge-fixture.ts';

const AWS_CLI = '/usr/bin/aws';

describe('the edge and the AWS SDK', () => {
  let edge: EdgeFixture;
  let client: EC2Client;

  before(async () => {
    edge = await startEdge();
    client = newClient(edge.credentials);
  });
  after(async () => {
    client.destroy();
    await edge.close();
  });

  function newClient(credentials: EdgeFixture['credentials'], region = edge.region): EC2Client {
    return new EC2Client({ endpoint: edge.endpoint, region, credentials, maxAttempts: 1 });
  }

  async function refusal(sent: Promise<unknown>): Promise<string> {
    try {
      await sent;
    } catch (fault) {
      assert.ok(fault instanceof EC2ServiceException, String(fault));
      assert.match(fault.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
      return `${fault.$metadata.httpStatusCode} ${fault.name}: ${fault.message}`;
    }
    throw new Error('It was not refused');
  }

  it('a request arrives as it was asked, its answer returns as it was given', async () => {
    const input: CreateFlowLogsCommandInput = {
      ResourceIds: ['vpc-1', 'vpc-2'],
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: 'arn:aws:s3:::bucket/a b+c/',
      LogFormat: '${version}   ${vpc-id} é€😀 & = + %',
      MaxAggregationInterval: 60,
      DestinationOptions: { FileFormat: 'plain-text', PerHourPartition: true },
      TagSpecifications: [
        { ResourceType: 'vpc-flow-log', Tags: [{ Key: 'a', Value: '' }, { Key: 'b' }] },
      ],
      ClientToken: 'token-1',
    };

    const answer = await client.send(new CreateFlowLogsCommand(input));

    assert.deepEqual(edge.created.pop(), input);
    assert.deepEqual(answer.FlowLogIds, ['fl-1']);
    assert.deepEqual(answer.Unsuccessful, []);
    assert.equal(answer.ClientToken, 'token-1');
    assert.equal(answer.$metadata.httpStatusCode, 200);
  });

  it('lists, times, numbers and awkward texts return', async () => {
    const awkward = ' a  b\r\n\t<&>"\' ]]> é😀 \u0085 ';

    const { FlowLogs, NextToken } = await client.send(
      new DescribeFlowLogsCommand({
        Filter: [
          { Name: awkward, Values: ['fl-1', 'x'] },
          { Name: 'b', Values: ['fl-2'] },
        ],
        NextToken: 'next',
      }),
    );

    assert.equal(FlowLogs?.length, 2);
    assert.deepEqual(FlowLogs[0], {
      CreationTime: new Date('2026-01-31T10:00:00.250Z'),
      FlowLogId: 'fl-1',
      LogFormat: awkward,
      MaxAggregationInterval: 600,
      Tags: [],
    });
    assert.equal(NextToken, 'next');
  });

  it('STS says who calls, also where all is denied and at the global region', async () => {
    const deny = [{ Effect: 'Deny', Action: '*', Resource: '*' }];
    const denied = edge.newKey({ Version: '2012-10-17', Statement: deny });
    const identityOf = async (credentials: EdgeFixture['credentials'], region: string) => {
      const sts = new STSClient({ endpoint: edge.endpoint, region, credentials, maxAttempts: 1 });
      const { Account, Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
      sts.destroy();
      return { Account, Arn, UserId };
    };

    const first = await identityOf(edge.credentials, edge.region);
    const second = await identityOf(denied, 'us-east-1');

    const { arn, userId } = FIRST_IDENTITY;
    assert.deepEqual(first, { Account: ACCOUNT_ID, Arn: arn, UserId: userId });
    assert.match(second.Arn ?? '', /^arn:aws:iam::123456789012:user\/user-1$/);
  });

  it('DryRun is refused with 412 after permissions, before anything is done', async () => {
    const ask = new CreateFlowLogsCommand({
      ResourceIds: ['vpc-1'],
      ResourceType: 'VPC',
      DryRun: true,
    });
    const nobody = newClient(
      edge.newKey({ Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] }),
    );

    assert.equal(
      await refusal(client.send(ask)),
      '412 DryRunOperation: Request would have succeeded, but DryRun flag is set.',
    );
    assert.match(await refusal(nobody.send(ask)), /^403 UnauthorizedOperation/);
    assert.deepEqual(edge.created, []);
  });

  it("says what the key's policy does not allow, in AWS's words", async () => {
    const statements = [
      { Effect: 'Allow', Action: 'ec2:CreateFlowLogs', Resource: '*' },
      { Effect: 'Deny', Action: 'ec2:*', Resource: 'arn:aws:ec2:*:*:vpc/vpc-secret' },
    ];
    const some = newClient(edge.newKey({ Version: '2012-10-17', Statement: statements }));
    const arn = /arn:aws:iam::123456789012:user\/user-\d+/.source;
    const create = (...ids: string[]) =>
      some.send(new CreateFlowLogsCommand({ ResourceIds: ids, ResourceType: 'VPC' }));

    assert.match(
      await refusal(some.send(new DescribeFlowLogsCommand({}))),
      new RegExp(
        '^403 UnauthorizedOperation: You are not authorized to perform this operation. ' +
          `User: ${arn} is not authorized to perform: ec2:DescribeFlowLogs because no ` +
          'identity-based policy allows the ec2:DescribeFlowLogs action$',
      ),
    );
    assert.match(
      await refusal(create('vpc-1', 'vpc-secret')),
      new RegExp(
        `^403 UnauthorizedOperation: You are .* User: ${arn} is not authorized to perform: ` +
          'ec2:CreateFlowLogs on resource: arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-secret ' +
          'with an explicit deny in an identity-based policy$',
      ),
    );
    assert.deepEqual((await create('vpc-1')).FlowLogIds, ['fl-1']);
    edge.created.pop();
    some.destroy();
  });

  it('faults of callers, of the world and of ours', async () => {
    assert.equal(
      await refusal(client.send(new DeleteFlowLogsCommand({ FlowLogIds: [] }))),
      '400 InvalidFlowLogId.NotFound: gone: <fl>',
    );
    assert.equal(
      await refusal(client.send(new DescribeTagsCommand({}))),
      '503 Unavailable: The disk is full; retry when it has room again',
    );
    assert.equal(
      await refusal(client.send(new DescribeVpcsCommand({}))),
      '500 InternalError: An internal error has occurred; the log of weir has more',
    );
    assert.deepEqual(edge.bugs.splice(0).map(String), ['Error: a bug that knows the secret']);
    assert.equal(edge.lines.join('').includes('knows the secret'), false);
  });

  it('credentials that prove nothing', async () => {
    const wrong = { ...edge.credentials, secretAccessKey: 'x'.repeat(40) };
    const revoked = edge.newKey({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
    const leaver = newClient(revoked);
    await leaver.send(new DescribeFlowLogsCommand({}));
    edge.revoke(revoked.accessKeyId);
    const ask = new DescribeFlowLogsCommand({});
    const words = 'AWS was not able to validate the provided access credentials';

    assert.equal(await refusal(newClient(wrong).send(ask)), `401 AuthFailure: ${words}`);
    assert.equal(await refusal(leaver.send(ask)), `401 AuthFailure: ${words}`);
    assert.equal(
      await refusal(newClient(edge.credentials, 'us-west-2').send(ask)),
      `401 AuthFailure: ${words}. Credential should be scoped to a valid region, not ` +
        "'us-west-2'. Regions served here: eu-north-1, eu-west-1",
    );
  });
});

interface CliRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the edge and the aws CLI', { skip: !existsSync(AWS_CLI) && `no ${AWS_CLI}` }, () => {
  let edge: EdgeFixture;

  before(async () => {
    edge = await startEdge();
  });
  after(() => edge.close());

  function aws(...args: string[]): Promise<CliRun> {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID: edge.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: edge.credentials.secretAccessKey,
      AWS_MAX_ATTEMPTS: '1',
      AWS_PAGER: '',
    };
    const all = [...args, '--endpoint-url', edge.endpoint, '--output', 'json'];
    return new Promise((resolve) => {
      execFile(AWS_CLI, all, { env, timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  }

  it('creates, describes and asks who it is', async () => {
    const format = '${version} ${vpc-id}   ${srcaddr}';
    const created = await aws(
      ...['ec2', 'create-flow-logs', '--region', 'eu-west-1', '--resource-type', 'VPC'],
      ...['--resource-ids', 'vpc-1', 'vpc-2', '--traffic-type', 'ALL', '--log-format', format],
      ...['--tag-specifications', 'ResourceType=vpc-flow-log,Tags=[{Key=a,Value=b}]'],
    );
    const described = await aws(
      ...['ec2', 'describe-flow-logs', '--region', 'eu-north-1'],
      ...['--filter', 'Name=tag:a,Values=fl-7,c'],
    );
    const identity = await aws('sts', 'get-caller-identity', '--region', 'eu-west-1');

    assert.equal(created.status, 0, created.stderr);
    assert.deepEqual((JSON.parse(created.stdout) as { FlowLogIds: unknown }).FlowLogIds, ['fl-1']);
    assert.deepEqual(edge.created, [
      {
        ResourceIds: ['vpc-1', 'vpc-2'],
        ResourceType: 'VPC',
        TrafficType: 'ALL',
        LogFormat: format,
        TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'a', Value: 'b' }] }],
      },
    ]);
    assert.match(described.stdout, /"FlowLogId": "fl-7"/);
    assert.match(described.stdout, /"CreationTime": "2026-01-31T10:00:00.250000\+00:00"/);
    assert.match(identity.stdout, /"Arn": "arn:aws:iam::123456789012:user\/user-0"/);
  });

  it("shows our errors as AWS's", async () => {
    const unknown = await aws('ec2', 'describe-key-pairs', '--region', 'eu-west-1');
    const bucket = await aws('s3api', 'list-buckets', '--region', 'eu-west-1');
    const groups = await aws('logs', 'describe-log-groups', '--region', 'eu-west-1');

    assert.match(
      unknown.stderr,
      /\(InvalidAction\).*: The action DescribeKeyPairs is not valid for this web service\.$/m,
    );
    assert.match(bucket.stderr, /\(NotImplemented\) when calling the ListBuckets operation/);
    assert.match(groups.stderr, /\(UnknownOperationException\) when calling the DescribeLogGroups/);
  });
});
