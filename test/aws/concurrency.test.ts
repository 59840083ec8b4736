// Calls at the same time: each of them sees the others whole or not at all.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import {
  CreateFlowLogsCommand,
  CreateTagsCommand,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  EC2Client,
  EC2ServiceException,
  type CreateFlowLogsCommandInput,
} from '@aws-sdk/client-ec2';

import { startServing, type ServingWeir } from '../support/aws-daemon.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { sendForm } from './signed-request.ts';

const VPC = 'vpc-0c0c00000000000001';
const INVENTORY = `vpcs: [{id: ${VPC}, cidrs: [10.0.0.0/16]}]\n`;
const AT_A_TIME = 30;

describe('calls at the same time', () => {
  let weir: ServingWeir;
  let client: EC2Client;
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

  async function create(bucket: string, more: Partial<CreateFlowLogsCommandInput> = {}) {
    const input: CreateFlowLogsCommandInput = {
      ResourceType: 'VPC',
      ResourceIds: [VPC],
      TrafficType: 'ALL',
      LogDestinationType: 's3',
      LogDestination: `arn:aws:s3:::${bucket}`,
      ...more,
    };
    const { FlowLogIds = [], Unsuccessful = [] } = await client.send(
      new CreateFlowLogsCommand(input),
    );
    return { ids: FlowLogIds, codes: Unsuccessful.map((item) => item.Error?.Code) };
  }

  function times<Result>(work: (index: number) => Promise<Result>): Promise<Result[]> {
    return Promise.all(Array.from({ length: AT_A_TIME }, (_, index) => work(index)));
  }

  async function flowLogsTo(bucket: string): Promise<string[]> {
    const { FlowLogs = [] } = await client.send(new DescribeFlowLogsCommand({}));
    const found = FlowLogs.filter((one) => one.LogDestination === `arn:aws:s3:::${bucket}`);
    return found.map((one) => one.FlowLogId ?? '');
  }

  function codeOf(fault: unknown): string {
    assert.ok(fault instanceof EC2ServiceException, String(fault));
    return fault.name;
  }

  it('the same resource and destination: exactly one is created', async () => {
    const answers = await times(() => create('same'));

    const ids = answers.flatMap((answer) => answer.ids);
    const codes = answers.flatMap((answer) => answer.codes);
    assert.equal(ids.length, 1);
    assert.equal(codes.length, AT_A_TIME - 1);
    assert.deepEqual(new Set(codes), new Set(['FlowLogAlreadyExists']));
    assert.deepEqual(await flowLogsTo('same'), ids);
  });

  it('the same client token: all get the same id', async () => {
    const answers = await times(() => create('token', { ClientToken: 'one token' }));

    const ids = new Set(answers.flatMap((answer) => answer.ids));
    assert.equal(ids.size, 1);
    assert.ok(answers.every((answer) => answer.ids.length === 1 && answer.codes.length === 0));
    assert.deepEqual(await flowLogsTo('token'), [...ids]);
  });

  it('the same client token for different things: the first one has it', async () => {
    const answers = await times(async (index) => {
      try {
        return (await create(`contested-${index}`, { ClientToken: 'contested' })).ids;
      } catch (fault) {
        return [codeOf(fault)];
      }
    });

    const outcomes = answers.flat();
    const refused = outcomes.filter((outcome) => outcome === 'IdempotentParameterMismatch');
    assert.equal(refused.length, AT_A_TIME - 1);
    assert.equal(outcomes.filter((outcome) => outcome.startsWith('fl-')).length, 1);
  });

  it('deleting beside tagging and modifying: gone is gone, and nobody brings it back', async () => {
    const { ids } = await create('contended');
    const [id = ''] = ids;
    const tag = { Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] };

    const outcomes = await times(async (index) => {
      if (index % 3 === 1) {
        const form = { Action: 'ModifyFlowLogs', Version: '2016-11-15', 'FlowLogId.1': id };
        const answer = await sendForm(weir, { ...form, TrafficType: 'REJECT' });
        return answer.status === 200 ? 'modified' : /<Code>([^<]*)/.exec(answer.body)?.[1];
      }
      try {
        if (index % 3 === 0) await client.send(new CreateTagsCommand(tag));
        else await client.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] }));
        return index % 3 === 0 ? 'tagged' : 'deleted';
      } catch (fault) {
        return codeOf(fault);
      }
    });

    assert.equal(outcomes.filter((outcome) => outcome === 'deleted').length, 1);
    const rest = new Set(outcomes);
    for (const outcome of ['tagged', 'modified', 'deleted']) rest.delete(outcome);
    assert.deepEqual(rest, new Set(['InvalidFlowLogId.NotFound']));
    assert.deepEqual(await flowLogsTo('contended'), []);
  });
});
