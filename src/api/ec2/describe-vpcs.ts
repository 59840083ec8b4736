import { awsFaults } from '../../aws/aws-error.ts';
import { flag, list, member, structure, text, type ValueOf } from '../../aws/wire/shape.ts';
import type { Vpc } from '../../spine/topology.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { derivedId } from './derived-id.ts';
import { filtersOver } from './filter-paths.ts';
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

const blockState = structure({ State: member('state', text) });

const vpcShape = structure({
  OwnerId: member('ownerId', text),
  InstanceTenancy: member('instanceTenancy', text),
  Ipv6CidrBlockAssociationSet: member(
    'ipv6CidrBlockAssociationSet',
    list(
      structure({
        AssociationId: member('associationId', text),
        Ipv6CidrBlock: member('ipv6CidrBlock', text),
        Ipv6CidrBlockState: member('ipv6CidrBlockState', blockState),
        NetworkBorderGroup: member('networkBorderGroup', text),
      }),
    ),
  ),
  CidrBlockAssociationSet: member(
    'cidrBlockAssociationSet',
    list(
      structure({
        AssociationId: member('associationId', text),
        CidrBlock: member('cidrBlock', text),
        CidrBlockState: member('cidrBlockState', blockState),
      }),
    ),
  ),
  IsDefault: member('isDefault', flag),
  Tags: TAG_SET,
  VpcId: member('vpcId', text),
  State: member('state', text),
  CidrBlock: member('cidrBlock', text),
  DhcpOptionsId: member('dhcpOptionsId', text),
});

type VpcDescription = ValueOf<typeof vpcShape>;

const LISTING: Listing<Vpc, VpcDescription> = {
  operation: 'DescribeVpcs',
  idsParameter: 'vpcIds',
  idPrefix: 'vpc',
  malformed: (id) => idMalformed('InvalidVpcID.Malformed', id, 'vpc'),
  notFound: (ids) => awsFaults.vpcNotFound(ids.join(', ')),
  idOf: ({ vpcId }) => vpcId,
  filters: filtersOver(
    vpcShape,
    {
      cidr: 'CidrBlock',
      'cidr-block-association.cidr-block': 'CidrBlockAssociationSet.CidrBlock',
      'cidr-block-association.association-id': 'CidrBlockAssociationSet.AssociationId',
      'cidr-block-association.state': 'CidrBlockAssociationSet.CidrBlockState.State',
      'dhcp-options-id': 'DhcpOptionsId',
      'ipv6-cidr-block-association.ipv6-cidr-block': 'Ipv6CidrBlockAssociationSet.Ipv6CidrBlock',
      'ipv6-cidr-block-association.association-id': 'Ipv6CidrBlockAssociationSet.AssociationId',
      'ipv6-cidr-block-association.state': 'Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State',
      'is-default': 'IsDefault',
      'owner-id': 'OwnerId',
      state: 'State',
      'vpc-id': 'VpcId',
    },
    'Tags',
  ),
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html */
export function describeVpcsOperation(deps: Pick<InventoryDeps, 'snapshot'>): Operation {
  return defineOperation({
    name: LISTING.operation,
    isLarge: true,
    input: structure({ ...LISTING_REQUEST, VpcIds: member('VpcId', list(text)) }),
    output: structure({
      NextToken: member('nextToken', text),
      Vpcs: member('vpcSet', list(vpcShape)),
    }),
    permissions: permissionTo(LISTING.operation),
    run: async (request, { caller }) => {
      const source = {
        all: deps.snapshot().vpcs,
        isHere: (vpc: Vpc) => vpc.region === caller.region,
        describe: describeVpc,
      };
      const { descriptions, next } = await listResources(
        { ...request, ids: request.VpcIds },
        source,
        LISTING,
      );
      return { Vpcs: descriptions, ...next };
    },
  });
}

function describeVpc({ vpcId, accountId, region, cidrs, tags, derived }: Vpc): VpcDescription {
  const associated = { State: 'associated' };
  const ipv4 = cidrs.filter((cidr) => !cidr.includes(':'));
  return {
    VpcId: vpcId,
    OwnerId: accountId,
    State: 'available',
    // The first IPv4 block is the primary one; a VPC of AWS always has one, a host may not.
    CidrBlock: ipv4[0],
    CidrBlockAssociationSet: ipv4.map((cidr) => ({
      AssociationId: derivedId('vpc-cidr-assoc', vpcId, cidr),
      CidrBlock: cidr,
      CidrBlockState: associated,
    })),
    Ipv6CidrBlockAssociationSet: cidrs
      .filter((cidr) => cidr.includes(':'))
      .map((cidr) => ({
        AssociationId: derivedId('vpc-cidr-assoc', vpcId, cidr),
        Ipv6CidrBlock: cidr,
        Ipv6CidrBlockState: associated,
        NetworkBorderGroup: region,
      })),
    // The VPC that nobody declared is the one that was there from the start, as AWS's default VPC.
    IsDefault: derived === true,
    InstanceTenancy: 'default',
    // AWS's word for a VPC without DHCP options of its own.
    DhcpOptionsId: 'default',
    Tags: tagSetOf(tags),
  };
}
