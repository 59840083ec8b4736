import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';

import { clientOver } from '../../../test/support/ec2-client.ts';
import { client, faultOf, REGION, SNAPSHOT } from '../../../test/support/ec2-network.ts';
import { vpcOf } from '../../../test/support/topologies.ts';
import { describeSubnetsOperation } from './describe-subnets.ts';

describe('DescribeSubnets', () => {
  it('shows a subnet with zone, free addresses and ARN', async () => {
    const command = new DescribeSubnetsCommand({ SubnetIds: ['subnet-1'] });
    const [subnet] = (await client.send(command)).Subnets ?? [];

    assert.deepEqual(subnet, {
      SubnetId: 'subnet-1',
      SubnetArn: 'arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1',
      VpcId: 'vpc-1',
      OwnerId: '123456789012',
      State: 'available',
      CidrBlock: '10.0.0.0/28',
      Ipv6CidrBlockAssociationSet: [
        {
          AssociationId: subnet?.Ipv6CidrBlockAssociationSet?.[0]?.AssociationId,
          Ipv6CidrBlock: '2001:db8::/64',
          Ipv6CidrBlockState: { State: 'associated' },
        },
      ],
      AvailabilityZone: 'eu-west-1b',
      AvailabilityZoneId: 'euw1-az2',
      // 16, less the five that AWS reserves, less three of interfaces.
      AvailableIpAddressCount: 8,
      DefaultForAz: false,
      MapPublicIpOnLaunch: false,
      MapCustomerOwnedIpOnLaunch: false,
      AssignIpv6AddressOnCreation: false,
      EnableDns64: false,
      Ipv6Native: false,
      Tags: [{ Key: 'Name', Value: 'a' }],
    });
  });

  it('reserves no addresses of AWS in the VPC that was made up for the host', async () => {
    const vpcs = new Map([['vpc-1', vpcOf('vpc-1', [], { region: REGION, derived: true })]]);
    const operation = describeSubnetsOperation({ snapshot: () => ({ ...SNAPSHOT, vpcs }) });
    const command = new DescribeSubnetsCommand({ SubnetIds: ['subnet-1'] });

    const { Subnets } = await clientOver([operation], REGION).send(command);

    const [subnet] = Subnets ?? [];
    assert.deepEqual([subnet?.AvailableIpAddressCount, subnet?.DefaultForAz], [11, true]);
  });

  it('shows the outpost that a subnet is in instead of a zone', async () => {
    const arn = 'arn:aws:outposts:eu-west-1:123456789012:outpost/op-1';
    const Filters = [{ Name: 'outpost-arn', Values: [arn] }];
    const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({ Filters }));

    assert.deepEqual(
      Subnets.map((subnet) => [subnet.SubnetId, subnet.OutpostArn, subnet.AvailabilityZone]),
      [['subnet-4', arn, undefined]],
    );
  });

  it('filters by zone under both names, and by VPC', async () => {
    const idsOf = async (Name: string, value: string): Promise<unknown> => {
      const command = new DescribeSubnetsCommand({ Filters: [{ Name, Values: [value] }] });
      return (await client.send(command)).Subnets?.map((subnet) => subnet.SubnetId);
    };

    assert.deepEqual(await idsOf('availability-zone', 'eu-west-1c'), ['subnet-2']);
    assert.deepEqual(await idsOf('availabilityZone', 'eu-west-1b'), ['subnet-1']);
    assert.deepEqual(await idsOf('vpc-id', 'vpc-1'), ['subnet-1', 'subnet-4']);
    assert.deepEqual(await idsOf('available-ip-address-count', '8'), ['subnet-1']);
  });

  it('refuses what does not exist', async () => {
    const missing = client.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-9'] }));

    assert.equal(
      await faultOf(missing),
      "InvalidSubnetID.NotFound: The subnet ID 'subnet-9' does not exist",
    );
  });
});
