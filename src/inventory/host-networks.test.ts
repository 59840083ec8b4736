import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { InterfaceAddress, KernelRoute, Link, NetworkState } from '../kernel/index.ts';
import { hostZoneId } from './host-ids.ts';
import { describeHost, type HostIdentity, type HostNetwork } from './host-networks.ts';
import type { Topology } from './topology.ts';

const HOST: HostIdentity = {
  machineId: '0123456789abcdef0123456789abcdef',
  accountId: '000000000000',
  region: 'us-east-1',
  interfaces: [],
};

function link(ifindex: number, name: string, mac: string | null): Link {
  return {
    ifindex,
    name,
    mac,
    up: true,
    running: true,
    loopback: name === 'lo',
    pointToPoint: false,
    mtuBytes: 1500,
    hardwareType: 1,
    kind: null,
    peerIfindex: null,
    peerNetnsId: null,
    masterIfindex: null,
    operationalState: 'up',
  };
}

function address(
  ifindex: number,
  text: string,
  more: Partial<InterfaceAddress> = {},
): InterfaceAddress {
  const [host = '', length] = text.split('/');
  const isLink = host.startsWith('fe80');
  return {
    ifindex,
    family: host.includes(':') ? 6 : 4,
    address: host,
    prefixLengthBits: Number(length),
    scope: isLink ? 'link' : 'global',
    secondary: false,
    deprecated: false,
    tentative: false,
    ...more,
  };
}

function route(destination: string, more: Partial<KernelRoute> = {}): KernelRoute {
  const family = destination.includes(':') ? 6 : 4;
  return {
    family,
    destination,
    gateway: null,
    ifindex: 2,
    scope: 'global',
    type: 'unicast',
    metric: 0,
    ...more,
  };
}

/** A host with an Ethernet device, a tunnel and a bridge port that has no address. */
const STATE: NetworkState = {
  links: [
    link(1, 'lo', null),
    link(2, 'eth0', '02:00:00:00:00:01'),
    link(3, 'tun0', null),
    link(4, 'port0', '02:00:00:00:00:04'),
  ],
  addresses: [
    address(1, '127.0.0.1/8', { scope: 'host' }),
    address(1, '10.255.0.1/32'),
    address(2, 'fe80::1/64'),
    address(2, '2001:db8::aaaa/64', { secondary: true }),
    address(2, '2001:db8::1/64'),
    address(2, '192.168.1.11/24', { secondary: true }),
    address(2, '192.168.1.10/24'),
    address(3, '10.8.0.1/32'),
  ],
  routes: [
    route('192.168.1.0/24'),
    route('0.0.0.0/0', { gateway: '192.168.1.1' }),
    route('10.20.0.0/16', { gateway: '192.168.1.7' }),
    route('10.8.0.0/24', { ifindex: 3 }),
    route('10.99.0.0/16', { type: 'blackhole' }),
    route('fe80::/64'),
    route('::/0', { gateway: 'fe80::99' }),
  ],
};

function own(state: NetworkState): HostNetwork {
  return { netns: null, state };
}

/** Interface id by device name. */
function idsOf(topology: Topology): Record<string, string> {
  const enis = [...topology.enis.values()];
  return Object.fromEntries(enis.map((eni) => [eni.device?.name ?? '', eni.interfaceId]));
}

