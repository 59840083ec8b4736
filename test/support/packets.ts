// Network and transport layers as plain functions, from the inside out:
//
//   ethernet(vlan(7, ipv4({ source, destination }, udp({ sourcePort: 1, destinationPort: 2 }))))
//
// A transport names its IP protocol and a network packet its EtherType, so that the layer below
// fills in its own "next" field. Lengths may be overridden to build lying packets. Link layers are
// in link-layers.ts. Written from the RFCs, apart from the parser, so that the two cannot share a
// mistake.
import {
  concat,
  doubleWords,
  filler,
  internetChecksum,
  ipv4Bytes,
  ipv6Bytes,
  octets,
  words,
} from './bytes.ts';

/** What lies in an IP packet, with its IANA protocol number. */
export interface Transport {
  readonly protocol: number;
  readonly bytes: Uint8Array;
}

/** What lies in a frame, with its EtherType. */
export interface Network {
  readonly etherType: number;
  readonly bytes: Uint8Array;
}

/** An IPv6 extension header; its first byte is overwritten with the next header's number. */
export interface Extension {
  readonly protocol: number;
  readonly bytes: Uint8Array;
}

export const PROTOCOL = {
  hopByHop: 0,
  icmp: 1,
  igmp: 2,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  authentication: 51,
  icmpv6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  ospf: 89,
  sctp: 132,
  mobility: 135,
  udpLite: 136,
  hostIdentity: 139,
  shim6: 140,
} as const;

export const ETHER_TYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoeDiscovery: 0x8863,
  pppoeSession: 0x8864,
  serviceVlan: 0x88a8,
  lldp: 0x88cc,
  oldServiceVlan: 0x9100,
} as const;

/** TCP flag bits (RFC 9293 3.1). */
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64 } as const;

export interface Ports {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload?: Uint8Array;
}

export interface TcpOptions extends Ports {
  /** OR of TCP_FLAG bits; ACK when omitted. */
  readonly flags?: number;
  /** A multiple of four bytes, at most 40. */
  readonly options?: Uint8Array;
}

/** Any protocol with these bytes after the IP header. */
export function transport(protocol: number, bytes: Uint8Array = filler(24)): Transport {
  return { protocol, bytes };
}

/** RFC 9293 3.1. */
export function tcp(fields: TcpOptions): Transport {
  const options = fields.options ?? new Uint8Array(0);
  const offsetAndFlags = ((5 + options.length / 4) << 12) | (fields.flags ?? TCP_FLAG.ack);
  const header = concat(
    words(fields.sourcePort, fields.destinationPort),
    doubleWords(1000, 2000),
    words(offsetAndFlags, 64240, 0, 0),
    options,
  );
  return transport(PROTOCOL.tcp, concat(header, fields.payload ?? new Uint8Array(0)));
}

/** RFC 768. */
export function udp(fields: Ports): Transport {
  const payload = fields.payload ?? new Uint8Array(0);
  const header = words(fields.sourcePort, fields.destinationPort, 8 + payload.length, 0);
  return transport(PROTOCOL.udp, concat(header, payload));
}

/** RFC 3828: as UDP, with the checksum coverage in place of the length. */
export function udpLite(fields: Ports): Transport {
  const header = words(fields.sourcePort, fields.destinationPort, 8, 0);
  return transport(PROTOCOL.udpLite, concat(header, fields.payload ?? new Uint8Array(0)));
}

/** RFC 9260 3.1, with a COOKIE ACK chunk (type 11) where no payload is given. */
export function sctp(fields: Ports): Transport {
  const header = concat(words(fields.sourcePort, fields.destinationPort), doubleWords(7, 0));
  return transport(PROTOCOL.sctp, concat(header, fields.payload ?? octets(11, 0, 0, 4)));
}

