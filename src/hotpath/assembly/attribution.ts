// Which interface saw the packet, where the capture itself does not say: MAC addresses first, IP
// addresses where no MAC is known (a capture without link layer, or behind a router). A packet
// between two known interfaces is observed at both: egress at the sender's, ingress at the
// receiver's, as AWS records it.
//
//   MACS       16 B: mac (6), 0, 1 = used | point u32 | free
//   ADDRESSES  32 B: address 16 B (IPv4 mapped) | point u32 | used u32 | free
import { hashPair } from './hash';
import {
  ADDRESSES,
  ADDRESS_SLOTS_MAX,
  EGRESS,
  INGRESS,
  MACS,
  MAC_SLOTS_MAX,
  META_DIRECTION_SHIFT,
  META_IPV6,
  META_POINT_SHIFT,
  NO_INTERFACE,
  OK,
  R_DESTINATION_IPV4,
  R_DESTINATION_IPV6,
  R_META,
  R_SOURCE,
} from './layout';
import { LINKTYPE_ETHERNET } from '../decode/frame';
import { SLL2_ADDRESS, SLL_ADDRESS } from '../decode/linux-cooked';

const USED: u64 = 1 << 56;
const MAC_MASK: u64 = 0xffffffffffff;
const NONE: u32 = 0xffffffff;

let macMask: u32 = 0;
let addressMask: u32 = 0;
/** Set when a packet was observed at two points; the second batch record is then valid. */
export let observedTwice: u32 = 0;

/** Empties the tables and sizes them for that many MACs and addresses. */
export function createAttribution(macs: u32, addresses: u32): void {
  let slots: u32 = 16;
  while (slots < macs * 2 && slots < MAC_SLOTS_MAX) slots <<= 1;
  macMask = slots - 1;
  memory.fill(MACS, 0, <usize>slots * 16);
  slots = 16;
  while (slots < addresses * 2 && slots < ADDRESS_SLOTS_MAX) slots <<= 1;
  addressMask = slots - 1;
  memory.fill(ADDRESSES, 0, <usize>slots * 32);
}

/** mac: the six bytes in wire order, read little-endian, as two words. */
export function addMac(low: u32, high: u32, point: u32): void {
  const mac = ((<u64>low | (<u64>high << 32)) & MAC_MASK) | USED;
  let position = hashPair(mac, 0) & macMask;
  for (;;) {
    const slot = MACS + (<usize>position << 4);
    const held = load<u64>(slot);
    if (held == 0 || held == mac) {
      store<u64>(slot, mac);
      store<u32>(slot, point, 8);
      return;
    }
    position = (position + 1) & macMask;
  }
}

/** The address as two 64-bit words in wire order, read little-endian, given in four parts. */
export function addAddress(a: u32, b: u32, c: u32, d: u32, point: u32): void {
  const high = <u64>a | (<u64>b << 32);
  const low = <u64>c | (<u64>d << 32);
  let position = hashPair(high, low) & addressMask;
  for (;;) {
    const slot = ADDRESSES + (<usize>position << 5);
    if (load<u32>(slot, 20) == 0) {
      store<u64>(slot, high);
      store<u64>(slot, low, 8);
      store<u32>(slot, point, 16);
      store<u32>(slot, 1, 20);
      return;
    }
    position = (position + 1) & addressMask;
  }
}

function pointOfMac(p: usize): u32 {
  const mac = <u64>load<u32>(p) | (<u64>load<u16>(p, 4) << 32) | USED;
  let position = hashPair(mac, 0) & macMask;
  for (;;) {
    const slot = MACS + (<usize>position << 4);
    const held = load<u64>(slot);
    if (held == mac) return load<u32>(slot, 8);
    if (held == 0) break;
    position = (position + 1) & macMask;
  }
  return NONE;
}

function pointOfAddress(high: u64, low: u64): u32 {
  let position = hashPair(high, low) & addressMask;
  for (;;) {
    const slot = ADDRESSES + (<usize>position << 5);
    if (load<u32>(slot, 20) == 0) break;
    if (load<u64>(slot) == high && load<u64>(slot, 8) == low) return load<u32>(slot, 16);
    position = (position + 1) & addressMask;
  }
  return NONE;
}

@inline
function mapped(ipv4: u32): u64 {
  return (<u64>ipv4 << 32) | 0xffff0000;
}

/**
 * Gives batch record r its point and direction; a second observation is written behind it.
 *
 * @param available bytes captured from `frame` on
 */
export function attribute(r: usize, linkType: u32, frame: usize, available: usize): u32 {
  let source = NONE;
  let destination = NONE;
  if (linkType == LINKTYPE_ETHERNET && available >= 12) {
    destination = pointOfMac(frame);
    source = pointOfMac(frame + 6);
  } else if (linkType == 113 && available >= 16) {
    source = pointOfMac(frame + SLL_ADDRESS);
  } else if (linkType == 276 && available >= 20) {
    source = pointOfMac(frame + SLL2_ADDRESS);
  }
  const meta = load<u32>(r, R_META);
  if (source == NONE && destination == NONE) {
    if (meta & META_IPV6) {
      source = pointOfAddress(load<u64>(r, R_SOURCE), load<u64>(r, R_SOURCE + 8));
      destination = pointOfAddress(
        load<u64>(r, R_DESTINATION_IPV6),
        load<u64>(r, R_DESTINATION_IPV6 + 8),
      );
    } else {
      source = pointOfAddress(0, mapped(load<u32>(r, R_SOURCE)));
      destination = pointOfAddress(0, mapped(load<u32>(r, R_DESTINATION_IPV4)));
    }
    if (source == NONE && destination == NONE) return NO_INTERFACE;
  }
  const ingress = meta | (INGRESS << META_DIRECTION_SHIFT) | (destination << META_POINT_SHIFT);
  const egress = meta | (EGRESS << META_DIRECTION_SHIFT) | (source << META_POINT_SHIFT);
  observedTwice = 0;
  if (source == NONE) {
    store<u32>(r, ingress, R_META);
  } else {
    store<u32>(r, egress, R_META);
    if (destination != NONE) {
      memory.copy(r + 64, r, 64);
      store<u32>(r + 64, ingress, R_META);
      observedTwice = 1;
    }
  }
  return OK;
}
