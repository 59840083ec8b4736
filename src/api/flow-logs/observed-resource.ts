// The resources that can have flow logs: how their ids look, who owns them, and what AWS says of
// those that are not there.
import { awsFaults, type AwsError } from '../../aws/aws-error.ts';
import type { FlowLogResourceType } from '../../aws/flow-log.ts';
import type { Eni, Snapshot } from '../../spine/topology.ts';
import { isInScope, type CallScope } from './call-scope.ts';

/** Account and region of a resource; they are those of its flow logs. */
export interface Owner {
  readonly accountId: string;
  readonly region: string;
}

interface ResourceKind {
  readonly prefix: string;
  /** As in `arn:aws:ec2:REGION:ACCOUNT:TYPE/ID`. */
  readonly arnType: string;
  readonly malformedCode: string;
  readonly notFound: (id: string) => AwsError;
  readonly ownerOf: (id: string, snapshot: Snapshot) => Owner | null;
}

// Unverified: which code AWS has for a malformed id in this call.
const KINDS: Readonly<Record<FlowLogResourceType, ResourceKind>> = {
  VPC: {
    prefix: 'vpc-',
    arnType: 'vpc',
    malformedCode: 'InvalidVpcID.Malformed',
    notFound: awsFaults.vpcNotFound,
    ownerOf: (id, snapshot) => ownerOrNull(snapshot.vpcs.get(id)),
  },
  Subnet: {
    prefix: 'subnet-',
    arnType: 'subnet',
    malformedCode: 'InvalidSubnetID.Malformed',
    notFound: awsFaults.subnetNotFound,
    ownerOf: (id, snapshot) =>
      ownerOrNull(snapshot.vpcs.get(snapshot.subnets.get(id)?.vpcId ?? '')),
  },
  NetworkInterface: {
    prefix: 'eni-',
    arnType: 'network-interface',
    malformedCode: 'InvalidNetworkInterfaceId.Malformed',
    notFound: awsFaults.interfaceNotFound,
    ownerOf: (id, snapshot) => {
      const eni = snapshot.enis.get(id);
      return eni === undefined ? null : interfaceOwner(eni, snapshot);
    },
  },
  TransitGateway: {
    prefix: 'tgw-',
    arnType: 'transit-gateway',
    malformedCode: 'InvalidTransitGatewayID.Malformed',
    notFound: awsFaults.transitGatewayNotFound,
    ownerOf: (id, snapshot) => ownerOrNull(snapshot.transitGateways.get(id)),
  },
  TransitGatewayAttachment: {
    prefix: 'tgw-attach-',
    arnType: 'transit-gateway-attachment',
    malformedCode: 'InvalidTransitGatewayAttachmentID.Malformed',
    notFound: awsFaults.transitGatewayAttachmentNotFound,
    // Flow logs of an attachment belong to the gateway's owner (Transit Gateway Guide).
    ownerOf: (id, snapshot) => {
      const attachment = snapshot.transitGatewayAttachments.get(id);
      if (attachment === undefined) return null;
      const gateway = snapshot.transitGateways.get(attachment.transitGatewayId);
      return ownerOrNull(gateway ?? snapshot.vpcs.get(attachment.vpcId));
    },
  },
  RegionalNatGateway: {
    prefix: 'nat-',
    arnType: 'natgateway',
    malformedCode: 'NatGatewayMalformed',
    notFound: awsFaults.natGatewayNotFound,
    ownerOf: (id, snapshot) => {
      const eni = gatewayInterfaces(snapshot).get(id);
      return eni === undefined ? null : interfaceOwner(eni, snapshot);
    },
  },
};

/** Prefixes of AWS ids: what has one is an id, only of another kind. */
const KNOWN_PREFIX = /^(vpc|subnet|eni|tgw|nat|i|sg|igw|rtb|acl|fl|vpce|pcx|vgw|eigw|eipalloc)-./;

export function isTransitGateway(type: FlowLogResourceType): boolean {
  return type === 'TransitGateway' || type === 'TransitGatewayAttachment';
}

/** What is wrong with an id that should be of the type, or null; whether it exists is not asked. */
export function idFault(id: string, type: FlowLogResourceType): AwsError | null {
  const { prefix, malformedCode } = KINDS[type];
  const isOther = type === 'TransitGateway' && id.startsWith(KINDS.TransitGatewayAttachment.prefix);
  if (id.startsWith(prefix) && !isOther) {
    // The inventory takes ids of any length, AWS's have 8 or 17 hexadecimal digits.
    const isWellFormed = /^[\w.:-]{1,64}$/.test(id.slice(prefix.length));
    return isWellFormed ? null : awsFaults.idMalformed(malformedCode, id.slice(0, 80));
  }
  if (KNOWN_PREFIX.test(id)) return awsFaults.resourceTypeMismatch(id.slice(0, 80), type);
  return awsFaults.idInvalid(id.slice(0, 80));
}

/** Owner of a resource that exists for the caller, or why it does not. */
export function ownerOf(
  id: string,
  type: FlowLogResourceType,
  snapshot: Snapshot,
  scope: CallScope,
): Owner | AwsError {
  const owner = KINDS[type].ownerOf(id, snapshot);
  if (owner === null || !isInScope(owner.region, scope)) return KINDS[type].notFound(id);
  return owner;
}

/** Type of the resource in ARNs, e.g. `network-interface`. */
export function arnTypeOf(type: FlowLogResourceType): string {
  return KINDS[type].arnType;
}

function ownerOrNull(resource: Owner | undefined): Owner | null {
  return resource === undefined ? null : { accountId: resource.accountId, region: resource.region };
}

function interfaceOwner(eni: Eni, snapshot: Snapshot): Owner | null {
  const vpc = snapshot.vpcs.get(eni.vpcId);
  return vpc === undefined ? null : { accountId: eni.accountId, region: vpc.region };
}

const gatewayInterfacesOf = new WeakMap<object, ReadonlyMap<string, Eni>>();

/** The inventory knows a regional NAT gateway by its interfaces only: one of them, by its id. */
function gatewayInterfaces(snapshot: Snapshot): ReadonlyMap<string, Eni> {
  let interfaces = gatewayInterfacesOf.get(snapshot.enis);
  if (interfaces === undefined) {
    const enis = [...snapshot.enis.values()];
    interfaces = new Map(enis.flatMap((eni) => (eni.resourceId ? [[eni.resourceId, eni]] : [])));
    gatewayInterfacesOf.set(snapshot.enis, interfaces);
  }
  return interfaces;
}
