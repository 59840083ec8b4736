// The whole product on real traffic: two namespaces, `weir up` in one of them, and what a user
// then finds in SQL and in the bucket.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import {
  deliveredRecords,
  objectKeys,
  queryRows,
  startWeir,
  weirIn,
  type RunningWeir,
} from '../support/daemon.ts';
import { ip, makeBed, pause, runIn, SKIP_LIVE, type LiveBed } from './live-bed.ts';

const VPC = 'vpc-0aaaaaaaaaaaaaaa1';
const INVENTORY = `
vpcs:
  - {id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.77.0.0/16, 'fd77::/64']}
subnets:
  - {id: subnet-0aaaaaaaaaaaaaaa1, vpc: ${VPC}, cidrs: [10.77.0.0/24, 'fd77::/64']}
instances: [{id: i-0aaaaaaaaaaaaaaa1}]
enis:
  - id: eni-0aaaaaaaaaaaaaaa1
    subnet: subnet-0aaaaaaaaaaaaaaa1
    instance: i-0aaaaaaaaaaaaaaa1
    interface: va
    ipv4: [10.77.0.1]
    ipv6: ['fd77::1']
`;
const FORMAT =
  '${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ' +
  '${action} ${tcp-flags} ${flow-direction} ${type} ${instance-id} ${traffic-path}';

/** Keeps a test's few packets inside one window. */
async function awayFromTheMinute(): Promise<void> {
  const second = Math.floor(Date.now() / 1000) % 60;
  if (second > 45) await pause((61 - second) * 1000);
}

/** With a fixed neighbour, so that no neighbour discovery joins the flow of the ping. */
function addIpv6(netns: string, device: string, address: string, neighbour: string): void {
  ip(`netns exec ${netns} sysctl -qw net.ipv6.conf.${device}.disable_ipv6=0`);
  ip(`-n ${netns} addr add ${address}/64 dev ${device} nodad`);
  ip(`-n ${netns} neigh replace ${neighbour} dev ${device}`);
}

function createFlowLog(bed: LiveBed, data: string, bucket: string, ...more: string[]): string {
  const run = weirIn(bed.a, [
    'flow-logs',
    'create',
    '--data',
    data,
    '--resource-type',
    'VPC',
    '--resource-ids',
    VPC,
    '--log-destination-type',
    's3',
    '--log-destination',
    `arn:aws:s3:::${bucket}`,
    '--max-aggregation-interval',
    '60',
    ...more,
  ]);
  assert.equal(run.status, 0, run.stderr);
  const { FlowLogIds } = JSON.parse(run.stdout) as { FlowLogIds: string[] };
  return FlowLogIds[0] ?? '';
}

