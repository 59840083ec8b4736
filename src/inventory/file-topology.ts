// What an inventory file means: ids, accounts, addresses and references checked against each
// other, defaults filled in, addresses in one spelling. Faults are collected, not thrown.
import {
  cidrHolds,
  formatAddress,
  formatCidr,
  parseAddress,
  type Cidr,
} from '../records/address.ts';
import type { Eni, Instance, Subnet } from '../spine/topology.ts';
import { addEcsCluster, ecsOf } from './file-ecs.ts';
import {
  accountOf,
  checkId,
  claim,
  claimOnce,
  type FileDefaults,
  type Reading,
} from './file-reading.ts';
import { readCidrs, routesOf, type PrefixLists } from './file-routes.ts';
import type { EniEntry, InstanceEntry, InventoryFile, SubnetEntry } from './file-schema.ts';
import {
  addTransitGateway,
  addTransitGatewayAttachment,
  checkAttachment,
  interfaceTypeOf,
} from './file-transit.ts';
import type { FaultList, FilePath } from './inventory-faults.ts';
import { createDraft, deviceKey, type Topology } from './topology.ts';

/** Builds the topology; it is of use only when no fault was added. */
export function buildTopology(
  file: InventoryFile,
  defaults: FileDefaults,
  faults: FaultList,
): Topology {
  const reading: Reading = {
    draft: createDraft(),
    defaults,
    faults,
    cidrs: new Map(),
    prefixLists: readPrefixLists(file, faults),
    owners: new Map(),
  };
  for (const [index, entry] of file.vpcs.entries()) {
    const path = ['vpcs', index];
    checkId(reading, path, entry.id, 'vpc', reading.draft.vpcs);
    const accountId = accountOf(reading, path, entry.account, defaults.accountId);
    const region = entry.region ?? defaults.region;
    const cidrs = readCidrs([...path, 'cidrs'], entry.cidrs, faults);
    reading.cidrs.set(entry.id, cidrs);
    const { id: vpcId, tags } = entry;
    reading.draft.vpcs.set(vpcId, { vpcId, accountId, region, cidrs: cidrs.map(formatCidr), tags });
  }
  for (const [index, entry] of file.subnets.entries()) addSubnet(reading, index, entry);
  for (const [index, entry] of file.instances.entries()) addInstance(reading, index, entry);
  for (const [index, entry] of file['transit-gateways'].entries()) {
    addTransitGateway(reading, index, entry);
  }
  for (const [index, entry] of file['transit-gateway-attachments'].entries()) {
    addTransitGatewayAttachment(reading, index, entry);
  }
  for (const [index, entry] of file['ecs-clusters'].entries()) {
    addEcsCluster(reading, index, entry);
  }
  for (const [index, entry] of file.enis.entries()) addEni(reading, index, entry);
  return reading.draft;
}

function readPrefixLists(file: InventoryFile, faults: FaultList): PrefixLists {
  const lists = new Map<string, readonly Cidr[]>();
  for (const [index, entry] of file['prefix-lists'].entries()) {
    const path = ['prefix-lists', index];
    if (!/^pl-[0-9A-Za-z-]+$/.test(entry.id)) {
      faults.add([...path, 'id'], `"${entry.id}" is no prefix list id; write it as pl-...`);
    }
    if (lists.has(entry.id)) faults.add([...path, 'id'], `"${entry.id}" occurs twice`);
    lists.set(entry.id, readCidrs([...path, 'cidrs'], entry.cidrs, faults));
  }
  return lists;
}

function addSubnet(reading: Reading, index: number, entry: SubnetEntry): void {
  const { draft, faults } = reading;
  const path = ['subnets', index];
  checkId(reading, path, entry.id, 'subnet', draft.subnets);
  const cidrs = readCidrs([...path, 'cidrs'], entry.cidrs, faults);
  const vpcCidrs = reading.cidrs.get(entry.vpc);
  if (!draft.vpcs.has(entry.vpc) || vpcCidrs === undefined) {
    faults.add([...path, 'vpc'], `"${entry.vpc}" is no VPC of this file`);
  } else {
    checkSubnetCidrs(reading, path, { vpcId: entry.vpc, vpcCidrs, cidrs });
  }
  if (entry['az-id'] !== undefined && entry.sublocation !== undefined) {
    faults.add([...path, 'az-id'], 'excludes sublocation; keep one of them');
  }
  reading.cidrs.set(entry.id, cidrs);
  const subnet: Subnet = {
    subnetId: entry.id,
    vpcId: entry.vpc,
    cidrs: cidrs.map(formatCidr),
    azId: entry['az-id'] ?? null,
    azName: zoneNameOf(reading, path, entry),
    sublocationType: entry.sublocation?.type ?? null,
    sublocationId: entry.sublocation?.id ?? null,
    routes: routesOf(path, entry.routes, {
      vpcCidrs: vpcCidrs ?? [],
      prefixLists: reading.prefixLists,
      faults,
    }),
    tags: entry.tags,
  };
  draft.subnets.set(entry.id, subnet);
}

/** The zone's name; a zone has one id and one name. */
function zoneNameOf(reading: Reading, path: FilePath, entry: SubnetEntry): string | null {
  const { az: name, 'az-id': id } = entry;
  if (name === undefined) return null;
  const place = [...path, 'az'];
  const region = reading.draft.vpcs.get(entry.vpc)?.region ?? reading.defaults.region;
  if (id === undefined) {
    reading.faults.add(place, "needs az-id, the zone's id");
  } else if (!name.startsWith(region) || !/^[a-z-]*[a-z]$/.test(name.slice(region.length))) {
    reading.faults.add(place, `"${name}" is no zone of "${region}"; write it as ${region}a`);
  } else {
    claimOnce(reading, place, `zone name ${name}`, id, name);
    claimOnce(reading, [...path, 'az-id'], `zone id ${region} ${id}`, name, id);
  }
  return name;
}

