// Text output by op-codes: a format is compiled once into (op, argument) pairs, and every entry
// of the cache runs through them. Values that are the same for all records of a point (ids,
// region, ...) are strings that the host prepared, several fields at a time.
import {
  CONSTANTS,
  CONSTANT_SLOTS,
  EGRESS,
  E_ANNOTATION,
  E_FIRST,
  E_LAST,
  E_OCTETS,
  E_PACKETS,
  INGRESS,
  META_DIRECTION_SHIFT,
  META_IPV6,
  META_POINT_MASK,
  META_POINT_SHIFT,
  META_VERDICT_SHIFT,
  OUTPUT,
  OUTPUT_BYTES,
  POINTS,
  POINT_BYTES,
  POINT_FAMILIES,
  POINT_IPV4,
  POINT_IPV6,
  R_DESTINATION_IPV4,
  R_DESTINATION_IPV6,
  R_META,
  R_SOURCE,
} from './layout';
import { DIGIT_TABLES_END, writeIpv4, writeIpv6, writeShort, writeU32, writeU64 } from './digits';
import { getEntries, getEntryCount, getWindowStart } from './flow-cache';

//   SECONDS   3,601 x 16 B: the window's seconds as text
//   OPS       256 pairs of u32
//   EXCLUDED  16 x u64 packets not written, by exclusion code
const SECONDS: usize = (DIGIT_TABLES_END + 63) & ~63;
const WINDOW_SECONDS_MAX: u32 = 3600;
const SECOND_DIGITS: u32 = 10;
export const OPS: usize = SECONDS + <usize>((WINDOW_SECONDS_MAX + 1) * 16);
export const EXCLUDED: usize = OPS + 2048;
const OUTPUT_SLACK: usize = 0x10000;

// Op-codes; src/hotpath/index.ts compiles formats into them.
const LITERAL: u32 = 1; // argument: address of a string
const CONSTANT: u32 = 2; // argument: slot of the point's strings
const SRCADDR: u32 = 3;
const DSTADDR: u32 = 4;
const PKT_SRCADDR: u32 = 5;
const PKT_DSTADDR: u32 = 6;
const SRCPORT: u32 = 7;
const DSTPORT: u32 = 8;
const PROTOCOL: u32 = 9;
const PACKETS: u32 = 10;
const BYTES: u32 = 11;
const START: u32 = 12;
const END: u32 = 13;
const TCP_FLAGS: u32 = 14;
const TYPE: u32 = 15;
const DIRECTION: u32 = 16; // argument: 1 = JSON
const TRAFFIC_PATH: u32 = 17; // argument: 1 = JSON
const ACTION: u32 = 18;
const START_MS: u32 = 19;
const END_MS: u32 = 20;

const OWN_SOURCE: u32 = 1 << 24;
const OWN_DESTINATION: u32 = 1 << 25;
const HAS_IPV4: u32 = 1;
const HAS_IPV6: u32 = 2;
const NEWLINE: u8 = 10;
const MICROSECONDS: u32 = 1000000;

/** Bytes valid in OUTPUT after render(). */
export let outputBytes: u32 = 0;
/** Records written since the counters were last cleared. */
export let recordsWritten: u64 = 0;
/** Packets in those records. */
export let packetsWritten: u64 = 0;
/** Packets of flows left out by the verdict filter. */
export let packetsFiltered: u64 = 0;

let separator: u8 = 32;
let separatorBytes: usize = 1;
let verdictOnly: u32 = 0xffffffff;
let secondsUsed: u32 = 0xffffffff;

/** One space between values (text), or none where literals stand between them (JSON). */
export function setTextStyle(spaced: u32, verdict: u32): void {
  separatorBytes = spaced ? 1 : 0;
  verdictOnly = verdict;
}

