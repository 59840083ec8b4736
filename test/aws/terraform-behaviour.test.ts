// What Terraform's aws_flow_log does, call by call (spec/api.md 11; the provider itself cannot be
// installed here): create with a token and tags, read every attribute back, change tags only,
// replace, find gone what is gone, delete what may be deleted already.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import {
  CreateFlowLogsCommand,
  CreateTagsCommand,
  DeleteFlowLogsCommand,
  DeleteTagsCommand,
  DescribeFlowLogsCommand,
  EC2Client,
  EC2ServiceException,
  type CreateFlowLogsCommandInput,
  type FlowLog,
} from '@aws-sdk/client-ec2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import { startServing, type ServingWeir } from '../support/aws-daemon.ts';
import { temporaryFolder } from '../support/temporary.ts';

const VPC = 'vpc-07e770000000000001';
const NAT = 'nat-07e770000000000001';
const GATEWAY = 'tgw-07e770000000000001';
const INVENTORY = `
vpcs: [{id: ${VPC}, cidrs: [10.0.0.0/16]}]
subnets:
  - {id: subnet-07e77000000000001, vpc: ${VPC}, cidrs: [10.0.1.0/24], az-id: euw1-az1}
enis:
  - {id: eni-07e77000000000001, subnet: subnet-07e77000000000001, ipv4: [10.0.1.5],
     interface-type: regional_nat_gateway, resource-id: ${NAT}}
transit-gateways: [{id: ${GATEWAY}}]
transit-gateway-attachments:
  - {id: tgw-attach-07e7700000001, transit-gateway: ${GATEWAY}, vpc: ${VPC}}
`;
const DEFAULT_FORMAT =
  '${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ' +
  '${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}';
const ROLE = 'arn:aws:iam::000000000000:role/flow-logs';

