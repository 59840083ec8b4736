// The AWS contract on real traffic: the exact command of AWS's announcement of the v3 fields, typed
// into Debian's aws CLI, and what then arrives; flow logs that begin, change and end while packets
// flow.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { awsJson, SKIP_AWS_CLI, type CliPlace } from '../aws/aws-cli.ts';
import { startServing } from '../support/aws-daemon.ts';
import {
  deliveredRecords,
  objectKeys,
  startWeir,
  weirIn,
  type RunningWeir,
} from '../support/daemon.ts';
import { ip, makeBed, pause, runIn, SKIP_LIVE, type LiveBed } from './live-bed.ts';

const VPC = 'vpc-0aaaaaaaaaaaaaaa1';
const SUBNET = 'subnet-0aaaaaaaaaaaaaaa1';
const INVENTORY = `
vpcs: [{id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.77.0.0/16]}]
subnets: [{id: ${SUBNET}, vpc: ${VPC}, cidrs: [10.77.0.0/24]}]
instances: [{id: i-0aaaaaaaaaaaaaaa1}]
enis:
  - {id: eni-0aaaaaaaaaaaaaaa1, subnet: ${SUBNET}, instance: i-0aaaaaaaaaaaaaaa1, interface: va,
     ipv4: [10.77.0.1]}
`;
/** The second interface, declared while the daemon runs. */
const LATER_ENI = `  - {id: eni-0aaaaaaaaaaaaaaa2, subnet: ${SUBNET}, interface: vc,
     ipv4: [10.77.0.65]}
`;

/** As in AWS's announcement, word for word. */
const ANNOUNCED_FORMAT =
  '${version} ${vpc-id} ${subnet-id} ${instance-id} ${interface-id} ${account-id} ${type} ' +
  '${srcaddr} ${dstaddr} ${srcport} ${dstport} ${pkt-srcaddr} ${pkt-dstaddr} ${protocol} ' +
  '${bytes} ${packets} ${start} ${end} ${action} ${tcp-flags} ${log-status}';

const SKIP = SKIP_LIVE === false ? SKIP_AWS_CLI : SKIP_LIVE;
/** Windows of a second, published at once, so that a test need not wait for the minute. */
const QUICK = { WEIR_METER_WINDOW_SECONDS: '1', WEIR_DELIVER_PUBLISH_SECONDS: '1' };
const SETTINGS = { ...QUICK, WEIR_REGION: 'eu-west-1' };

/** Sum of the last values of the records that begin so; a ping may cross windows of a second. */
function packetsIn(records: readonly string[], start: string): number {
  return records
    .filter((line) => line.startsWith(`${start} `))
    .reduce((sum, line) => sum + Number(line.slice(start.length)), 0);
}

