import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { addressFromValue } from '../records/address.ts';
import type { PeerIdentity, RecordBatch } from '../spine/record.ts';
import type { Snapshot } from '../spine/topology.ts';
import { batchOf, type TestFlow } from '../../test/support/flow-entries.ts';
import {
  attachmentOf,
  eniOf,
  snapshotOf,
  subnetOf,
  transitGatewayOf,
  vpcOf,
} from '../../test/support/topologies.ts';
import { AddressIndex } from './address-index.ts';
import { createEnricher, PointRegistry } from './index.ts';

const VPC = vpcOf('vpc-a', ['10.1.0.0/16', '2001:db8:a::/56']);
const OTHER = vpcOf('vpc-b', ['10.2.0.0/16', '2001:db8:b::/56'], { accountId: '222222222222' });
const THIRD = vpcOf('vpc-c', ['10.3.0.0/16']);
const ROUTES = [
  { destination: '10.1.0.0/16', target: 'local', trafficPath: 1 },
  { destination: '10.1.7.0/24', target: 'eni-firewall', trafficPath: 1 },
  { destination: '10.2.0.0/15', target: 'tgw-1', trafficPath: 1 },
  { destination: '0.0.0.0/0', target: 'igw-1', trafficPath: 8 },
];
const ZONE_1 = subnetOf('subnet-a1', VPC.vpcId, ['10.1.1.0/24'], { routes: ROUTES });
const ZONE_2 = subnetOf('subnet-a2', VPC.vpcId, ['10.1.2.0/24'], { azId: 'use1-az2' });
const OTHER_1 = subnetOf('subnet-b1', OTHER.vpcId, ['10.2.1.0/24']);
const OTHER_2 = subnetOf('subnet-b2', OTHER.vpcId, ['10.2.2.0/24'], { azId: 'use1-az2' });

const NETWORK = snapshotOf({
  vpcs: [VPC, OTHER, THIRD],
  subnets: [ZONE_1, ZONE_2, OTHER_1, OTHER_2],
  transitGateways: [transitGatewayOf('tgw-1', { accountId: '999999999999' })],
  transitGatewayAttachments: [
    attachmentOf('tgw-attach-a', 'tgw-1', VPC),
    attachmentOf('tgw-attach-b', 'tgw-1', OTHER),
    attachmentOf('tgw-attach-c', 'tgw-1', THIRD),
  ],
  enis: [
    eniOf('eni-web', ZONE_1, { ipv4: ['10.1.1.5', '10.1.1.6'], ipv6: ['2001:db8:a::5'] }),
    eniOf('eni-db', ZONE_2, { ipv4: ['10.1.2.9'], ipv6: ['2001:db8:a::9'] }),
    eniOf('eni-firewall', ZONE_2, { ipv4: ['10.1.2.1'] }),
    eniOf('eni-tgw-a1', ZONE_1, {
      ipv4: ['10.1.1.250'],
      interfaceType: 'transit_gateway',
      transitGatewayAttachmentId: 'tgw-attach-a',
    }),
    eniOf('eni-tgw-a2', ZONE_2, {
      ipv4: ['10.1.2.250'],
      transitGatewayAttachmentId: 'tgw-attach-a',
    }),
    eniOf('eni-tgw-b1', OTHER_1, {
      accountId: '222222222222',
      ipv4: ['10.2.1.250'],
      transitGatewayAttachmentId: 'tgw-attach-b',
    }),
    eniOf('eni-tgw-b2', OTHER_2, {
      accountId: '222222222222',
      ipv4: ['10.2.2.250'],
      transitGatewayAttachmentId: 'tgw-attach-b',
    }),
    eniOf('eni-twin', OTHER_1, { ipv4: ['10.1.1.5'] }),
  ],
});

/** The peers of flows at an interface, in their order; null for none. */
function peersAt(
  interfaceId: string,
  flows: readonly Omit<TestFlow, 'point'>[],
  snapshot: Snapshot = NETWORK,
): (PeerIdentity | null)[] {
  const registry = new PointRegistry({ accountId: '000000000000', region: 'us-east-1' });
  const enricher = createEnricher({ registry, awsServices: () => null });
  const point = registry.pointFor(interfaceId);
  const { batch } = enricher.enrich(batchOf(flows.map((flow) => ({ ...flow, point }))), snapshot);
  return peersOf(batch);
}

function peersOf({ columns, peers, rowCount }: RecordBatch): (PeerIdentity | null)[] {
  return Array.from(
    { length: rowCount },
    (_, row) => peers?.[(columns.peerIndex?.[row] ?? 0) - 1] ?? null,
  );
}

function idsOf(peers: readonly (PeerIdentity | null)[]): (string | null)[] {
  return peers.map((peer) => peer?.interfaceId ?? null);
}

