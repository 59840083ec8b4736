// The captures on which Weir is compared with tshark: one case per way in which packets can be
// wrapped, each small enough to read in a failure.
import { filler } from './bytes.ts';
import { type CapturedFrame, gzip, pcap, pcapng, PcapngWriter } from './captures.ts';
import {
  arp,
  bsdLoop,
  bsdNull,
  cooked,
  cooked2,
  ethernet,
  ethernet8023,
  LINK_TYPE,
  mpls,
  notIp,
  ppp,
  pppoe,
  rawIp,
  vlan,
} from './link-layers.ts';
import {
  authentication,
  authenticationHeader,
  dccp,
  destinationOptions,
  ETHER_TYPE,
  esp,
  type Extension,
  fragment,
  gre,
  hopByHop,
  hostIdentity,
  icmp,
  icmpv6,
  igmp,
  ipInIp,
  ipv4,
  ipv6,
  jumboPayload,
  mobility,
  type Network,
  PROTOCOL,
  routing,
  sctp,
  shim6,
  tcp,
  type Transport,
  transport,
  udp,
  udpLite,
  vxlan,
} from './packets.ts';
import { randomTraffic, TRAFFIC_START_NS } from './random-traffic.ts';

export interface CaptureCase {
  readonly name: string;
  readonly file: Uint8Array;
}

const V4 = { source: '10.0.0.1', destination: '192.0.2.7' };
const V6 = { source: '2001:db8::1', destination: '2001:db8:0:ffff::7' };
const PORTS = { sourcePort: 40_000, destinationPort: 443 };

/** One frame per second from the start of a window, so that a few cases span two windows. */
export function everySecond(frames: readonly Uint8Array[]): CapturedFrame[] {
  return frames.map((bytes, index) => ({
    timeNs: TRAFFIC_START_NS + BigInt(index) * 1_000_000_000n + 123_456_789n,
    bytes,
  }));
}

const TRANSPORTS_OF_BOTH: readonly Transport[] = [
  tcp({ ...PORTS, payload: filler(100) }),
  tcp({ ...PORTS, options: filler(40, 1).fill(1) }),
  udp({ ...PORTS, payload: filler(33) }),
  udp({ sourcePort: 0, destinationPort: 65_535 }),
  udpLite({ ...PORTS, payload: filler(9) }),
  sctp(PORTS),
  dccp({ ...PORTS, payload: filler(5) }),
  esp(),
  transport(PROTOCOL.ospf),
  transport(253),
];

function packets(): Network[] {
  const inner4 = ipv4(V4, udp({ sourcePort: 7, destinationPort: 9, payload: filler(18) }));
  const inner6 = ipv6(V6, tcp({ sourcePort: 7, destinationPort: 9 }));
  const tunnels = [gre(inner4), gre(inner6), ipInIp(inner4), ipInIp(inner6)];
  const inVxlan = udp({ ...PORTS, destinationPort: 4789, payload: vxlan(5, ethernet(inner6)) });
  const quoting = filler(4, 0);
  const unreachable = new Uint8Array([...quoting, ...inner4.bytes]);
  return [
    ...TRANSPORTS_OF_BOTH.map((inner) => ipv4(V4, inner)),
    ...TRANSPORTS_OF_BOTH.map((inner) => ipv6(V6, inner)),
    ...[icmp(8), icmp(3, unreachable), igmp(), authenticationHeader(udp(PORTS))].map((inner) =>
      ipv4(V4, inner),
    ),
    ipv6(V6, icmpv6(128)),
    ipv6(V6, transport(PROTOCOL.noNextHeader, new Uint8Array(0))),
    ...[...tunnels, inVxlan].flatMap((inner) => [ipv4(V4, inner), ipv6(V6, inner)]),
  ];
}

const PLAIN: readonly Network[] = [ipv4(V4, tcp(PORTS)), ipv6(V6, udp(PORTS))];

