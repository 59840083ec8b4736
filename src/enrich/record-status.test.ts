import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import {
  enrichTrial,
  INSTANCE_ENI,
  NAT_ENI,
  REGIONAL_ENI,
} from '../../test/support/enrich-trial.ts';
import { batchOf, countersOf, rowsOf, type TestFlow } from '../../test/support/flow-entries.ts';
import { snapshotOf } from '../../test/support/topologies.ts';

describe('enrich(): NODATA and SKIPDATA', () => {
  const flow = { direction: 'egress', src: '10.0.1.5', dst: '10.0.0.9' } as const;

  it('tells idle points at the end of the window, after the flows, by interface id', () => {
    const { point, run } = enrichTrial();
    const [instance, nat] = [point(INSTANCE_ENI), point(NAT_ENI)];
    const points = [
      countersOf(0),
      countersOf(nat),
      countersOf(instance),
      countersOf(point('eni-0')),
    ];
    points.push(countersOf(point('eni-z')));

    const rows = rowsOf(run(batchOf([{ ...flow, point: instance }], { points })).batch);

    assert.deepEqual(
      rows.map((row) => [row.identity.interfaceId, row.status]),
      [
        [INSTANCE_ENI, 'OK'],
        ['eni-0', 'NODATA'],
        [NAT_ENI, 'NODATA'],
        ['eni-z', 'NODATA'],
      ],
    );
    const idle = rows[1];
    assert.deepEqual([idle?.src, idle?.packets, idle?.startUs], [null, 0n, 1_616_729_280_000_000n]);
    assert.equal(idle?.endUs, 1_616_729_339_999_999n);
  });

  it('tells only of the seconds in which the point was observed', () => {
    const { point, run } = enrichTrial();
    const nat = point(NAT_ENI);
    const points = [countersOf(nat, { observed: [1_616_729_300, 1_616_729_310] })];

    const [idle] = rowsOf(run(batchOf([], { points })).batch);

    assert.equal(idle?.startUs, 1_616_729_300_000_000n);
    assert.equal(idle?.endUs, 1_616_729_310_999_999n);
  });

  it('counts a point with excluded flows only as idle', () => {
    const { point, run } = enrichTrial();
    const instance = point(INSTANCE_ENI);
    const metadata = { ...flow, point: instance, dst: '169.254.169.254', packets: 5 };

    const result = run(batchOf([metadata], { points: [countersOf(instance)] }));

    assert.deepEqual(result.excludedPackets, { 'instance-metadata': 5 });
    assert.deepEqual(
      rowsOf(result.batch).map((row) => row.status),
      ['NODATA'],
    );
  });

  it('waits for the last part of a window and remembers the earlier ones', () => {
    const { point, run } = enrichTrial();
    const instance = point(INSTANCE_ENI);
    const early = [countersOf(instance, { packetsSeen: 4, packetsEvicted: 2 })];
    const late = [countersOf(instance, { packetsSeen: 3 }), countersOf(point(NAT_ENI))];

    const first = run(batchOf([{ ...flow, point: instance }], { points: early, last: false }));
    const second = run(batchOf([], { points: late }));
    const again = run(batchOf([], { points: late }));

    assert.equal(first.batch.rowCount, 1);
    assert.deepEqual(
      rowsOf(second.batch).map((row) => [row.identity.interfaceId, row.status]),
      [
        [INSTANCE_ENI, 'SKIPDATA'],
        [NAT_ENI, 'NODATA'],
      ],
    );
    const loss = { packetsSeen: 7, packetsDropped: 0, packetsEvicted: 2, framesUnparsable: 0 };
    assert.deepEqual(second.batch.losses, [{ row: 0, ...loss }]);
    assert.equal(again.batch.rowCount, 0);
  });

  it('tells loss instead of idleness, and beside flows', () => {
    const { point, run } = enrichTrial();
    const [instance, nat] = [point(INSTANCE_ENI), point(NAT_ENI)];
    const points = [
      countersOf(instance, { packetsSeen: 1, framesUnparsable: 1 }),
      countersOf(nat, { packetsDropped: 9 }),
      countersOf(0, { packetsDropped: 1 }),
    ];

    const { batch } = run(batchOf([{ ...flow, point: instance }], { points }));

    assert.deepEqual(
      rowsOf(batch).map((row) => [row.identity.interfaceId, row.status]),
      [
        [INSTANCE_ENI, 'OK'],
        [null, 'SKIPDATA'],
        [INSTANCE_ENI, 'SKIPDATA'],
        [NAT_ENI, 'SKIPDATA'],
      ],
    );
    assert.deepEqual(
      batch.losses.map((loss) => [loss.row, loss.packetsDropped, loss.framesUnparsable]),
      [
        [1, 1, 0],
        [2, 0, 1],
        [3, 9, 0],
      ],
    );
  });
});

