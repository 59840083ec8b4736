import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';

import { client, faultOf } from '../../../test/support/ec2-network.ts';

describe('DescribeNetworkInterfaces', () => {
  it('shows an interface with its addresses and its attachment', async () => {
    const command = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ['eni-1'] });
    const [eni] = (await client.send(command)).NetworkInterfaces ?? [];

    assert.match(eni?.Attachment?.AttachmentId ?? '', /^eni-attach-[0-9a-f]{17}$/);
    assert.deepEqual(eni, {
      NetworkInterfaceId: 'eni-1',
      OwnerId: '123456789012',
      VpcId: 'vpc-1',
      SubnetId: 'subnet-1',
      AvailabilityZone: 'eu-west-1b',
      AvailabilityZoneId: 'euw1-az2',
      Description: 'eth0 in network namespace lab',
      Groups: [],
      InterfaceType: 'interface',
      MacAddress: '02:00:00:00:00:01',
      PrivateIpAddress: '10.0.0.5',
      PrivateIpAddresses: [
        { Primary: true, PrivateIpAddress: '10.0.0.5' },
        { Primary: false, PrivateIpAddress: '10.0.0.6' },
      ],
      Ipv6Addresses: [{ Ipv6Address: '2001:db8::5', IsPrimaryIpv6: false }],
      Ipv6Native: false,
      SourceDestCheck: true,
      RequesterManaged: false,
      Status: 'in-use',
      Attachment: {
        AttachmentId: eni?.Attachment?.AttachmentId,
        DeleteOnTermination: false,
        DeviceIndex: 0,
        NetworkCardIndex: 0,
        InstanceId: 'i-1',
        InstanceOwnerId: '111122223333',
        Status: 'attached',
      },
      TagSet: [{ Key: 'Name', Value: 'first' }],
    });
  });

  it('shows interfaces of services as theirs, and free ones as available', async () => {
    const { NetworkInterfaces = [] } = await client.send(new DescribeNetworkInterfacesCommand({}));

    const shown = NetworkInterfaces.map((eni) => [
      eni.NetworkInterfaceId,
      eni.InterfaceType,
      eni.Status,
      eni.RequesterManaged,
      eni.Attachment?.InstanceOwnerId,
      eni.Attachment?.DeviceIndex,
    ]);
    assert.deepEqual(shown, [
      ['eni-1', 'interface', 'in-use', false, '111122223333', 0],
      ['eni-2', 'interface', 'in-use', false, '111122223333', 1],
      ['eni-4', 'transit_gateway', 'in-use', true, 'amazon-aws', 1],
      ['eni-5', 'interface', 'available', false, undefined, undefined],
      ['eni-6', 'interface', 'in-use', false, undefined, undefined],
    ]);
    assert.equal(NetworkInterfaces.at(-1)?.Description, 'host side veth6');
  });

  it('filters', async () => {
    const idsOf = async (Name: string, value: string): Promise<unknown> => {
      const Filters = [{ Name, Values: [value] }];
      const { NetworkInterfaces = [] } = await client.send(
        new DescribeNetworkInterfacesCommand({ Filters }),
      );
      return NetworkInterfaces.map((eni) => eni.NetworkInterfaceId);
    };

    assert.deepEqual(await idsOf('addresses.private-ip-address', '10.0.0.6'), ['eni-1']);
    assert.deepEqual(await idsOf('private-ip-address', '10.0.0.6'), []);
    assert.deepEqual(await idsOf('attachment.instance-id', 'i-1'), ['eni-1', 'eni-2']);
    assert.deepEqual(await idsOf('attachment.device-index', '1'), ['eni-2', 'eni-4']);
    assert.deepEqual(await idsOf('interface-type', 'transit_*'), ['eni-4']);
    assert.deepEqual(await idsOf('status', 'available'), ['eni-5']);
    assert.deepEqual(await idsOf('group-id', '*'), []);
    assert.deepEqual(await idsOf('tag:Name', 'first'), ['eni-1']);
    assert.deepEqual(await idsOf('requester-managed', 'true'), ['eni-4']);
  });

  it('refuses ids in the two spellings of AWS', async () => {
    const faultOfId = (id: string): Promise<string> =>
      faultOf(client.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] })));

    assert.equal(
      await faultOfId('eni-9'),
      "InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-9' does not exist",
    );
    assert.equal(
      await faultOfId('to-set'),
      'InvalidNetworkInterfaceId.Malformed: Invalid id: "to-set" (expecting "eni-...")',
    );
  });
});