/** RFC 4340 5.1: a Data packet (type 2) with a 48-bit sequence number. */
export function dccp(fields: Ports): Transport {
  const header = concat(
    words(fields.sourcePort, fields.destinationPort),
    octets(4, 0, 0, 0, (2 << 1) | 1, 0, 0, 0, 0, 0, 0, 1),
  );
  return transport(PROTOCOL.dccp, concat(header, fields.payload ?? new Uint8Array(0)));
}

/** RFC 792: echo request (8) unless told otherwise. */
export function icmp(type = 8, body: Uint8Array = concat(words(77, 1), filler(56))): Transport {
  return transport(PROTOCOL.icmp, concat(octets(type, 0, 0, 0), body));
}

/** RFC 4443: echo request (128) unless told otherwise. */
export function icmpv6(type = 128, body: Uint8Array = concat(words(77, 1), filler(56))): Transport {
  return transport(PROTOCOL.icmpv6, concat(octets(type, 0, 0, 0), body));
}

/** RFC 2236: a membership report. */
export function igmp(): Transport {
  return transport(PROTOCOL.igmp, concat(octets(0x16, 0, 0, 0), octets(224, 0, 0, 251)));
}

/** RFC 4303: what follows the sequence number cannot be read. */
export function esp(bytes: Uint8Array = filler(48)): Transport {
  return transport(PROTOCOL.esp, concat(doubleWords(0x1001, 1), bytes));
}

/** RFC 4302 in transport mode before `inner`, 24 bytes. */
export function authenticationHeader(inner: Transport): Transport {
  const header = concat(octets(inner.protocol, 4, 0, 0), doubleWords(0x2002, 1), filler(12));
  return transport(PROTOCOL.authentication, concat(header, inner.bytes));
}

/** RFC 2784 without a key. */
export function gre(inner: Network): Transport {
  return transport(PROTOCOL.gre, concat(words(0, inner.etherType), inner.bytes));
}

/** IPv4 (protocol 4) or IPv6 (41) directly inside IP (RFC 2003, RFC 4213). */
export function ipInIp(inner: Network): Transport {
  const isIpv6 = inner.etherType === ETHER_TYPE.ipv6;
  return transport(isIpv6 ? PROTOCOL.ipv6 : PROTOCOL.ipv4, inner.bytes);
}

/** RFC 7348: the payload of a UDP datagram to port 4789. */
export function vxlan(networkIdentifier: number, frame: Uint8Array): Uint8Array {
  return concat(octets(8, 0, 0, 0), doubleWords(networkIdentifier << 8), frame);
}

export interface Ipv4Options {
  readonly source: string;
  readonly destination: string;
  /** A multiple of four bytes, at most 40. */
  readonly options?: Uint8Array;
  /** In bytes, a multiple of eight. */
  readonly fragmentOffset?: number;
  readonly moreFragments?: boolean;
  readonly identification?: number;
  /** Written instead of the true total length (0 is BIG TCP). */
  readonly totalLength?: number;
  /** Written instead of the true header length, in 32-bit words. */
  readonly headerWords?: number;
}

/** RFC 791. */
export function ipv4(fields: Ipv4Options, inner: Transport): Network {
  const options = fields.options ?? new Uint8Array(0);
  const headerBytes = 20 + options.length;
  const fragment =
    ((fields.fragmentOffset ?? 0) >>> 3) | (fields.moreFragments === true ? 0x2000 : 0);
  const header = concat(
    octets(0x40 | (fields.headerWords ?? headerBytes / 4), 0),
    words(fields.totalLength ?? headerBytes + inner.bytes.length),
    words(fields.identification ?? 1, fragment),
    octets(64, inner.protocol, 0, 0),
    ipv4Bytes(fields.source),
    ipv4Bytes(fields.destination),
    options,
  );
  header.set(words(internetChecksum(header)), 10);
  return { etherType: ETHER_TYPE.ipv4, bytes: concat(header, inner.bytes) };
}