describe('the peer of a record', () => {
  it('is the interface of the VPC that has the destination, or that has sent', () => {
    const peers = peersAt('eni-web', [
      { direction: 'egress', src: '10.1.1.5', dst: '10.1.2.9' },
      { direction: 'ingress', src: '10.1.2.9', dst: '10.1.1.6' },
      { direction: 'egress', src: '2001:db8:a::5', dst: '2001:db8:a::9' },
      { direction: 'ingress', src: '2001:db8:a::9', dst: '2001:db8:a::5' },
    ]);

    assert.deepEqual(idsOf(peers), ['eni-db', 'eni-db', 'eni-db', 'eni-db']);
    const [peer] = peers;
    assert.deepEqual(
      [peer?.accountId, peer?.vpcId, peer?.subnetId, peer?.azId, peer?.interfaceType],
      ['123456789010', 'vpc-a', 'subnet-a2', 'use1-az2', null],
    );
  });

  it('is the interface that the route names, a middlebox or the attachment of a gateway', () => {
    const peers = peersAt('eni-web', [
      { direction: 'egress', src: '10.1.1.5', dst: '10.1.7.3' },
      { direction: 'egress', src: '10.1.1.5', dst: '10.2.9.9' },
      { direction: 'ingress', src: '10.2.9.9', dst: '10.1.1.5' },
    ]);

    assert.deepEqual(idsOf(peers), ['eni-firewall', 'eni-tgw-a1', null]);
  });

  it('is none where the inventory has none, and none of another VPC', () => {
    const flows: Omit<TestFlow, 'point'>[] = [
      { direction: 'egress', src: '10.1.1.5', dst: '8.8.8.8' },
      { direction: 'egress', src: '10.1.1.5', dst: '10.1.1.99' },
      { direction: 'unknown', src: '10.1.1.5', dst: '10.1.2.9' },
      { direction: 'ingress', src: '10.2.1.250', dst: '10.1.1.5' },
      { direction: 'egress', src: '2001:db8:a::5', dst: '2001:db8:a::99' },
    ];

    assert.deepEqual(idsOf(peersAt('eni-web', flows)), [null, null, null, null, null]);
    assert.deepEqual(idsOf(peersAt('eni-unknown', flows)), [null, null, null, null, null]);
    const twin = peersAt('eni-tgw-b1', [{ direction: 'egress', src: '10.9.9.9', dst: '10.2.1.7' }]);
    assert.deepEqual(idsOf(twin), [null]);
  });

  it('of an attachment is that of the far VPC, in the same zone where there is one', () => {
    const toB = { direction: 'ingress', src: '10.1.1.5', dst: '10.2.2.7' } as const;
    const fromB = { direction: 'egress', src: '10.2.2.7', dst: '10.1.1.5' } as const;

    const own = peersAt('eni-tgw-a1', [toB, fromB, { ...toB, dst: '10.3.0.1' }]);
    const zone2 = peersAt('eni-tgw-a2', [toB, { ...toB, dst: '10.1.9.9' }]);
    const back = peersAt('eni-tgw-b2', [{ ...toB, direction: 'egress' }]);

    assert.deepEqual(idsOf(own), ['eni-tgw-b1', 'eni-tgw-b1', null]);
    assert.deepEqual(
      own.map((peer) => [peer?.accountId, peer?.vpcId, peer?.transitGatewayAttachmentId]),
      [
        ['222222222222', 'vpc-b', 'tgw-attach-b'],
        ['222222222222', 'vpc-b', 'tgw-attach-b'],
        ['123456789010', 'vpc-c', 'tgw-attach-c'],
      ],
    );
    assert.deepEqual(idsOf(zone2), ['eni-tgw-b2', null]);
    assert.deepEqual(idsOf(back), ['eni-tgw-a2']);
  });

  it('is known again in every batch and snapshot', () => {
    const registry = new PointRegistry({ accountId: '000000000000', region: 'us-east-1' });
    const enricher = createEnricher({ registry, awsServices: () => null });
    const point = registry.pointFor('eni-web');
    const flow = { point, direction: 'egress', src: '10.1.1.5' } as const;
    const both = [
      { ...flow, dst: '10.1.2.1' },
      { ...flow, dst: '10.1.2.9' },
    ];
    const later = { ...NETWORK, version: 2, enis: new Map(NETWORK.enis) };
    later.enis.delete('eni-web');

    const batches = [
      enricher.enrich(batchOf(both), NETWORK).batch,
      enricher.enrich(batchOf(both.slice(1)), NETWORK).batch,
      enricher.enrich(batchOf(both), later).batch,
    ];

    assert.deepEqual(
      batches.map((batch) => idsOf(peersOf(batch))),
      [['eni-firewall', 'eni-db'], ['eni-db'], ['eni-firewall', 'eni-db']],
    );
    assert.deepEqual(
      batches.map((batch) => batch.peers?.length),
      [2, 1, 2],
    );
  });
});

describe('AddressIndex', () => {
  it('finds what a map finds, the first of equal addresses', () => {
    const word = fc.integer({ min: 0, max: 40 });
    const key = fc.record({ isIpv6: fc.boolean(), high: word, low: word });
    const property = fc.property(
      fc.array(key, { maxLength: 200 }),
      fc.array(key),
      (added, asked) => {
        const index = new AddressIndex(added.length);
        const expected = new Map<string, number>();
        for (const [at, entry] of added.entries()) {
          const { version, words } = addressOf(entry);
          index.add(version, words, at + 1);
          const name = JSON.stringify(entry);
          expected.set(name, expected.get(name) ?? at + 1);
        }
        for (const entry of [...added, ...asked]) {
          const [word0 = 0, word1 = 0, word2 = 0, word3 = 0] = addressOf(entry).words;
          const found = entry.isIpv6
            ? index.ipv6(word0 | 0, word1 | 0, word2 | 0, word3 | 0)
            : index.ipv4(word3 | 0);
          const isNamed = expected.get(JSON.stringify(entry)) ?? 0;
          assert.equal(found, isNamed);
          if (isNamed !== 0 && !entry.isIpv6) assert.equal(word3 & index.mask, index.common);
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});

function addressOf({ isIpv6, high, low }: { isIpv6: boolean; high: number; low: number }): {
  version: 4 | 6;
  words: Uint32Array;
} {
  const value = isIpv6
    ? (BigInt(high) << 100n) | BigInt(low)
    : (0xffffn << 32n) | BigInt((high % 2 === 0 ? 0xc000_0000 : 0x0a00_0000) + (high << 12) + low);
  const version = isIpv6 ? 6 : 4;
  return { version, words: addressFromValue(value, version).words };
}