function linkCases(): CaptureCase[] {
  const link = (name: string, linkType: number, wrap: (inner: Network) => Uint8Array) => ({
    name: `link type ${linkType}, ${name}`,
    file: pcap(everySecond([...PLAIN, ...packets()].map(wrap)), { linkType }),
  });
  const only = (name: string, linkType: number, inner: Network | undefined) => ({
    name: `link type ${linkType}, ${name}`,
    file: pcap(everySecond(inner === undefined ? [] : [rawIp(inner)]), { linkType }),
  });
  return [
    link('Ethernet', LINK_TYPE.ethernet, ethernet),
    link('Linux cooked', LINK_TYPE.cooked, cooked),
    link('Linux cooked v2', LINK_TYPE.cooked2, cooked2),
    link('raw IP', LINK_TYPE.raw, rawIp),
    link('raw IP by its BSD number', LINK_TYPE.rawBsd, rawIp),
    only('IPv4', LINK_TYPE.ipv4, PLAIN[0]),
    only('IPv6', LINK_TYPE.ipv6, PLAIN[1]),
    link('BSD null, little-endian', LINK_TYPE.bsdNull, (inner) => bsdNull(inner)),
    link('BSD null, big-endian', LINK_TYPE.bsdNull, (inner) => bsdNull(inner, true)),
    link('BSD null of FreeBSD', LINK_TYPE.bsdNull, (inner) => bsdNull(inner, false, 28)),
    link('BSD loop', LINK_TYPE.bsdLoop, (inner) => bsdLoop(inner)),
    link('PPP in HDLC', LINK_TYPE.ppp, (inner) => ppp(inner)),
    link('PPP alone', LINK_TYPE.ppp, (inner) => ppp(inner, false)),
    link('PPP with HDLC by its number', LINK_TYPE.pppHdlc, (inner) => ppp(inner)),
  ];
}

function tagCases(): CaptureCase[] {
  const wraps: Readonly<Record<string, (inner: Network) => Network>> = {
    '802.1Q': (inner) => vlan(0x2064, inner),
    'QinQ 88a8': (inner) => vlan(200, vlan(100, inner), ETHER_TYPE.serviceVlan),
    'QinQ 9100': (inner) => vlan(200, vlan(100, inner), ETHER_TYPE.oldServiceVlan),
    'QinQ 8100': (inner) => vlan(200, vlan(100, inner)),
    'three tags': (inner) => vlan(3, vlan(2, vlan(1, inner)), ETHER_TYPE.serviceVlan),
    'one MPLS label': (inner) => mpls([16], inner),
    'two MPLS labels': (inner) => mpls([1_048_575, 17], inner),
    'three MPLS labels, multicast': (inner) => mpls([16, 17, 18], inner, ETHER_TYPE.mplsMulticast),
    'PPPoE session': (inner) => pppoe(0x1234, inner),
    'PPPoE in 802.1Q': (inner) => vlan(7, pppoe(1, inner)),
    'MPLS in 802.1Q': (inner) => vlan(7, mpls([16, 17], inner)),
  };
  return Object.entries(wraps).map(([name, wrap]) => ({
    name: `tags: ${name}`,
    file: pcap(everySecond([...PLAIN, ...packets()].map((inner) => ethernet(wrap(inner))))),
  }));
}

const CHAINS: Readonly<Record<string, readonly Extension[]>> = {
  'hop-by-hop': [hopByHop(2)],
  routing: [routing()],
  'destination options': [destinationOptions(4)],
  'one fragment that is whole': [fragment(0, false)],
  'a first fragment': [fragment(0, true)],
  authentication: [authentication()],
  all: [hopByHop(), destinationOptions(), routing(), fragment(0, true), authentication()],
  'all twice': [hopByHop(), destinationOptions(), routing(), destinationOptions(2), routing()],
};

function ipCases(): CaptureCase[] {
  const chains = Object.values(CHAINS).flatMap((extensions) =>
    TRANSPORTS_OF_BOTH.map((inner) => ipv6({ ...V6, extensions }, inner)),
  );
  const nothing = transport(PROTOCOL.noNextHeader, new Uint8Array(0));
  const messages = [mobility(), hostIdentity(), shim6()].map((message) =>
    ipv6({ ...V6, extensions: [hopByHop(), message] }, nothing),
  );
  messages.push(ipv6({ ...V6, extensions: [shim6()] }, tcp(PORTS)));
  const later = transport(PROTOCOL.udp, filler(64));
  const laterFragments = [
    ipv4({ ...V4, moreFragments: true }, udp({ ...PORTS, payload: filler(512) })),
    ipv4({ ...V4, fragmentOffset: 520, moreFragments: true }, later),
    ipv4({ ...V4, fragmentOffset: 584 }, later),
    ipv4({ ...V4, fragmentOffset: 8, options: filler(8).fill(1) }, later),
    ipv6({ ...V6, extensions: [hopByHop(), fragment(1480, true)] }, later),
    ipv6({ ...V6, extensions: [fragment(8, false)] }, transport(PROTOCOL.tcp, filler(8))),
  ];
  const options = [4, 12, 40].map((length) =>
    ipv4({ ...V4, options: filler(length).fill(1) }, tcp(PORTS)),
  );
  const cases: Readonly<Record<string, readonly Network[]>> = {
    'IPv6 extension headers': chains,
    'mobility, HIP and shim6': messages,
    'IPv4 and IPv6 fragments': laterFragments,
    'IPv4 options': options,
  };
  return Object.entries(cases).map(([name, networks]) => ({
    name,
    file: pcap(everySecond(networks.map((inner) => ethernet(inner)))),
  }));
}

