import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  DescribeAvailabilityZonesCommand,
  DescribeRegionsCommand,
  type DescribeAvailabilityZonesCommandInput,
} from '@aws-sdk/client-ec2';

import { client, faultOf } from '../../../test/support/ec2-network.ts';

describe('DescribeRegions', () => {
  it('shows the configured region and those of the inventory', async () => {
    const { Regions } = await client.send(new DescribeRegionsCommand({ AllRegions: true }));

    // Of the first one the inventory has a transit gateway only.
    assert.deepEqual(
      Regions,
      ['ap-south-1', 'eu-west-1', 'us-east-1'].map((region) => ({
        RegionName: region,
        Endpoint: `ec2.${region}.amazonaws.com`,
        OptInStatus: 'opt-in-not-required',
      })),
    );
  });

  it('shows those named, filters, and refuses unknown ones', async () => {
    const named = await client.send(new DescribeRegionsCommand({ RegionNames: ['us-east-1'] }));
    const filtered = await client.send(
      new DescribeRegionsCommand({ Filters: [{ Name: 'region-name', Values: ['eu-*'] }] }),
    );
    const unknown = client.send(new DescribeRegionsCommand({ RegionNames: ['xx-1', 'us-east-1'] }));

    assert.deepEqual(
      named.Regions?.map((region) => region.RegionName),
      ['us-east-1'],
    );
    assert.deepEqual(
      filtered.Regions?.map((region) => region.RegionName),
      ['eu-west-1'],
    );
    assert.equal(await faultOf(unknown), 'InvalidParameterValue: Invalid region(s): xx-1');
  });
});

describe('DescribeAvailabilityZones', () => {
  it('shows the zones of subnets, named as declared or by their number', async () => {
    const { AvailabilityZones } = await client.send(new DescribeAvailabilityZonesCommand({}));

    assert.deepEqual(
      AvailabilityZones?.map((zone) => [zone.ZoneId, zone.ZoneName]),
      [
        ['euw1-az1', 'eu-west-1c'],
        ['euw1-az2', 'eu-west-1b'],
      ],
    );
    assert.deepEqual(AvailabilityZones?.[0], {
      OptInStatus: 'opt-in-not-required',
      Messages: [],
      RegionName: 'eu-west-1',
      ZoneName: 'eu-west-1c',
      ZoneId: 'euw1-az1',
      GroupName: 'eu-west-1-zg-1',
      NetworkBorderGroup: 'eu-west-1',
      ZoneType: 'availability-zone',
      State: 'available',
    });
  });

  it('shows those named, filters, and refuses unknown ones', async () => {
    const zonesFor = async (input: DescribeAvailabilityZonesCommandInput): Promise<unknown> => {
      const { AvailabilityZones } = await client.send(new DescribeAvailabilityZonesCommand(input));
      return AvailabilityZones?.map((zone) => zone.ZoneId);
    };

    assert.deepEqual(await zonesFor({ ZoneNames: ['eu-west-1c'] }), ['euw1-az1']);
    assert.deepEqual(await zonesFor({ ZoneIds: ['euw1-az2'] }), ['euw1-az2']);
    const Filters = [{ Name: 'zone-name', Values: ['*b'] }];
    assert.deepEqual(await zonesFor({ Filters, AllAvailabilityZones: true }), ['euw1-az2']);
    assert.equal(
      await faultOf(zonesFor({ ZoneNames: ['eu-west-1a'] })),
      'InvalidParameterValue: Invalid availability zone(s): eu-west-1a',
    );
  });
});