describe('describeHost()', () => {
  it('makes one VPC, a subnet per prefix, an interface per device with an address', () => {
    const { vpcs, subnets, enis, instances } = describeHost([own(STATE)], HOST);

    const [vpc] = [...vpcs.values()];
    assert.deepEqual(vpc?.cidrs, ['192.168.1.0/24', '10.8.0.1/32', '2001:db8::/64']);
    assert.equal(vpc.derived, true);
    assert.deepEqual(
      [...subnets.values()].map((subnet) => [subnet.cidrs, subnet.azId]),
      [
        [['192.168.1.0/24'], 'use1-az1'],
        [['2001:db8::/64'], 'use1-az1'],
        [['10.8.0.1/32'], 'use1-az1'],
      ],
    );
    assert.deepEqual(
      [...enis.values()].map((eni) => [eni.device?.name, eni.mac, eni.instanceId]),
      [
        ['eth0', '02:00:00:00:00:01', [...instances.keys()][0]],
        ['tun0', null, [...instances.keys()][0]],
      ],
    );
    for (const id of [...vpcs.keys(), ...subnets.keys(), ...enis.keys(), ...instances.keys()]) {
      assert.match(id, /^(vpc|subnet|eni|i)-[0-9a-f]{17}$/);
    }
  });

  it('lets ordinary addresses stand before secondary, temporary and link-local ones', () => {
    const [eni] = [...describeHost([own(STATE)], HOST).enis.values()];

    assert.deepEqual(eni?.ipv4, ['192.168.1.10', '192.168.1.11']);
    assert.deepEqual(eni.ipv6, ['2001:db8::1', '2001:db8::aaaa', 'fe80::1']);
  });

  it('turns routes into traffic paths', () => {
    const { subnets } = describeHost([own(STATE)], HOST);

    const routes = [...subnets.values()][0]?.routes ?? [];
    assert.deepEqual(
      routes.map((entry) => [entry.destination, entry.target.slice(0, 12), entry.trafficPath]),
      [
        ['192.168.1.0/24', 'local', 1],
        ['10.8.0.1/32', 'local', 1],
        ['2001:db8::/64', 'local', 1],
        ['0.0.0.0/0', routes[3]?.target.slice(0, 12), 8],
        ['10.20.0.0/16', '192.168.1.7', null],
        ['10.8.0.0/24', 'local', 1],
        ['10.99.0.0/16', 'blackhole', null],
        ['::/0', routes[3]?.target.slice(0, 12), 8],
      ],
    );
    assert.match(routes[3]?.target ?? '', /^igw-[0-9a-f]{17}$/);
  });

  it('gives the same ids whatever else changes, and others on another machine', () => {
    const before = idsOf(describeHost([own(STATE)], HOST));
    const reversed = {
      ...STATE,
      links: STATE.links.toReversed(),
      addresses: STATE.addresses.slice(6),
    };

    assert.deepEqual(idsOf(describeHost([own(reversed)], HOST)), before);
    const other = idsOf(describeHost([own(STATE)], { ...HOST, machineId: 'another' }));
    assert.notEqual(other['eth0'], before['eth0']);
    assert.notEqual(other['tun0'], before['tun0']);
  });

  it('tells apart devices with one MAC, and namespaces with the same networks', () => {
    const vlan = {
      ...STATE,
      links: [...STATE.links, link(5, 'eth0.100', '02:00:00:00:00:01')],
      addresses: [...STATE.addresses, address(5, '192.168.1.10/24')],
    };

    const one = describeHost([own(vlan)], HOST);
    const two = describeHost([own(STATE), { netns: 'lab', state: STATE }], HOST);

    assert.equal(one.enis.size, 3);
    assert.equal(idsOf(one)['eth0'], idsOf(describeHost([own(STATE)], HOST))['eth0']);
    assert.equal(one.subnets.size, 3, 'the same prefix is the same subnet');
    assert.deepEqual([two.vpcs.size, two.subnets.size, two.enis.size], [1, 6, 4]);
    const places = [...two.enis.values()].map((eni) => eni.device?.netns);
    assert.deepEqual(places, [null, null, 'lab', 'lab']);
  });

  it('takes devices without an address only when they are named', () => {
    const named = describeHost([own(STATE)], { ...HOST, interfaces: ['port0'] });

    const eni = [...named.enis.values()].find((entry) => entry.device?.name === 'port0');
    assert.deepEqual([eni?.ipv4, eni?.ipv6], [[], []]);
    assert.deepEqual(named.subnets.get(eni?.subnetId ?? '')?.cidrs, []);
  });

  it('takes a link-local IPv6 address for an address, but not for a network of the VPC', () => {
    const state = { ...STATE, addresses: [address(4, 'fe80::4/64')], routes: [] };

    const { vpcs, enis, subnets } = describeHost([own(state)], HOST);

    assert.deepEqual([...vpcs.values()][0]?.cidrs, []);
    assert.deepEqual([...enis.values()][0]?.ipv6, ['fe80::4']);
    assert.equal(subnets.size, 1);
  });
});

describe('hostZoneId()', () => {
  it('abbreviates regions as AWS does', () => {
    const regions = ['us-east-1', 'ap-southeast-2', 'eu-central-1', 'us-gov-west-1', 'lab-1'];

    const zones = ['use1-az1', 'apse2-az1', 'euc1-az1', 'usgw1-az1', 'lab1-az1'];
    assert.deepEqual(regions.map(hostZoneId), zones);
  });
});
