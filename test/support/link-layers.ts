// Link layers: tags and labels between the frame and the network packet, and frames of every link
// type that Weir reads. The numbers of LINK_TYPE are those of https://www.tcpdump.org/linktypes.html.
import { concat, doubleWords, filler, macBytes, octets, words } from './bytes.ts';
import { ETHER_TYPE, type Network } from './packets.ts';

export const LINK_TYPE = {
  bsdNull: 0,
  ethernet: 1,
  ppp: 9,
  rawBsd: 12,
  pppHdlc: 50,
  raw: 101,
  bsdLoop: 108,
  cooked: 113,
  ipv4: 228,
  ipv6: 229,
  cooked2: 276,
} as const;

/** IEEE 802.1Q tag; `etherType` 0x88a8 or 0x9100 makes it the outer one of QinQ. */
export function vlan(vlanId: number, inner: Network, etherType: number = ETHER_TYPE.vlan): Network {
  return { etherType, bytes: concat(words(vlanId, inner.etherType), inner.bytes) };
}

/** RFC 3032: a stack of labels, the last one with the bottom-of-stack bit. */
export function mpls(
  labels: readonly number[],
  inner: Network,
  etherType: number = ETHER_TYPE.mpls,
): Network {
  const stack = labels.map((label, index) => {
    const bottom = index === labels.length - 1 ? 0x100 : 0;
    return doubleWords(label * 0x1000 + bottom + 64);
  });
  return { etherType, bytes: concat(...stack, inner.bytes) };
}

/** PPP's number of a network protocol (RFC 1332, RFC 5072, RFC 3032). */
function pppProtocol(inner: Network): number {
  if (inner.etherType === ETHER_TYPE.ipv6) return 0x0057;
  return inner.etherType === ETHER_TYPE.mpls ? 0x0281 : 0x0021;
}

/** RFC 2516: a session-stage packet. */
export function pppoe(session: number, inner: Network): Network {
  const header = words(0x1100, session, inner.bytes.length + 2, pppProtocol(inner));
  return { etherType: ETHER_TYPE.pppoeSession, bytes: concat(header, inner.bytes) };
}

/** Anything that is not IP: LLDP unless told otherwise. */
export function notIp(etherType: number = ETHER_TYPE.lldp, bytes = filler(46)): Network {
  return { etherType, bytes };
}

/** RFC 826: who has 10.0.0.2, tell 10.0.0.1. */
export function arp(): Network {
  const addresses = [macBytes('02:00:00:00:00:01'), octets(10, 0, 0, 1), new Uint8Array(6)];
  const bytes = concat(words(1, 0x0800, 0x0604, 1), ...addresses, octets(10, 0, 0, 2));
  return { etherType: ETHER_TYPE.arp, bytes };
}

export interface EthernetOptions {
  readonly source?: string;
  readonly destination?: string;
  /** Zero bytes are added up to this frame length; 60 is what a wire shows. */
  readonly minimumBytes?: number;
}

/** Ethernet II, padded to 60 bytes as on the wire unless told otherwise. */
export function ethernet(inner: Network, fields: EthernetOptions = {}): Uint8Array {
  const frame = concat(
    macBytes(fields.destination ?? '02:00:00:00:00:02'),
    macBytes(fields.source ?? '02:00:00:00:00:01'),
    words(inner.etherType),
    inner.bytes,
  );
  const padding = Math.max(0, (fields.minimumBytes ?? 60) - frame.length);
  return concat(frame, new Uint8Array(padding));
}

/** IEEE 802.3 with a length and an LLC header (here: spanning tree), which is not IP. */
export function ethernet8023(): Uint8Array {
  const payload = concat(octets(0x42, 0x42, 0x03), new Uint8Array(35));
  const addresses = [macBytes('01:80:c2:00:00:00'), macBytes('02:00:00:00:00:01')];
  return concat(...addresses, words(payload.length), payload, new Uint8Array(8));
}

/** LINKTYPE_LINUX_SLL, 16 bytes. */
export function cooked(inner: Network): Uint8Array {
  const address = concat(macBytes('02:00:00:00:00:01'), new Uint8Array(2));
  return concat(words(0, 1, 6), address, words(inner.etherType), inner.bytes);
}

/** LINKTYPE_LINUX_SLL2, 20 bytes. */
export function cooked2(inner: Network, interfaceIndex = 3): Uint8Array {
  const address = concat(macBytes('02:00:00:00:00:01'), new Uint8Array(2));
  const head = concat(words(inner.etherType, 0), doubleWords(interfaceIndex));
  return concat(head, words(1), octets(0, 6), address, inner.bytes);
}

/** LINKTYPE_RAW, _IPV4, _IPV6: no link layer at all. */
export function rawIp(inner: Network): Uint8Array {
  return inner.bytes;
}

/** BSD loopback's address family of the packet; IPv6 has one per system (24, 28, 30). */
function addressFamily(inner: Network, ipv6Family: number): number {
  return inner.etherType === ETHER_TYPE.ipv6 ? ipv6Family : 2;
}

/** LINKTYPE_NULL: the family in the byte order of the machine that captured. */
export function bsdNull(inner: Network, bigEndian = false, ipv6Family = 30): Uint8Array {
  const family = doubleWords(addressFamily(inner, ipv6Family));
  return concat(bigEndian ? family : family.reverse(), inner.bytes);
}

/** LINKTYPE_LOOP: the family in network byte order. */
export function bsdLoop(inner: Network, ipv6Family = 24): Uint8Array {
  return concat(doubleWords(addressFamily(inner, ipv6Family)), inner.bytes);
}

/** LINKTYPE_PPP (9): with or without the HDLC address and control bytes. */
export function ppp(inner: Network, withHdlc = true): Uint8Array {
  const hdlc = withHdlc ? octets(0xff, 0x03) : new Uint8Array(0);
  return concat(hdlc, words(pppProtocol(inner)), inner.bytes);
}
