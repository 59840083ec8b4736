import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';

import { clientOver } from '../../../test/support/ec2-client.ts';
import { client, faultOf, REGION, SNAPSHOT } from '../../../test/support/ec2-network.ts';
import { describeVpcsOperation } from './describe-vpcs.ts';

const HASH = /^[a-z-]+-[0-9a-f]{17}$/;

describe('DescribeVpcs', () => {
  it('shows the VPCs of the region with their blocks', async () => {
    const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({}));

    assert.deepEqual(
      Vpcs.map((vpc) => vpc.VpcId),
      ['vpc-1', 'vpc-2'],
    );
    const { CidrBlockAssociationSet: blocks = [], ...vpc } = Vpcs[0] ?? {};
    const [ipv6] = vpc.Ipv6CidrBlockAssociationSet ?? [];
    assert.deepEqual(vpc, {
      VpcId: 'vpc-1',
      OwnerId: '123456789012',
      State: 'available',
      CidrBlock: '10.0.0.0/16',
      Ipv6CidrBlockAssociationSet: [
        {
          AssociationId: ipv6?.AssociationId,
          Ipv6CidrBlock: '2001:db8::/56',
          Ipv6CidrBlockState: { State: 'associated' },
          NetworkBorderGroup: 'eu-west-1',
        },
      ],
      IsDefault: false,
      InstanceTenancy: 'default',
      DhcpOptionsId: 'default',
      Tags: [
        { Key: 'Name', Value: 'one' },
        { Key: 'team', Value: 'red' },
      ],
    });
    assert.deepEqual(
      blocks.map((block) => [block.CidrBlock, block.CidrBlockState?.State]),
      [
        ['10.0.0.0/16', 'associated'],
        ['10.9.0.0/16', 'associated'],
      ],
    );
    assert.match(ipv6?.AssociationId ?? '', HASH);
    assert.equal(Vpcs[1]?.OwnerId, '210987654321');
  });

  it('marks the VPC that was made up for the host as the default one', async () => {
    const [vpc] = [...SNAPSHOT.vpcs.values()];
    assert.ok(vpc !== undefined);
    const derived = { ...SNAPSHOT, vpcs: new Map([['vpc-1', { ...vpc, derived: true }]]) };
    const operation = describeVpcsOperation({ snapshot: () => derived });

    const { Vpcs } = await clientOver([operation], REGION).send(new DescribeVpcsCommand({}));

    assert.equal(Vpcs?.[0]?.IsDefault, true);
  });

  it('filters', async () => {
    const idsOf = async (Name: string, ...Values: string[]): Promise<unknown> => {
      const command = new DescribeVpcsCommand({ Filters: [{ Name, Values }] });
      return (await client.send(command)).Vpcs?.map((vpc) => vpc.VpcId);
    };

    assert.deepEqual(await idsOf('cidr', '10.1.*'), ['vpc-2']);
    assert.deepEqual(await idsOf('cidr', '10.9.0.0/16'), []);
    assert.deepEqual(await idsOf('cidr-block-association.cidr-block', '10.9.0.0/16'), ['vpc-1']);
    assert.deepEqual(await idsOf('is-default', 'false'), ['vpc-1', 'vpc-2']);
    assert.deepEqual(await idsOf('tag:team', 'r?d'), ['vpc-1']);
    assert.deepEqual(await idsOf('owner-id', '210987654321', 'x'), ['vpc-2']);
    assert.deepEqual(await idsOf('state', 'pending'), []);
  });

  it('refuses ids that are not there, or in another region, or none', async () => {
    const describeIds = (...VpcIds: string[]): Promise<string> =>
      faultOf(client.send(new DescribeVpcsCommand({ VpcIds })));

    assert.equal(
      await describeIds('vpc-1', 'vpc-9'),
      "InvalidVpcID.NotFound: The vpc ID 'vpc-9' does not exist",
    );
    assert.equal(
      await describeIds('vpc-3'),
      "InvalidVpcID.NotFound: The vpc ID 'vpc-3' does not exist",
    );
    assert.equal(
      await describeIds('subnet-1'),
      'InvalidVpcID.Malformed: Invalid id: "subnet-1" (expecting "vpc-...")',
    );
    assert.equal(
      await faultOf(client.send(new DescribeVpcsCommand({ VpcIds: ['vpc-1'], MaxResults: 5 }))),
      'InvalidParameterCombination: The parameter vpcIds cannot be used with the parameter ' +
        'maxResults',
    );
    const twice = await client.send(new DescribeVpcsCommand({ VpcIds: ['vpc-2', 'vpc-2'] }));
    assert.equal(twice.Vpcs?.length, 1);
  });
});
