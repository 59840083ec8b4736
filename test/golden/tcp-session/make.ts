import { filler } from '../../support/bytes.ts';
import { type CapturedFrame, pcap } from '../../support/captures.ts';
import { ethernet } from '../../support/link-layers.ts';
import { ipv4, ipv6, type Network, TCP_FLAG, tcp, type Transport } from '../../support/packets.ts';
import { TRAFFIC_START_NS } from '../../support/random-traffic.ts';
import type { GoldenCase } from '../golden-case.ts';

const { ack, fin, psh, rst, syn, ece } = TCP_FLAG;
const CLIENT = 50_123;

/** Second, who sends, flags, payload bytes. */
const SEGMENTS: readonly (readonly [number, 'client' | 'server', number, number])[] = [
  [58, 'client', syn | ece, 0],
  [58, 'server', syn | ack, 0],
  [58, 'client', ack, 0],
  [59, 'client', ack | psh, 78],
  [59, 'server', ack, 1400],
  [61, 'server', ack | psh, 600],
  [61, 'client', ack, 0],
  [62, 'client', fin | ack, 0],
  [62, 'server', fin | ack, 0],
  [62, 'client', ack, 0],
  [125, 'server', rst, 0],
];

function segment(from: 'client' | 'server', flags: number, bytes: number): Transport {
  const isClient = from === 'client';
  return tcp({
    sourcePort: isClient ? CLIENT : 443,
    destinationPort: isClient ? 443 : CLIENT,
    flags,
    payload: filler(bytes),
  });
}

function between(from: 'client' | 'server', version: 4 | 6, inner: Transport): Network {
  const addresses = version === 4 ? ['10.0.0.5', '93.184.216.34'] : ['2001:db8::5', '2600::1'];
  const [client = '', server = ''] = addresses;
  const source = from === 'client' ? client : server;
  const destination = from === 'client' ? server : client;
  return version === 4
    ? ipv4({ source, destination }, inner)
    : ipv6({ source, destination }, inner);
}

function frames(version: 4 | 6): CapturedFrame[] {
  return SEGMENTS.map(([second, from, flags, bytes], index) => ({
    timeNs: TRAFFIC_START_NS + BigInt(second * 1e9 + index * 1e6),
    bytes: ethernet(between(from, version, segment(from, flags, bytes))),
  }));
}

export const golden: GoldenCase = {
  args: [
    '--format',
    '${version} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ' +
      '${start} ${end} ${action} ${tcp-flags} ${type} ${x-start-ms} ${x-end-ms} ${log-status}',
  ],
  capture: () => {
    const both = [...frames(4), ...frames(6)];
    return pcap(both.sort((left, right) => Number(left.timeNs - right.timeNs)));
  },
};
