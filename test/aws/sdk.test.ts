// The newest AWS SDK for JavaScript against a running Weir, with v11's members, restricted keys,
// and a daemon that is killed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import {
  CreateFlowLogsCommand,
  CreateTagsCommand,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  DescribeVpcsCommand,
  EC2Client,
  EC2ServiceException,
  GetFlowLogsIntegrationTemplateCommand,
  paginateDescribeFlowLogs,
  type CreateFlowLogsCommandInput,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import { startServing, type ServingWeir } from '../support/aws-daemon.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { ROOT } from '../support/weir.ts';

const VPC = 'vpc-05dc0000000000001';
const OTHER_VPC = 'vpc-05dc0000000000002';
const INVENTORY = `
vpcs:
  - {id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.0.0.0/16]}
  - {id: ${OTHER_VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.1.0.0/16]}
`;

const READ_VPC_ONLY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' },
    { Effect: 'Allow', Action: 'ec2:CreateFlowLogs', Resource: `arn:aws:ec2:*:*:vpc/${VPC}` },
    { Effect: 'Allow', Action: 'ec2:CreateFlowLogs', Resource: 'arn:aws:ec2:*:*:vpc-flow-log/*' },
    { Effect: 'Allow', Action: ['logs:CreateLogDelivery'], Resource: '*' },
    { Effect: 'Deny', Action: 'ec2:DeleteFlowLogs', Resource: '*' },
  ],
};

interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

