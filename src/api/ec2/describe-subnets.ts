import { awsFaults } from '../../aws/aws-error.ts';
import { partitionOf } from '../../aws/arn.ts';
import {
  flag,
  integer,
  list,
  member,
  structure,
  text,
  type ValueOf,
} from '../../aws/wire/shape.ts';
import { cidrHolds, parseAddress, parseCidr } from '../../records/address.ts';
import type { Snapshot, Subnet } from '../../spine/topology.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { derivedId } from './derived-id.ts';
import { filtersOver } from './filter-paths.ts';
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

const IPV4_BITS = 32;
/** Network, router, DNS server, one for later, broadcast (VPC User Guide, "Subnet CIDR blocks"). */
const RESERVED_BY_AWS = 5;
/** Network and broadcast, in a network that is the host's own. */
const RESERVED_BY_IPV4 = 2;

const subnetShape = structure({
  AvailabilityZoneId: member('availabilityZoneId', text),
  MapCustomerOwnedIpOnLaunch: member('mapCustomerOwnedIpOnLaunch', flag),
  OwnerId: member('ownerId', text),
  AssignIpv6AddressOnCreation: member('assignIpv6AddressOnCreation', flag),
  Ipv6CidrBlockAssociationSet: member(
    'ipv6CidrBlockAssociationSet',
    list(
      structure({
        AssociationId: member('associationId', text),
        Ipv6CidrBlock: member('ipv6CidrBlock', text),
        Ipv6CidrBlockState: member(
          'ipv6CidrBlockState',
          structure({ State: member('state', text) }),
        ),
      }),
    ),
  ),
  Tags: TAG_SET,
  SubnetArn: member('subnetArn', text),
  OutpostArn: member('outpostArn', text),
  EnableDns64: member('enableDns64', flag),
  Ipv6Native: member('ipv6Native', flag),
  SubnetId: member('subnetId', text),
  State: member('state', text),
  VpcId: member('vpcId', text),
  CidrBlock: member('cidrBlock', text),
  AvailableIpAddressCount: member('availableIpAddressCount', integer),
  AvailabilityZone: member('availabilityZone', text),
  DefaultForAz: member('defaultForAz', flag),
  MapPublicIpOnLaunch: member('mapPublicIpOnLaunch', flag),
});

type SubnetDescription = ValueOf<typeof subnetShape>;

