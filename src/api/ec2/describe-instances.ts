import { AwsError } from '../../aws/aws-error.ts';
import {
  flag,
  integer,
  list,
  member,
  structure,
  text,
  type ValueOf,
} from '../../aws/wire/shape.ts';
import type { Eni, Instance, Snapshot } from '../../spine/topology.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { derivedId } from './derived-id.ts';
import { filtersOver } from './filter-paths.ts';
import {
  describeInstanceAttachment,
  describeInterface,
  instanceAttachment,
  INTERFACE_MEMBERS,
  interfacesOf,
} from './network-interface.ts';
import { outpostArnOf } from './outposts.ts';
import {
  LISTING_REQUEST,
  listResources,
  permissionTo,
  TAG_SET,
  tagSetOf,
  type InventoryDeps,
  type Listing,
} from './resource-listing.ts';
import { zoneOfSubnet } from './zones.ts';

const RUNNING = { Code: 16, Name: 'running' };

const instanceShape = structure({
  InstanceId: member('instanceId', text),
  State: member(
    'instanceState',
    structure({ Code: member('code', integer), Name: member('name', text) }),
  ),
  NetworkInterfaces: member(
    'networkInterfaceSet',
    list(structure({ ...INTERFACE_MEMBERS, Attachment: member('attachment', instanceAttachment) })),
  ),
  OutpostArn: member('outpostArn', text),
  Placement: member(
    'placement',
    structure({
      AvailabilityZone: member('availabilityZone', text),
      AvailabilityZoneId: member('availabilityZoneId', text),
      Tenancy: member('tenancy', text),
    }),
  ),
  PrivateIpAddress: member('privateIpAddress', text),
  SecurityGroups: member(
    'groupSet',
    list(structure({ GroupId: member('groupId', text), GroupName: member('groupName', text) })),
  ),
  SourceDestCheck: member('sourceDestCheck', flag),
  SubnetId: member('subnetId', text),
  Tags: TAG_SET,
  VpcId: member('vpcId', text),
});

const reservationShape = structure({
  ReservationId: member('reservationId', text),
  OwnerId: member('ownerId', text),
  Instances: member('instancesSet', list(instanceShape)),
});

type ReservationDescription = ValueOf<typeof reservationShape>;

/** A filter that looks at the instance, or at one of its interfaces. */
const ofInstance = (path: string): string => `Instances.${path}`;
const ofInterface = (path: string): string => `Instances.NetworkInterfaces.${path}`;

const FILTERS = filtersOver(
  reservationShape,
  {
    'availability-zone': ofInstance('Placement.AvailabilityZone'),
    'availability-zone-id': ofInstance('Placement.AvailabilityZoneId'),
    'instance-id': ofInstance('InstanceId'),
    'instance-state-code': ofInstance('State.Code'),
    'instance-state-name': ofInstance('State.Name'),
    'instance.group-id': ofInstance('SecurityGroups.GroupId'),
    'instance.group-name': ofInstance('SecurityGroups.GroupName'),
    'network-interface.addresses.primary': ofInterface('PrivateIpAddresses.Primary'),
    'network-interface.addresses.private-ip-address': ofInterface(
      'PrivateIpAddresses.PrivateIpAddress',
    ),
    'network-interface.attachment.attachment-id': ofInterface('Attachment.AttachmentId'),
    'network-interface.attachment.device-index': ofInterface('Attachment.DeviceIndex'),
    'network-interface.attachment.status': ofInterface('Attachment.Status'),
    'network-interface.description': ofInterface('Description'),
    'network-interface.ipv6-addresses.ipv6-address': ofInterface('Ipv6Addresses.Ipv6Address'),
    'network-interface.mac-address': ofInterface('MacAddress'),
    'network-interface.network-interface-id': ofInterface('NetworkInterfaceId'),
    'network-interface.owner-id': ofInterface('OwnerId'),
    'network-interface.source-dest-check': ofInterface('SourceDestCheck'),
    'network-interface.status': ofInterface('Status'),
    'network-interface.subnet-id': ofInterface('SubnetId'),
    'network-interface.vpc-id': ofInterface('VpcId'),
    'outpost-arn': ofInstance('OutpostArn'),
    'owner-id': 'OwnerId',
    'private-ip-address': ofInstance('PrivateIpAddress'),
    'reservation-id': 'ReservationId',
    'source-dest-check': ofInstance('SourceDestCheck'),
    'subnet-id': ofInstance('SubnetId'),
    tenancy: ofInstance('Placement.Tenancy'),
    'vpc-id': ofInstance('VpcId'),
  },
  null,
);

