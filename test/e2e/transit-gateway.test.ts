// A Linux router as a transit gateway: two VPCs whose hosts talk through it, flow logs of the
// gateway and of one attachment, and an ordinary flow log with tag fields beside them.
//
//   host a 10.1.0.10 ---- ta 10.1.0.1 [ router ] tb 10.2.0.1 ---- host b 10.2.0.10
//          VPC a                     gateway                     VPC b
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';

import { deliveredRecords, startWeir, weirIn, type RunningWeir } from '../support/daemon.ts';
import { ip, pause, runIn, SKIP_LIVE } from './live-bed.ts';

const TGW = 'tgw-0aaaaaaaaaaaaaaa1';
const ATTACHMENT_A = 'tgw-attach-0aaaaaaaaaaaaaaa1';
const ATTACHMENT_B = 'tgw-attach-0aaaaaaaaaaaaaaa2';
const INVENTORY = `
vpcs:
  - {id: vpc-a, account: 111111111111, region: eu-west-1, cidrs: [10.1.0.0/16]}
  - {id: vpc-b, account: 222222222222, region: eu-west-1, cidrs: [10.2.0.0/16]}
subnets:
  - {id: subnet-a, vpc: vpc-a, cidrs: [10.1.0.0/24], az-id: euw1-az1}
  - {id: subnet-b, vpc: vpc-b, cidrs: [10.2.0.0/24], az-id: euw1-az2}
transit-gateways: [{id: ${TGW}, account: 333333333333, region: eu-west-1}]
transit-gateway-attachments:
  - {id: ${ATTACHMENT_A}, transit-gateway: ${TGW}, vpc: vpc-a}
  - {id: ${ATTACHMENT_B}, transit-gateway: ${TGW}, vpc: vpc-b}
enis:
  - {id: eni-ta, subnet: subnet-a, attachment: ${ATTACHMENT_A}, interface: ta, ipv4: [10.1.0.1],
     tags: {team: platform-engineering}}
  - {id: eni-tb, subnet: subnet-b, attachment: ${ATTACHMENT_B}, interface: tb, ipv4: [10.2.0.1]}
`;
const QUICK = { WEIR_METER_WINDOW_SECONDS: '1', WEIR_DELIVER_PUBLISH_SECONDS: '1' };
const [HOST_A, ROUTER, HOST_B] = ['a', 'r', 'b'].map((end) => `weir-${process.pid}-tgw-${end}`);

/** Joins a host to the router by a veth pair, with everything routed through it. */
function join(host: string, device: string, network: string): void {
  ip(`netns add ${host}`);
  ip(`-n ${ROUTER} link add ${device} type veth peer name eth0 netns ${host}`);
  ip(`-n ${ROUTER} addr add ${network}.1/24 dev ${device}`);
  ip(`-n ${host} addr add ${network}.10/24 dev eth0`);
  ip(`-n ${ROUTER} link set ${device} up`);
  ip(`-n ${host} link set eth0 up`);
  ip(`-n ${host} route add default via ${network}.1`);
}

function quiet(netns: string, ...settings: string[]): void {
  const noIpv6 = ['all', 'default'].map((name) => `net.ipv6.conf.${name}.disable_ipv6=1`);
  execFileSync('ip', ['netns', 'exec', netns, 'sysctl', '-qw', ...noIpv6, ...settings]);
}

