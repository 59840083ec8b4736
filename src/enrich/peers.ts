// The interface at the other end of a record, as far as the inventory knows it.
//
//   ordinary interface   egress: the one that its route names, or the one of the VPC that has the
//                        destination; ingress: the one of the VPC that has the source (v11,
//                        spec/records.md 5.5)
//   transit gateway's    the interface of the attachment whose VPC has the far address: into the
//                        gateway the destination, out of it the source (v6, spec/records.md 8)
import { parseAddressInto, parseCidr } from '../records/address.ts';
import { buildPrefixTable, type PrefixTable } from '../records/prefix-table.ts';
import { DIRECTION, META_DIRECTION_SHIFT, META_IPV6 } from '../spine/flow.ts';
import type { PeerIdentity } from '../spine/record.ts';
import type { Eni, Snapshot, Subnet, TransitGatewayAttachment } from '../spine/topology.ts';
import { AddressIndex } from './address-index.ts';
import {
  DESTINATION_WORD_IPV4,
  DESTINATION_WORD_IPV6,
  META_WORD,
  SOURCE_WORD,
} from './annotate.ts';
import { swapped } from './exclusions.ts';
import { identityOf } from './identity.ts';

/** A peer, and where the batch that is being made has it. */
export interface Peer {
  readonly identity: PeerIdentity;
  /** Number of the batch that `position` is of. */
  batch: number;
  position: number;
}

/** Peers of one interface. */
export interface PeerLookup {
  /** True for a transit gateway's: the far side of what comes in is where it goes. */
  readonly isGateway: boolean;
  /**
   * An IPv4 address has a peer only if its bits of `mask` are `common`: most addresses are the
   * internet's, and this spares them the search.
   */
  readonly mask: number;
  readonly common: number;
  /** @param address a signed word */
  ipv4(address: number, isIngress: boolean): Peer | null;
  /** Signed words, most significant first. */
  ipv6(word0: number, word1: number, word2: number, word3: number, isIngress: boolean): Peer | null;
}

export const NO_PEERS: PeerLookup = {
  isGateway: false,
  mask: 0,
  common: -1,
  ipv4: () => null,
  ipv6: () => null,
};

/** The peer of a flow; null where none is known, or the direction is not. */
export function peerOfFlow(lookup: PeerLookup, words: Uint32Array, word: number): Peer | null {
  const meta = words[word + META_WORD]!;
  const direction = (meta >>> META_DIRECTION_SHIFT) & 3;
  if (direction === DIRECTION.unknown) return null;
  const isIngress = direction === DIRECTION.ingress;
  const isFromSource = isIngress !== lookup.isGateway;
  if ((meta & META_IPV6) === 0) {
    const far = swapped(words[word + (isFromSource ? SOURCE_WORD : DESTINATION_WORD_IPV4)]!);
    return (far & lookup.mask) === lookup.common ? lookup.ipv4(far, isIngress) : null;
  }
  const far = word + (isFromSource ? SOURCE_WORD : DESTINATION_WORD_IPV6);
  return lookup.ipv6(
    swapped(words[far]!),
    swapped(words[far + 1]!),
    swapped(words[far + 2]!),
    swapped(words[far + 3]!),
    isIngress,
  );
}

