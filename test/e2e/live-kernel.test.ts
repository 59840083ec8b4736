import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';

import {
  inNetns,
  listNetns,
  netnsIdentity,
  readAddresses,
  readLinks,
  readRoutes,
  watchNetwork,
} from '../../src/kernel/index.ts';
import { ip, makeBed, pause, SKIP_LIVE, until, type LiveBed } from './live-bed.ts';

const ownNetns = (): string => readlinkSync('/proc/thread-self/ns/net');

describe('kernel', { skip: SKIP_LIVE }, () => {
  let bed: LiveBed;
  before(() => {
    bed = makeBed();
  });
  after(() => bed.remove());

  it('inNetns() runs in the namespace and comes back, also from a fault', () => {
    const home = ownNetns();

    const there = inNetns(bed.a, ownNetns);

    assert.notEqual(there, home);
    assert.equal(inNetns(`/run/netns/${bed.a}`, ownNetns), there);
    assert.equal(inNetns(null, ownNetns), home);
    const fail = (): never => {
      throw new Error('inside');
    };
    assert.throws(() => inNetns(bed.a, fail), /inside/);
    assert.equal(ownNetns(), home);
    assert.ok(listNetns().includes(bed.a));
    assert.notEqual(netnsIdentity(bed.a), netnsIdentity(bed.b));
    assert.equal(netnsIdentity('weir-none'), null);
  });

  it('readLinks() agrees with ip link', () => {
    const shown = JSON.parse(ip(`-n ${bed.a} -j -d link`)) as {
      ifindex: number;
      ifname: string;
      mtu: number;
      flags: string[];
      address: string;
      linkinfo?: { info_kind: string };
      link_index?: number;
    }[];

    const links = readLinks(bed.a);

    assert.deepEqual(
      links.map((link) => ({
        ifindex: link.ifindex,
        name: link.name,
        mtu: link.mtuBytes,
        up: link.up,
        mac: link.mac,
        kind: link.kind,
        peer: link.peerIfindex,
      })),
      shown.map((link) => ({
        ifindex: link.ifindex,
        name: link.ifname,
        mtu: link.mtu,
        up: link.flags.includes('UP'),
        mac: link.address === '00:00:00:00:00:00' ? null : link.address,
        kind: link.linkinfo?.info_kind ?? null,
        peer: link.link_index ?? null,
      })),
    );
    const veth = links.find((link) => link.name === 'va');
    const peer = readLinks(bed.b).find((link) => link.name === 'vb');
    assert.equal(veth?.peerIfindex, peer?.ifindex);
    assert.equal(veth?.operationalState, 'up');
    assert.notEqual(veth?.peerNetnsId, null);
    assert.equal(links.find((link) => link.name === 'lo')?.hardwareType, 772);
  });

  it('readAddresses() and readRoutes() tell IPv4 and IPv6, gateways and next hops', () => {
    ip(`-n ${bed.a} addr add 10.77.0.3/24 dev va`);
    ip(`-n ${bed.a} addr add 10.5.0.1 peer 10.5.0.2/32 dev va`);
    ip(`-n ${bed.a} route add default via 10.77.0.2`);
    ip(`-n ${bed.a} route add blackhole 192.0.2.0/24 metric 7`);
    ip(`-n ${bed.a} route add 198.51.100.0/24 nexthop via 10.77.0.2 nexthop via 10.77.0.9`);
    ip(`-n ${bed.a} route add 203.0.113.0/24 via 10.77.0.2 table 100`);

    const addresses = readAddresses(bed.a).filter((address) => address.ifindex === bed.ifindex);
    const routes = readRoutes(bed.a).filter((route) => route.family === 4);

    assert.deepEqual(
      addresses.map((one) => [one.address, one.prefixLengthBits, one.scope, one.secondary]),
      [
        ['10.77.0.1', 24, 'global', false],
        ['10.5.0.1', 32, 'global', false],
        ['10.77.0.3', 24, 'global', true],
      ],
    );
    const va = bed.ifindex;
    assert.deepEqual(
      routes.map((route) => [route.destination, route.gateway, route.ifindex, route.type]),
      [
        ['0.0.0.0/0', '10.77.0.2', va, 'unicast'],
        ['10.5.0.2/32', null, va, 'unicast'],
        ['10.77.0.0/24', null, va, 'unicast'],
        ['192.0.2.0/24', null, null, 'blackhole'],
        ['198.51.100.0/24', '10.77.0.2', va, 'unicast'],
        ['198.51.100.0/24', '10.77.0.9', va, 'unicast'],
      ],
    );
    assert.equal(routes.find((route) => route.type === 'blackhole')?.metric, 7);
  });

  it('watchNetwork() tells of a burst of changes once, and of none after close', async () => {
    let changes = 0;
    const watch = watchNetwork(bed.a, () => changes++, 100);

    ip(`-n ${bed.a} link add br1 type bridge`);
    ip(`-n ${bed.a} link set br1 up`);
    ip(`-n ${bed.a} addr add 10.6.0.1/24 dev br1`);
    await until(() => changes > 0, 'a change is told');
    await pause(250);
    assert.ok(changes <= 2, `${changes} calls`);
    const before = changes;
    ip(`-n ${bed.a} link del br1`);
    await pause(30);
    watch.close();
    await pause(250);

    assert.equal(changes, before);
  });
});
