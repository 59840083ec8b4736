import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  ANNOTATION_EXCLUSION_SHIFT,
  ANNOTATION_OWN_DESTINATION,
  ANNOTATION_OWN_SOURCE,
  ANNOTATION_PATH_SHIFT,
  EXCLUSIONS,
} from '../spine/flow.ts';
import type { Eni, Route, Vpc } from '../spine/topology.ts';
import { entriesOf, type TestFlow } from '../../test/support/flow-entries.ts';
import { eniOf, INTERNET, snapshotOf, subnetOf, vpcOf } from '../../test/support/topologies.ts';
import { annotate } from './annotate.ts';
import { InterfacePlans } from './interface-plan.ts';
import { PointRegistry } from './point-registry.ts';

const CIDRS = ['10.0.0.0/16', '2001:db8::/56'];
const POINT = 1;

interface Network {
  readonly routes?: readonly Route[];
  readonly vpc?: Partial<Vpc>;
  /** Further interfaces in the same subnet. */
  readonly others?: readonly Partial<Eni>[];
}

function plansOf(network: Network): InterfacePlans {
  const registry = new PointRegistry({ accountId: '000000000000', region: 'us-east-1' });
  const vpc = vpcOf('vpc-1', CIDRS, network.vpc);
  const routes = network.routes ?? [INTERNET];
  const subnet = subnetOf('subnet-1', 'vpc-1', ['10.0.7.0/24', '2001:db8::/64'], { routes });
  const others = (network.others ?? []).map((more, index) => eniOf(`eni-o${index}`, subnet, more));
  const eni = eniOf('eni-1', subnet, { ipv4: ['10.0.7.9'], ipv6: ['2001:db8::9', '2001:db8::10'] });
  const plans = new InterfacePlans(registry);
  plans.use(snapshotOf({ vpcs: [vpc], subnets: [subnet], enis: [eni, ...others] }));
  assert.equal(registry.pointFor('eni-1'), POINT);
  return plans;
}

/** The annotation words of the flows. */
function annotated(flows: readonly Partial<TestFlow>[], network: Network = {}): number[] {
  const defaults = { point: POINT, direction: 'egress', src: '10.0.7.9', dst: '10.0.7.8' } as const;
  const words = new Uint32Array(entriesOf(flows.map((flow) => ({ ...defaults, ...flow }))));
  const plans = plansOf(network);
  annotate({ u32: words }, 0, flows.length, plans);
  const once = words.slice();
  annotate({ u32: words }, 0, flows.length, plans);
  assert.deepEqual(words, once, 'annotating twice changes nothing');
  return flows.map((_, index) => words[index * 16 + 11] ?? 0);
}

function exclusions(flows: readonly Partial<TestFlow>[], network: Network = {}): string[] {
  return annotated(flows, network).map(
    (word) => EXCLUSIONS[(word >>> ANNOTATION_EXCLUSION_SHIFT) & 0xff] ?? '?',
  );
}

function paths(destinations: readonly string[], routes: readonly Route[]): number[] {
  const flows = destinations.map((dst) => {
    return { dst, src: dst.includes(':') ? '2001:db8::9' : '10.0.7.9' };
  });
  return annotated(flows, { routes }).map((word) => (word >>> ANNOTATION_PATH_SHIFT) & 0xff);
}

const [UDP, TCP, ICMP] = [17, 6, 1];

