import { everyBlock } from '../../support/capture-cases.ts';
import { PcapngWriter } from '../../support/captures.ts';
import { concat } from '../../support/bytes.ts';
import { cooked2, ethernet, LINK_TYPE } from '../../support/link-layers.ts';
import { ipv4, ipv6, udp } from '../../support/packets.ts';
import { TRAFFIC_START_NS } from '../../support/random-traffic.ts';
import type { GoldenCase } from '../golden-case.ts';

const PACKET = udp({ sourcePort: 1111, destinationPort: 2222 });

export const golden: GoldenCase = {
  args: ['--format', '${interface-id} ${x-interface-name} ${srcaddr} ${packets} ${x-start-ms}'],
  capture: () => {
    const inner = ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }, PACKET);
    const at = (milliseconds: number) => TRAFFIC_START_NS + BigInt(milliseconds) * 1_000_000n;
    const writer = new PcapngWriter().section(true);
    writer.interface({ name: 'eth0' }).interface({ name: 'eth1', timestampResolution: 3 });
    writer.interface({ linkType: LINK_TYPE.cooked2, timestampResolution: 128 + 10 });
    writer.packet({ timeNs: at(1), bytes: ethernet(inner) }, 0);
    writer.packet({ timeNs: at(2), bytes: ethernet(inner) }, 1);
    writer.packet({ timeNs: at(500), bytes: cooked2(inner) }, 2);
    const inner6 = ipv6({ source: 'fd00::1', destination: 'fd00::2' }, PACKET);
    const blocks = everyBlock([{ timeNs: at(3000), bytes: ethernet(inner6) }]);
    return concat(writer.finish(), blocks);
  },
};
