import { filler } from '../../support/bytes.ts';
import { pcap } from '../../support/captures.ts';
import { everySecond } from '../../support/capture-cases.ts';
import { ethernet } from '../../support/link-layers.ts';
import { ipv4, ipv6, type Network, tcp, udp } from '../../support/packets.ts';
import { type GoldenCase, INVENTORY } from '../golden-case.ts';

const WEB = '02:00:00:00:00:0a';
const DATABASE = '02:00:00:00:00:0b';
const ROUTER = '02:ff:00:00:00:01';

function between(source: string, destination: string, sourcePort = 40_000, destinationPort = 443) {
  const ports = { sourcePort, destinationPort, payload: filler(10) };
  const fields = { source, destination };
  return source.includes(':') ? ipv6(fields, tcp(ports)) : ipv4(fields, tcp(ports));
}

function sent(from: string, to: string, inner: Network): Uint8Array {
  return ethernet(inner, { source: from, destination: to });
}

export const golden: GoldenCase = {
  args: ['--format', 'all', '--inventory', INVENTORY],
  capture: () => {
    const dns = udp({ sourcePort: 5353, destinationPort: 53 });
    return pcap(
      everySecond([
        sent(WEB, ROUTER, between('10.0.1.10', '93.184.216.34')),
        sent(ROUTER, WEB, between('93.184.216.34', '10.0.1.10', 443, 40_000)),
        sent(WEB, DATABASE, between('10.0.1.10', '10.0.2.20', 50_000, 3306)),
        sent(DATABASE, WEB, between('10.0.2.20', '10.0.1.10', 3306, 50_000)),
        sent(WEB, ROUTER, between('10.0.1.11', '198.51.100.1')),
        sent(ROUTER, WEB, between('198.51.100.1', '10.0.1.11', 443, 40_000)),
        sent(DATABASE, ROUTER, between('10.0.2.20', '93.184.216.34')),
        sent(DATABASE, ROUTER, between('10.0.2.20', '10.9.0.1')),
        sent(WEB, ROUTER, between('172.17.0.2', '93.184.216.34')),
        sent(WEB, ROUTER, between('2001:db8:1::10', '2600::1')),
        sent(ROUTER, WEB, between('2600::1', '2001:db8:1::10', 443, 40_000)),
        sent(WEB, ROUTER, ipv4({ source: '10.0.1.10', destination: '10.0.0.2' }, dns)),
        sent(WEB, ROUTER, ipv4({ source: '10.0.1.10', destination: '10.0.1.1' }, dns)),
        sent('02:00:00:00:00:77', ROUTER, between('192.168.77.1', '192.168.77.2')),
      ]),
    );
  },
};