function checkSubnetCidrs(
  reading: Reading,
  path: FilePath,
  subnet: { vpcId: string; vpcCidrs: readonly Cidr[]; cidrs: readonly Cidr[] },
): void {
  for (const [index, cidr] of subnet.cidrs.entries()) {
    const place = [...path, 'cidrs', index];
    const text = formatCidr(cidr);
    const isInside = subnet.vpcCidrs.some((outer) => {
      return outer.prefixLength <= cidr.prefixLength && cidrHolds(outer, cidr);
    });
    if (!isInside) reading.faults.add(place, `"${text}" is in no CIDR of "${subnet.vpcId}"`);
    for (const other of reading.draft.subnets.values()) {
      if (other.vpcId !== subnet.vpcId) continue;
      const overlapped = (reading.cidrs.get(other.subnetId) ?? []).find((block) => {
        return cidrHolds(block, cidr) || cidrHolds(cidr, block);
      });
      if (overlapped === undefined) continue;
      const where = `"${formatCidr(overlapped)}" of "${other.subnetId}"`;
      reading.faults.add(place, `"${text}" overlaps ${where}`);
    }
  }
}

function addInstance(reading: Reading, index: number, entry: InstanceEntry): void {
  const path = ['instances', index];
  checkId(reading, path, entry.id, 'i', reading.draft.instances);
  const instance: Instance = {
    instanceId: entry.id,
    accountId: accountOf(reading, path, entry.account, reading.defaults.accountId),
    tags: entry.tags,
    autoScalingGroupTags: entry['asg-tags'],
  };
  reading.draft.instances.set(entry.id, instance);
}

function addEni(reading: Reading, index: number, entry: EniEntry): void {
  const { draft, faults } = reading;
  const path = ['enis', index];
  checkId(reading, path, entry.id, 'eni', draft.enis);
  const subnet = draft.subnets.get(entry.subnet);
  if (subnet === undefined) {
    faults.add([...path, 'subnet'], `"${entry.subnet}" is no subnet of this file`);
  }
  if (entry.instance !== undefined && !draft.instances.has(entry.instance)) {
    faults.add([...path, 'instance'], `"${entry.instance}" is no instance of this file`);
  }
  if (entry.netns !== undefined && entry.interface === undefined) {
    faults.add([...path, 'netns'], 'needs interface, the name of the device there');
  }
  const netns = entry.netns ?? null;
  if (entry.interface !== undefined) {
    const key = deviceKey(netns, entry.interface);
    claim(reading, [...path, 'interface'], entry.id, key, entry.interface);
  }
  const vpcId = subnet?.vpcId ?? '';
  checkAttachment(reading, path, entry, vpcId);
  const vpc = draft.vpcs.get(vpcId) ?? reading.defaults;
  const accountId = accountOf(reading, path, entry.account, vpc.accountId);
  const eni: Eni = {
    interfaceId: entry.id,
    accountId,
    vpcId,
    subnetId: entry.subnet,
    instanceId: entry.instance ?? null,
    mac: macOf(reading, path, entry),
    ipv4: addressesOf(reading, path, entry, 4),
    ipv6: addressesOf(reading, path, entry, 6),
    interfaceType: interfaceTypeOf(entry),
    resourceId: entry['resource-id'] ?? null,
    ecs: ecsOf(reading, [...path, 'ecs'], entry.ecs, { accountId, region: vpc.region }),
    transitGatewayAttachmentId: entry.attachment ?? null,
    device:
      entry.interface === undefined
        ? null
        : { netns, name: entry.interface, hostSide: entry['host-side'] },
    tags: entry.tags,
  };
  draft.enis.set(entry.id, eni);
}

function macOf(reading: Reading, path: FilePath, entry: EniEntry): string | null {
  if (entry.mac === undefined) return null;
  const mac = entry.mac.toLowerCase().replaceAll('-', ':');
  const place = [...path, 'mac'];
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac)) {
    const form = 'write it as 02:00:00:00:00:01';
    reading.faults.add(place, `"${entry.mac}" is no MAC address; ${form}`);
  } else {
    claim(reading, place, entry.id, `mac ${mac}`, mac);
  }
  return mac;
}

function addressesOf(
  reading: Reading,
  path: FilePath,
  entry: EniEntry,
  version: 4 | 6,
): readonly string[] {
  const key = version === 4 ? 'ipv4' : 'ipv6';
  return entry[key].map((text, index) => {
    const place = [...path, key, index];
    const address = parseAddress(text);
    if (address?.version !== version) {
      reading.faults.add(place, `"${text}" is no IPv${version} address`);
      return text;
    }
    const canonical = formatAddress(address);
    const cidrs = reading.cidrs.get(entry.subnet);
    const isLinkLocal = version === 6 && canonical.startsWith('fe80:');
    if (isLinkLocal || cidrs === undefined) return canonical;
    if (!cidrs.some((cidr) => cidrHolds(cidr, address))) {
      reading.faults.add(place, `"${text}" is in no CIDR of "${entry.subnet}"`);
    }
    const vpcId = reading.draft.subnets.get(entry.subnet)?.vpcId ?? '';
    claim(reading, place, entry.id, `address ${vpcId} ${canonical}`, canonical);
    return canonical;
  });
}