describe('the AWS SDK for JavaScript', () => {
  let weir: ServingWeir;
  let folder: string;
  let client: EC2Client;
  const cleaning: (() => void)[] = [];

  before(async () => {
    folder = temporaryFolder({ after: (action) => cleaning.push(action) });
    await start();
  });
  after(async () => {
    client.destroy();
    await weir.stop();
    for (const clean of cleaning) clean();
  });

  async function start(): Promise<void> {
    weir = await startServing({ data: path.join(folder, 'data'), inventory: INVENTORY });
    client = clientOf(weir.credentials);
  }

  function clientOf(credentials: KeyPair & { sessionToken?: string }): EC2Client {
    const { endpoint, region } = weir;
    return new EC2Client({ endpoint, region, credentials, maxAttempts: 1 });
  }

  function ofVpc(bucket: string, more: Partial<CreateFlowLogsCommandInput> = {}) {
    const input = {
      ResourceType: 'VPC' as const,
      ResourceIds: [VPC],
      TrafficType: 'ALL' as const,
      LogDestinationType: 's3' as const,
      LogDestination: `arn:aws:s3:::${bucket}`,
    };
    return new CreateFlowLogsCommand({ ...input, ...more });
  }

  async function refusal(sent: Promise<unknown>): Promise<[string, string, number | undefined]> {
    try {
      await sent;
    } catch (fault) {
      assert.ok(fault instanceof EC2ServiceException, String(fault));
      assert.match(fault.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
      return [fault.name, fault.message, fault.$metadata.httpStatusCode];
    }
    throw new Error('It was not refused');
  }

  /** `weir keys ...`, as an administrator runs it. */
  function keys(...words: string[]): string {
    const weirProgram = path.join(ROOT, 'bin/weir');
    const args = [weirProgram, 'keys', ...words, '--data', path.join(folder, 'data')];
    return execFileSync(process.execPath, args, { encoding: 'utf8' });
  }

  function newKey(...words: string[]): KeyPair & { sessionToken?: string } {
    const made = JSON.parse(keys('create', ...words, '--output', 'json')) as {
      AccessKeyId: string;
      SecretAccessKey: string;
      SessionToken?: string;
    };
    return {
      accessKeyId: made.AccessKeyId,
      secretAccessKey: made.SecretAccessKey,
      ...(made.SessionToken === undefined ? {} : { sessionToken: made.SessionToken }),
    };
  }

  it('STS says who calls', async () => {
    const { endpoint, region, credentials } = weir;
    const sts = new STSClient({ endpoint, region, credentials });

    const identity = await sts.send(new GetCallerIdentityCommand({}));

    assert.equal(identity.Arn, 'arn:aws:iam::000000000000:user/default');
    sts.destroy();
  });

  it('v11: TagFieldSpecifications go in and come back', async () => {
    const specifications = [
      { ResourceType: 'instance' as const, TagKeys: ['Name', 'team'] },
      { ResourceType: 'network-interface' as const, TagKeys: ['env'] },
    ];
    const format = '${version} ${instance-tag} ${instance-tag-2} ${interface-tag} ${srcaddr}';

    const created = await client.send(
      ofVpc('tag-records', { LogFormat: format, TagFieldSpecifications: specifications }),
    );
    const FlowLogIds = created.FlowLogIds ?? [];
    const { FlowLogs = [] } = await client.send(new DescribeFlowLogsCommand({ FlowLogIds }));

    assert.deepEqual(FlowLogs[0]?.TagFieldSpecifications, specifications);
    assert.ok(FlowLogs[0].CreationTime instanceof Date);
    await client.send(new DeleteFlowLogsCommand({ FlowLogIds }));
  });

  it('v11: a tag field without TagFieldSpecifications is refused', async () => {
    const sent = client.send(ofVpc('tag-records', { LogFormat: '${version} ${instance-tag}' }));

    assert.deepEqual(await refusal(sent), [
      'InvalidParameter',
      'The TagFieldSpecifications parameter must be set when including tag fields in the log ' +
        'format',
      400,
    ]);
  });

  it('a client token makes the second call answer the first ids', async () => {
    const ClientToken = 'terraform-20261121';

    const first = await client.send(ofVpc('token-records', { ClientToken }));
    const second = await client.send(ofVpc('token-records', { ClientToken }));
    const other = client.send(ofVpc('other-records', { ClientToken }));

    assert.equal(first.FlowLogIds?.length, 1);
    assert.deepEqual(second.FlowLogIds, first.FlowLogIds);
    assert.equal((await refusal(other))[0], 'IdempotentParameterMismatch');
    await client.send(new DeleteFlowLogsCommand({ FlowLogIds: first.FlowLogIds }));
  });

  it('pages through flow logs by the paginator, in the order of creation', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 12; number += 1) {
      const { FlowLogIds = [] } = await client.send(ofVpc(`page-${number}-records`));
      ids.push(...FlowLogIds);
    }

    const seen: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateDescribeFlowLogs({ client, pageSize: 5 }, {})) {
      pages += 1;
      seen.push(...(page.FlowLogs ?? []).map((flowLog) => flowLog.FlowLogId));
    }

    assert.deepEqual(seen, ids);
    assert.equal(pages, 3);
    await client.send(new DeleteFlowLogsCommand({ FlowLogIds: ids }));
  });

  it('the integration template is written to the bucket', async () => {
    const { FlowLogIds = [] } = await client.send(ofVpc('athena-records'));

    const answer = await client.send(
      new GetFlowLogsIntegrationTemplateCommand({
        FlowLogId: FlowLogIds[0] ?? '',
        ConfigDeliveryS3DestinationArn: 'arn:aws:s3:::athena-templates/flow-logs/',
        IntegrateServices: {
          AthenaIntegrations: [
            {
              IntegrationResultS3DestinationArn: 'arn:aws:s3:::athena-results',
              PartitionLoadFrequency: 'daily',
            },
          ],
        },
      }),
    );

    assert.match(answer.Result ?? '', /athena-templates/);
    await client.send(new DeleteFlowLogsCommand({ FlowLogIds }));
  });

  it('a key may do what its policy allows, and no more', async () => {
    const key = newKey('--user', 'reader', '--policy', JSON.stringify(READ_VPC_ONLY));
    const restricted = clientOf(key);

    const described = await restricted.send(new DescribeVpcsCommand({}));
    const created = await restricted.send(ofVpc('policy-records'));
    const FlowLogIds = created.FlowLogIds ?? [];
    const onOther = restricted.send(ofVpc('policy-records', { ResourceIds: [OTHER_VPC] }));
    const deleted = restricted.send(new DeleteFlowLogsCommand({ FlowLogIds }));
    const tagged = restricted.send(
      new CreateTagsCommand({ Resources: FlowLogIds, Tags: [{ Key: 'a', Value: 'b' }] }),
    );

    assert.ok(described.Vpcs?.some((vpc) => vpc.VpcId === VPC));
    for (const sent of [onOther, deleted, tagged]) {
      const [code, message, status] = await refusal(sent);
      assert.equal(code, 'UnauthorizedOperation');
      assert.equal(status, 403);
      assert.match(message, /^You are not authorized to perform this operation\./);
    }
    await client.send(new DeleteFlowLogsCommand({ FlowLogIds }));
    restricted.destroy();
  });

  it('a revoked key is refused at the next call', async () => {
    const key = newKey('--user', 'leaver', '--allow', '*');
    const leaver = clientOf(key);
    await leaver.send(new DescribeVpcsCommand({}));

    keys('revoke', key.accessKeyId);

    const [code, , status] = await refusal(leaver.send(new DescribeVpcsCommand({})));
    assert.deepEqual([code, status], ['AuthFailure', 401]);
    leaver.destroy();
  });

  it('a temporary key needs its session token', async () => {
    const key = newKey('--user', 'visitor', '--allow', 'ec2:*', '--expires-in', '1h');
    assert.match(key.accessKeyId, /^ASIA/);
    const visitor = clientOf(key);
    const { accessKeyId, secretAccessKey } = key;
    const withoutToken = clientOf({ accessKeyId, secretAccessKey });

    const described = await visitor.send(new DescribeVpcsCommand({}));

    assert.ok(described.Vpcs?.some((vpc) => vpc.VpcId === VPC));
    assert.equal((await refusal(withoutToken.send(new DescribeVpcsCommand({}))))[0], 'AuthFailure');
    visitor.destroy();
    withoutToken.destroy();
  });

  it('flow logs, tags and keys are there again after kill -9', async () => {
    const { FlowLogIds = [] } = await client.send(ofVpc('kill-records'));
    await client.send(
      new CreateTagsCommand({ Resources: FlowLogIds, Tags: [{ Key: 'kept', Value: 'yes' }] }),
    );
    const key = newKey('--user', 'survivor', '--allow', 'ec2:DescribeFlowLogs');
    await weir.kill();

    await start();

    const { FlowLogs = [] } = await clientOf(key).send(new DescribeFlowLogsCommand({ FlowLogIds }));
    assert.deepEqual(FlowLogs[0]?.Tags, [{ Key: 'kept', Value: 'yes' }]);
    await client.send(new DeleteFlowLogsCommand({ FlowLogIds }));
  });
});
