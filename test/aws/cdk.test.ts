// A stack that CDK users write: flow logs to S3 and to CloudWatch Logs, every LogFormat constant,
// and the ECS fields appended with many spaces. What CloudFormation would send is sent.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { EC2Client, CreateFlowLogsCommand, DescribeFlowLogsCommand } from '@aws-sdk/client-ec2';
import type { CreateFlowLogsCommandInput } from '@aws-sdk/client-ec2';
import { App, Stack, aws_ec2 as ec2, aws_s3 as s3 } from 'aws-cdk-lib';

import { startServing, type ServingWeir } from '../support/aws-daemon.ts';
import { temporaryFolder } from '../support/temporary.ts';

const VPC = 'vpc-0cdk0000000000001';
const INVENTORY = `
vpcs: [{id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.0.0.0/16]}]
ecs-clusters: [{name: shop, account: 123456789012, region: eu-west-1}]
`;

const { LogFormat } = ec2;

const VERSION_2_TO_5 = [
  LogFormat.VERSION,
  LogFormat.ACCOUNT_ID,
  LogFormat.INTERFACE_ID,
  LogFormat.SRC_ADDR,
  LogFormat.DST_ADDR,
  LogFormat.SRC_PORT,
  LogFormat.DST_PORT,
  LogFormat.PROTOCOL,
  LogFormat.PACKETS,
  LogFormat.BYTES,
  LogFormat.START_TIMESTAMP,
  LogFormat.END_TIMESTAMP,
  LogFormat.ACTION,
  LogFormat.LOG_STATUS,
  LogFormat.VPC_ID,
  LogFormat.SUBNET_ID,
  LogFormat.INSTANCE_ID,
  LogFormat.TCP_FLAGS,
  LogFormat.TRAFFIC_TYPE,
  LogFormat.PKT_SRC_ADDR,
  LogFormat.PKT_DST_ADDR,
  LogFormat.REGION,
  LogFormat.AZ_ID,
  LogFormat.SUBLOCATION_TYPE,
  LogFormat.SUBLOCATION_ID,
  LogFormat.PKT_SRC_AWS_SERVICE,
  LogFormat.PKT_DST_AWS_SERVICE,
  LogFormat.FLOW_DIRECTION,
  LogFormat.TRAFFIC_PATH,
];

const ECS_FIELDS = [
  'cluster-arn',
  'cluster-name',
  'container-instance-arn',
  'container-instance-id',
  'container-id',
  'second-container-id',
  'service-name',
  'task-definition-arn',
  'task-arn',
  'task-id',
].map((name) => `\${ecs-${name}}`);

/** Properties of AWS::EC2::FlowLog with the references filled in. */
interface FlowLogProperties {
  readonly ResourceType: 'VPC';
  readonly TrafficType: 'ALL' | 'REJECT' | 'ACCEPT';
  readonly LogDestinationType: 's3' | 'cloud-watch-logs';
  readonly LogDestination?: string;
  readonly LogGroupName?: string;
  readonly DeliverLogsPermissionArn?: string;
  readonly LogFormat?: string;
  readonly MaxAggregationInterval?: number;
  readonly DestinationOptions?: Readonly<Record<string, string | boolean>>;
  readonly Tags?: { Key: string; Value: string }[];
}