export interface Ipv6Options {
  readonly source: string;
  readonly destination: string;
  readonly extensions?: readonly Extension[];
  /** Written instead of the true payload length (0 with a jumbo option is a jumbogram). */
  readonly payloadLength?: number;
}

/** RFC 8200. */
export function ipv6(fields: Ipv6Options, inner: Transport): Network {
  const extensions = fields.extensions ?? [];
  const numbers = [...extensions.map((extension) => extension.protocol), inner.protocol];
  const chain = extensions.map((extension, index) => {
    const bytes = Uint8Array.from(extension.bytes);
    bytes[0] = numbers[index + 1] ?? PROTOCOL.noNextHeader;
    return bytes;
  });
  const payload = concat(...chain, inner.bytes);
  const header = concat(
    doubleWords(0x6000_0000),
    words(fields.payloadLength ?? payload.length),
    octets(numbers[0] ?? PROTOCOL.noNextHeader, 64),
    ipv6Bytes(fields.source),
    ipv6Bytes(fields.destination),
  );
  return { etherType: ETHER_TYPE.ipv6, bytes: concat(header, payload) };
}

/** An options header (hop-by-hop or destination): padding up to `blocks` times eight bytes. */
function optionsHeader(protocol: number, blocks: number): Extension {
  const padding = blocks * 8 - 4;
  return { protocol, bytes: concat(octets(0, blocks - 1, 1, padding), new Uint8Array(padding)) };
}

/** RFC 8200 4.3; `blocks` of eight bytes. */
export function hopByHop(blocks = 1): Extension {
  return optionsHeader(PROTOCOL.hopByHop, blocks);
}

/** RFC 8200 4.6; `blocks` of eight bytes. */
export function destinationOptions(blocks = 1): Extension {
  return optionsHeader(PROTOCOL.destinationOptions, blocks);
}

/** RFC 2675: a hop-by-hop header whose one option holds the payload length. */
export function jumboPayload(payloadBytes: number): Extension {
  const bytes = concat(octets(0, 0, 0xc2, 4), doubleWords(payloadBytes));
  return { protocol: PROTOCOL.hopByHop, bytes };
}

/** RFC 8754 segment routing with one segment, already used up. */
export function routing(): Extension {
  const segment = ipv6Bytes('2001:db8:5e6::1');
  return { protocol: PROTOCOL.routing, bytes: concat(octets(0, 2, 4, 0, 0, 0, 0, 0), segment) };
}

/** RFC 8200 4.5; the offset is in bytes, a multiple of eight. */
export function fragment(
  offsetBytes: number,
  moreFragments: boolean,
  identification = 9,
): Extension {
  const bytes = concat(
    octets(0, 0),
    words(offsetBytes | (moreFragments ? 1 : 0)),
    doubleWords(identification),
  );
  return { protocol: PROTOCOL.fragment, bytes };
}

/** RFC 4302 as an IPv6 extension header, 24 bytes. */
export function authentication(): Extension {
  const bytes = concat(octets(0, 4, 0, 0), doubleWords(0x2002, 1), filler(12));
  return { protocol: PROTOCOL.authentication, bytes };
}

/** RFC 6275 6.1: a binding refresh request, eight bytes. */
export function mobility(): Extension {
  return { protocol: PROTOCOL.mobility, bytes: octets(0, 0, 0, 0, 0, 0, 0, 0) };
}

/** RFC 7401 5.1: an I1 packet's fixed header, 40 bytes. */
export function hostIdentity(): Extension {
  const bytes = concat(octets(0, 4, 1, 0x21, 0, 0, 0, 0), filler(32));
  return { protocol: PROTOCOL.hostIdentity, bytes };
}

/** RFC 5533 5.2: a shim6 payload extension header, eight bytes. */
export function shim6(): Extension {
  return { protocol: PROTOCOL.shim6, bytes: octets(0, 0, 0x80, 0, 0, 0, 0, 1) };
}
