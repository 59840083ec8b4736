// Killed in the middle of many changes, or out of disk: what was answered is there afterwards, and
// nothing is there by half.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import {
  CreateFlowLogsCommand,
  CreateTagsCommand,
  DeleteFlowLogsCommand,
  DescribeFlowLogsCommand,
  EC2Client,
  EC2ServiceException,
  type FlowLog,
} from '@aws-sdk/client-ec2';

import { startServing, type ServingWeir } from '../support/aws-daemon.ts';
import { Random } from '../support/random.ts';
import { temporaryFolder } from '../support/temporary.ts';

const VPC = 'vpc-0c4a50000000000001';
const INVENTORY = `vpcs: [{id: ${VPC}, cidrs: [10.0.0.0/16]}]\n`;
const ROUNDS = 3;
const WORKERS = 16;
const SEED = Number(process.env['WEIR_SEED'] ?? '20261121');

function clientOf({ endpoint, region, credentials }: ServingWeir): EC2Client {
  return new EC2Client({ endpoint, region, credentials, maxAttempts: 1 });
}

function creationOf(bucket: string): CreateFlowLogsCommand {
  return new CreateFlowLogsCommand({
    ResourceType: 'VPC',
    ResourceIds: [VPC],
    TrafficType: 'ALL',
    LogDestinationType: 's3',
    LogDestination: `arn:aws:s3:::${bucket}`,
    TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'bucket', Value: bucket }] }],
  });
}

async function flowLogsOf(client: EC2Client): Promise<FlowLog[]> {
  return (await client.send(new DescribeFlowLogsCommand({}))).FlowLogs ?? [];
}

/** What a flow log must be after the crash: null is gone; undefined was asked and not answered. */
interface Expectation {
  isThere: boolean | undefined;
  tag: string | undefined | null;
}

describe('a crash', () => {
  it(`by kill -9 amid changes, ${ROUNDS} times: all that was answered holds`, async (t) => {
    const data = path.join(temporaryFolder(t), 'data');
    const random = new Random(SEED);
    const expected = new Map<string, Expectation>();
    let answeredCount = 0;

    for (let round = 0; round < ROUNDS; round += 1) {
      const weir = await startServing({ data, inventory: INVENTORY });
      const client = clientOf(weir);
      const killing = new AbortController();
      const workers = Array.from({ length: WORKERS }, (_, worker) => work(worker));
      await new Promise((resolve) => setTimeout(resolve, 250 + random.below(400)));
      killing.abort();
      await weir.kill();
      await Promise.all(workers);
      client.destroy();

      /** Creates, tags and deletes flow logs of its own until the daemon is gone. */
      async function work(worker: number): Promise<void> {
        for (let step = 0; !killing.signal.aborted; step += 1) {
          try {
            await change(`r${round}-w${worker}-s${step}`, step);
          } catch (fault) {
            // The daemon is gone: nothing was answered.
            if (fault instanceof EC2ServiceException) throw fault;
            return;
          }
        }
      }

      async function change(bucket: string, step: number): Promise<void> {
        const { FlowLogIds = [] } = await client.send(creationOf(bucket));
        const [id = ''] = FlowLogIds;
        const mine: Expectation = { isThere: true, tag: null };
        expected.set(id, mine);
        mine.tag = undefined;
        const Tags = [{ Key: 'step', Value: `${step}` }];
        await client.send(new CreateTagsCommand({ Resources: [id], Tags }));
        mine.tag = `${step}`;
        answeredCount += 1;
        if (step % 2 === 0) return;
        mine.isThere = undefined;
        await client.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] }));
        mine.isThere = false;
      }
    }

    const weir = await startServing({ data, inventory: INVENTORY });
    const client = clientOf(weir);
    const found = new Map((await flowLogsOf(client)).map((one) => [one.FlowLogId ?? '', one]));
    client.destroy();
    await weir.kill();

    assert.ok(answeredCount > ROUNDS * WORKERS, `${answeredCount} answered`);
    for (const [id, { isThere, tag }] of expected) {
      const flowLog = found.get(id);
      if (isThere !== undefined) assert.equal(flowLog !== undefined, isThere, id);
      if (flowLog === undefined || tag === undefined) continue;
      const step = flowLog.Tags?.find(({ Key }) => Key === 'step')?.Value;
      assert.equal(step ?? null, tag, id);
    }
    for (const { LogDestination, Tags } of found.values()) {
      const bucket = Tags?.find(({ Key }) => Key === 'bucket')?.Value;
      assert.equal(LogDestination, `arn:aws:s3:::${bucket}`);
    }
  });
});

const skip = process.getuid?.() === 0 ? false : 'needs root, to mount a small file system';

describe('a full disk', { skip }, () => {
  it('refuses changes and tells no path; nothing is lost, and it goes on when freed', async (t) => {
    const root = temporaryFolder(t);
    const disk = path.join(root, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    const weir = await startServing({ data: path.join(disk, 'data'), inventory: INVENTORY });
    const client = clientOf(weir);
    try {
      const { FlowLogIds } = await client.send(creationOf('before'));
      const ballast = path.join(disk, 'ballast');
      const { bavail, bsize } = statfsSync(disk);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize));

      const changes = [creationOf('full'), creationOf('before-2')];
      for (const command of changes) {
        await assert.rejects(client.send(command), (fault) => {
          assert.ok(fault instanceof EC2ServiceException);
          assert.deepEqual(
            [fault.$metadata.httpStatusCode, fault.name, fault.message],
            [503, 'Unavailable', 'The disk is full; retry when it has room again'],
          );
          return true;
        });
      }
      const whileFull = (await flowLogsOf(client)).map((one) => one.FlowLogId);
      rmSync(ballast);
      const afterwards = await client.send(creationOf('after'));

      assert.deepEqual(whileFull, FlowLogIds);
      assert.equal(afterwards.FlowLogIds?.length, 1);
      assert.ok(weir.lines.some((line) => line.includes('no space left on device')));
    } finally {
      client.destroy();
      await weir.kill();
      execFileSync('umount', [disk]);
    }
  });
});
