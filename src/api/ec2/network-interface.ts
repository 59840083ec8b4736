// A network interface as EC2 shows it, by itself and as part of its instance.
import { flag, integer, list, member, structure, text } from '../../aws/wire/shape.ts';
import type { Eni, Snapshot } from '../../spine/topology.ts';
import { derivedId } from './derived-id.ts';

/** Owner of what a service of AWS attaches its interfaces to. */
const SERVICE_OWNER = 'amazon-aws';

const attachmentMembers = {
  AttachmentId: member('attachmentId', text),
  DeleteOnTermination: member('deleteOnTermination', flag),
  DeviceIndex: member('deviceIndex', integer),
  NetworkCardIndex: member('networkCardIndex', integer),
  Status: member('status', text),
} as const;

/** Of the interface by itself, where it tells the instance too. */
export const ownAttachment = structure({
  ...attachmentMembers,
  InstanceId: member('instanceId', text),
  InstanceOwnerId: member('instanceOwnerId', text),
});

/** Of the interface as part of its instance. */
export const instanceAttachment = structure(attachmentMembers);

/** Members that both ways of showing an interface have. */
export const INTERFACE_MEMBERS = {
  Description: member('description', text),
  Groups: member(
    'groupSet',
    list(structure({ GroupId: member('groupId', text), GroupName: member('groupName', text) })),
  ),
  InterfaceType: member('interfaceType', text),
  Ipv6Addresses: member(
    'ipv6AddressesSet',
    list(
      structure({
        Ipv6Address: member('ipv6Address', text),
        IsPrimaryIpv6: member('isPrimaryIpv6', flag),
      }),
    ),
  ),
  MacAddress: member('macAddress', text),
  NetworkInterfaceId: member('networkInterfaceId', text),
  OwnerId: member('ownerId', text),
  PrivateIpAddress: member('privateIpAddress', text),
  PrivateIpAddresses: member(
    'privateIpAddressesSet',
    list(
      structure({
        Primary: member('primary', flag),
        PrivateIpAddress: member('privateIpAddress', text),
      }),
    ),
  ),
  SourceDestCheck: member('sourceDestCheck', flag),
  Status: member('status', text),
  SubnetId: member('subnetId', text),
  VpcId: member('vpcId', text),
} as const;

/** Values of these members. */
export function describeInterface(eni: Eni) {
  const { interfaceId, ipv4, ipv6, interfaceType, mac } = eni;
  const isOrdinary = interfaceType === null;
  return {
    Description: descriptionOf(eni),
    // Weir has no security groups.
    Groups: [],
    InterfaceType: interfaceType ?? 'interface',
    Ipv6Addresses: ipv6.map((address) => ({ Ipv6Address: address, IsPrimaryIpv6: false })),
    MacAddress: mac ?? undefined,
    NetworkInterfaceId: interfaceId,
    OwnerId: eni.accountId,
    PrivateIpAddress: ipv4[0],
    PrivateIpAddresses: ipv4.map((address, index) => ({
      Primary: index === 0,
      PrivateIpAddress: address,
    })),
    // AWS: on, but for what forwards packets of others.
    SourceDestCheck: isOrdinary,
    Status: isInUse(eni) ? 'in-use' : 'available',
    SubnetId: eni.subnetId,
    VpcId: eni.vpcId,
  };
}

/** The attachment to an instance or to a service of AWS; undefined for neither. */
export function describeOwnAttachment(eni: Eni, snapshot: Snapshot) {
  const { interfaceId, instanceId, interfaceType } = eni;
  if (instanceId === null && interfaceType === null) return undefined;
  const owner = instanceId === null ? undefined : snapshot.instances.get(instanceId);
  return {
    AttachmentId: attachmentIdOf(eni),
    DeleteOnTermination: false,
    // AWS: services attach their interfaces as device 1.
    DeviceIndex: instanceId === null ? 1 : interfacesOf(snapshot, instanceId).indexOf(interfaceId),
    NetworkCardIndex: 0,
    Status: 'attached',
    InstanceId: instanceId ?? undefined,
    InstanceOwnerId: instanceId === null ? SERVICE_OWNER : (owner?.accountId ?? eni.accountId),
  };
}

// Hashing is the dearest part of describing an interface, and filters describe all of them.
const attachmentIds = new WeakMap<Eni, string>();

function attachmentIdOf(eni: Eni): string {
  const known = attachmentIds.get(eni);
  if (known !== undefined) return known;
  const id = derivedId('eni-attach', eni.interfaceId, eni.instanceId ?? '');
  attachmentIds.set(eni, id);
  return id;
}

/** The attachment as part of the instance, which needs no telling. */
export function describeInstanceAttachment(eni: Eni, snapshot: Snapshot) {
  const own = describeOwnAttachment(eni, snapshot);
  if (own === undefined) return undefined;
  const { InstanceId: _instance, InstanceOwnerId: _owner, ...attachment } = own;
  return attachment;
}

function isInUse({ instanceId, interfaceType, ecs, device }: Eni): boolean {
  return instanceId !== null || interfaceType !== null || ecs !== null || device !== null;
}

/** Where the interface's packets are captured, which is what its user knows it by. */
function descriptionOf({ device }: Eni): string {
  if (device === null) return '';
  const place = device.netns === null ? '' : ` in network namespace ${device.netns}`;
  return `${device.hostSide ? 'host side ' : ''}${device.name}${place}`;
}

const interfacesOfSnapshots = new WeakMap<Snapshot, ReadonlyMap<string, readonly string[]>>();

/** Ids of an instance's interfaces, in the order of the inventory. */
export function interfacesOf(snapshot: Snapshot, instanceId: string): readonly string[] {
  let byInstance = interfacesOfSnapshots.get(snapshot);
  if (byInstance === undefined) {
    byInstance = interfacesByInstance(snapshot);
    interfacesOfSnapshots.set(snapshot, byInstance);
  }
  return byInstance.get(instanceId) ?? [];
}

function interfacesByInstance(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const { interfaceId, instanceId } of snapshot.enis.values()) {
    if (instanceId === null) continue;
    const ofInstance = ids.get(instanceId);
    if (ofInstance === undefined) ids.set(instanceId, [interfaceId]);
    else ofInstance.push(interfaceId);
  }
  return ids;
}
