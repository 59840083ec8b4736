// The operations on flow logs and tags as the edge calls them: the newest SDK encodes requests and
// decodes answers; permissions are those of spec/api.md 8.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import {
  CreateFlowLogsCommand,
  CreateTagsCommand,
  DeleteFlowLogsCommand,
  DeleteTagsCommand,
  DescribeFlowLogsCommand,
  DescribeTagsCommand,
  type CreateFlowLogsCommandInput,
  type EC2Client,
} from '@aws-sdk/client-ec2';

import { clientOver } from '../../../test/support/ec2-client.ts';
import { openFlowLogs, REGION, REQUEST, ROLE } from '../../../test/support/flow-log-fixture.ts';
import { faultsAgainstSdk } from '../../../test/support/sdk-model.ts';
import type { Caller, Operation, Permission, Service } from '../operation.ts';
import { createEc2Service } from './index.ts';

const CALLER: Caller = {
  accountId: '123456789012',
  region: REGION,
  accessKeyId: 'AKIA',
  arn: 'arn:aws:iam::123456789012:user/a',
  userId: 'AIDA',
};

const CREATE = REQUEST as CreateFlowLogsCommandInput;

interface Opened {
  readonly service: Service;
  readonly client: EC2Client;
  readonly overseas: EC2Client;
  readonly operation: (name: string) => Operation;
  readonly permissions: (name: string, request: object) => readonly Permission[];
}

async function open(t: TestContext): Promise<Opened> {
  const { deps } = await openFlowLogs(t);
  const service = createEc2Service({ ...deps, region: REGION, putObject: async () => undefined });
  const operations = [...service.operations.values()];
  const operation = (name: string): Operation => {
    const found = service.operations.get(name);
    assert.ok(found, name);
    return found;
  };
  return {
    service,
    client: clientOver(operations, REGION),
    overseas: clientOver(operations, 'us-east-1'),
    operation,
    permissions: (name, request) => operation(name).permissions(request, CALLER),
  };
}

describe('the EC2 service', () => {
  it('has 16 operations under its name, version and namespace', async (t) => {
    const { service } = await open(t);

    assert.equal(service.operations.size, 16);
    assert.equal(service.protocol, 'ec2');
    assert.equal(service.version, '2016-11-15');
    assert.equal(service.xmlNamespace, 'http://ec2.amazonaws.com/doc/2016-11-15/');
    for (const [name, operation] of service.operations) assert.equal(operation.name, name);
  });

  it('has the members, names and types of the SDK, and says what goes beyond', async (t) => {
    const { operation } = await open(t);
    const faults = (name: string): string[] => faultsAgainstSdk(operation(name));

    assert.deepEqual(faults('CreateFlowLogs'), [
      'CreateFlowLogsRequest.StartTime: the SDK has no such member',
    ]);
    assert.deepEqual(faults('DescribeFlowLogs'), []);
    assert.deepEqual(faults('DeleteFlowLogs'), []);
    assert.deepEqual(faults('DescribeTags'), []);
    for (const name of ['CreateTags', 'DeleteTags']) {
      assert.deepEqual(faults(name), [`${name}Result: the SDK does not know it`]);
    }
  });
});