interface Synthesised {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

function synthesise(folder: string): FlowLogProperties[] {
  const app = new App({ outdir: path.join(folder, 'cdk.out'), analyticsReporting: false });
  const env = { account: '123456789012', region: 'eu-west-1' };
  const stack = new Stack(app, 'Network', { env });
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
  // CDK's own types do not fit together under exactOptionalPropertyTypes.
  const bucket = new s3.Bucket(stack, 'Records') as unknown as s3.IBucket;
  vpc.addFlowLog('ToS3', {
    destination: ec2.FlowLogDestination.toS3(bucket, 'records/', {
      fileFormat: ec2.FlowLogFileFormat.PLAIN_TEXT,
      hiveCompatiblePartitions: true,
      perHourPartition: true,
    }),
    logFormat: [...VERSION_2_TO_5, LogFormat.custom(ECS_FIELDS.join('       '))],
    maxAggregationInterval: ec2.FlowLogMaxAggregationInterval.ONE_MINUTE,
  });
  vpc.addFlowLog('ToLogs', {
    destination: ec2.FlowLogDestination.toCloudWatchLogs(),
    trafficType: ec2.FlowLogTrafficType.REJECT,
    logFormat: [...VERSION_2_TO_5, LogFormat.ECS_TASK_ID],
  });
  const template: unknown = app.synth().getStackByName('Network').template;
  const { Resources: resources } = template as { Resources: Record<string, Synthesised> };
  return Object.values(resources)
    .filter((resource) => resource.Type === 'AWS::EC2::FlowLog')
    .map((resource) => resolved(resource.Properties) as FlowLogProperties);
}

/** What CloudFormation puts in place of Ref, GetAtt and Join. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, content] = ['', null]] = Object.entries(value);
  if (name === 'Ref') return referred(String(content));
  if (name === 'Fn::GetAtt') return referred((content as string[]).join('.'));
  if (name === 'Fn::Join') {
    const [separator, parts] = content as [string, unknown[]];
    return parts.map((part) => resolved(part)).join(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner)]));
}

function referred(name: string): string {
  if (/^Vpc[0-9A-F]+$/.test(name)) return VPC;
  if (/LogGroup/.test(name)) return `Network-${name}`;
  if (/IAMRole.*\.Arn$/.test(name)) return `arn:aws:iam::123456789012:role/${name.slice(0, -4)}`;
  if (/^Records.*\.Arn$/.test(name)) return 'arn:aws:s3:::network-records';
  throw new Error(`The template refers to "${name}"`);
}

/** As the handler of AWS::EC2::FlowLog calls the API: the properties, unchanged. */
function toRequest(properties: FlowLogProperties): CreateFlowLogsCommandInput {
  const { Tags, DestinationOptions: options = {}, ...unchanged } = properties;
  const capital = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  const destinationOptions = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [capital(name), value]),
  );
  const { ResourceId: _, ...parameters } = { ResourceId: VPC, ...unchanged };
  return {
    ...parameters,
    ResourceIds: [VPC],
    ...(Object.keys(options).length === 0 ? {} : { DestinationOptions: destinationOptions }),
    ...(Tags === undefined ? {} : { TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags }] }),
  };
}

describe('flow logs of a CDK stack', () => {
  let weir: ServingWeir;
  let client: EC2Client;
  let all: FlowLogProperties[];
  const cleaning: (() => void)[] = [];

  before(async () => {
    const folder = temporaryFolder({ after: (action) => cleaning.push(action) });
    all = synthesise(folder);
    weir = await startServing({ data: path.join(folder, 'data'), inventory: INVENTORY });
    const { endpoint, region, credentials } = weir;
    client = new EC2Client({ endpoint, region, credentials });
  });
  after(async () => {
    client.destroy();
    await weir.stop();
    for (const clean of cleaning) clean();
  });

  it('the template has one flow log to S3 and one to CloudWatch Logs', () => {
    assert.deepEqual(all.map((properties) => properties.LogDestinationType).toSorted(), [
      'cloud-watch-logs',
      's3',
    ]);
  });

  for (const type of ['s3', 'cloud-watch-logs'] as const) {
    it(`the properties of the one to ${type} are accepted unchanged and come back`, async () => {
      const properties = all.find((entry) => entry.LogDestinationType === type);
      assert.ok(properties);

      const created = await client.send(new CreateFlowLogsCommand(toRequest(properties)));

      assert.deepEqual(created.Unsuccessful, []);
      const [flowLogId = ''] = created.FlowLogIds ?? [];
      assert.match(flowLogId, /^fl-[0-9a-f]{17}$/);
      const described = await client.send(new DescribeFlowLogsCommand({ FlowLogIds: [flowLogId] }));
      const [flowLog] = described.FlowLogs ?? [];
      assert.equal(flowLog?.LogFormat, properties.LogFormat);
      assert.equal(flowLog?.ResourceId, VPC);
      assert.equal(flowLog?.TrafficType, properties.TrafficType);
      assert.equal(flowLog?.MaxAggregationInterval, properties.MaxAggregationInterval ?? 600);
      assert.deepEqual(flowLog?.Tags, properties.Tags);
      if (type === 's3') {
        assert.equal(flowLog?.LogDestination, 'arn:aws:s3:::network-records/records/');
        assert.deepEqual(flowLog?.DestinationOptions, {
          FileFormat: 'plain-text',
          HiveCompatiblePartitions: true,
          PerHourPartition: true,
        });
        assert.match(properties.LogFormat ?? '', / {7}\$\{ecs-task-id\}$/);
      } else {
        assert.equal(flowLog?.LogGroupName, properties.LogGroupName);
        assert.equal(flowLog?.DeliverLogsPermissionArn, properties.DeliverLogsPermissionArn);
      }
    });
  }
});
