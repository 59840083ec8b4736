import { pcap } from '../../support/captures.ts';
import { everySecond } from '../../support/capture-cases.ts';
import { ethernet } from '../../support/link-layers.ts';
import { icmp, icmpv6, ipv4, ipv6 } from '../../support/packets.ts';
import type { GoldenCase } from '../golden-case.ts';

const V4 = { source: '10.0.0.1', destination: '10.0.0.2' };
const V6 = { source: 'fd00::1', destination: 'fd00::2' };

export const golden: GoldenCase = {
  args: [],
  capture: () => {
    const echoes = [1, 2, 3, 4].flatMap(() => [
      ipv4(V4, icmp(8)),
      ipv4({ source: V4.destination, destination: V4.source }, icmp(0)),
      ipv6(V6, icmpv6(128)),
      ipv6({ source: V6.destination, destination: V6.source }, icmpv6(129)),
    ]);
    return pcap(everySecond(echoes.map((echo) => ethernet(echo))));
  },
};