describe('flow logs and tags by the SDK', () => {
  it('are created, tagged, described and deleted', async (t) => {
    const { client } = await open(t);
    const LogFormat = '${version}   ${instance-tag}';
    const TagFieldSpecifications: CreateFlowLogsCommandInput['TagFieldSpecifications'] = [
      { ResourceType: 'instance', TagKeys: ['Name'] },
    ];

    const created = await client.send(
      new CreateFlowLogsCommand({ ...CREATE, LogFormat, TagFieldSpecifications }),
    );
    const FlowLogIds = created.FlowLogIds ?? [];
    const Tags = [{ Key: 'a', Value: 'b' }];
    await client.send(new CreateTagsCommand({ Resources: FlowLogIds, Tags }));
    const { FlowLogs } = await client.send(new DescribeFlowLogsCommand({ FlowLogIds }));
    await client.send(new DeleteTagsCommand({ Resources: FlowLogIds, Tags: [{ Key: 'a' }] }));
    const after = await client.send(new DescribeFlowLogsCommand({}));
    const deleted = await client.send(new DeleteFlowLogsCommand({ FlowLogIds }));

    assert.equal(created.ClientToken?.length, 44);
    assert.equal(FlowLogs?.[0]?.LogFormat, LogFormat);
    assert.deepEqual(FlowLogs[0].TagFieldSpecifications, TagFieldSpecifications);
    assert.deepEqual(FlowLogs[0].Tags, Tags);
    assert.ok(FlowLogs[0].CreationTime instanceof Date);
    assert.deepEqual(after.FlowLogs?.[0]?.Tags, []);
    assert.deepEqual(deleted.Unsuccessful, []);
  });

  it("are those of the caller's region", async (t) => {
    const { client, overseas } = await open(t);
    await client.send(new CreateFlowLogsCommand(CREATE));

    const refused = await overseas.send(new CreateFlowLogsCommand(CREATE));
    const { FlowLogs } = await overseas.send(new DescribeFlowLogsCommand({}));

    assert.equal(refused.Unsuccessful?.[0]?.Error?.Code, 'InvalidVpcID.NotFound');
    assert.deepEqual(FlowLogs, []);
  });

  it('DescribeTags lists flow logs and inventory of the region, filtered and paged', async (t) => {
    const { client, overseas } = await open(t);
    const Tags = [{ Key: 'team', Value: 'blue' }];
    const TagSpecifications: CreateFlowLogsCommandInput['TagSpecifications'] = [
      { ResourceType: 'vpc-flow-log', Tags },
    ];
    const { FlowLogIds } = await client.send(
      new CreateFlowLogsCommand({ ...CREATE, TagSpecifications }),
    );
    const idsOf = async (Name: string, ...Values: string[]): Promise<unknown> =>
      (await client.send(new DescribeTagsCommand({ Filters: [{ Name, Values }] }))).Tags?.map(
        (tag) => `${tag.ResourceType} ${tag.ResourceId} ${tag.Key}`,
      );

    const first = await client.send(new DescribeTagsCommand({ MaxResults: 5 }));
    const { NextToken } = first;
    const rest = await client.send(new DescribeTagsCommand({ NextToken }));
    const all = [...(first.Tags ?? []), ...(rest.Tags ?? [])];

    assert.deepEqual(
      all.map((tag) => `${tag.ResourceType} ${tag.ResourceId} ${tag.Key}=${tag.Value}`),
      [
        'network-interface eni-1 Name=first',
        `vpc-flow-log ${FlowLogIds?.[0]} team=blue`,
        'instance i-1 Name=web',
        'subnet subnet-1 tier=front',
        'transit-gateway tgw-1 Name=hub',
        'transit-gateway-attachment tgw-attach-1 Name=spoke',
        'vpc vpc-1 Name=one',
        'vpc vpc-1 team=red',
      ],
    );
    assert.deepEqual(await idsOf('resource-type', 'vpc-flow-*'), [
      `vpc-flow-log ${FlowLogIds?.[0]} team`,
    ]);
    assert.deepEqual(await idsOf('tag:team', 'red'), ['vpc vpc-1 team']);
    assert.deepEqual(await idsOf('key', 'tier'), ['subnet subnet-1 tier']);
    assert.deepEqual(await idsOf('value', 'hu?'), ['transit-gateway tgw-1 Name']);
    assert.deepEqual(await idsOf('resource-id', 'i-1'), ['instance i-1 Name']);
    const elsewhere = await overseas.send(new DescribeTagsCommand({}));
    assert.deepEqual(
      elsewhere.Tags?.map((tag) => tag.ResourceId),
      ['eni-5', 'i-5', 'vpc-05'],
    );
  });
});

const FLOW_LOGS = 'arn:aws:ec2:eu-west-1:123456789012:vpc-flow-log/*';
const VPC = 'arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1';
const STREAM = 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/s';