describe('aws_flow_log of Terraform', () => {
  let weir: ServingWeir;
  let client: EC2Client;
  let tokenCount = 0;
  const cleaning: (() => void)[] = [];

  before(async () => {
    const folder = temporaryFolder({ after: (action) => cleaning.push(action) });
    weir = await startServing({ data: path.join(folder, 'data'), inventory: INVENTORY });
    const { endpoint, region, credentials } = weir;
    client = new EC2Client({ endpoint, region, credentials, maxAttempts: 1 });
  });
  after(async () => {
    client.destroy();
    await weir.kill();
    for (const clean of cleaning) clean();
  });

  /** One resource for each flow log, and always a token of its own. */
  async function create(resource: string, more: CreateFlowLogsCommandInput): Promise<string> {
    tokenCount += 1;
    const { FlowLogIds = [], Unsuccessful = [] } = await client.send(
      new CreateFlowLogsCommand({
        ...more,
        ResourceIds: [resource],
        ClientToken: `terraform-2026112103591234560000000${tokenCount}`,
        LogDestination: more.LogDestination?.replace(/:\*$/, ''),
      }),
    );
    for (const { Error: fault } of Unsuccessful) throw new Error(`${fault?.Code}`);
    return FlowLogIds[0] ?? '';
  }

  /** Undefined when it is gone; another answer than none or one is a fault to Terraform. */
  async function read(id: string): Promise<FlowLog | undefined> {
    const { FlowLogs = [] } = await client.send(new DescribeFlowLogsCommand({ FlowLogIds: [id] }));
    assert.ok(FlowLogs.length <= 1);
    return FlowLogs[0];
  }

  async function remove(id: string): Promise<void> {
    const command = new DeleteFlowLogsCommand({ FlowLogIds: [id] });
    const { Unsuccessful } = await client.send(command);
    assert.deepEqual(Unsuccessful, []);
  }

  const toBucket = (bucket: string): CreateFlowLogsCommandInput => ({
    ResourceIds: [],
    ResourceType: 'VPC',
    TrafficType: 'ALL',
    LogDestinationType: 's3',
    LogDestination: `arn:aws:s3:::${bucket}`,
    MaxAggregationInterval: 600,
  });
  const toLogs = (group: string): CreateFlowLogsCommandInput => ({
    ...toBucket(''),
    LogDestinationType: 'cloud-watch-logs',
    LogDestination: `arn:aws:logs:eu-west-1:000000000000:log-group:${group}:*`,
    DeliverLogsPermissionArn: ROLE,
  });

  it('asks who it is, in its region', async () => {
    const { endpoint, region, credentials } = weir;
    const sts = new STSClient({ endpoint, region, credentials });

    const identity = await sts.send(new GetCallerIdentityCommand({}));
    sts.destroy();

    assert.equal(identity.Account, '000000000000');
  });

  it('reads back what it did not write: format, interval, options', async () => {
    const id = await create(VPC, toBucket('plain'));

    const { CreationTime: _, ...flowLog } = (await read(id)) ?? {};

    assert.deepEqual(flowLog, {
      DeliverLogsStatus: 'SUCCESS',
      FlowLogId: id,
      FlowLogStatus: 'ACTIVE',
      ResourceId: VPC,
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: 'arn:aws:s3:::plain',
      LogFormat: DEFAULT_FORMAT,
      Tags: [],
      MaxAggregationInterval: 600,
      DestinationOptions: {
        FileFormat: 'plain-text',
        HiveCompatiblePartitions: false,
        PerHourPartition: false,
      },
    });
  });

  it('reads back what it wrote, as it wrote it', async () => {
    const LogFormat = '${version}    ${vpc-id} ${srcaddr}   ${dstaddr}';
    const DestinationOptions = {
      FileFormat: 'parquet',
      HiveCompatiblePartitions: true,
      PerHourPartition: true,
    } as const;
    const wanted = {
      ...toBucket('custom/folder'),
      MaxAggregationInterval: 60,
      LogFormat,
      DestinationOptions,
    };
    const id = await create(VPC, wanted);

    const flowLog = await read(id);

    assert.equal(flowLog?.LogDestination, 'arn:aws:s3:::custom/folder');
    assert.equal(flowLog.LogFormat, LogFormat);
    assert.equal(flowLog.MaxAggregationInterval, 60);
    assert.deepEqual(flowLog.DestinationOptions, DestinationOptions);
  });

  it('of a log group: its ARN without `:*`, its role, no options', async () => {
    const flowLog = await read(await create(VPC, toLogs('group')));

    assert.equal(flowLog?.LogDestination, 'arn:aws:logs:eu-west-1:000000000000:log-group:group');
    assert.equal(flowLog.LogGroupName, 'group');
    assert.equal(flowLog.DeliverLogsPermissionArn, ROLE);
    assert.equal(flowLog.DestinationOptions, undefined);
  });

  it('of transit gateways: without traffic type; of a regional NAT gateway: with one', async () => {
    const { TrafficType: _, ...silent } = toBucket('gateways');
    const onGateway = { ...silent, ResourceType: 'TransitGateway', MaxAggregationInterval: 60 };
    const gateway = await read(await create(GATEWAY, onGateway as CreateFlowLogsCommandInput));
    const onNat = { ...toBucket('gateways'), ResourceType: 'RegionalNatGateway' };
    const nat = await read(await create(NAT, onNat as CreateFlowLogsCommandInput));

    assert.equal(gateway?.ResourceId, GATEWAY);
    assert.equal(gateway.TrafficType, undefined);
    assert.equal(gateway.MaxAggregationInterval, 60);
    assert.equal(nat?.ResourceId, NAT);
    assert.equal(nat.TrafficType, 'ALL');
  });

  it('is born with tags, and changes nothing but tags', async () => {
    const Tags = [
      { Key: 'Name', Value: 'one' },
      { Key: 'old', Value: '' },
    ];
    const TagSpecifications = [{ ResourceType: 'vpc-flow-log', Tags }] as const;
    const id = await create(VPC, {
      ...toBucket('tagged'),
      TagSpecifications: [...TagSpecifications],
    });
    const before = await read(id);
    assert.deepEqual(before?.Tags, Tags);

    await client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'old' }] }));
    const changed = [
      { Key: 'Name', Value: 'two' },
      { Key: 'new', Value: 'a b' },
    ];
    await client.send(new CreateTagsCommand({ Resources: [id], Tags: changed }));

    const after = await read(id);
    assert.deepEqual(after?.Tags, changed);
    assert.deepEqual({ ...after, Tags: [] }, { ...before, Tags: [] });
  });

  it('a second one to the same place fails, and can be made once the first is gone', async () => {
    const first = await create(VPC, toBucket('replaced'));
    await assert.rejects(create(VPC, toBucket('replaced')), /FlowLogAlreadyExists/);

    await remove(first);
    const second = await create(VPC, { ...toBucket('replaced'), MaxAggregationInterval: 60 });

    assert.notEqual(second, first);
    assert.equal(await read(first), undefined);
    assert.equal((await read(second))?.MaxAggregationInterval, 60);
  });

  it('deletes what somebody has deleted: the code that it takes for done', async () => {
    const id = await create(VPC, toBucket('gone'));
    await remove(id);

    await assert.rejects(remove(id), (fault) => {
      assert.ok(fault instanceof EC2ServiceException);
      assert.equal(fault.name, 'InvalidFlowLogId.NotFound');
      return true;
    });
  });

  it('a retry of a creation whose answer was lost gives the same flow log', async () => {
    const wanted = {
      ...toBucket('retried'),
      ResourceIds: [VPC],
      ClientToken: 'terraform-20261121040000000000000001',
    };

    const first = await client.send(new CreateFlowLogsCommand(wanted));
    const again = await client.send(new CreateFlowLogsCommand(wanted));

    assert.equal(first.FlowLogIds?.length, 1);
    assert.deepEqual(again.FlowLogIds, first.FlowLogIds);
    assert.deepEqual(again.Unsuccessful, []);
  });
});