/** Writes the texts of the window's seconds; needed before render(). */
export function prepareSeconds(seconds: u32): void {
  const start = getWindowStart();
  if (secondsUsed == start) return;
  secondsUsed = start;
  for (let i: u32 = 0; i <= seconds; i++) writeU32(SECONDS + (<usize>i << 4), start + i);
}

@inline
function writeString(o: usize, text: usize): usize {
  const bytes = <usize>load<u32>(text);
  let copied: usize = 0;
  do {
    v128.store(o + copied, v128.load(text + 4 + copied));
    copied += 16;
  } while (copied < bytes);
  return o + bytes;
}

/** Second of a relative time. Early Unix seconds have fewer than ten digits. */
@inline
function writeSecond(o: usize, relative: u32): usize {
  const second = relative / MICROSECONDS;
  if (getWindowStart() < 1000000000) return writeU32(o, getWindowStart() + second);
  v128.store(o, v128.load(SECONDS + (<usize>second << 4)));
  return o + SECOND_DIGITS;
}

@inline
function writePacketAddress(
  o: usize,
  e: usize,
  meta: u32,
  offsetIpv4: usize,
  offsetIpv6: usize,
): usize {
  if (meta & META_IPV6) return writeIpv6(o, e + offsetIpv6);
  return writeIpv4(o, load<u32>(e + offsetIpv4));
}

/**
 * srcaddr of egress and dstaddr of ingress: the interface's primary address stands for whatever
 * the packet carries (spec/records.md 3.1).
 */
@inline
function writeInterfaceAddress(
  o: usize,
  e: usize,
  meta: u32,
  side: u32,
  own: u32,
  offsetIpv4: usize,
  offsetIpv6: usize,
): usize {
  if (((meta >> META_DIRECTION_SHIFT) & 3) == side) {
    const point = POINTS + <usize>(((meta >> META_POINT_SHIFT) & META_POINT_MASK) * POINT_BYTES);
    const families = load<u32>(point, POINT_FAMILIES);
    if (meta & META_IPV6) {
      if (families & HAS_IPV6 && !(load<u32>(e, E_ANNOTATION) & own)) {
        return writeIpv6(o, point + POINT_IPV6);
      }
    } else if (families & HAS_IPV4) {
      return writeIpv4(o, load<u32>(point, POINT_IPV4));
    }
  }
  return writePacketAddress(o, e, meta, offsetIpv4, offsetIpv6);
}

function writeDirection(o: usize, direction: u32, json: u32): usize {
  if (direction == 0) return writeNull(o, json);
  if (json) store<u8>(o++, 34);
  if (direction == EGRESS) {
    store<u64>(o, 0x737365726765); // egress
    o += 6;
  } else {
    store<u64>(o, 0x73736572676e69); // ingress
    o += 7;
  }
  if (json) store<u8>(o++, 34);
  return o;
}

function writeNull(o: usize, json: u32): usize {
  if (json) {
    store<u32>(o, 0x6c6c756e); // null
    return o + 4;
  }
  store<u8>(o, 45);
  return o + 1;
}

function writeMilliseconds(o: usize, relative: u32): usize {
  return writeU64(o, <u64>getWindowStart() * 1000 + <u64>(relative / 1000));
}

