import { awsFaults } from '../../aws/aws-error.ts';
import { list, member, structure, text, type ValueOf } from '../../aws/wire/shape.ts';
import type { Snapshot, TransitGatewayAttachment } from '../../spine/topology.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { defaultRouteTableOf } from './describe-transit-gateways.ts';
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

const attachmentShape = structure({
  TransitGatewayAttachmentId: member('transitGatewayAttachmentId', text),
  TransitGatewayId: member('transitGatewayId', text),
  TransitGatewayOwnerId: member('transitGatewayOwnerId', text),
  ResourceOwnerId: member('resourceOwnerId', text),
  ResourceType: member('resourceType', text),
  ResourceId: member('resourceId', text),
  State: member('state', text),
  Association: member(
    'association',
    structure({
      TransitGatewayRouteTableId: member('transitGatewayRouteTableId', text),
      State: member('state', text),
    }),
  ),
  Tags: TAG_SET,
});

type AttachmentDescription = ValueOf<typeof attachmentShape>;

const LISTING: Listing<TransitGatewayAttachment, AttachmentDescription> = {
  operation: 'DescribeTransitGatewayAttachments',
  idsParameter: 'transitGatewayAttachmentIds',
  idPrefix: 'tgw-attach',
  malformed: (id) => idMalformed('InvalidTransitGatewayAttachmentID.Malformed', id, 'tgw-attach'),
  notFound: (ids) => awsFaults.transitGatewayAttachmentNotFound(ids.join(', ')),
  idOf: ({ transitGatewayAttachmentId }) => transitGatewayAttachmentId,
  filters: filtersOver(
    attachmentShape,
    {
      'association.state': 'Association.State',
      'association.transit-gateway-route-table-id': 'Association.TransitGatewayRouteTableId',
      'resource-id': 'ResourceId',
      'resource-owner-id': 'ResourceOwnerId',
      'resource-type': 'ResourceType',
      state: 'State',
      'transit-gateway-attachment-id': 'TransitGatewayAttachmentId',
      'transit-gateway-id': 'TransitGatewayId',
      'transit-gateway-owner-id': 'TransitGatewayOwnerId',
    },
    'Tags',
  ),
};

/**
 * @see
 *   https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTransitGatewayAttachments.html
 */
export function describeTransitGatewayAttachmentsOperation(
  deps: Pick<InventoryDeps, 'snapshot'>,
): Operation {
  return defineOperation({
    name: LISTING.operation,
    isLarge: true,
    input: structure({
      ...LISTING_REQUEST,
      // AWS: plural on the wire too, `TransitGatewayAttachmentIds.1`.
      TransitGatewayAttachmentIds: member('TransitGatewayAttachmentIds', list(text)),
    }),
    output: structure({
      TransitGatewayAttachments: member('transitGatewayAttachments', list(attachmentShape)),
      NextToken: member('nextToken', text),
    }),
    permissions: permissionTo(LISTING.operation),
    run: async (request, { caller }) => {
      const snapshot = deps.snapshot();
      const source = {
        all: snapshot.transitGatewayAttachments,
        isHere: ({ vpcId }: TransitGatewayAttachment) =>
          snapshot.vpcs.get(vpcId)?.region === caller.region,
        describe: (attachment: TransitGatewayAttachment) =>
          describeAttachment(attachment, snapshot),
      };
      const { descriptions, next } = await listResources(
        { ...request, ids: request.TransitGatewayAttachmentIds },
        source,
        LISTING,
      );
      return { TransitGatewayAttachments: descriptions, ...next };
    },
  });
}

function describeAttachment(
  attachment: TransitGatewayAttachment,
  snapshot: Snapshot,
): AttachmentDescription {
  const { transitGatewayAttachmentId, transitGatewayId, accountId, vpcId } = attachment;
  return {
    TransitGatewayAttachmentId: transitGatewayAttachmentId,
    TransitGatewayId: transitGatewayId,
    TransitGatewayOwnerId: snapshot.transitGateways.get(transitGatewayId)?.accountId,
    ResourceOwnerId: accountId,
    ResourceType: 'vpc',
    ResourceId: vpcId,
    State: 'available',
    Association: {
      TransitGatewayRouteTableId: defaultRouteTableOf(transitGatewayId),
      State: 'associated',
    },
    Tags: tagSetOf(attachment.tags),
  };
}
