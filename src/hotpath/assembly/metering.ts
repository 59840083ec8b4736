// From one frame to batch records, whatever it was captured with. The common case - Ethernet,
// IPv4 without options or tags - has a path of its own; everything else goes through decode/.
import { attribute, observedTwice } from './attribution';
import { drain, getWindowStart, isFull } from './flow-cache';
import { hashIpv4, hashIpv6 } from './hash';
import {
  BATCH,
  BATCH_PACKETS,
  be16,
  EGRESS,
  INGRESS,
  LINKS,
  LINK_BYTES,
  LINK_FRAMES,
  LINK_META,
  LINK_OUTCOMES,
  LINK_PACKETS,
  LINK_POLICY,
  LINK_TYPE,
  META_DIRECTION_SHIFT,
  META_IPV6,
  OK,
  POLICY_FIXED,
  POLICY_HOST_SIDE,
  POLICY_INVENTORY,
  R_FLAGS,
  R_HASH,
  R_META,
  R_OCTETS,
  R_PACKETS,
  R_RELATIVE,
  R_SOURCE,
} from './layout';
import { decodeFrame, LINKTYPE_ETHERNET } from '../decode/frame';
import { expandGso } from '../decode/gso';
import { tcpFlags } from '../decode/transport';

const OUTGOING: u32 = 4; // PACKET_OUTGOING of sockaddr_ll
const ETHERNET_IPV4_NO_OPTIONS: u32 = 0x450008; // bytes 12..14 of the frame, little-endian
const FAST_PATH_BYTES: u32 = 48; // Ethernet 14, IPv4 20, TCP up to its flags 14

/** Records waiting in BATCH. */
export let batchCount: u32 = 0;
export let doubleObservations: u64 = 0;

export function setBatchCount(n: u32): void {
  batchCount = n;
}

@inline
export function linkAt(id: u32): usize {
  return LINKS + <usize>(id * LINK_BYTES);
}

/** True when a link's frames need nothing but the fast path's own knowledge. */
@inline
export function isPlain(link: usize): bool {
  return (
    load<u32>(link, LINK_TYPE) == LINKTYPE_ETHERNET &&
    load<u32>(link, LINK_POLICY) == POLICY_FIXED
  );
}

/**
 * Ethernet + IPv4 without options, for links of fixed direction. Writes batch record r and
 * returns true, or returns false and leaves the frame to meterFrame().
 */
@inline
export function meterPlain(r: usize, frame: usize, captured: u32, meta: u32, relative: u32): bool {
  if (captured < FAST_PATH_BYTES) return false;
  if ((load<u32>(frame, 12) & 0xffffff) != ETHERNET_IPV4_NO_OPTIONS) return false;
  const octets = be16(frame + 16);
  // Shorter than its headers, or 0 (offload): the careful path knows what to do.
  if (octets < 34) return false;
  const protocol = <u32>load<u8>(frame, 23);
  let ports: u32 = 0;
  let flags: u32 = 0;
  if ((load<u16>(frame, 20) & 0xff1f) == 0) {
    if (protocol == 6) {
      ports = load<u32>(frame, 34);
      flags = tcpFlags(<u32>load<u8>(frame, 47));
    } else if (protocol == 17 || protocol == 132 || protocol == 136 || protocol == 33) {
      ports = load<u32>(frame, 34);
    }
  }
  const portsMeta = <u64>ports | (<u64>(meta | protocol) << 32);
  const addresses = load<u64>(frame, 26);
  store<u64>(r, portsMeta);
  store<u64>(r, addresses, R_SOURCE);
  store<u64>(r, <u64>octets | (<u64>flags << 32), R_OCTETS);
  store<u64>(r, <u64>hashIpv4(portsMeta, addresses) | ((<u64>1) << 32), R_HASH);
  store<u32>(r, relative, R_RELATIVE);
  return true;
}

function finishRecord(r: usize, relative: u32): void {
  const hash =
    load<u32>(r, R_META) & META_IPV6
      ? hashIpv6(r)
      : hashIpv4(load<u64>(r), load<u64>(r, R_SOURCE));
  store<u32>(r, hash, R_HASH);
  store<u32>(r, relative, R_RELATIVE);
}

/**
 * Any frame. Appends 0, 1 or 2 records at r, counts the frame on its link.
 *
 * @param segmentBytes GSO segment size, 0 = none
 * @param packetType sockaddr_ll packet type, for the policies that need it
 * @returns how many records were appended
 */
export function meterFrame(
  link: usize,
  r: usize,
  frame: usize,
  captured: u32,
  wireBytes: u32,
  relative: u32,
  segmentBytes: u32,
  packetType: u32,
): u32 {
  const linkType = load<u32>(link, LINK_TYPE);
  const wireEnd = frame + max<u32>(wireBytes, captured);
  let outcome = decodeFrame(r, linkType, frame, frame + captured, wireEnd);
  if (outcome == OK) {
    expandGso(r, segmentBytes);
    const policy = load<u32>(link, LINK_POLICY);
    if (policy == POLICY_INVENTORY) {
      outcome = attribute(r, linkType, frame, captured);
    } else {
      let meta = load<u32>(r, R_META) | load<u32>(link, LINK_META);
      if (policy != POLICY_FIXED) {
        const out = (packetType == OUTGOING) != (policy == POLICY_HOST_SIDE);
        meta |= (out ? EGRESS : INGRESS) << META_DIRECTION_SHIFT;
      }
      store<u32>(r, meta, R_META);
    }
  }
  if (outcome != OK) {
    const counter = link + LINK_OUTCOMES + (<usize>(outcome - 1) << 3);
    store<u64>(counter, load<u64>(counter) + 1);
    return 0;
  }
  store<u64>(link, load<u64>(link, LINK_PACKETS) + <u64>load<u32>(r, R_PACKETS), LINK_PACKETS);
  finishRecord(r, relative);
  if (load<u32>(link, LINK_POLICY) != POLICY_INVENTORY || observedTwice == 0) return 1;
  doubleObservations += <u64>load<u32>(r, R_PACKETS);
  finishRecord(r + 64, relative);
  return 2;
}

/** Adds frames to a link's count, and the packets that took the fast path. */
@inline
export function countFrames(link: usize, frames: u32, fastPackets: u32): void {
  store<u64>(link, load<u64>(link, LINK_FRAMES) + <u64>frames, LINK_FRAMES);
  store<u64>(link, load<u64>(link, LINK_PACKETS) + <u64>fastPackets, LINK_PACKETS);
}

/** Enters what waits in BATCH; false when the cache has no room for it. */
export function drainBatch(): bool {
  const n = batchCount;
  if (n == 0) return true;
  if (isFull(n)) return false;
  drain(n);
  batchCount = 0;
  return true;
}

// State that a feed returns with, and what goes with it.
export const NEED_DATA: u32 = 1;
export const WINDOW: u32 = 2;
export const FULL: u32 = 3;
export const CONTROL_BLOCK: u32 = 4;
export const DAMAGED: u32 = 5;
export let state: u32 = 0;
/** Unix second of the packet that asks for another window. */
export let boundarySecond: u32 = 0;
/** Relative second, exclusive, up to which packets belong to the selected window undisturbed. */
export let windowLimit: u32 = 0;

export function setWindowLimit(limit: u32): void {
  windowLimit = limit;
}

export function setState(value: u32, second: u32): void {
  state = value;
  boundarySecond = second;
}

export function windowStart(): u32 {
  return getWindowStart();
}

export const BATCH_END: usize = BATCH + <usize>(BATCH_PACKETS * 64);