/** Runs the op-codes for entry e. */
function writeEntry(start: usize, e: usize): usize {
  let o = start;
  const meta = load<u32>(e, R_META);
  const point = (meta >> META_POINT_SHIFT) & META_POINT_MASK;
  let op = OPS - 8;
  while (true) {
    op += 8;
    const argument = load<u32>(op, 4);
    switch (load<u32>(op)) {
      case LITERAL: {
        o = writeString(o, argument);
        continue;
      }
      case CONSTANT: {
        const slot = <usize>(point * CONSTANT_SLOTS + argument) << 2;
        o = writeString(o, load<u32>(CONSTANTS + slot));
        break;
      }
      case SRCADDR: {
        o = writeInterfaceAddress(o, e, meta, EGRESS, OWN_SOURCE, R_SOURCE, R_SOURCE);
        break;
      }
      case DSTADDR: {
        o = writeInterfaceAddress(
          o,
          e,
          meta,
          INGRESS,
          OWN_DESTINATION,
          R_DESTINATION_IPV4,
          R_DESTINATION_IPV6,
        );
        break;
      }
      case PKT_SRCADDR: {
        o = writePacketAddress(o, e, meta, R_SOURCE, R_SOURCE);
        break;
      }
      case PKT_DSTADDR: {
        o = writePacketAddress(o, e, meta, R_DESTINATION_IPV4, R_DESTINATION_IPV6);
        break;
      }
      case SRCPORT: {
        o = writeU32(o, <u32>bswap<u16>(load<u16>(e)));
        break;
      }
      case DSTPORT: {
        o = writeU32(o, <u32>bswap<u16>(load<u16>(e, 2)));
        break;
      }
      case PROTOCOL: {
        o = writeShort(o, meta & 0xff);
        break;
      }
      case PACKETS: {
        o = writeU32(o, load<u32>(e, E_PACKETS));
        break;
      }
      case BYTES: {
        o = writeU64(o, load<u64>(e, E_OCTETS));
        break;
      }
      case START: {
        o = writeSecond(o, load<u32>(e, E_FIRST));
        break;
      }
      case END: {
        o = writeSecond(o, load<u32>(e, E_LAST));
        break;
      }
      case TCP_FLAGS: {
        o = writeShort(o, load<u32>(e, E_ANNOTATION) & 0xff);
        break;
      }
      case TYPE: {
        store<u32>(o, meta & META_IPV6 ? 0x36765049 : 0x34765049); // IPv6 | IPv4
        o += 4;
        break;
      }
      case DIRECTION: {
        o = writeDirection(o, (meta >> META_DIRECTION_SHIFT) & 3, argument);
        break;
      }
      case TRAFFIC_PATH: {
        const path = (load<u32>(e, E_ANNOTATION) >> 8) & 0xff;
        o = path == 0 ? writeNull(o, argument) : writeShort(o, path);
        break;
      }
      case ACTION: {
        // ACCEPT | REJECT
        store<u64>(o, (meta >> META_VERDICT_SHIFT) & 3 ? 0x5443454a4552 : 0x545045434341);
        o += 6;
        break;
      }
      case START_MS: {
        o = writeMilliseconds(o, load<u32>(e, E_FIRST));
        break;
      }
      case END_MS: {
        o = writeMilliseconds(o, load<u32>(e, E_LAST));
        break;
      }
      default:
        return o;
    }
    store<u8>(o, separator);
    o += separatorBytes;
  }
}

/**
 * Renders entries from number `from` on into OUTPUT until it is full.
 *
 * @returns the next entry number; entries + 1 when done
 */
export function render(from: u32): u32 {
  const count = getEntryCount();
  const entries = getEntries();
  const end = OUTPUT + OUTPUT_BYTES - OUTPUT_SLACK;
  let o: usize = OUTPUT;
  let n = from;
  for (; n <= count && o < end; n++) {
    const e = entries + (<usize>n << 6);
    const packets = <u64>load<u32>(e, E_PACKETS);
    const exclusion = (load<u32>(e, E_ANNOTATION) >> 16) & 15;
    if (exclusion != 0) {
      const counter = EXCLUDED + (<usize>exclusion << 3);
      store<u64>(counter, load<u64>(counter) + packets);
      continue;
    }
    const verdict = (load<u32>(e, R_META) >> META_VERDICT_SHIFT) & 3;
    if (verdictOnly != 0xffffffff && verdict != verdictOnly) {
      packetsFiltered += packets;
      continue;
    }
    o = writeEntry(o, e);
    // The last separator becomes the line's end.
    o -= separatorBytes;
    store<u8>(o++, NEWLINE);
    recordsWritten++;
    packetsWritten += packets;
  }
  outputBytes = <u32>(o - OUTPUT);
  return n;
}