describe('weir up on real traffic', { skip: SKIP_LIVE }, () => {
  let bed: LiveBed;
  let data: string;
  let weir: RunningWeir;
  let server: ChildProcess;
  let flowLogId: string;

  before(async () => {
    bed = makeBed();
    addIpv6(bed.a, 'va', 'fd77::1', 'fd77::2 lladdr 02:00:00:00:00:0b');
    addIpv6(bed.b, 'vb', 'fd77::2', 'fd77::1 lladdr 02:00:00:00:00:0a');
    data = mkdtempSync(path.join(tmpdir(), 'weir-up-'));
    const inventory = path.join(data, 'inventory.yaml');
    writeFileSync(inventory, INVENTORY);
    await awayFromTheMinute();
    weir = await startWeir(bed.a, ['--data', data, '--inventory', inventory]);
    flowLogId = createFlowLog(
      bed,
      data,
      'all-traffic',
      '--traffic-type',
      'ALL',
      '--log-format',
      FORMAT,
    );
    createFlowLog(bed, data, 'rejects', '--traffic-type', 'REJECT', '--log-format', FORMAT);
    createFlowLog(bed, data, 'accepts/team', '--traffic-type', 'ACCEPT');

    const program = "require('http').createServer((_, r) => r.end('hello')).listen(8080, '::')";
    server = spawn('ip', ['netns', 'exec', bed.b, process.execPath, '-e', program]);
    await pause(700);
    await runIn(bed.a, 'ping', '-q', '-c', '4', '-i', '0.2', '10.77.0.2');
    await runIn(bed.a, 'ping', '-q', '-c', '4', '-i', '0.2', 'fd77::2');
    for (const url of ['http://10.77.0.2:8080/', 'http://[fd77::2]:8080/']) {
      await runIn(bed.a, 'curl', '-sS', '-o', '/dev/null', url);
    }
    await pause(300);
    assert.equal(await weir.stop(), 0, weir.lines.join('\n'));
  });

  after(() => {
    server?.kill('SIGKILL');
    bed?.remove();
    if (data !== undefined) rmSync(data, { recursive: true, force: true });
  });

  it('gives ping -c 4 two records of 4 packets and 336 bytes, one each way', () => {
    const rows = queryRows(
      data,
      `SELECT srcaddr, dstaddr, srcport, dstport, packets, bytes, flow_direction, interface_id,
         instance_id, traffic_path FROM flow_logs WHERE protocol = 1 ORDER BY flow_direction`,
    );

    const common = { srcport: 0, dstport: 0, packets: 4, bytes: 336 };
    const owner = { interface_id: 'eni-0aaaaaaaaaaaaaaa1', instance_id: 'i-0aaaaaaaaaaaaaaa1' };
    assert.deepEqual(rows, [
      {
        srcaddr: '10.77.0.1',
        dstaddr: '10.77.0.2',
        ...common,
        flow_direction: 'egress',
        ...owner,
        traffic_path: 1,
      },
      {
        srcaddr: '10.77.0.2',
        dstaddr: '10.77.0.1',
        ...common,
        flow_direction: 'ingress',
        ...owner,
        traffic_path: null,
      },
    ]);
  });

  it('gives ping -6 the same, with 4 packets of 104 bytes', () => {
    const rows = queryRows(
      data,
      `SELECT packets, bytes, type, flow_direction FROM flow_logs
         WHERE protocol = 58 AND srcaddr IN ('fd77::1', 'fd77::2') AND bytes = 416
         ORDER BY flow_direction`,
    );

    const common = { packets: 4, bytes: 416, type: 'IPv6' };
    assert.deepEqual(rows, [
      { ...common, flow_direction: 'egress' },
      { ...common, flow_direction: 'ingress' },
    ]);
  });

  for (const [version, client] of [
    ['IPv4', '10.77.0.1'],
    ['IPv6', 'fd77::1'],
  ] as const) {
    it(`gives curl over ${version} flags 2 or 3 on its record, 18 or 19 on the server's`, () => {
      const rows = queryRows(
        data,
        `SELECT srcaddr, tcp_flags FROM flow_logs WHERE protocol = 6 AND type = '${version}'`,
      );

      const flags = new Map(rows.map((row) => [row['srcaddr'] === client, row['tcp_flags']]));
      assert.deepEqual(rows.length, 2);
      assert.ok([2, 3].includes(flags.get(true) as number), JSON.stringify(rows));
      assert.ok([18, 19].includes(flags.get(false) as number), JSON.stringify(rows));
    });
  }

  it('delivers the same records under AWS keys, in the order of the format', () => {
    const keys = objectKeys(data, 'all-traffic');
    const key = new RegExp(
      `^AWSLogs/123456789012/vpcflowlogs/eu-west-1/\\d{4}/\\d\\d/\\d\\d/` +
        `123456789012_vpcflowlogs_eu-west-1_${flowLogId}_` +
        '\\d{8}T\\d\\d[0-5][05]Z_[0-9a-f]{8}\\.log\\.gz$',
    );

    const records = deliveredRecords(data, 'all-traffic');
    const count = queryRows(data, 'SELECT count(*)::INTEGER AS records FROM flow_logs')[0];
    assert.ok(keys.length > 0);
    for (const name of keys) assert.match(name, key);
    assert.equal(records.length, count?.['records']);
    assert.ok(
      records.includes(
        'eni-0aaaaaaaaaaaaaaa1 10.77.0.1 10.77.0.2 0 0 1 4 336 ACCEPT 0 egress IPv4 ' +
          'i-0aaaaaaaaaaaaaaa1 1',
      ),
      records.join('\n'),
    );
  });

  it('keeps accepted traffic out of a flow log for REJECT, and in one for ACCEPT', () => {
    const rejected = deliveredRecords(data, 'rejects').filter((line) =>
      / (ACCEPT|REJECT) /.test(line),
    );
    const accepted = deliveredRecords(data, 'accepts').filter((line) =>
      line.includes(' ACCEPT OK'),
    );

    assert.deepEqual(rejected, []);
    assert.ok(accepted.length >= 8);
    assert.ok(objectKeys(data, 'accepts').every((key) => key.startsWith('team/AWSLogs/')));
  });

  it('lists flow logs and reads the store when no daemon runs', () => {
    const run = weirIn(bed.a, ['flow-logs', 'list', '--data', data]);

    const { FlowLogs } = JSON.parse(run.stdout) as { FlowLogs: { FlowLogId: string }[] };
    assert.equal(FlowLogs.length, 3);
    assert.ok(FlowLogs.some((flowLog) => flowLog.FlowLogId === flowLogId));
  });
});
