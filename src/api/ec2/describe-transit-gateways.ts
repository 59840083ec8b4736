import { partitionOf } from '../../aws/arn.ts';
import { awsFaults } from '../../aws/aws-error.ts';
import { integer, list, member, structure, text, type ValueOf } from '../../aws/wire/shape.ts';
import type { TransitGateway } from '../../spine/topology.ts';
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

/** What AWS gives a transit gateway that is created without options. */
const DEFAULT_OPTIONS = {
  AmazonSideAsn: 64512,
  AutoAcceptSharedAttachments: 'disable',
  DefaultRouteTableAssociation: 'enable',
  DefaultRouteTablePropagation: 'enable',
  VpnEcmpSupport: 'enable',
  DnsSupport: 'enable',
  MulticastSupport: 'disable',
} as const;

const gatewayShape = structure({
  TransitGatewayId: member('transitGatewayId', text),
  TransitGatewayArn: member('transitGatewayArn', text),
  State: member('state', text),
  OwnerId: member('ownerId', text),
  Description: member('description', text),
  Options: member(
    'options',
    structure({
      AmazonSideAsn: member('amazonSideAsn', integer),
      AutoAcceptSharedAttachments: member('autoAcceptSharedAttachments', text),
      DefaultRouteTableAssociation: member('defaultRouteTableAssociation', text),
      AssociationDefaultRouteTableId: member('associationDefaultRouteTableId', text),
      DefaultRouteTablePropagation: member('defaultRouteTablePropagation', text),
      PropagationDefaultRouteTableId: member('propagationDefaultRouteTableId', text),
      VpnEcmpSupport: member('vpnEcmpSupport', text),
      DnsSupport: member('dnsSupport', text),
      MulticastSupport: member('multicastSupport', text),
    }),
  ),
  Tags: TAG_SET,
});

type GatewayDescription = ValueOf<typeof gatewayShape>;

const LISTING: Listing<TransitGateway, GatewayDescription> = {
  operation: 'DescribeTransitGateways',
  idsParameter: 'transitGatewayIds',
  idPrefix: 'tgw',
  malformed: (id) => idMalformed('InvalidTransitGatewayID.Malformed', id, 'tgw'),
  notFound: (ids) => awsFaults.transitGatewayNotFound(ids.join(', ')),
  idOf: ({ transitGatewayId }) => transitGatewayId,
  filters: filtersOver(
    gatewayShape,
    {
      'options.amazon-side-asn': 'Options.AmazonSideAsn',
      'options.association-default-route-table-id': 'Options.AssociationDefaultRouteTableId',
      'options.auto-accept-shared-attachments': 'Options.AutoAcceptSharedAttachments',
      'options.default-route-table-association': 'Options.DefaultRouteTableAssociation',
      'options.default-route-table-propagation': 'Options.DefaultRouteTablePropagation',
      'options.dns-support': 'Options.DnsSupport',
      'options.propagation-default-route-table-id': 'Options.PropagationDefaultRouteTableId',
      'options.vpn-ecmp-support': 'Options.VpnEcmpSupport',
      'owner-id': 'OwnerId',
      state: 'State',
      'transit-gateway-id': 'TransitGatewayId',
    },
    'Tags',
  ),
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTransitGateways.html */
export function describeTransitGatewaysOperation(deps: Pick<InventoryDeps, 'snapshot'>): Operation {
  return defineOperation({
    name: LISTING.operation,
    isLarge: true,
    input: structure({
      ...LISTING_REQUEST,
      // AWS: plural on the wire too, `TransitGatewayIds.1`.
      TransitGatewayIds: member('TransitGatewayIds', list(text)),
    }),
    output: structure({
      TransitGateways: member('transitGatewaySet', list(gatewayShape)),
      NextToken: member('nextToken', text),
    }),
    permissions: permissionTo(LISTING.operation),
    run: async (request, { caller }) => {
      const source = {
        all: deps.snapshot().transitGateways,
        isHere: ({ region }: TransitGateway) => region === caller.region,
        describe: describeGateway,
      };
      const { descriptions, next } = await listResources(
        { ...request, ids: request.TransitGatewayIds },
        source,
        LISTING,
      );
      return { TransitGateways: descriptions, ...next };
    },
  });
}

/** The route table that all attachments of a gateway are associated with. */
export function defaultRouteTableOf(transitGatewayId: string): string {
  return derivedId('tgw-rtb', transitGatewayId);
}

function describeGateway(gateway: TransitGateway): GatewayDescription {
  const { transitGatewayId: id, region, accountId } = gateway;
  const owner = `arn:${partitionOf(region)}:ec2:${region}:${accountId}`;
  const routeTableId = defaultRouteTableOf(id);
  return {
    TransitGatewayId: id,
    TransitGatewayArn: `${owner}:transit-gateway/${id}`,
    State: 'available',
    OwnerId: accountId,
    Description: gateway.description ?? undefined,
    Options: {
      ...DEFAULT_OPTIONS,
      AssociationDefaultRouteTableId: routeTableId,
      PropagationDefaultRouteTableId: routeTableId,
    },
    Tags: tagSetOf(gateway.tags),
  };
}
