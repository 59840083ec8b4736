// Packets of a TPACKET_V3 block, copied as the kernel wrote them (linux/if_packet.h):
//
//   tpacket3_hdr  0 next offset | 4 sec | 8 nsec | 12 captured | 16 wire | 20 status
//                24 u16 mac offset | 26 u16 net offset | 28 ...
//   sockaddr_ll at 48: packet type u8 at 58
//   virtio_net_hdr in the 10 bytes before mac: flags, gso type, header bytes u16, gso size u16
import { BATCH, BATCH_PACKETS, INPUT, LINK_HAS_VIRTIO, LINK_USED } from './layout';
import {
  batchCount,
  countFrames,
  drainBatch,
  FULL,
  linkAt,
  meterFrame,
  NEED_DATA,
  setBatchCount,
  setState,
  WINDOW,
  windowLimit,
  windowStart,
} from './metering';

const SECOND: usize = 4;
const NANOSECOND: usize = 8;
const CAPTURED: usize = 12;
const WIRE: usize = 16;
const MAC: usize = 24;
const HEADER_BYTES: usize = 68;
const PACKET_TYPE: usize = 58;
const GSO_SIZE_BEFORE_MAC: usize = 6;

/**
 * Meters the packets of one link chained in INPUT + [from, to).
 *
 * @returns offset of the first packet not consumed, or `to`
 */
export function feedRing(linkId: u32, from: u32, to: u32): u32 {
  const link = linkAt(linkId);
  const end = INPUT + to;
  const start = windowStart();
  const limit = windowLimit;
  let p: usize = INPUT + from;
  const virtio = (load<u32>(link, LINK_USED) & LINK_HAS_VIRTIO) != 0;
  let frames: u32 = 0;
  setState(NEED_DATA, 0);
  while (p + HEADER_BYTES <= end) {
    if (batchCount >= BATCH_PACKETS && !drainBatch()) {
      setState(FULL, 0);
      break;
    }
    const next = load<u32>(p);
    const frame = p + load<u16>(p, MAC);
    const captured = load<u32>(p, CAPTURED);
    if (frame > end || <usize>captured > end - frame) {
      p = end;
      break;
    }
    const second = load<u32>(p, SECOND);
    const relative = second - start;
    if (relative >= limit) {
      setState(WINDOW, second);
      break;
    }
    frames++;
    const appended = meterFrame(
      link,
      BATCH + (<usize>batchCount << 6),
      frame,
      captured,
      load<u32>(p, WIRE),
      relative * 1000000 + load<u32>(p, NANOSECOND) / 1000,
      virtio ? <u32>load<u16>(frame - GSO_SIZE_BEFORE_MAC) : 0,
      <u32>load<u8>(p, PACKET_TYPE),
    );
    setBatchCount(batchCount + appended);
    if (next == 0) {
      p = end;
      break;
    }
    p += next;
  }
  countFrames(link, frames, 0);
  return <u32>(p - INPUT);
}
