// The calls of the flow-logs benchmark, run inside the daemon's namespace: creates, pages through
// or deletes flow logs by the AWS SDK, one call after the other, and prints the time of each, ms.
//
//   node flow-log-calls.js create DATA VPC COUNT | describe DATA | delete DATA
import { execFileSync } from 'node:child_process';
import path from 'node:path';

import {
  CreateFlowLogsCommand,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  EC2Client,
  type CreateFlowLogsCommandInput,
} from '@aws-sdk/client-ec2';

import { ROOT } from '../test/support/weir.ts';

const PAGE_SIZE = 100;

const [verb = '', data = '', vpcId = '', count = '0'] = process.argv.slice(2);

function newClient(): EC2Client {
  const args = [path.join(ROOT, 'bin/weir'), 'env', '--data', data];
  const text = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const value = (name: string): string =>
    new RegExp(`^export ${name}='?([^'\\n]*)'?$`, 'm').exec(text)?.[1] ?? '';
  return new EC2Client({
    endpoint: value('AWS_ENDPOINT_URL'),
    region: value('AWS_REGION'),
    credentials: {
      accessKeyId: value('AWS_ACCESS_KEY_ID'),
      secretAccessKey: value('AWS_SECRET_ACCESS_KEY'),
    },
  });
}

const client = newClient();
const callsMs: number[] = [];

async function timed<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  const started = performance.now();
  const answer = await call();
  callsMs.push(performance.now() - started);
  return answer;
}

/** A tenth is of the VPC, four tenths of subnets, half of interfaces. */
function inputOf(index: number): CreateFlowLogsCommandInput {
  const number = (value: number): string => String(value).padStart(5, '0');
  const [ResourceType, id] =
    index % 10 === 0
      ? (['VPC', vpcId] as const)
      : index % 10 < 5
        ? (['Subnet', `subnet-${number(index % 100)}`] as const)
        : (['NetworkInterface', `eni-${number((index * 7) % 10_000)}`] as const);
  return {
    ResourceType,
    ResourceIds: [id],
    TrafficType: 'ALL',
    LogDestinationType: 's3',
    LogDestination: `arn:aws:s3:::bench-${index}`,
    MaxAggregationInterval: 60,
  };
}

async function describeAll(): Promise<string[]> {
  const ids: string[] = [];
  let token: string | undefined;
  do {
    const command = new DescribeFlowLogsCommand({ MaxResults: PAGE_SIZE, NextToken: token });
    const page = await timed(() => client.send(command));
    ids.push(...(page.FlowLogs ?? []).map((flowLog) => flowLog.FlowLogId ?? ''));
    token = page.NextToken;
  } while (token !== undefined);
  return ids;
}

if (verb === 'create') {
  for (let index = 0; index < Number(count); index++) {
    const answer = await timed(() => client.send(new CreateFlowLogsCommand(inputOf(index))));
    const [fault] = answer.Unsuccessful ?? [];
    if (fault !== undefined) throw new Error(`${fault.ResourceId}: ${fault.Error?.Message}`);
  }
} else if (verb === 'describe') {
  await describeAll();
} else {
  const ids = await describeAll();
  callsMs.length = 0;
  for (const id of ids) {
    await timed(() => client.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] })));
  }
}
client.destroy();
process.stdout.write(`${JSON.stringify(callsMs)}\n`);
