import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';

import { client, faultOf, overseas } from '../../../test/support/ec2-network.ts';

describe('DescribeInstances', () => {
  it('shows each instance in a reservation of its own, with its interfaces', async () => {
    const command = new DescribeInstancesCommand({ InstanceIds: ['i-1'] });
    const [reservation] = (await client.send(command)).Reservations ?? [];
    const [instance] = reservation?.Instances ?? [];

    assert.match(reservation?.ReservationId ?? '', /^r-[0-9a-f]{17}$/);
    assert.equal(reservation?.OwnerId, '111122223333');
    const { NetworkInterfaces: enis = [], ...rest } = instance ?? {};
    assert.deepEqual(rest, {
      InstanceId: 'i-1',
      State: { Code: 16, Name: 'running' },
      Placement: {
        AvailabilityZone: 'eu-west-1b',
        AvailabilityZoneId: 'euw1-az2',
        Tenancy: 'default',
      },
      PrivateIpAddress: '10.0.0.5',
      SecurityGroups: [],
      SourceDestCheck: true,
      SubnetId: 'subnet-1',
      Tags: [{ Key: 'Name', Value: 'web' }],
      VpcId: 'vpc-1',
    });
    assert.deepEqual(
      enis.map((eni) => [eni.NetworkInterfaceId, eni.Attachment?.DeviceIndex]),
      [
        ['eni-1', 0],
        ['eni-2', 1],
      ],
    );
  });

  it('shows an instance where its interfaces are, or else in the configured region', async () => {
    const idsIn = async (from: typeof client): Promise<unknown> => {
      const { Reservations = [] } = await from.send(new DescribeInstancesCommand({}));
      return Reservations.flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId));
    };

    assert.deepEqual(await idsIn(client), ['i-1', 'i-3']);
    assert.deepEqual(await idsIn(overseas), ['i-2']);
  });

  it('filters by the instance, its tags and any of its interfaces', async () => {
    const countOf = async (Name: string, value: string): Promise<unknown> => {
      const command = new DescribeInstancesCommand({ Filters: [{ Name, Values: [value] }] });
      return (await client.send(command)).Reservations?.length;
    };

    assert.equal(await countOf('instance-state-name', 'running'), 2);
    assert.equal(await countOf('instance-state-code', '16'), 2);
    assert.equal(await countOf('tag:Name', 'w*'), 1);
    assert.equal(await countOf('network-interface.network-interface-id', 'eni-2'), 1);
    assert.equal(await countOf('network-interface.addresses.private-ip-address', '10.0.0.6'), 1);
    assert.equal(await countOf('private-ip-address', '10.0.0.7'), 0);
  });

  it('refuses one and several that do not exist in the words of AWS', async () => {
    const faultOfIds = (...InstanceIds: string[]): Promise<string> =>
      faultOf(client.send(new DescribeInstancesCommand({ InstanceIds })));

    assert.equal(
      await faultOfIds('i-9'),
      "InvalidInstanceID.NotFound: The instance ID 'i-9' does not exist",
    );
    assert.equal(
      await faultOfIds('i-9', 'i-1', 'i-2'),
      "InvalidInstanceID.NotFound: The instance IDs 'i-2, i-9' do not exist",
    );
    assert.equal(
      await faultOfIds('10.10.1.202'),
      'InvalidInstanceID.Malformed: Invalid id: "10.10.1.202"',
    );
  });
});
