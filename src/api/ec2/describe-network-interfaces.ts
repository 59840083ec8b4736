import { awsFaults } from '../../aws/aws-error.ts';
import { flag, list, member, structure, text, type ValueOf } from '../../aws/wire/shape.ts';
import type { Eni, Snapshot } from '../../spine/topology.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { filtersOver } from './filter-paths.ts';
import {
  describeOwnAttachment,
  describeInterface,
  INTERFACE_MEMBERS,
  ownAttachment,
} from './network-interface.ts';
import { outpostArnOf } from './outposts.ts';
import {
  idMalformed,
  LISTING_REQUEST,
  listResources,
  permissionTo,
  TAG_SET,
  tagSetOf,
  type InventoryDeps,
  type Listing,
} from './resource-listing.ts';
import { zoneOfSubnet } from './zones.ts';

const interfaceShape = structure({
  ...INTERFACE_MEMBERS,
  Attachment: member('attachment', ownAttachment),
  AvailabilityZone: member('availabilityZone', text),
  AvailabilityZoneId: member('availabilityZoneId', text),
  Ipv6Native: member('ipv6Native', flag),
  OutpostArn: member('outpostArn', text),
  RequesterManaged: member('requesterManaged', flag),
  // AWS: `TagSet`, where other resources have `Tags`.
  TagSet: TAG_SET,
});

type InterfaceDescription = ValueOf<typeof interfaceShape>;

const LISTING: Listing<Eni, InterfaceDescription> = {
  operation: 'DescribeNetworkInterfaces',
  idsParameter: 'networkInterfaceIds',
  idPrefix: 'eni',
  // AWS: another spelling than that of NotFound (f5-cloud-failover-extension#150).
  malformed: (id) => idMalformed('InvalidNetworkInterfaceId.Malformed', id, 'eni'),
  notFound: (ids) => awsFaults.interfaceNotFound(ids.join(', ')),
  idOf: ({ interfaceId }) => interfaceId,
  filters: filtersOver(
    interfaceShape,
    {
      'addresses.primary': 'PrivateIpAddresses.Primary',
      'addresses.private-ip-address': 'PrivateIpAddresses.PrivateIpAddress',
      'attachment.attachment-id': 'Attachment.AttachmentId',
      'attachment.delete-on-termination': 'Attachment.DeleteOnTermination',
      'attachment.device-index': 'Attachment.DeviceIndex',
      'attachment.instance-id': 'Attachment.InstanceId',
      'attachment.instance-owner-id': 'Attachment.InstanceOwnerId',
      'attachment.status': 'Attachment.Status',
      'availability-zone': 'AvailabilityZone',
      'availability-zone-id': 'AvailabilityZoneId',
      description: 'Description',
      'group-id': 'Groups.GroupId',
      'group-name': 'Groups.GroupName',
      'interface-type': 'InterfaceType',
      'ipv6-addresses.ipv6-address': 'Ipv6Addresses.Ipv6Address',
      'mac-address': 'MacAddress',
      'network-interface-id': 'NetworkInterfaceId',
      'outpost-arn': 'OutpostArn',
      'owner-id': 'OwnerId',
      'private-ip-address': 'PrivateIpAddress',
      'requester-managed': 'RequesterManaged',
      'source-dest-check': 'SourceDestCheck',
      status: 'Status',
      'subnet-id': 'SubnetId',
      'vpc-id': 'VpcId',
    },
    'TagSet',
  ),
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
export function describeNetworkInterfacesOperation(
  deps: Pick<InventoryDeps, 'snapshot'>,
): Operation {
  return defineOperation({
    name: LISTING.operation,
    isLarge: true,
    input: structure({
      ...LISTING_REQUEST,
      NetworkInterfaceIds: member('NetworkInterfaceId', list(text)),
      // All of the inventory's interfaces are shown in any case.
      IncludeManagedResources: member('IncludeManagedResources', flag),
    }),
    output: structure({
      NextToken: member('nextToken', text),
      NetworkInterfaces: member('networkInterfaceSet', list(interfaceShape)),
    }),
    permissions: permissionTo(LISTING.operation),
    run: async (request, { caller }) => {
      const snapshot = deps.snapshot();
      const source = {
        all: snapshot.enis,
        isHere: ({ vpcId }: Eni) => snapshot.vpcs.get(vpcId)?.region === caller.region,
        describe: (eni: Eni) => describeEni(eni, snapshot),
      };
      const { descriptions, next } = await listResources(
        { ...request, ids: request.NetworkInterfaceIds },
        source,
        LISTING,
      );
      return { NetworkInterfaces: descriptions, ...next };
    },
  });
}

function describeEni(eni: Eni, snapshot: Snapshot): InterfaceDescription {
  const subnet = snapshot.subnets.get(eni.subnetId);
  const zone = subnet === undefined ? null : zoneOfSubnet(snapshot, subnet);
  return {
    Attachment: describeOwnAttachment(eni, snapshot),
    AvailabilityZone: zone?.zoneName,
    AvailabilityZoneId: zone?.zoneId,
    Ipv6Native: eni.ipv4.length === 0 && eni.ipv6.length > 0,
    OutpostArn: outpostArnOf(snapshot, subnet),
    RequesterManaged: eni.interfaceType !== null,
    TagSet: tagSetOf(eni.tags),
    // Last: V8 takes sixty times as long to add members to what was spread (10,000 in 200 ms).
    ...describeInterface(eni),
  };
}