/** Peers by the interfaces of one snapshot. What it has given out stays valid after the next. */
export class PeerFinder {
  readonly #snapshot: Snapshot;
  readonly #peers = new Map<Eni, Peer>();
  readonly #indexes = new Map<string, VpcIndex>();
  readonly #gateways = new Map<string, PeerLookup>();
  readonly #lookups = new Map<string, PeerLookup>();
  #enisByVpc: ReadonlyMap<string, readonly Eni[]> | null = null;
  #enisByAttachment: ReadonlyMap<string, readonly Eni[]> | null = null;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** Nothing is built before the first flow. */
  of(eni: Eni, subnet: Subnet | undefined): PeerLookup {
    const attachment = this.#attachmentOf(eni);
    if (attachment !== undefined) return this.#ofGateway(attachment, subnet?.azId ?? null);
    // One for all interfaces of a subnet.
    const known = this.#lookups.get(eni.subnetId);
    if (known !== undefined) return known;
    const lookup = new VpcPeers(
      () => this.#indexOf(eni.vpcId),
      () => (subnet === undefined ? null : this.#hopsOf(subnet)),
    );
    this.#lookups.set(eni.subnetId, lookup);
    return lookup;
  }

  peerOf(eni: Eni): Peer {
    const known = this.#peers.get(eni);
    if (known !== undefined) return known;
    const peer: Peer = { identity: identityOf(eni, this.#snapshot), batch: -1, position: 0 };
    this.#peers.set(eni, peer);
    return peer;
  }

  #attachmentOf(eni: Eni): TransitGatewayAttachment | undefined {
    const id = eni.transitGatewayAttachmentId;
    return id === null ? undefined : this.#snapshot.transitGatewayAttachments.get(id);
  }

  #indexOf(vpcId: string): VpcIndex {
    const known = this.#indexes.get(vpcId);
    if (known !== undefined) return known;
    this.#enisByVpc ??= grouped(this.#snapshot.enis, (eni) => eni.vpcId);
    const index = new VpcIndex(this.#enisByVpc.get(vpcId) ?? [], (eni) => this.peerOf(eni));
    this.#indexes.set(vpcId, index);
    return index;
  }

  /** Interfaces that routes name, by destination; null where they name none that is known. */
  #hopsOf(subnet: Subnet): Hops | null {
    const peers: Peer[] = [];
    const entries = subnet.routes.flatMap(({ destination, target }) => {
      const cidr = parseCidr(destination);
      if (cidr === null) return [];
      const eni = this.#eniOfTarget(target, subnet);
      return [{ cidr, value: eni === undefined ? 0 : peers.push(this.peerOf(eni)) }];
    });
    return peers.length === 0 ? null : { table: buildPrefixTable(entries), peers };
  }

  #eniOfTarget(target: string, subnet: Subnet): Eni | undefined {
    if (target.startsWith('eni-')) return this.#snapshot.enis.get(target);
    if (!target.startsWith('tgw-')) return undefined;
    for (const attachment of this.#snapshot.transitGatewayAttachments.values()) {
      if (attachment.transitGatewayId !== target || attachment.vpcId !== subnet.vpcId) continue;
      return this.#eniOfAttachment(attachment, subnet.azId);
    }
    return undefined;
  }

  /** Of the attachment's interfaces the one in the zone, else any. */
  #eniOfAttachment(attachment: TransitGatewayAttachment, azId: string | null): Eni | undefined {
    this.#enisByAttachment ??= grouped(
      this.#snapshot.enis,
      (eni) => eni.transitGatewayAttachmentId,
    );
    const enis = this.#enisByAttachment.get(attachment.transitGatewayAttachmentId) ?? [];
    const zoneOf = (eni: Eni): string | null =>
      this.#snapshot.subnets.get(eni.subnetId)?.azId ?? null;
    return enis.find((eni) => zoneOf(eni) === azId) ?? enis[0];
  }

  /** The other attachments of the gateway by the blocks of their VPCs. */
  #ofGateway(own: TransitGatewayAttachment, azId: string | null): PeerLookup {
    const key = `${own.transitGatewayAttachmentId} ${azId ?? ''}`;
    const known = this.#gateways.get(key);
    if (known !== undefined) return known;
    const peers: Peer[] = [];
    const entries = [...this.#snapshot.transitGatewayAttachments.values()].flatMap((other) => {
      if (other.transitGatewayId !== own.transitGatewayId || other === own) return [];
      const value = peers.push(this.#peerOfAttachment(other, azId));
      const cidrs = this.#snapshot.vpcs.get(other.vpcId)?.cidrs ?? [];
      return cidrs.flatMap((text) => {
        const cidr = parseCidr(text);
        return cidr === null ? [] : [{ cidr, value }];
      });
    });
    const lookup = new GatewayPeers({ table: buildPrefixTable(entries), peers });
    this.#gateways.set(key, lookup);
    return lookup;
  }

  #peerOfAttachment(attachment: TransitGatewayAttachment, azId: string | null): Peer {
    const eni = this.#eniOfAttachment(attachment, azId);
    if (eni !== undefined) return this.peerOf(eni);
    const { accountId, vpcId, transitGatewayAttachmentId } = attachment;
    const unknown = { interfaceId: null, subnetId: null, azId: null, interfaceType: null };
    const identity = { accountId, vpcId, transitGatewayAttachmentId, ...unknown };
    return { identity, batch: -1, position: 0 };
  }
}