describe('enrich(): identity', () => {
  it('keeps the identity and addresses of an interface that is gone', () => {
    const { point, run } = enrichTrial();
    const nat = point(NAT_ENI);
    const flow = { point: nat, direction: 'egress', src: '10.0.0.7', dst: '8.8.8.8' } as const;
    const empty = snapshotOf({ vpcs: [], subnets: [], enis: [], version: 2 });

    run(batchOf([flow]));
    const [row] = rowsOf(run(batchOf([flow]), empty).batch);

    assert.deepEqual([row?.identity.vpcId, row?.src], ['vpc-abcdefab012345678', '10.0.0.220']);
    assert.equal(row?.trafficPath, 8);
  });

  it('knows an interface that came and went within one window', () => {
    const { point, know, run } = enrichTrial();
    const nat = point(NAT_ENI);
    const flow = { point: nat, direction: 'egress', src: '10.0.0.7', dst: '8.8.8.8' } as const;
    const empty = snapshotOf({ vpcs: [], subnets: [], enis: [], version: 2 });

    know(nat);
    const [row] = rowsOf(run(batchOf([flow]), empty).batch);

    assert.deepEqual([row?.identity.vpcId, row?.src], ['vpc-abcdefab012345678', '10.0.0.220']);
    assert.equal(row?.trafficPath, 8);
  });

  it('joins subnet, VPC and instance', () => {
    const { point, rows } = enrichTrial();

    const [row] = rows({
      point: point(INSTANCE_ENI),
      direction: 'egress',
      src: '10.0.1.5',
      dst: '1.1.1.1',
    });

    const { subnetId, region, azId, instanceTags } = row?.identity ?? {};
    assert.deepEqual(
      [subnetId, region, azId],
      ['subnet-bbbbbbbb012345678', 'us-east-1', 'use1-az6'],
    );
    assert.deepEqual(instanceTags, { Name: 'name of i-01234567890123456' });
  });
});

describe('enrich(): conservation', () => {
  it('keeps every packet, in a row or as excluded, in the order of the flows', () => {
    const address = fc.constantFrom(
      '10.0.0.2',
      '10.0.0.1',
      '10.0.1.5',
      '169.254.169.254',
      '8.8.8.8',
    );
    const flow: fc.Arbitrary<TestFlow & { packets: number; exclusion: number }> = fc.record({
      point: fc.nat(3),
      direction: fc.constantFrom('unknown' as const, 'ingress' as const, 'egress' as const),
      src: address,
      dst: address,
      srcPort: fc.constantFrom(53, 67, 68, 443),
      dstPort: fc.constantFrom(53, 67, 68, 443),
      protocol: fc.constantFrom(1, 6, 17),
      packets: fc.nat(0xffff_ffff),
      exclusion: fc.constantFrom(0, 0, 0, 10),
    });
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 40 }), (flows) => {
        const { point, run } = enrichTrial();
        for (const id of [NAT_ENI, INSTANCE_ENI, REGIONAL_ENI]) point(id);

        const { batch, excludedPackets } = run(batchOf(flows));

        const rows = rowsOf(batch);
        const recorded = rows.reduce((sum, row) => sum + row.packets, 0n);
        const excluded = Object.values(excludedPackets).reduce((sum, count) => sum + count, 0);
        const given = flows.reduce((sum, { packets }) => sum + packets, 0);
        assert.equal(Number(recorded) + excluded, given);
        const kept: string[] = flows
          .filter((candidate) => candidate.exclusion === 0)
          .map((one) => one.src);
        let position = 0;
        for (const row of rows) {
          position = kept.indexOf(row.pktSrc ?? '', position) + 1;
          assert.ok(position > 0);
        }
      }),
    );
  });
});
