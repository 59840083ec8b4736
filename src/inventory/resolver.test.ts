import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { eniOf, INTERNET, snapshotOf, subnetOf, vpcOf } from '../../test/support/topologies.ts';
import { parseAddress } from '../records/address.ts';
import { parseAwsRanges } from './aws-ranges.ts';
import { createResolver } from './resolver.ts';

const FIRST = subnetOf('subnet-1', 'vpc-1', ['10.0.0.0/24', '2001:db8::/64'], {
  routes: [{ destination: '10.0.0.0/16', target: 'local', trafficPath: 1 }, INTERNET],
});
const SECOND = subnetOf('subnet-2', 'vpc-2', ['10.0.0.0/24']);
const RESOLVER = createResolver(
  snapshotOf({
    vpcs: [vpcOf('vpc-1', ['10.0.0.0/16']), vpcOf('vpc-2', ['10.0.0.0/16'])],
    subnets: [FIRST, SECOND],
    enis: [
      eniOf('eni-1', FIRST, {
        mac: '02:00:00:00:00:01',
        ipv4: ['10.0.0.5', '10.0.0.6'],
        ipv6: ['2001:db8::5'],
        device: { netns: 'lab', name: 'eth0', hostSide: false },
      }),
      eniOf('eni-2', SECOND, { ipv4: ['10.0.0.5'] }),
      eniOf('eni-3', SECOND, { device: { netns: null, name: 'eth0', hostSide: false } }),
    ],
  }),
);

describe('createResolver()', () => {
  it('finds interfaces by MAC and by device', () => {
    assert.equal(RESOLVER.eniByMac('02:00:00:00:00:01')?.interfaceId, 'eni-1');
    assert.equal(RESOLVER.eniByMac('02:00:00:00:00:02'), undefined);
    assert.equal(RESOLVER.eniByDevice('lab', 'eth0')?.interfaceId, 'eni-1');
    assert.equal(RESOLVER.eniByDevice(null, 'eth0')?.interfaceId, 'eni-3');
    assert.equal(RESOLVER.eniByDevice(null, 'eth1'), undefined);
  });

  it('finds interfaces by address in a VPC, or anywhere when only one has it', () => {
    const found = (address: string, vpcId?: string): string | undefined =>
      RESOLVER.eniByAddress(address, vpcId)?.interfaceId;

    assert.equal(found('10.0.0.5', 'vpc-1'), 'eni-1');
    assert.equal(found('10.0.0.5', 'vpc-2'), 'eni-2');
    assert.equal(found('10.0.0.5'), undefined);
    assert.equal(found('10.0.0.6'), 'eni-1');
    assert.equal(found('10.0.0.6', 'vpc-2'), undefined);
    assert.equal(found('2001:DB8:0::5'), 'eni-1');
    assert.equal(found('10.0.0.6', 'vpc-9'), undefined);
    assert.equal(found('nonsense'), undefined);
  });

  it('finds the same by words', () => {
    const [w0, w1, w2, w3] = parseAddress('10.0.0.5')?.words ?? [];

    const eni = RESOLVER.eniByWords(RESOLVER.scopeOf('vpc-2'), w0 ?? 1, w1 ?? 1, w2 ?? 1, w3 ?? 1);

    assert.equal(eni?.interfaceId, 'eni-2');
  });

  it('finds routes and subnets by the longest prefix', () => {
    assert.equal(RESOLVER.route('subnet-1', '10.0.9.9')?.target, 'local');
    assert.equal(RESOLVER.route('subnet-1', '8.8.8.8')?.target, 'igw-1');
    assert.equal(RESOLVER.route('subnet-1', '2600::1'), undefined);
    assert.equal(RESOLVER.route('subnet-9', '8.8.8.8'), undefined);
    assert.equal(RESOLVER.subnetOfAddress('vpc-2', '10.0.0.77')?.subnetId, 'subnet-2');
    assert.equal(RESOLVER.subnetOfAddress('vpc-1', '10.0.1.77'), undefined);
  });

  it('finds each of many interfaces', () => {
    const enis = Array.from({ length: 5000 }, (_, index) =>
      eniOf(`eni-${index}`, FIRST, { ipv4: [`10.0.${index >> 8}.${index & 255}`] }),
    );
    const vpcs = [vpcOf('vpc-1', ['10.0.0.0/16'])];
    const resolver = createResolver(snapshotOf({ vpcs, subnets: [FIRST], enis }));

    for (const eni of enis) {
      assert.equal(resolver.eniByAddress(eni.ipv4[0] ?? '', 'vpc-1'), eni);
    }
  });
});

describe('parseAwsRanges()', () => {
  const text = JSON.stringify({
    syncToken: '1',
    prefixes: [
      { ip_prefix: '52.95.128.0/21', region: 'ap-southeast-2', service: 'AMAZON' },
      { ip_prefix: '52.95.128.0/21', region: 'ap-southeast-2', service: 'S3' },
      { ip_prefix: '52.94.0.0/15', region: 'GLOBAL', service: 'EC2' },
      { ip_prefix: '52.95.0.0/16', region: 'GLOBAL', service: 'AMAZON' },
    ],
    ipv6_prefixes: [{ ipv6_prefix: '2600:9000::/28', service: 'CLOUDFRONT' }],
  });

  it('prefers the most specific range, and of equal ones any before AMAZON', () => {
    const { names, table } = parseAwsRanges(text, 'ip-ranges.json');
    const service = (address: string): string | undefined => {
      const [w0, w1, w2, w3] = parseAddress(address)?.words ?? [];
      const isIpv6 = address.includes(':');
      return names[isIpv6 ? table.ipv6(w0 ?? 0, w1 ?? 0, w2 ?? 0, w3 ?? 0) : table.ipv4(w3 ?? 0)];
    };

    assert.equal(service('52.95.128.179'), 'S3');
    assert.equal(service('52.95.1.1'), 'AMAZON');
    assert.equal(service('52.94.1.1'), 'EC2');
    assert.equal(service('2600:9000::1'), 'CLOUDFRONT');
    assert.equal(service('10.0.0.1'), undefined);
  });

  it('refuses what is no such file', () => {
    for (const wrong of ['x', '{}', '{"prefixes": [{"ip_prefix": "x", "service": "S3"}]}']) {
      assert.throws(
        () => parseAwsRanges(wrong, 'ranges.json'),
        /^OperationError: Cannot use AWS addr/,
      );
    }
  });
});