describe('permissions', () => {
  it('to create: resources, flow logs, delivery', async (t) => {
    const { permissions } = await open(t);

    assert.deepEqual(permissions('CreateFlowLogs', REQUEST), [
      { action: 'ec2:CreateFlowLogs', resources: [VPC, FLOW_LOGS] },
      { action: 'logs:CreateLogDelivery', resources: ['*'] },
    ]);
  });

  it('to create: tags, role, and the stream', async (t) => {
    const { permissions } = await open(t);
    const tagged = [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'a' }] }];
    const create = { action: 'ec2:CreateFlowLogs', resources: [VPC, FLOW_LOGS] };

    assert.deepEqual(
      permissions('CreateFlowLogs', {
        ...{ ...REQUEST, LogDestinationType: undefined, TagSpecifications: tagged },
        DeliverLogsPermissionArn: ROLE,
      }),
      [
        create,
        { action: 'ec2:CreateTags', resources: [FLOW_LOGS] },
        { action: 'iam:PassRole', resources: [ROLE] },
      ],
    );
    assert.deepEqual(
      permissions('CreateFlowLogs', {
        ...REQUEST,
        ...{ LogDestinationType: 'kinesis-data-firehose', LogDestination: STREAM },
      }),
      [
        create,
        { action: 'logs:CreateLogDelivery', resources: ['*'] },
        { action: 'firehose:TagDeliveryStream', resources: [STREAM] },
      ],
    );
  });

  it('to create: the ARN is of the owner, by type', async (t) => {
    const { permissions } = await open(t);
    const arnOf = (ResourceType: string, id: string): unknown =>
      permissions('CreateFlowLogs', { ResourceType, ResourceIds: [id] })[0]?.resources[0];
    const beginning = 'arn:aws:ec2:eu-west-1';

    assert.equal(arnOf('VPC', 'vpc-0a'), `${beginning}:210987654321:vpc/vpc-0a`);
    assert.equal(arnOf('Subnet', 'subnet-9'), `${beginning}:123456789012:subnet/subnet-9`);
    const eni = `${beginning}:222222222222:network-interface/eni-1`;
    assert.equal(arnOf('NetworkInterface', 'eni-1'), eni);
    const attachment = `${beginning}:123456789012:transit-gateway-attachment/tgw-attach-1`;
    assert.equal(arnOf('TransitGatewayAttachment', 'tgw-attach-1'), attachment);
    assert.equal(arnOf('Unheard', 'x'), FLOW_LOGS);
    assert.equal(permissions('CreateFlowLogs', {}).length, 1);
  });

  const formats: readonly (readonly [format: string, actions: readonly string[]])[] = [
    ['${version} ${bytes}', []],
    ['${ecs-cluster-arn}', ['ecs:ListClusters']],
    ['${ecs-container-id}', ['ecs:ListClusters']],
    ['${ecs-container-instance-id}', ['ecs:ListClusters', 'ecs:ListContainerInstances']],
    ['${ecs-service-name}', ['ecs:ListClusters', 'ecs:ListServices']],
    ['${ecs-task-definition-arn}', ['ecs:ListClusters', 'ecs:ListTaskDefinitions']],
    ['${ecs-task-id} ${ecs-task-arn}', ['ecs:ListClusters', 'ecs:ListTasks']],
  ];
  for (const [LogFormat, actions] of formats) {
    it(`to create or modify with the format ${LogFormat}`, async (t) => {
      const { permissions } = await open(t);
      const wanted = (name: string): readonly string[] =>
        permissions(name, { LogFormat })
          .slice(1)
          .map(({ action }) => action);

      assert.deepEqual(wanted('CreateFlowLogs'), actions);
      assert.deepEqual(wanted('ModifyFlowLogs'), actions);
    });
  }

  it('to show tags', async (t) => {
    const { permissions } = await open(t);
    const types = ['instance', 'network-interface', 'auto-scaling-group'];
    const TagFieldSpecifications = types.map((ResourceType) => ({ ResourceType, TagKeys: ['a'] }));

    assert.deepEqual(permissions('CreateFlowLogs', { TagFieldSpecifications }).slice(1), [
      { action: 'ec2:DescribeTags', resources: ['*'] },
      { action: 'autoscaling:DescribeTags', resources: ['*'] },
    ]);
  });

  it('to delete, modify and tag: the flow logs named; to describe: everything', async (t) => {
    const { permissions, client } = await open(t);
    const ResourceIds = ['vpc-0a'];
    const { FlowLogIds = [] } = await client.send(
      new CreateFlowLogsCommand({ ...CREATE, ResourceIds }),
    );
    const ids = [...FlowLogIds, 'fl-9'];
    const resources = [
      `arn:aws:ec2:eu-west-1:210987654321:vpc-flow-log/${FlowLogIds[0]}`,
      'arn:aws:ec2:eu-west-1:123456789012:vpc-flow-log/fl-9',
    ];

    assert.deepEqual(permissions('DeleteFlowLogs', { FlowLogIds: ids }), [
      { action: 'ec2:DeleteFlowLogs', resources },
      { action: 'logs:DeleteLogDelivery', resources },
    ]);
    for (const name of ['CreateTags', 'DeleteTags']) {
      const wanted = [{ action: `ec2:${name}`, resources }];
      assert.deepEqual(permissions(name, { Resources: ids }), wanted);
    }
    const modify = [{ action: 'ec2:ModifyFlowLogs', resources }];
    assert.deepEqual(permissions('ModifyFlowLogs', { FlowLogIds: ids }), modify);
    assert.deepEqual(permissions('DeleteFlowLogs', {})[0]?.resources, [FLOW_LOGS]);
    for (const name of ['DescribeFlowLogs', 'DescribeTags']) {
      assert.deepEqual(permissions(name, {}), [{ action: `ec2:${name}`, resources: ['*'] }]);
    }
  });

  it('on what is too long for an id: on any, and the operation says what is wrong', async (t) => {
    const { permissions } = await open(t);
    const id = `fl-${'a'.repeat(3000)}`;

    assert.deepEqual(permissions('DeleteFlowLogs', { FlowLogIds: [id] })[0]?.resources, [
      FLOW_LOGS,
    ]);
    assert.deepEqual(
      permissions('CreateFlowLogs', { ...CREATE, ResourceIds: [id] })[0]?.resources[0],
      'arn:aws:ec2:eu-west-1:123456789012:vpc/*',
    );
  });
});