describe('the AWS contract on real traffic', { skip: SKIP }, () => {
  let bed: LiveBed;
  let data: string;
  let inventory: string;
  let weir: RunningWeir;
  let place: CliPlace;

  before(async () => {
    bed = makeBed();
    data = mkdtempSync(path.join(tmpdir(), 'weir-contract-'));
    inventory = path.join(data, 'inventory.yaml');
    writeFileSync(inventory, INVENTORY);
    const args = ['--data', data, '--listen', '127.0.0.1:7717', '--inventory', inventory];
    weir = await startWeir(bed.a, args, SETTINGS);
    const env = weirIn(bed.a, ['env', '--data', data]);
    assert.equal(env.status, 0, env.stderr);
    const environment = Object.fromEntries(
      [...env.stdout.matchAll(/^export (AWS_\w+)='?([^'\n]*)'?$/gm)].map((match) => [
        match[1] ?? '',
        match[2] ?? '',
      ]),
    );
    const endpoint = environment['AWS_ENDPOINT_URL'] ?? '';
    place = { endpoint, environment, prefix: ['ip', 'netns', 'exec', bed.a] };
  });
  after(async () => {
    await weir?.kill();
    bed?.remove();
    if (data !== undefined) rmSync(data, { recursive: true, force: true });
  });

  async function create(...words: string[]): Promise<string> {
    const { FlowLogIds } = await awsJson<{ FlowLogIds: string[] }>(place, [
      ...['ec2', 'create-flow-logs', '--region', 'eu-west-1'],
      ...words,
    ]);
    return FlowLogIds[0] ?? '';
  }

  async function createSecondly(
    bucket: string,
    format: string,
    ...more: string[]
  ): Promise<string> {
    return create(
      ...['--resource-type', 'VPC', '--resource-ids', VPC, '--traffic-type', 'ALL'],
      ...['--log-destination-type', 's3', '--log-destination', `arn:aws:s3:::${bucket}`],
      ...['--max-aggregation-interval', '60', '--log-format', format, ...more],
    );
  }

  async function ping(address = '10.77.0.2'): Promise<void> {
    await runIn(bed.a, 'ping', '-q', '-c', '3', '-i', '0.2', address);
    // The window closes and is published.
    await pause(2500);
  }

  it('the command of the announcement works, and records arrive in its format', async () => {
    await create(
      ...['--resource-type', 'VPC', '--resource-ids', VPC, '--traffic-type', 'ALL'],
      ...['--log-destination-type', 's3', '--log-destination', 'arn:aws:s3:::sst-vpc-demo'],
      ...['--log-format', ANNOUNCED_FORMAT],
    );
    await ping();
    assert.equal(await weir.stop(), 0, weir.lines.join('\n'));

    // Without an interval AWS aggregates for ten minutes: the clock is moved past them.
    const later = await startServing({
      data,
      inventory: INVENTORY,
      settings: QUICK,
      prefix: ['faketime', '-f', '+800s'],
    });
    for (let wait = 0; wait < 100 && objectKeys(data, 'sst-vpc-demo').length === 0; wait++) {
      await pause(100);
    }
    await later.stop();
    rmSync(`${data}.inventory.yaml`);

    const records = deliveredRecords(data, 'sst-vpc-demo').map((line) => line.split(' '));
    const pings = records.filter((values) => values[13] === '1');
    const [outgoing, incoming] = ['10.77.0.1', '10.77.0.2'].map((source) =>
      pings.find((values) => values[7] === source),
    );
    const owner = [VPC, SUBNET, 'i-0aaaaaaaaaaaaaaa1', 'eni-0aaaaaaaaaaaaaaa1', '123456789012'];
    for (const [values, from, to] of [
      [outgoing, '10.77.0.1', '10.77.0.2'],
      [incoming, '10.77.0.2', '10.77.0.1'],
    ] as const) {
      assert.equal(values?.length, 21, JSON.stringify(records));
      assert.deepEqual(values.slice(0, 16), [
        ...['3', ...owner, 'IPv4', from, to, '0', '0', from, to, '1', '252', '3'],
      ]);
      assert.match(values.slice(16, 18).join(' '), /^\d{10} \d{10}$/);
      assert.deepEqual(values.slice(18), ['ACCEPT', '0', 'OK']);
    }
    const args = ['--data', data, '--listen', '127.0.0.1:7717', '--inventory', inventory];
    weir = await startWeir(bed.a, args, SETTINGS);
  });

  it('a flow log takes effect at once, also on an interface that appears later', async () => {
    const id = await createSecondly('later', '${interface-id} ${dstaddr} ${packets}');
    ip(`-n ${bed.a} link add vc type veth peer name vd netns ${bed.b}`);
    ip(`-n ${bed.a} addr add 10.77.0.65/32 dev vc`);
    ip(`-n ${bed.a} link set vc up`);
    ip(`-n ${bed.b} link set vd up`);
    ip(`-n ${bed.b} addr add 10.77.0.66/32 dev vd`);
    ip(`-n ${bed.a} route add 10.77.0.66/32 dev vc src 10.77.0.65`);
    ip(`-n ${bed.b} route add 10.77.0.65/32 dev vd`);
    writeFileSync(inventory, INVENTORY + LATER_ENI);
    await pause(2000);

    await ping();
    await ping('10.77.0.66');

    const records = deliveredRecords(data, 'later');
    assert.equal(packetsIn(records, 'eni-0aaaaaaaaaaaaaaa1 10.77.0.2'), 3, records.join('\n'));
    assert.equal(packetsIn(records, 'eni-0aaaaaaaaaaaaaaa2 10.77.0.66'), 3, weir.lines.join('\n'));
    await awsJson(place, ['ec2', 'delete-flow-logs', '--flow-log-ids', id]);
  });

  it('deleting ends the delivery and leaves what was delivered', async () => {
    const id = await createSecondly('ended', '${dstaddr} ${packets}');
    await ping();

    await awsJson(place, ['ec2', 'delete-flow-logs', '--flow-log-ids', id]);
    await pause(500);
    const before = deliveredRecords(data, 'ended');
    await ping();

    assert.equal(packetsIn(before, '10.77.0.2'), 3, before.join('\n'));
    assert.deepEqual(deliveredRecords(data, 'ended'), before);
  });

  it('deliverLogsStatus tells how delivery goes, and nothing is lost meanwhile', async () => {
    const id = await createSecondly('mended', '${dstaddr} ${packets}');
    const blocker = path.join(data, 's3/mended/AWSLogs');
    writeFileSync(blocker, 'in the way');
    const status = async (): Promise<string> => {
      const { FlowLogs } = await awsJson<{ FlowLogs: Record<string, string>[] }>(place, [
        ...['ec2', 'describe-flow-logs', '--flow-log-ids', id],
      ]);
      return `${FlowLogs[0]?.['DeliverLogsStatus']} ${FlowLogs[0]?.['DeliverLogsErrorMessage']}`;
    };
    await ping();
    const broken = await status();
    rmSync(blocker);
    for (let wait = 0; wait < 60 && (await status()) !== 'SUCCESS undefined'; wait++) {
      await pause(200);
    }

    assert.equal(broken, 'FAILED Unknown error');
    assert.equal(await status(), 'SUCCESS undefined');
    assert.equal(packetsIn(deliveredRecords(data, 'mended'), '10.77.0.2'), 3);
    await awsJson(place, ['ec2', 'delete-flow-logs', '--flow-log-ids', id]);
  });

  it('ModifyFlowLogs (not in AWS) changes the format from the next window on', async () => {
    const id = await createSecondly('changed', '${dstaddr} ${packets}');
    await ping();

    const run = weirIn(bed.a, [
      ...['flow-logs', 'modify', '--data', data, '--flow-log-ids', id],
      ...['--log-format', '${version} ${protocol} ${srcaddr} ${bytes}'],
    ]);
    assert.equal(run.status, 0, run.stderr);
    await ping();

    const records = deliveredRecords(data, 'changed');
    assert.equal(packetsIn(records, '10.77.0.2'), 3, records.join('\n'));
    assert.equal(packetsIn(records, '2 1 10.77.0.1'), 252, records.join('\n'));
    const shown = await awsJson<{ FlowLogs: { LogFormat: string }[] }>(place, [
      ...['ec2', 'describe-flow-logs', '--flow-log-ids', id],
    ]);
    assert.equal(shown.FlowLogs[0]?.LogFormat, '${version} ${protocol} ${srcaddr} ${bytes}');
    await awsJson(place, ['ec2', 'delete-flow-logs', '--flow-log-ids', id]);
  });

  it('StartTime (not in AWS) delivers what the store already holds', async () => {
    const run = weirIn(bed.a, [
      ...['flow-logs', 'create', '--data', data, '--resource-type', 'VPC', '--resource-ids', VPC],
      ...['--traffic-type', 'ALL', '--log-destination-type', 's3'],
      ...['--log-destination', 'arn:aws:s3:::history', '--max-aggregation-interval', '60'],
      ...['--log-format', '${log-status} ${dstaddr} ${packets}', '--since', '1h'],
    ]);
    assert.equal(run.status, 0, run.stderr);
    await pause(2500);

    const records = deliveredRecords(data, 'history');
    // Every ping of the tests before, whatever flow logs there were.
    assert.equal(packetsIn(records, 'OK 10.77.0.2'), 21, records.join('\n'));
  });
});
