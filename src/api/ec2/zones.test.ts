import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { snapshotOf, subnetOf, vpcOf } from '../../../test/support/topologies.ts';
import type { Snapshot } from '../../spine/topology.ts';
import { zoneOfSubnet, zonesOf } from './zones.ts';

/** Subnets in these zones, ids or `id=name`, of one VPC in us-east-1. */
function snapshotWith(...zones: string[]): Snapshot {
  const subnets = zones.map((zone, index) => {
    const [azId = '', azName = null] = zone.split('=');
    return subnetOf(`subnet-${index}`, 'vpc-1', [], { azId, azName });
  });
  return snapshotOf({ vpcs: [vpcOf('vpc-1', [])], subnets, enis: [] });
}

function namesOf(...zones: string[]): Record<string, string> {
  const named = [...zonesOf(snapshotWith(...zones), 'us-east-1').values()];
  return Object.fromEntries(named.map(({ zoneId, zoneName }) => [zoneId, zoneName]));
}

describe('zonesOf()', () => {
  it('names a zone by its number, so that others do not change its name', () => {
    assert.deepEqual(namesOf('use1-az6'), { 'use1-az6': 'us-east-1f' });
    assert.deepEqual(namesOf('use1-az10', 'use1-az6', 'use1-az2'), {
      'use1-az2': 'us-east-1b',
      'use1-az6': 'us-east-1f',
      'use1-az10': 'us-east-1j',
    });
  });

  it('keeps declared names, and gives no name twice', () => {
    assert.deepEqual(namesOf('use1-az1', 'use1-az2=us-east-1a', 'use1-az3=us-east-1b'), {
      'use1-az1': 'us-east-1c',
      'use1-az2': 'us-east-1a',
      'use1-az3': 'us-east-1b',
    });
    assert.deepEqual(namesOf('use1-az1', 'use1-az1=us-east-1d'), { 'use1-az1': 'us-east-1d' });
    assert.deepEqual(namesOf('use1-az1=us-east-1d', 'use1-az1'), { 'use1-az1': 'us-east-1d' });
  });

  it('names zones whose ids have no number, and more than there are letters', () => {
    assert.deepEqual(namesOf('rack-2', 'rack-1'), {
      'rack-1': 'us-east-1a',
      'rack-2': 'us-east-1b',
    });
    const names = Object.values(
      namesOf(...Array.from({ length: 60 }, (_, n) => `use1-az${n + 1}`)),
    );
    assert.equal(new Set(names).size, 60);
    assert.deepEqual(
      [names[25], names[26], names[59]],
      ['us-east-1z', 'us-east-1aa', 'us-east-1hhh'],
    );
  });

  it('lists zones by number, and has the first one for a region without subnets', () => {
    const ids = [...zonesOf(snapshotWith('use1-az10', 'use1-az9'), 'us-east-1').keys()];

    assert.deepEqual(ids, ['use1-az9', 'use1-az10']);
    assert.deepEqual(
      [...zonesOf(snapshotWith(), 'ap-southeast-2').values()],
      [{ zoneId: 'apse2-az1', zoneName: 'ap-southeast-2a', region: 'ap-southeast-2' }],
    );
  });
});

describe('zoneOfSubnet()', () => {
  it('is null in a sublocation', () => {
    const snapshot = snapshotWith('use1-az1');
    const outside = subnetOf('subnet-9', 'vpc-1', [], { azId: null });

    assert.equal(zoneOfSubnet(snapshot, outside), null);
    const [subnet] = [...snapshot.subnets.values()];
    assert.ok(subnet !== undefined);
    assert.equal(zoneOfSubnet(snapshot, subnet)?.zoneName, 'us-east-1a');
  });
});