const LISTING: Listing<Subnet, SubnetDescription> = {
  operation: 'DescribeSubnets',
  idsParameter: 'subnetIds',
  idPrefix: 'subnet',
  malformed: (id) => idMalformed('InvalidSubnetID.Malformed', id, 'subnet'),
  notFound: (ids) => awsFaults.subnetNotFound(ids.join(', ')),
  idOf: ({ subnetId }) => subnetId,
  filters: filtersOver(
    subnetShape,
    {
      'availability-zone': 'AvailabilityZone',
      availabilityZone: 'AvailabilityZone',
      'availability-zone-id': 'AvailabilityZoneId',
      availabilityZoneId: 'AvailabilityZoneId',
      'available-ip-address-count': 'AvailableIpAddressCount',
      'cidr-block': 'CidrBlock',
      cidr: 'CidrBlock',
      cidrBlock: 'CidrBlock',
      'default-for-az': 'DefaultForAz',
      defaultForAz: 'DefaultForAz',
      'enable-dns64': 'EnableDns64',
      'ipv6-cidr-block-association.ipv6-cidr-block': 'Ipv6CidrBlockAssociationSet.Ipv6CidrBlock',
      'ipv6-cidr-block-association.association-id': 'Ipv6CidrBlockAssociationSet.AssociationId',
      'ipv6-cidr-block-association.state': 'Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State',
      'ipv6-native': 'Ipv6Native',
      'map-customer-owned-ip-on-launch': 'MapCustomerOwnedIpOnLaunch',
      'map-public-ip-on-launch': 'MapPublicIpOnLaunch',
      'outpost-arn': 'OutpostArn',
      'owner-id': 'OwnerId',
      state: 'State',
      'subnet-arn': 'SubnetArn',
      'subnet-id': 'SubnetId',
      'vpc-id': 'VpcId',
    },
    'Tags',
  ),
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
export function describeSubnetsOperation(deps: Pick<InventoryDeps, 'snapshot'>): Operation {
  return defineOperation({
    name: LISTING.operation,
    isLarge: true,
    input: structure({ ...LISTING_REQUEST, SubnetIds: member('SubnetId', list(text)) }),
    output: structure({
      NextToken: member('nextToken', text),
      Subnets: member('subnetSet', list(subnetShape)),
    }),
    permissions: permissionTo(LISTING.operation),
    run: async (request, { caller }) => {
      const snapshot = deps.snapshot();
      const source = {
        all: snapshot.subnets,
        isHere: ({ vpcId }: Subnet) => snapshot.vpcs.get(vpcId)?.region === caller.region,
        describe: (subnet: Subnet) => describeSubnet(subnet, snapshot),
      };
      const { descriptions, next } = await listResources(
        { ...request, ids: request.SubnetIds },
        source,
        LISTING,
      );
      return { Subnets: descriptions, ...next };
    },
  });
}

function describeSubnet(subnet: Subnet, snapshot: Snapshot): SubnetDescription {
  const { subnetId, vpcId, cidrs } = subnet;
  const vpc = snapshot.vpcs.get(vpcId);
  const region = vpc?.region ?? '';
  const ownerId = vpc?.accountId ?? '';
  const zone = zoneOfSubnet(snapshot, subnet);
  const ipv4 = cidrs.filter((cidr) => !cidr.includes(':'));
  const isDerived = vpc?.derived === true;
  return {
    SubnetId: subnetId,
    SubnetArn: `arn:${partitionOf(region)}:ec2:${region}:${ownerId}:subnet/${subnetId}`,
    VpcId: vpcId,
    OwnerId: ownerId,
    State: 'available',
    CidrBlock: ipv4[0],
    Ipv6CidrBlockAssociationSet: cidrs
      .filter((cidr) => cidr.includes(':'))
      .map((cidr) => ({
        AssociationId: derivedId('subnet-cidr-assoc', subnetId, cidr),
        Ipv6CidrBlock: cidr,
        Ipv6CidrBlockState: { State: 'associated' },
      })),
    AvailabilityZone: zone?.zoneName,
    AvailabilityZoneId: zone?.zoneId,
    AvailableIpAddressCount: availableCount(subnet, ipv4, snapshot, isDerived),
    OutpostArn: outpostArnOf(snapshot, subnet),
    DefaultForAz: isDerived,
    MapPublicIpOnLaunch: false,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: false,
    EnableDns64: false,
    Ipv6Native: ipv4.length === 0 && cidrs.length > 0,
    Tags: tagSetOf(subnet.tags),
  };
}

/** IPv4 addresses of the subnet that no interface has and nobody reserves. */
function availableCount(
  { subnetId }: Subnet,
  ipv4: readonly string[],
  snapshot: Snapshot,
  isDerived: boolean,
): number {
  const blocks = ipv4.map((text) => parseCidr(text)).filter((cidr) => cidr !== null);
  const reserved = isDerived ? RESERVED_BY_IPV4 : RESERVED_BY_AWS;
  const all = blocks.reduce((sum, { prefixLength }) => {
    return sum + Math.max(0, 2 ** (IPV4_BITS - prefixLength) - reserved);
  }, 0);
  const used = (addressesBySubnet(snapshot).get(subnetId) ?? []).filter((text) => {
    const address = parseAddress(text);
    return address !== null && blocks.some((cidr) => cidrHolds(cidr, address));
  });
  return Math.max(0, all - used.length);
}

const addressesOfSnapshots = new WeakMap<Snapshot, ReadonlyMap<string, readonly string[]>>();

/** IPv4 addresses of the interfaces of each subnet. */
function addressesBySubnet(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const known = addressesOfSnapshots.get(snapshot);
  if (known !== undefined) return known;
  const addresses = new Map<string, string[]>();
  for (const { subnetId, ipv4 } of snapshot.enis.values()) {
    const ofSubnet = addresses.get(subnetId);
    if (ofSubnet === undefined) addresses.set(subnetId, [...ipv4]);
    else ofSubnet.push(...ipv4);
  }
  addressesOfSnapshots.set(snapshot, addresses);
  return addresses;
}