describe('annotate(): exclusions', () => {
  it('leaves out DHCP, both ports being its own', () => {
    const found = exclusions([
      { protocol: UDP, srcPort: 68, dstPort: 67, src: '0.0.0.0', dst: '255.255.255.255' },
      { protocol: UDP, srcPort: 547, dstPort: 546, src: 'fe80::1', dst: 'fe80::2' },
      { protocol: UDP, srcPort: 5000, dstPort: 67 },
      { protocol: TCP, srcPort: 68, dstPort: 67 },
    ]);

    assert.deepEqual(found, ['dhcp', 'dhcp', 'none', 'none']);
  });

  it('leaves out the services of 169.254.169.0/24 and fd00:ec2::, either way', () => {
    const v4 = (dst: string, dstPort: number, protocol = TCP): Partial<TestFlow> => {
      return { dst, dstPort, protocol };
    };
    const v6 = (last: string, dstPort: number): Partial<TestFlow> => {
      return { src: '2001:db8::9', dst: `fd00:ec2::${last}`, dstPort };
    };

    const found = exclusions([
      v4('169.254.169.254', 80),
      v4('169.254.169.123', 123, UDP),
      v4('169.254.169.253', 53, UDP),
      v4('169.254.169.253', 80),
      v4('169.254.169.250', 1688),
      v4('169.254.169.251', 1688),
      v4('169.254.169.251', 1688, UDP),
      v4('169.254.170.2', 80),
      { src: '169.254.169.254', dst: '10.0.7.9', direction: 'ingress' },
      v6('254', 80),
      v6('123', 123),
      v6('253', 53),
      v6('253', 80),
      v6('1:254', 80),
    ]);

    assert.deepEqual(found, [
      ...['instance-metadata', 'time-sync', 'amazon-dns', 'none', 'license-activation'],
      ...['license-activation', 'none', 'none', 'instance-metadata'],
      ...['instance-metadata', 'time-sync', 'amazon-dns', 'none', 'none'],
    ]);
  });

  it("leaves out the VPC's DNS server and the subnet's router", () => {
    const flows = [
      { dst: '10.0.0.2', dstPort: 53, protocol: UDP },
      { src: '10.0.0.2', srcPort: 53, protocol: TCP, direction: 'ingress' },
      { dst: '10.0.0.2', dstPort: 443 },
      { dst: '10.0.7.2', dstPort: 53, protocol: UDP },
      { dst: '10.0.7.1', protocol: ICMP },
      { src: '2001:db8::9', dst: '2001:db8::1', protocol: 58 },
      { dst: '10.0.8.1', protocol: ICMP },
    ] as const;

    const found = exclusions(flows);

    const dns = 'amazon-dns';
    assert.deepEqual(found, [dns, dns, 'none', 'none', 'vpc-router', 'vpc-router', 'none']);
  });

  it("reserves nothing in a host's own networks, nor what an interface has", () => {
    const flows = [{ dst: '10.0.0.2', dstPort: 53, protocol: UDP }, { dst: '10.0.7.1' }];

    assert.deepEqual(exclusions(flows, { vpc: { derived: true } }), ['none', 'none']);
    assert.deepEqual(exclusions(flows, { others: [{ ipv4: ['10.0.7.1', '10.0.0.2'] }] }), [
      'none',
      'none',
    ]);
  });

  it('keeps the exclusion and the TCP flags that are there', () => {
    const kept = EXCLUSIONS.indexOf('no-interface');

    const [word] = annotated([{ dst: '169.254.169.254', exclusion: kept, tcpFlags: 19 }]);

    assert.equal((word ?? 0) & 0xff, 19);
    assert.equal(((word ?? 0) >>> ANNOTATION_EXCLUSION_SHIFT) & 0xff, kept);
  });
});

describe('annotate(): traffic path', () => {
  const routes = [
    { destination: '10.0.0.0/16', target: 'local', trafficPath: 1 },
    { destination: '10.0.9.0/24', target: 'pcx-1', trafficPath: 4 },
    { destination: '10.1.0.0/16', target: '10.0.7.77', trafficPath: null },
    INTERNET,
    { destination: '2001:db8::/56', target: 'local', trafficPath: 1 },
    { destination: '::/0', target: 'igw-1', trafficPath: 8 },
  ];

  it('is that of the longest route', () => {
    const found = paths(
      ['10.0.7.200', '10.0.9.1', '10.1.0.1', '198.51.100.1', '2001:db8::77', '2600::1'],
      routes,
    );

    assert.deepEqual(found, [1, 4, 0, 8, 1, 8]);
  });

  it('takes no default route to what is valid on one link only', () => {
    const found = paths(
      ['224.0.0.251', '255.255.255.255', '169.254.1.1', 'ff02::fb', 'fe80::1'],
      routes,
    );

    assert.deepEqual(found, [0, 0, 0, 0, 1]);
  });

  it('is none without a route, and for what comes in', () => {
    const [incoming] = annotated([{ direction: 'ingress', dst: '8.8.8.8' }], { routes });

    assert.deepEqual(paths(['8.8.8.8', '2600::1'], []), [0, 0]);
    assert.equal(incoming, 0);
  });
});

describe('annotate(): own addresses', () => {
  it('marks IPv6 addresses of the interface and of its link', () => {
    const found = annotated([
      { src: '2001:db8::10', dst: '2600::1' },
      { src: '2600::1', dst: '2001:db8::9', direction: 'ingress' },
      { src: 'fe80::1', dst: 'ff02::1' },
      { src: '2600::1', dst: '2600::2' },
    ]).map((word) => word & (ANNOTATION_OWN_SOURCE | ANNOTATION_OWN_DESTINATION));

    const own = [ANNOTATION_OWN_SOURCE, ANNOTATION_OWN_DESTINATION, ANNOTATION_OWN_SOURCE, 0];
    assert.deepEqual(found, own);
  });
});

describe('InterfacePlans.addressesAt()', () => {
  it('gives the first address of each family in wire order', () => {
    const { ipv4, ipv6 } = plansOf({}).addressesAt(POINT);

    assert.deepEqual(ipv4, Uint8Array.of(10, 0, 7, 9));
    assert.equal(Buffer.from(ipv6 ?? []).toString('hex'), '20010db8000000000000000000000009');
  });

  it('gives none for the unknown interface', () => {
    assert.deepEqual(plansOf({}).addressesAt(0), { ipv4: null, ipv6: null });
  });
});

describe('PointRegistry', () => {
  it('gives each interface one number, and the unknown point when all are given', () => {
    const registry = new PointRegistry({ accountId: '000000000000', region: 'us-east-1' });

    const numbers = ['eni-a', 'eni-b', 'eni-a'].map((id) => registry.pointFor(id));
    for (let index = registry.size; index < 2 ** 18; index++) registry.pointFor(`eni-${index}x`);

    assert.deepEqual(numbers, [1, 2, 1]);
    assert.equal(registry.pointFor('eni-too-many'), 0);
    assert.equal(registry.pointFor('eni-b'), 2);
  });
});
