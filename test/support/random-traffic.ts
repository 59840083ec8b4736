// Random but repeatable traffic: a few hundred conversations over every protocol, tag and
// extension header, with some ARP and LLDP between. No frame is malformed and none is of a kind
// that AWS leaves out (DHCP, DNS of the VPC, metadata), so every IP packet must be in a record.
import { filler } from './bytes.ts';
import type { CapturedFrame } from './captures.ts';
import { arp, ethernet, mpls, notIp, pppoe, vlan } from './link-layers.ts';
import {
  authentication,
  dccp,
  destinationOptions,
  ETHER_TYPE,
  esp,
  type Extension,
  fragment,
  gre,
  hopByHop,
  icmp,
  icmpv6,
  igmp,
  ipInIp,
  ipv4,
  ipv6,
  type Network,
  routing,
  sctp,
  TCP_FLAG,
  tcp,
  type Transport,
  transport,
  udp,
  udpLite,
} from './packets.ts';
import { Random } from './random.ts';

/** 2026-01-01T00:00:00Z, the start of a window of any length. */
export const TRAFFIC_START_NS = 1_767_225_600_000_000_000n;

interface Conversation {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly kind: number;
}

const KINDS = 14;

function conversation(random: Random): Conversation {
  const version = random.chance(30) ? 6 : 4;
  const group = () => random.below(0x10000).toString(16);
  const address = (): string =>
    version === 4
      ? `10.${random.below(4)}.${random.below(256)}.${random.between(1, 254)}`
      : `2001:db8:${group()}::${random.chance(50) ? `${group()}:` : ''}${random.below(65535) + 1}`;
  return {
    version,
    source: address(),
    destination: address().replace(/^10\./, '198.'),
    sourcePort: random.between(1024, 65535),
    destinationPort: random.pick([80, 443, 22, 8080, 3306, 9999]),
    kind: random.below(KINDS),
  };
}

/** The transport of one packet; half of all conversations are TCP. */
function transportOf(talk: Conversation, random: Random): Transport {
  const ports = {
    sourcePort: talk.sourcePort,
    destinationPort: talk.destinationPort,
    payload: filler(random.pick([0, 1, 12, 64, 512, 1200])),
  };
  const inner = ipv4(
    { source: '192.168.1.1', destination: '192.168.1.2' },
    udp({ sourcePort: 1111, destinationPort: 2222, payload: filler(20) }),
  );
  switch (talk.kind) {
    case 0:
      return udpLite(ports);
    case 1:
      return sctp({ ...ports, payload: new Uint8Array(0) });
    case 2:
      return dccp(ports);
    case 3:
      return talk.version === 4 ? icmp(random.pick([0, 8])) : icmpv6(random.pick([128, 129]));
    case 4:
      return talk.version === 4 ? igmp() : icmpv6(128);
    case 5:
      return esp();
    case 6:
      return gre(inner);
    case 7:
      return random.chance(50) ? ipInIp(inner) : transport(89);
    case 8:
    case 9:
      return udp(ports);
    default:
      return tcp({ ...ports, flags: random.pick(TCP_FLAGS_SEEN) });
  }
}

const TCP_FLAGS_SEEN = [
  TCP_FLAG.ack,
  TCP_FLAG.ack,
  TCP_FLAG.ack | TCP_FLAG.psh,
  TCP_FLAG.syn,
  TCP_FLAG.syn | TCP_FLAG.ack,
  TCP_FLAG.fin | TCP_FLAG.ack,
  TCP_FLAG.rst,
];

const EXTENSION_CHAINS: readonly (() => readonly Extension[])[] = [
  () => [hopByHop()],
  () => [destinationOptions(3)],
  () => [routing()],
  () => [hopByHop(2), destinationOptions(), routing(), fragment(0, true)],
  () => [fragment(0, false)],
  () => [authentication()],
  () => [hopByHop(), routing(), authentication(), destinationOptions()],
];

function networkOf(talk: Conversation, random: Random): Network {
  const { source, destination } = talk;
  const content = transportOf(talk, random);
  const isFragment = random.chance(4);
  const offset = random.between(1, 100) * 8;
  const later = transport(content.protocol, filler(64, 0x20));
  if (talk.version === 4) {
    if (isFragment) return ipv4({ source, destination, fragmentOffset: offset }, later);
    const options = random.chance(10) ? filler(random.between(1, 10) * 4, 1).fill(1) : undefined;
    return ipv4(
      { source, destination, moreFragments: random.chance(4), ...(options && { options }) },
      content,
    );
  }
  if (isFragment) {
    return ipv6({ source, destination, extensions: [fragment(offset, true)] }, later);
  }
  const extensions = random.chance(20) ? random.pick(EXTENSION_CHAINS)() : [];
  return ipv6({ source, destination, extensions }, content);
}

function frameOf(network: Network, random: Random): Uint8Array {
  switch (random.below(12)) {
    case 0:
    case 1:
      return ethernet(vlan(random.between(1, 4094), network));
    case 2:
      return ethernet(vlan(200, vlan(100, network), ETHER_TYPE.serviceVlan));
    case 3:
      return ethernet(vlan(1, vlan(2, vlan(3, network)), ETHER_TYPE.oldServiceVlan));
    case 4:
      return ethernet(mpls([16, 17, 18].slice(0, random.between(1, 3)), network));
    case 5:
      return ethernet(pppoe(1, network));
    default:
      return ethernet(network);
  }
}

/**
 * The same frames for the same seed, over about five minutes whatever the count; times rise, but
 * one frame in fifty comes up to 20 ms late.
 *
 * @param seed any whole number
 * @param count frames, of which about one in thirty is not IP
 */
export function randomTraffic(seed: number, count: number): CapturedFrame[] {
  const random = new Random(seed);
  const talks = Array.from({ length: Math.max(1, count >>> 4) }, () => conversation(random));
  const stepNs = Math.floor(300e9 / count);
  let timeNs = TRAFFIC_START_NS + BigInt(random.below(50e6));
  return Array.from({ length: count }, () => {
    timeNs += BigInt(random.below(2 * stepNs));
    const late = random.chance(2) ? BigInt(random.below(20e6)) : 0n;
    const bytes = random.chance(3)
      ? ethernet(random.chance(20) ? vlan(9, arp()) : random.pick([arp, notIp])())
      : frameOf(networkOf(random.pick(talks), random), random);
    return { timeNs: timeNs - late, bytes };
  });
}
