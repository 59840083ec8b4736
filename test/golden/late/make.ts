import { pcap } from '../../support/captures.ts';
import { ethernet } from '../../support/link-layers.ts';
import { ipv4, udp } from '../../support/packets.ts';
import { TRAFFIC_START_NS } from '../../support/random-traffic.ts';
import type { GoldenCase } from '../golden-case.ts';

/** Milliseconds since a window's start, in the order of the file; the port tells them apart. */
const TIMES_MS = [0, 59_999, 60_000, 59_998, 60_900, 59_997, 62_000, 59_000, 61_000, 240_000, 100];

export const golden: GoldenCase = {
  args: ['--format', '${dstport} ${packets} ${start} ${end} ${x-start-ms} ${x-end-ms}'],
  capture: () =>
    pcap(
      TIMES_MS.map((time, index) => ({
        timeNs: TRAFFIC_START_NS + BigInt(time) * 1_000_000n,
        bytes: ethernet(
          ipv4(
            { source: '10.0.0.1', destination: '10.0.0.2' },
            udp({ sourcePort: 9, destinationPort: index }),
          ),
        ),
      })),
    ),
};
