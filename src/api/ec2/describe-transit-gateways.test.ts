import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  DescribeTransitGatewayAttachmentsCommand,
  DescribeTransitGatewaysCommand,
  type DescribeTransitGatewayAttachmentsCommandInput,
} from '@aws-sdk/client-ec2';

import { client, faultOf } from '../../../test/support/ec2-network.ts';

describe('DescribeTransitGateways', () => {
  it('shows a gateway with the options that AWS gives by default', async () => {
    const { TransitGateways } = await client.send(new DescribeTransitGatewaysCommand({}));
    const { Options, ...gateway } = TransitGateways?.[0] ?? {};

    assert.equal(TransitGateways?.length, 1);
    assert.deepEqual(gateway, {
      TransitGatewayId: 'tgw-1',
      TransitGatewayArn: 'arn:aws:ec2:eu-west-1:123456789012:transit-gateway/tgw-1',
      State: 'available',
      OwnerId: '123456789012',
      Description: 'hub',
      Tags: [{ Key: 'Name', Value: 'hub' }],
    });
    assert.equal(Options?.AmazonSideAsn, 64512);
    assert.equal(Options?.AssociationDefaultRouteTableId, Options?.PropagationDefaultRouteTableId);
    assert.match(Options?.AssociationDefaultRouteTableId ?? '', /^tgw-rtb-[0-9a-f]{17}$/);
  });

  it('takes ids and filters, and refuses what does not exist', async () => {
    const ids = await client.send(
      new DescribeTransitGatewaysCommand({ TransitGatewayIds: ['tgw-1'] }),
    );
    const Filters = [{ Name: 'options.dns-support', Values: ['disable'] }];
    const none = await client.send(new DescribeTransitGatewaysCommand({ Filters }));
    const missing = client.send(
      new DescribeTransitGatewaysCommand({ TransitGatewayIds: ['tgw-2'] }),
    );

    assert.deepEqual([ids.TransitGateways?.length, none.TransitGateways?.length], [1, 0]);
    assert.equal(
      await faultOf(missing),
      'InvalidTransitGatewayID.NotFound: Transit Gateway tgw-2 was deleted or does not exist.',
    );
  });
});

describe('DescribeTransitGatewayAttachments', () => {
  it('shows the attachments of the region with both owners', async () => {
    const command = new DescribeTransitGatewayAttachmentsCommand({});
    const { TransitGatewayAttachments: attachments = [] } = await client.send(command);

    assert.equal(attachments.length, 2);
    const routeTable = attachments[1]?.Association?.TransitGatewayRouteTableId;
    assert.deepEqual(attachments[1], {
      TransitGatewayAttachmentId: 'tgw-attach-2',
      TransitGatewayId: 'tgw-1',
      TransitGatewayOwnerId: '123456789012',
      ResourceOwnerId: '210987654321',
      ResourceType: 'vpc',
      ResourceId: 'vpc-2',
      State: 'available',
      Association: { TransitGatewayRouteTableId: routeTable, State: 'associated' },
      Tags: [{ Key: 'Name', Value: 'two' }],
    });
  });

  it('takes ids and filters, and refuses what does not exist', async () => {
    const send = async (input: DescribeTransitGatewayAttachmentsCommandInput): Promise<unknown> => {
      const answer = await client.send(new DescribeTransitGatewayAttachmentsCommand(input));
      return answer.TransitGatewayAttachments?.map((one) => one.TransitGatewayAttachmentId);
    };

    const Filters = [{ Name: 'resource-id', Values: ['vpc-1'] }];
    assert.deepEqual(await send({ Filters }), ['tgw-attach-1']);
    assert.deepEqual(await send({ TransitGatewayAttachmentIds: ['tgw-attach-2'] }), [
      'tgw-attach-2',
    ]);
    assert.equal(
      await faultOf(send({ TransitGatewayAttachmentIds: ['tgw-attach-3'] })),
      'InvalidTransitGatewayAttachmentID.NotFound: Transit Gateway Attachment tgw-attach-3 was ' +
        'deleted or does not exist.',
    );
    assert.match(
      await faultOf(send({ TransitGatewayAttachmentIds: ['tgw-1'] })),
      /^InvalidTransitGatewayAttachmentID.Malformed: Invalid id: "tgw-1"/,
    );
  });
});
