// Transit gateways of an inventory file, their attachments to VPCs, and the interfaces of these.
import { accountOf, checkId, claim, type Reading } from './file-reading.ts';
import type {
  EniEntry,
  TransitGatewayAttachmentEntry,
  TransitGatewayEntry,
} from './file-schema.ts';
import type { FilePath } from './inventory-faults.ts';

const INTERFACE_TYPE = 'transit_gateway';

export function addTransitGateway(
  reading: Reading,
  index: number,
  entry: TransitGatewayEntry,
): void {
  const { draft, defaults } = reading;
  const path = ['transit-gateways', index];
  checkId(reading, path, entry.id, 'tgw', draft.transitGateways);
  draft.transitGateways.set(entry.id, {
    transitGatewayId: entry.id,
    accountId: accountOf(reading, path, entry.account, defaults.accountId),
    region: entry.region ?? defaults.region,
    description: entry.description ?? null,
    tags: entry.tags,
  });
}

/** Reads an attachment; VPCs and gateways have been read before. */
export function addTransitGatewayAttachment(
  reading: Reading,
  index: number,
  entry: TransitGatewayAttachmentEntry,
): void {
  const { draft, faults } = reading;
  const path = ['transit-gateway-attachments', index];
  checkId(reading, path, entry.id, 'tgw-attach', draft.transitGatewayAttachments);
  const gatewayId = entry['transit-gateway'];
  const gateway = draft.transitGateways.get(gatewayId);
  const vpc = draft.vpcs.get(entry.vpc);
  if (gateway === undefined) {
    const place = [...path, 'transit-gateway'];
    faults.add(place, `"${gatewayId}" is no transit gateway of this file`);
  }
  if (vpc === undefined) {
    faults.add([...path, 'vpc'], `"${entry.vpc}" is no VPC of this file`);
  } else if (gateway !== undefined && gateway.region !== vpc.region) {
    const regions = `is in "${vpc.region}", but "${gatewayId}" is in "${gateway.region}"`;
    const rule = 'a gateway has attachments in its region';
    faults.add([...path, 'vpc'], `"${entry.vpc}" ${regions}; ${rule}`);
  }
  // AWS too has one attachment of a VPC to a gateway.
  const key = `attachment ${gatewayId} ${entry.vpc}`;
  claim(reading, [...path, 'vpc'], entry.id, key, entry.vpc);
  draft.transitGatewayAttachments.set(entry.id, {
    transitGatewayAttachmentId: entry.id,
    transitGatewayId: gatewayId,
    accountId: accountOf(
      reading,
      path,
      entry.account,
      vpc?.accountId ?? reading.defaults.accountId,
    ),
    vpcId: entry.vpc,
    tags: entry.tags,
  });
}

/** Checks the attachment that an interface names, which must be one of the interface's VPC. */
export function checkAttachment(
  reading: Reading,
  path: FilePath,
  entry: EniEntry,
  vpcId: string,
): void {
  const { attachment: id, 'interface-type': type = INTERFACE_TYPE } = entry;
  if (id === undefined) return;
  const attachment = reading.draft.transitGatewayAttachments.get(id);
  const place = [...path, 'attachment'];
  if (attachment === undefined) {
    reading.faults.add(place, `"${id}" is no transit gateway attachment of this file`);
  } else if (vpcId !== '' && attachment.vpcId !== vpcId) {
    const where = `"${attachment.vpcId}", but "${entry.subnet}" is in "${vpcId}"`;
    reading.faults.add(place, `"${id}" is an attachment of ${where}`);
  }
  if (type !== INTERFACE_TYPE) {
    reading.faults.add(
      [...path, 'interface-type'],
      `"${type}" excludes attachment; leave it out, it is ${INTERFACE_TYPE}`,
    );
  }
}

/** v11 interface-type of an interface, or null for an ordinary one. */
export function interfaceTypeOf(entry: EniEntry): string | null {
  return entry['interface-type'] ?? (entry.attachment === undefined ? null : INTERFACE_TYPE);
}