/** Packets of more than 64 KiB: RFC 2675, and the kernel's BIG TCP with a total length of 0. */
function bigCases(): CaptureCase[] {
  const big = tcp({ ...PORTS, payload: new Uint8Array(70_000) });
  const jumbo = ipv6(
    { ...V6, extensions: [jumboPayload(big.bytes.length + 8)], payloadLength: 0 },
    big,
  );
  const bigTcp = ipv4({ ...V4, totalLength: 0 }, big);
  return [
    { name: 'a jumbogram', file: pcap(everySecond([ethernet(jumbo)])) },
    { name: 'a jumbogram cut', file: pcap(everySecond([ethernet(jumbo)]), { snapBytes: 96 }) },
    { name: 'BIG TCP over IPv4', file: pcap(everySecond([ethernet(bigTcp)])) },
  ];
}

function fileCases(): CaptureCase[] {
  const frames = everySecond([...PLAIN, ...packets(), arp(), notIp()].map((one) => ethernet(one)));
  const cases: CaptureCase[] = [];
  for (const bigEndian of [false, true]) {
    for (const nanoseconds of [false, true]) {
      const name = `pcap, ${bigEndian ? 'big' : 'little'}-endian, ${nanoseconds ? 'n' : 'u'}s`;
      cases.push({ name, file: pcap(frames, { bigEndian, nanoseconds }) });
    }
    cases.push({
      name: `pcapng, ${bigEndian ? 'big' : 'little'}-endian`,
      file: pcapng(frames, { name: 'eth0', timestampResolution: 9 }, bigEndian),
    });
  }
  for (const snapBytes of [96, 66, 54]) {
    cases.push({ name: `pcap cut to ${snapBytes}`, file: pcap(frames, { snapBytes }) });
  }
  return [
    ...cases,
    { name: 'pcap, gzip', file: gzip(pcap(frames)) },
    { name: 'pcapng, gzip', file: gzip(pcapng(frames)) },
    { name: 'frames that are not IP', file: pcap(everySecond([ethernet8023(), ethernet(arp())])) },
    { name: 'pcap without a frame', file: pcap([]) },
    { name: 'pcapng with every block', file: everyBlock(frames) },
  ];
}

/** Two sections of opposite byte order, several interfaces and clocks, every packet block. */
export function everyBlock(frames: readonly CapturedFrame[]): Uint8Array {
  const writer = new PcapngWriter().section(false);
  writer.interface({ name: 'eth0', snapBytes: 120 });
  writer.interface({ name: 'raw0', linkType: LINK_TYPE.raw, timestampResolution: 9 });
  writer.block(0x0bad_cafe, filler(13));
  for (const frame of frames) {
    writer.packet(frame, 0).obsoletePacket(frame, 0).statistics(frame.timeNs, 0);
    writer.packet({ ...frame, bytes: PLAIN[0]?.bytes ?? frame.bytes }, 1);
  }
  writer.section(true);
  writer.interface({ timestampResolution: 128 + 20, timestampOffsetSeconds: 3600 });
  writer.interface({ linkType: LINK_TYPE.cooked2, timestampResolution: 3 });
  const last = frames.at(-1);
  if (last === undefined) return writer.finish();
  writer.packet(last, 0).simplePacket(last).block(0x8000_0001, filler(6));
  writer.packet({ ...last, bytes: cooked2(PLAIN[1] ?? arp()) }, 1);
  return writer.finish();
}

function randomCases(): CaptureCase[] {
  return [
    { name: 'random traffic 1', file: pcap(randomTraffic(1, 4000)) },
    { name: 'random traffic 2', file: pcapng(randomTraffic(2, 4000), { timestampResolution: 9 }) },
    { name: 'random traffic 3', file: gzip(pcap(randomTraffic(3, 4000), { snapBytes: 108 })) },
  ];
}

/** Every case, in a fixed order. */
export function captureCases(): CaptureCase[] {
  return [
    ...linkCases(),
    ...tagCases(),
    ...ipCases(),
    ...bigCases(),
    ...fileCases(),
    ...randomCases(),
  ];
}
