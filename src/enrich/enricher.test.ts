import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  enrichTrial,
  INSTANCE_ENI,
  IPV6_ENI,
  NAT_ENI,
  REGIONAL_ENI,
} from '../../test/support/enrich-trial.ts';
import { batchOf, rowsOf, type TestFlow, type TestRow } from '../../test/support/flow-entries.ts';
import { eniOf, snapshotOf, subnetOf, vpcOf } from '../../test/support/topologies.ts';
import { parseCidr } from '../records/address.ts';
import { buildPrefixTable } from '../records/prefix-table.ts';

/** `instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr`, as AWS's samples are. */
function natFormat(row: TestRow | undefined): string {
  const { instanceId, interfaceId } = row?.identity ?? {};
  const { src, dst, pktSrc, pktDst } = row ?? {};
  return [instanceId ?? '-', interfaceId ?? '-', src, dst, pktSrc, pktDst].join(' ');
}

describe('enrich(): addresses', () => {
  it('shows a NAT gateway as AWS does (N1 to N6)', () => {
    const { point, rows } = enrichTrial();
    const nat = point(NAT_ENI);
    const instance = point(INSTANCE_ENI);
    const [client, server, gateway] = ['10.0.1.5', '203.0.113.5', '10.0.0.220'];

    const found = rows(
      { point: nat, direction: 'ingress', src: client, dst: server },
      { point: nat, direction: 'egress', src: gateway, dst: server },
      { point: nat, direction: 'ingress', src: server, dst: gateway },
      { point: nat, direction: 'egress', src: server, dst: client },
      { point: instance, direction: 'egress', src: client, dst: server },
      { point: instance, direction: 'ingress', src: server, dst: client },
    );

    assert.deepEqual(found.map(natFormat), [
      '- eni-1235b8ca123456789 10.0.1.5 10.0.0.220 10.0.1.5 203.0.113.5',
      '- eni-1235b8ca123456789 10.0.0.220 203.0.113.5 10.0.0.220 203.0.113.5',
      '- eni-1235b8ca123456789 203.0.113.5 10.0.0.220 203.0.113.5 10.0.0.220',
      '- eni-1235b8ca123456789 10.0.0.220 10.0.1.5 203.0.113.5 10.0.1.5',
      'i-01234567890123456 eni-1111aaaa2222bbbb3 10.0.1.5 203.0.113.5 10.0.1.5 203.0.113.5',
      'i-01234567890123456 eni-1111aaaa2222bbbb3 203.0.113.5 10.0.1.5 203.0.113.5 10.0.1.5',
    ]);
    assert.deepEqual(
      found.map((row) => row.trafficPath),
      [null, 8, null, 1, 1, null],
    );
  });

  it('shows a regional NAT gateway by its id, addresses as in the packet (R1 to R4)', () => {
    const { point, rows } = enrichTrial();
    const nat = point(REGIONAL_ENI);
    const [client, server, address] = ['10.0.1.5', '203.0.113.5', '107.22.182.139'];

    const found = rows(
      { point: nat, direction: 'ingress', src: client, dst: server },
      { point: nat, direction: 'egress', src: address, dst: server },
      { point: nat, direction: 'ingress', src: server, dst: address },
      { point: nat, direction: 'egress', src: server, dst: client },
    );

    const shown = found.map((row) => `${row.identity.resourceId} ${natFormat(row)}`);
    assert.deepEqual(shown, [
      'nat-1234567890abcdef - - 10.0.1.5 203.0.113.5 10.0.1.5 203.0.113.5',
      'nat-1234567890abcdef - - 107.22.182.139 203.0.113.5 107.22.182.139 203.0.113.5',
      'nat-1234567890abcdef - - 203.0.113.5 107.22.182.139 203.0.113.5 107.22.182.139',
      'nat-1234567890abcdef - - 203.0.113.5 10.0.1.5 203.0.113.5 10.0.1.5',
    ]);
    assert.equal(found[0]?.identity.subnetId, null);
  });

  it('shows transit gateway interfaces as AWS does (G1 to G4)', () => {
    const vpc = vpcOf('vpc-abcdefab012345678', ['10.40.0.0/16']);
    const first = subnetOf('subnet-11111111aaaaaaaaa', vpc.vpcId, ['10.40.1.0/24']);
    const second = subnetOf('subnet-22222222bbbbbbbbb', vpc.vpcId, ['10.40.2.0/24']);
    const ids = [
      'eni-11111111111111111',
      'eni-22222222222222222',
      'eni-33333333333333333',
    ] as const;
    const snapshot = snapshotOf({
      vpcs: [vpc],
      subnets: [first, second],
      enis: [
        eniOf(ids[0], first, { ipv4: ['10.40.1.175'], interfaceType: 'transit_gateway' }),
        eniOf(ids[1], second, { ipv4: ['10.40.2.31'], interfaceType: 'transit_gateway' }),
        eniOf(ids[2], second, { ipv4: ['10.40.2.236'], instanceId: 'i-01234567890123456' }),
      ],
    });
    const { point, run } = enrichTrial();
    const [client, server] = ['10.20.33.164', '10.40.2.236'];
    const request = { src: client, dst: server, srcPort: 39812, dstPort: 80, tcpFlags: 3 };
    const answer = { src: server, dst: client, srcPort: 80, dstPort: 39812, tcpFlags: 19 };

    const { batch } = run(
      batchOf([
        { point: point(ids[2]), direction: 'ingress', ...request },
        { point: point(ids[2]), direction: 'egress', ...answer },
        { point: point(ids[0]), direction: 'egress', ...request },
        { point: point(ids[1]), direction: 'ingress', ...answer },
      ]),
      snapshot,
    );

    const shown = rowsOf(batch).map((row) => {
      const { interfaceId, accountId, vpcId, subnetId, instanceId } = row.identity;
      const flow = [row.src, row.dst, row.srcPort, row.dstPort, row.protocol, row.tcpFlags];
      const owner = [interfaceId, accountId, vpcId, subnetId, instanceId ?? '-'];
      return [3, ...owner, ...flow, 'IPv4', row.pktSrc, row.pktDst, row.action, row.status].join(
        ' ',
      );
    });
    const vpcText = '123456789010 vpc-abcdefab012345678';
    assert.deepEqual(shown, [
      `3 ${ids[2]} ${vpcText} subnet-22222222bbbbbbbbb i-01234567890123456 10.20.33.164 ` +
        '10.40.2.236 39812 80 6 3 IPv4 10.20.33.164 10.40.2.236 ACCEPT OK',
      `3 ${ids[2]} ${vpcText} subnet-22222222bbbbbbbbb i-01234567890123456 10.40.2.236 ` +
        '10.20.33.164 80 39812 6 19 IPv4 10.40.2.236 10.20.33.164 ACCEPT OK',
      `3 ${ids[0]} ${vpcText} subnet-11111111aaaaaaaaa - 10.40.1.175 ` +
        '10.40.2.236 39812 80 6 3 IPv4 10.20.33.164 10.40.2.236 ACCEPT OK',
      `3 ${ids[1]} ${vpcText} subnet-22222222bbbbbbbbb - 10.40.2.236 ` +
        '10.40.2.31 80 39812 6 19 IPv4 10.40.2.236 10.20.33.164 ACCEPT OK',
    ]);
  });

  it('leaves out the tags of an instance that belongs to another account', () => {
    const subnet = subnetOf('subnet-1', 'vpc-1', ['10.0.0.0/24']);
    const instance = { ipv4: ['10.0.0.1'], instanceId: 'i-1' };
    const snapshot = snapshotOf({
      vpcs: [vpcOf('vpc-1', ['10.0.0.0/16'])],
      subnets: [subnet],
      enis: [
        eniOf('eni-own', subnet, instance),
        eniOf('eni-other', subnet, { ...instance, accountId: '222222222222' }),
      ],
    });
    const { registry, point } = enrichTrial();

    const tags = ['eni-own', 'eni-other'].map(
      (id) => registry.identity(point(id), snapshot).instanceTags,
    );

    assert.deepEqual(tags, [{ Name: 'name of i-1' }, {}]);
  });

  it('names services, path and direction (V1, V2)', () => {
    const cidr = parseCidr('52.95.128.0/21');
    assert.ok(cidr);
    const services = { names: ['EC2', 'S3'], table: buildPrefixTable([{ cidr, value: 1 }]) };
    const { point, rows } = enrichTrial(services);
    const nat = point(NAT_ENI);

    const [incoming, outgoing] = rows(
      {
        ...{ point: nat, direction: 'ingress', src: '52.95.128.179', dst: '10.0.0.221' },
        ...{ srcPort: 80, dstPort: 34210, packets: 14, octets: 15044n, tcpFlags: 19 },
        ...{ firstUs: 12_000_000, lastUs: 69_999_999 },
      },
      {
        ...{ point: nat, direction: 'egress', src: '10.0.0.221', dst: '52.95.128.179' },
        ...{ srcPort: 34210, dstPort: 80, packets: 7, octets: 5_000_000_471n, rejected: true },
      },
    );

    assert.deepEqual([incoming?.srcService, incoming?.dstService], ['S3', null]);
    assert.deepEqual([incoming?.trafficPath, incoming?.direction], [null, 'ingress']);
    assert.deepEqual([incoming?.packets, incoming?.octets, incoming?.tcpFlags], [14n, 15044n, 19]);
    assert.deepEqual([incoming?.srcPort, incoming?.dstPort], [80, 34210]);
    const times = [incoming?.startUs, incoming?.endUs];
    assert.deepEqual(times, [1_616_729_292_000_000n, 1_616_729_349_999_999n]);
    assert.deepEqual([outgoing?.srcService, outgoing?.dstService], [null, 'S3']);
    assert.deepEqual([outgoing?.trafficPath, outgoing?.direction], [8, 'egress']);
    assert.deepEqual([outgoing?.octets, outgoing?.action], [5_000_000_471n, 'REJECT']);
  });

  it('lets each own IPv6 address stand for itself, and the first for all others', () => {
    const { point, rows } = enrichTrial();
    const nat = point(NAT_ENI);
    const other = '2001:db8:ffff::1';
    const out = (src: string): TestFlow => ({ point: nat, direction: 'egress', src, dst: other });
    const incoming = (dst: string): TestFlow => ({
      point: nat,
      direction: 'ingress',
      src: other,
      dst,
    });

    const sources = rows(
      out('2001:db8::220'),
      out('2001:db8::221'),
      out('2001:db8::9'),
      out('fe80::1'),
    );
    const receivers = rows(incoming('2001:db8::221'), incoming('2001:db8::9'), incoming('ff02::1'));

    const srcs = sources.map((row) => row.src);
    assert.deepEqual(srcs, ['2001:db8::220', '2001:db8::221', '2001:db8::220', 'fe80::1']);
    assert.deepEqual([sources[2]?.pktSrc, sources[2]?.dst], ['2001:db8::9', other]);
    const dsts = receivers.map((row) => row.dst);
    assert.deepEqual(dsts, ['2001:db8::221', '2001:db8::220', '2001:db8::220']);
    assert.deepEqual([receivers[1]?.pktDst, receivers[1]?.src], ['2001:db8::9', other]);
  });

  it('leaves addresses as in the packet without direction, family or interface', () => {
    const { point, rows } = enrichTrial();
    const [src, dst] = ['198.51.100.1', '198.51.100.2'];
    const [src6, dst6] = ['2001:db8:1::1', '2001:db8:1::2'];

    const found = rows(
      { point: point(NAT_ENI), direction: 'unknown', src, dst },
      { point: point(INSTANCE_ENI), direction: 'egress', src: src6, dst: dst6 },
      { point: point(IPV6_ENI), direction: 'egress', src, dst },
      { point: 0, direction: 'egress', src, dst },
      { point: point('eni-unheard-of'), direction: 'ingress', src, dst },
    );

    const shown = found.map((row) => [row.src, row.dst, row.trafficPath]);
    assert.deepEqual(shown, [
      [src, dst, null],
      [src6, dst6, null],
      [src, dst, 8],
      [src, dst, null],
      [src, dst, null],
    ]);
    assert.deepEqual(
      found.slice(3).map(({ identity }) => [identity.accountId, identity.interfaceId]),
      [
        ['000000000000', null],
        ['000000000000', 'eni-unheard-of'],
      ],
    );
  });
});
