// Packets of a pcap file (draft-ietf-opsawg-pcap): per packet a 16-byte header
//
//   | seconds (4) | micro- or nanoseconds (4) | captured bytes (4) | bytes on the wire (4) |
//
// in the byte order of the writer, then the captured bytes.
import {
  BATCH,
  BATCH_PACKETS,
  INPUT,
  INPUT_BYTES,
  LINK_META,
} from './layout';
import {
  BATCH_END,
  batchCount,
  countFrames,
  DAMAGED,
  drainBatch,
  FULL,
  isPlain,
  linkAt,
  meterFrame,
  meterPlain,
  NEED_DATA,
  setBatchCount,
  setState,
  WINDOW,
  windowLimit,
  windowStart,
} from './metering';

const HEADER_BYTES: usize = 16;
const MICROSECONDS_MAX: u32 = 999999;
/** Larger than any frame that IP can be in; beyond it the file is damaged. */
export const CAPTURED_BYTES_MAX: u32 = <u32>INPUT_BYTES / 2;

/**
 * Meters packets of link 0 in INPUT + [from, to).
 *
 * @param swapped 1 when the file's byte order is big-endian
 * @param nanoseconds 1 when the fraction counts nanoseconds
 * @returns offset of the first byte not consumed; `state` says why it stopped
 */
export function feedPcap(from: u32, to: u32, swapped: u32, nanoseconds: u32): u32 {
  if (batchCount >= BATCH_PACKETS && !drainBatch()) {
    setState(FULL, 0);
    return from;
  }
  const link = linkAt(0);
  const plain = isPlain(link);
  const meta = load<u32>(link, LINK_META);
  const end = INPUT + to;
  const start = windowStart();
  const limit = windowLimit;
  let p: usize = INPUT + from;
  let r: usize = BATCH + (<usize>batchCount << 6);
  let frames: u32 = 0;
  let fast: u32 = 0;
  let reason = NEED_DATA;
  let second: u32 = 0;
  for (;;) {
    const frame = p + HEADER_BYTES;
    if (frame > end) break;
    second = load<u32>(p);
    let fraction = load<u32>(p, 4);
    let captured = load<u32>(p, 8);
    if (swapped) {
      second = bswap<u32>(second);
      fraction = bswap<u32>(fraction);
      captured = bswap<u32>(captured);
    }
    if (captured > CAPTURED_BYTES_MAX) {
      reason = DAMAGED;
      break;
    }
    const next = frame + captured;
    if (next > end) break;
    const relative = second - start;
    if (relative >= limit) {
      reason = WINDOW;
      break;
    }
    if (nanoseconds) fraction /= 1000;
    const microseconds = relative * 1000000 + min<u32>(fraction, MICROSECONDS_MAX);
    frames++;
    p = next;
    if (plain && meterPlain(r, frame, captured, meta, microseconds)) {
      fast++;
      r += 64;
    } else {
      let wire = load<u32>(frame - 4);
      if (swapped) wire = bswap<u32>(wire);
      r += <usize>meterFrame(link, r, frame, captured, wire, microseconds, 0, 0) << 6;
    }
    if (r >= BATCH_END) {
      setBatchCount(<u32>(r - BATCH) >> 6);
      if (!drainBatch()) {
        reason = FULL;
        break;
      }
      r = BATCH;
    }
  }
  setBatchCount(<u32>(r - BATCH) >> 6);
  countFrames(link, frames, fast);
  setState(reason, second);
  return <u32>(p - INPUT);
}