describe('flow logs of a transit gateway on real traffic', { skip: SKIP_LIVE }, () => {
  const [a = '', router = '', b = ''] = [HOST_A, ROUTER, HOST_B];
  let data: string;
  let weir: RunningWeir;

  before(async () => {
    ip(`netns add ${router}`);
    quiet(router, 'net.ipv4.ip_forward=1');
    ip(`-n ${router} link set lo up`);
    join(a, 'ta', '10.1.0');
    join(b, 'tb', '10.2.0');
    for (const host of [a, b]) quiet(host);
    data = mkdtempSync(path.join(tmpdir(), 'weir-tgw-'));
    const inventory = path.join(data, 'inventory.yaml');
    writeFileSync(inventory, INVENTORY);
    const args = ['--data', data, '--listen', '127.0.0.1:0', '--inventory', inventory];
    weir = await startWeir(router, args, { ...QUICK, WEIR_REGION: 'eu-west-1' });
    create('gateway', 'TransitGateway', TGW);
    create('attachment', 'TransitGatewayAttachment', ATTACHMENT_A);
    create(
      ...['tagged', 'NetworkInterface', 'eni-ta', '--traffic-type', 'ALL'],
      ...['--log-format', '${interface-type} ${interface-tag} ${instance-tag} ${packets}'],
      ...['--tag-field-specifications', 'ResourceType=network-interface,TagKeys=team'],
      ...['--tag-field-specifications', 'ResourceType=instance,TagKeys=Name'],
    );
    await runIn(a, 'ping', '-q', '-c', '3', '-i', '0.2', '10.2.0.10');
    await pause(2500);
    assert.equal(await weir.stop(), 0, weir.lines.join('\n'));
  });
  after(async () => {
    await weir?.kill();
    for (const netns of [a, router, b]) {
      // One that was never made is none to remove.
      if (ip('netns list').includes(netns)) ip(`netns del ${netns}`);
    }
    if (data !== undefined) rmSync(data, { recursive: true, force: true });
  });

  function create(bucket: string, type: string, id: string, ...more: string[]): void {
    const run = weirIn(router, [
      ...['flow-logs', 'create', '--data', data, '--resource-type', type, '--resource-ids', id],
      ...['--log-destination-type', 's3', '--log-destination', `arn:aws:s3:::${bucket}`],
      ...(type.startsWith('Transit') ? [] : ['--max-aggregation-interval', '60']),
      ...more,
    ]);
    assert.equal(run.status, 0, run.stderr);
  }

  /** Packets by what a record says up to the addresses, and of the direction. */
  function packetsByPath(bucket: string): Record<string, number> {
    const paths: Record<string, number> = {};
    for (const values of deliveredRecords(data, bucket).map((line) => line.split(' '))) {
      if (values[20] !== '1') continue;
      assert.equal(values.length, 36);
      const key = [...values.slice(0, 18), values[33]].join(' ');
      paths[key] = (paths[key] ?? 0) + Number(values[21]);
    }
    return paths;
  }

  const toB =
    '111111111111 222222222222 vpc-a vpc-b subnet-a subnet-b eni-ta eni-tb euw1-az1 euw1-az2';
  const toA =
    '222222222222 111111111111 vpc-b vpc-a subnet-b subnet-a eni-tb eni-ta euw1-az2 euw1-az1';
  const gateway = `6 TransitGateway 333333333333 ${TGW}`;
  const there = '10.1.0.10 10.2.0.10';
  const back = '10.2.0.10 10.1.0.10';

  it('a flow log of the gateway has each packet once per attachment, both ways', () => {
    assert.deepEqual(packetsByPath('gateway'), {
      [`${gateway} ${ATTACHMENT_A} ${toB} ${ATTACHMENT_B} ${there} ingress`]: 3,
      [`${gateway} ${ATTACHMENT_B} ${toB} ${ATTACHMENT_A} ${there} egress`]: 3,
      [`${gateway} ${ATTACHMENT_B} ${toA} ${ATTACHMENT_A} ${back} ingress`]: 3,
      [`${gateway} ${ATTACHMENT_A} ${toA} ${ATTACHMENT_B} ${back} egress`]: 3,
    });
  });

  it('a flow log of an attachment has its own packets only', () => {
    assert.deepEqual(packetsByPath('attachment'), {
      [`${gateway} ${ATTACHMENT_A} ${toB} ${ATTACHMENT_B} ${there} ingress`]: 3,
      [`${gateway} ${ATTACHMENT_A} ${toA} ${ATTACHMENT_B} ${back} egress`]: 3,
    });
  });

  it('tag fields show the tags of the inventory, percent-encoded', () => {
    const records = deliveredRecords(data, 'tagged').filter((line) => !line.endsWith(' -'));

    assert.ok(records.length > 0);
    for (const line of records) {
      assert.match(line, /^transit_gateway platform%2Dengineering - \d$/);
    }
  });
});