/** Peers by blocks; the table's values are 1 + index, or 0 for none. */
interface Hops {
  readonly table: PrefixTable;
  readonly peers: readonly Peer[];
}

class GatewayPeers implements PeerLookup {
  readonly isGateway = true;
  readonly mask = 0;
  readonly common = 0;
  readonly #hops: Hops;

  constructor(hops: Hops) {
    this.#hops = hops;
  }

  ipv4(address: number): Peer | null {
    return this.#hops.peers[this.#hops.table.ipv4(address) - 1] ?? null;
  }

  ipv6(word0: number, word1: number, word2: number, word3: number): Peer | null {
    return this.#hops.peers[this.#hops.table.ipv6(word0, word1, word2, word3) - 1] ?? null;
  }
}

/** The interfaces of a VPC by address. */
class VpcIndex {
  readonly addresses: AddressIndex;
  readonly #enis: readonly Eni[];
  readonly #peerOf: (eni: Eni) => Peer;
  /** By number; made when first met. */
  readonly #peers: (Peer | undefined)[] = [];

  constructor(enis: readonly Eni[], peerOf: (eni: Eni) => Peer) {
    this.#enis = enis;
    this.#peerOf = peerOf;
    const count = enis.reduce((sum, eni) => sum + Math.max(eni.ipv4.length, eni.ipv6.length), 0);
    this.addresses = new AddressIndex(count);
    const words = new Uint32Array(4);
    for (const [index, { ipv4, ipv6 }] of enis.entries()) {
      for (const texts of [ipv4, ipv6]) {
        for (const text of texts) {
          const version = parseAddressInto(text, words);
          if (version !== 0) this.addresses.add(version, words, index + 1);
        }
      }
    }
  }

  /** @param number as `addresses` gives it */
  peer(number: number): Peer | null {
    const known = this.#peers[number];
    if (known !== undefined) return known;
    const eni = this.#enis[number - 1];
    if (eni === undefined) return null;
    return (this.#peers[number] = this.#peerOf(eni));
  }
}

class VpcPeers implements PeerLookup {
  readonly isGateway = false;
  mask = 0;
  common = 0;
  readonly #makeIndex: () => VpcIndex;
  readonly #makeHops: () => Hops | null;
  #index: VpcIndex | null = null;
  #hops: Hops | null = null;

  constructor(makeIndex: () => VpcIndex, makeHops: () => Hops | null) {
    this.#makeIndex = makeIndex;
    this.#makeHops = makeHops;
  }

  ipv4(address: number, isIngress: boolean): Peer | null {
    const index = this.#index ?? this.#begin();
    if (!isIngress && this.#hops !== null) {
      const hop = this.#hops.peers[this.#hops.table.ipv4(address) - 1];
      if (hop !== undefined) return hop;
    }
    const number = index.addresses.ipv4(address);
    return number === 0 ? null : index.peer(number);
  }

  ipv6(
    word0: number,
    word1: number,
    word2: number,
    word3: number,
    isIngress: boolean,
  ): Peer | null {
    const index = this.#index ?? this.#begin();
    if (!isIngress && this.#hops !== null) {
      const hop = this.#hops.peers[this.#hops.table.ipv6(word0, word1, word2, word3) - 1];
      if (hop !== undefined) return hop;
    }
    const number = index.addresses.ipv6(word0, word1, word2, word3);
    return number === 0 ? null : index.peer(number);
  }

  #begin(): VpcIndex {
    this.#hops = this.#makeHops();
    this.#index = this.#makeIndex();
    if (this.#hops === null) ({ mask: this.mask, common: this.common } = this.#index.addresses);
    return this.#index;
  }
}

/** The interfaces by a key; those without one are left out. */
function grouped(
  enis: ReadonlyMap<string, Eni>,
  keyOf: (eni: Eni) => string | null,
): ReadonlyMap<string, readonly Eni[]> {
  const groups = new Map<string, Eni[]>();
  for (const eni of enis.values()) {
    const key = keyOf(eni);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [eni]);
    else group.push(eni);
  }
  return groups;
}
