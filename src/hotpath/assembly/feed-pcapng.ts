// Packet blocks of a pcapng section (draft-ietf-opsawg-pcapng). Every block is
//
//   | type (4) | total length (4) | body | total length (4) |
//
//   Enhanced packet (6)  interface (4), timestamp high (4), low (4), captured (4), wire (4), bytes
//   Packet (2, obsolete) interface (2), drops (2), timestamp high, low, captured, wire, bytes
//   Simple packet (3)    wire (4), bytes; interface 0, no timestamp
//
// Other blocks go to the host (state CONTROL_BLOCK), which registers interfaces as links.
import {
  BATCH,
  BATCH_PACKETS,
  INPUT,
  LINKS_MAX,
  LINK_META,
  LINK_OFFSET,
  LINK_UNITS,
  LINK_USED,
  MALFORMED,
  LINK_OUTCOMES,
} from './layout';
import {
  batchCount,
  CONTROL_BLOCK,
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

const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const OBSOLETE_PACKET: u32 = 2;
const BLOCK_BYTES_MIN: u32 = 12;
/** Units per second beyond which a fraction times a million would overflow. */
const FINE_UNITS: u64 = 1 << 43;
/** The link that frames of unknown interfaces are counted on. */
const ORPHANS: u32 = LINKS_MAX - 1;

let swappedSection: bool = false;
let snapLength: u32 = 0;
let lastSecond: u32 = 0;
let lastMicrosecond: u32 = 0;

/** Byte order of the section, and the snap length of its interface 0 for simple packets. */
export function setSection(swapped: u32, snaplen: u32): void {
  swappedSection = swapped != 0;
  snapLength = snaplen;
}

@inline
function word(p: usize): u32 {
  const value = load<u32>(p);
  return swappedSection ? bswap<u32>(value) : value;
}

@inline
function half(p: usize): u32 {
  const value = load<u16>(p);
  return <u32>(swappedSection ? bswap<u16>(value) : value);
}

/** Splits a timestamp of the link's resolution into lastSecond and lastMicrosecond. */
function setTime(link: usize, high: u32, low: u32): void {
  const units = load<u64>(link, LINK_UNITS);
  const stamp = (<u64>high << 32) | <u64>low;
  const seconds = stamp / units;
  const rest = stamp - seconds * units;
  lastSecond = <u32>(seconds + load<u64>(link, LINK_OFFSET));
  lastMicrosecond = <u32>(units < FINE_UNITS ? (rest * 1000000) / units : rest / (units / 1000000));
}

// Where the packet of the current block lies; set by openBlock.
let packetLink: usize = 0;
let packetFrame: usize = 0;
let packetCaptured: u32 = 0;
let packetWire: u32 = 0;

/** Reads a packet block's head; false when its lengths contradict each other. */
function openBlock(p: usize, type: u32, bytes: u32): bool {
  let head: u32 = 28;
  let id: u32 = 0;
  if (type == SIMPLE_PACKET) {
    head = 12;
    if (bytes < head + 4) return false;
    packetWire = word(p + 8);
    packetCaptured = min<u32>(packetWire, bytes - head - 4);
    if (snapLength != 0) packetCaptured = min<u32>(packetCaptured, snapLength);
  } else {
    if (bytes < head + 4) return false;
    id = type == ENHANCED_PACKET ? word(p + 8) : half(p + 8);
    packetCaptured = word(p + 20);
    packetWire = word(p + 24);
    if (packetCaptured > bytes - head - 4) return false;
  }
  packetFrame = p + head;
  if (id >= ORPHANS || load<u32>(linkAt(id), LINK_USED) == 0) return false;
  packetLink = linkAt(id);
  if (type != SIMPLE_PACKET) setTime(packetLink, word(p + 12), word(p + 16));
  return true;
}

/** A packet block that cannot be placed is one unparsable frame. */
function countOrphan(): void {
  const link = linkAt(ORPHANS);
  countFrames(link, 1, 0);
  const counter = link + LINK_OUTCOMES + (<usize>(MALFORMED - 1) << 3);
  store<u64>(counter, load<u64>(counter) + 1);
}

/** Meters the opened packet into the batch. */
function meterOpened(relative: u32): void {
  const microseconds = relative * 1000000 + lastMicrosecond;
  const r = BATCH + (<usize>batchCount << 6);
  const link = packetLink;
  if (
    isPlain(link) &&
    meterPlain(r, packetFrame, packetCaptured, load<u32>(link, LINK_META), microseconds)
  ) {
    countFrames(link, 1, 1);
    setBatchCount(batchCount + 1);
    return;
  }
  countFrames(link, 1, 0);
  const appended = meterFrame(
    link,
    r,
    packetFrame,
    packetCaptured,
    packetWire,
    microseconds,
    0,
    0,
  );
  setBatchCount(batchCount + appended);
}

/** Like feedPcap, for pcapng blocks. */
export function feedPcapng(from: u32, to: u32): u32 {
  const end = INPUT + to;
  const start = windowStart();
  const limit = windowLimit;
  let p: usize = INPUT + from;
  for (;;) {
    if (batchCount >= BATCH_PACKETS && !drainBatch()) {
      setState(FULL, 0);
      break;
    }
    if (p + 8 > end) {
      setState(NEED_DATA, 0);
      break;
    }
    const type = word(p);
    if (type != ENHANCED_PACKET && type != SIMPLE_PACKET && type != OBSOLETE_PACKET) {
      setState(CONTROL_BLOCK, 0);
      break;
    }
    const bytes = word(p + 4);
    if (bytes < BLOCK_BYTES_MIN || (bytes & 3) != 0) {
      setState(DAMAGED, 0);
      break;
    }
    if (<usize>bytes > end - p) {
      setState(NEED_DATA, 0);
      break;
    }
    if (!openBlock(p, type, bytes)) {
      countOrphan();
      p += bytes;
      continue;
    }
    const relative = lastSecond - start;
    if (relative >= limit) {
      setState(WINDOW, lastSecond);
      break;
    }
    meterOpened(relative);
    p += bytes;
  }
  return <u32>(p - INPUT);
}