const LISTING: Listing<Instance, ReservationDescription> = {
  operation: 'DescribeInstances',
  idsParameter: 'instancesSet',
  idPrefix: 'i',
  malformed: (id) => new AwsError('InvalidInstanceID.Malformed', 400, `Invalid id: "${id}"`),
  notFound: (ids) => {
    const which = ids.length === 1 ? `ID '${ids.join('')}' does` : `IDs '${ids.join(', ')}' do`;
    return new AwsError('InvalidInstanceID.NotFound', 400, `The instance ${which} not exist`);
  },
  idOf: ({ instanceId }) => instanceId,
  filters: {
    ...FILTERS,
    tags: ({ Instances: instances = [] }) =>
      instances.flatMap(({ Tags: tags = [] }) =>
        tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
      ),
  },
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export function describeInstancesOperation(deps: InventoryDeps): Operation {
  return defineOperation({
    name: LISTING.operation,
    isLarge: true,
    input: structure({
      ...LISTING_REQUEST,
      InstanceIds: member('InstanceId', list(text)),
      // All of the inventory's instances are shown in any case.
      IncludeManagedResources: member('IncludeManagedResources', flag),
    }),
    output: structure({
      NextToken: member('nextToken', text),
      Reservations: member('reservationSet', list(reservationShape)),
    }),
    permissions: permissionTo(LISTING.operation),
    run: async (request, { caller }) => {
      const snapshot = deps.snapshot();
      const source = {
        all: snapshot.instances,
        isHere: (instance: Instance) => regionOf(instance, snapshot, deps) === caller.region,
        describe: (instance: Instance) => describeReservation(instance, snapshot),
      };
      const { descriptions, next } = await listResources(
        { ...request, ids: request.InstanceIds },
        source,
        LISTING,
      );
      return { Reservations: descriptions, ...next };
    },
  });
}

function enisOf({ instanceId }: Instance, snapshot: Snapshot): readonly Eni[] {
  const ids = interfacesOf(snapshot, instanceId);
  return ids.map((id) => snapshot.enis.get(id)).filter((eni) => eni !== undefined);
}

/** Region of the instance's interfaces; without one, the region of the configuration. */
function regionOf(instance: Instance, snapshot: Snapshot, deps: InventoryDeps): string {
  const [primary] = enisOf(instance, snapshot);
  return snapshot.vpcs.get(primary?.vpcId ?? '')?.region ?? deps.region;
}

/** Each instance has a reservation of its own: nobody knows which were launched together. */
function describeReservation(instance: Instance, snapshot: Snapshot): ReservationDescription {
  const { instanceId, accountId } = instance;
  const enis = enisOf(instance, snapshot);
  const [primary] = enis;
  const subnet = snapshot.subnets.get(primary?.subnetId ?? '');
  const zone = subnet === undefined ? null : zoneOfSubnet(snapshot, subnet);
  const described = {
    InstanceId: instanceId,
    // What is in the inventory runs; whether it does is not Weir's to know.
    State: RUNNING,
    NetworkInterfaces: enis.map((eni) => ({
      Attachment: describeInstanceAttachment(eni, snapshot),
      ...describeInterface(eni),
    })),
    OutpostArn: outpostArnOf(snapshot, subnet),
    Placement: {
      AvailabilityZone: zone?.zoneName,
      AvailabilityZoneId: zone?.zoneId,
      Tenancy: 'default',
    },
    PrivateIpAddress: primary?.ipv4[0],
    SecurityGroups: [],
    SourceDestCheck: primary === undefined || primary.interfaceType === null,
    SubnetId: primary?.subnetId,
    Tags: tagSetOf(instance.tags),
    VpcId: primary?.vpcId,
  };
  return {
    ReservationId: derivedId('r', instanceId),
    OwnerId: accountId,
    Instances: [described],
  };
}
