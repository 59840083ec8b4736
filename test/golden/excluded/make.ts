import { pcap } from '../../support/captures.ts';
import { everySecond } from '../../support/capture-cases.ts';
import { arp, ethernet, ethernet8023, notIp } from '../../support/link-layers.ts';
import { ipv4, ipv6, tcp, udp } from '../../support/packets.ts';
import type { GoldenCase } from '../golden-case.ts';

function udp4(source: string, sourcePort: number, destination: string, destinationPort: number) {
  return ethernet(ipv4({ source, destination }, udp({ sourcePort, destinationPort })));
}

function udp6(source: string, sourcePort: number, destination: string, destinationPort: number) {
  return ethernet(ipv6({ source, destination }, udp({ sourcePort, destinationPort })));
}

export const golden: GoldenCase = {
  args: [],
  capture: () => {
    const web = tcp({ sourcePort: 40_000, destinationPort: 80 });
    return pcap(
      everySecond([
        ethernet(arp()),
        ethernet(notIp()),
        ethernet8023(),
        udp4('0.0.0.0', 68, '255.255.255.255', 67),
        udp4('10.0.0.1', 67, '10.0.0.9', 68),
        udp6('fe80::1', 546, 'ff02::1:2', 547),
        udp6('fe80::2', 547, 'fe80::1', 546),
        udp4('10.0.0.9', 68, '10.0.0.1', 53),
        ethernet(ipv4({ source: '10.0.0.9', destination: '169.254.169.254' }, web)),
        ethernet(ipv6({ source: 'fd00::9', destination: 'fd00:ec2::254' }, web)),
        udp4('10.0.0.9', 123, '169.254.169.123', 123),
        udp4('169.254.169.123', 123, '10.0.0.9', 123),
        udp6('fd00::9', 123, 'fd00:ec2::123', 123),
        udp4('10.0.0.9', 5353, '169.254.169.253', 53),
        udp6('fd00::9', 5353, 'fd00:ec2::253', 53),
        udp4('10.0.0.9', 5353, '8.8.8.8', 53),
        udp4('10.0.0.9', 5353, '169.254.0.1', 9999),
      ]),
    );
  },
};
