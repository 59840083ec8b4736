import { concat, filler } from '../../support/bytes.ts';
import { pcap } from '../../support/captures.ts';
import { everySecond } from '../../support/capture-cases.ts';
import { ethernet, mpls, notIp, pppoe, vlan } from '../../support/link-layers.ts';
import {
  ETHER_TYPE,
  fragment,
  hopByHop,
  ipv4,
  ipv6,
  tcp,
  transport,
  udp,
} from '../../support/packets.ts';
import type { GoldenCase } from '../golden-case.ts';

const V4 = { source: '10.0.0.1', destination: '10.0.0.2' };
const V6 = { source: '2001:db8::1', destination: '2001:db8::2' };
const PORTS = { sourcePort: 1000, destinationPort: 2000 };
const UNPADDED = { minimumBytes: 0 };

export const golden: GoldenCase = {
  args: ['--format', '${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes}'],
  capture: () => {
    const whole4 = ethernet(ipv4(V4, tcp(PORTS)), UNPADDED);
    const whole6 = ethernet(ipv6(V6, tcp(PORTS)), UNPADDED);
    const everyCut = [whole4, whole6].flatMap((frame) =>
      Array.from({ length: frame.length }, (_, length) => frame.subarray(0, length)),
    );
    const lying = [
      ipv4({ ...V4, totalLength: 65_535 }, udp(PORTS)),
      ipv4({ ...V4, totalLength: 19 }, udp(PORTS)),
      ipv4({ ...V4, headerWords: 4 }, udp(PORTS)),
      ipv4({ ...V4, headerWords: 15 }, udp(PORTS)),
      ipv6({ ...V6, payloadLength: 65_535 }, udp(PORTS)),
      ipv6({ ...V6, payloadLength: 4 }, udp(PORTS)),
      ipv6({ ...V6, extensions: [hopByHop(30)], payloadLength: 8 }, udp(PORTS)),
      ipv6({ ...V6, extensions: [fragment(8, true)] }, transport(17, new Uint8Array(0))),
      notIp(ETHER_TYPE.ipv4, filler(46, 0x60)),
      notIp(ETHER_TYPE.ipv6, filler(46, 0x40)),
      notIp(ETHER_TYPE.vlan, new Uint8Array(1)),
      mpls([16, 17], notIp(0, concat(new Uint8Array([0xff]), filler(45)))),
      pppoe(1, notIp(ETHER_TYPE.lldp)),
      vlan(1, vlan(2, vlan(3, vlan(4, vlan(5, ipv4(V4, udp(PORTS))))))),
    ];
    return pcap(everySecond([...everyCut, ...lying.map((inner) => ethernet(inner, UNPADDED))]));
  },
};
