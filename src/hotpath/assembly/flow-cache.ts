// The flow cache: two tables, so that a window can stay open for late packets while the next one
// fills. Each table is an index of u32 slots over dense 64-byte entries in first-seen order.
//
//   index slot  | tag: 8 bits of the hash | entry number: 24 bits, 0 = empty |   load <= 0.5
//   entry n     at entries + n * 64; entry 0 is never used
//
// Growing writes the doubled index into the table's other index region ("a" and "b" in turn).
// Lookup of a batch runs in three passes - slot, entry line, probe - so that the cache misses of
// many packets overlap (spec/hotpath.md 2: 1.25x on large tables).
import {
  BATCH,
  E_ANNOTATION,
  E_FIRST,
  E_LAST,
  E_OCTETS,
  E_PACKETS,
  META_IPV6,
  META_POINT_MASK,
  META_POINT_SHIFT,
  POINTS,
  POINT_BYTES,
  POINT_EVICTED,
  R_DESTINATION_IPV6,
  R_FLAGS,
  R_HASH,
  R_META,
  R_OCTETS,
  R_PACKETS,
  R_RELATIVE,
  R_SOURCE,
  SLOTS,
} from './layout';
import { hashIpv4, hashIpv6 } from './hash';
import { classify } from './exclusions';

const INITIAL_SLOTS: u32 = 1 << 16;
const TAG_MASK: u32 = 0xff000000;
const ENTRY_MASK: u32 = 0xffffff;

// The selected table lives in globals, the other one in the saved* variables.
let entries: usize = 0;
let indexNow: usize = 0;
let indexSpare: usize = 0;
let mask: u32 = 0;
let growAt: u32 = 0;
let entryCount: u32 = 0;
let windowStart: u32 = 0;

let savedEntries: usize = 0;
let savedIndexNow: usize = 0;
let savedIndexSpare: usize = 0;
let savedMask: u32 = 0;
let savedGrowAt: u32 = 0;
let savedEntryCount: u32 = 0;
let savedWindowStart: u32 = 0;

let selected: u32 = 0;
let flowsMax: u32 = 0;
/** When set, a full cache sheds new flows (counted per point) instead of asking to be emptied. */
let shedding: bool = false;
/** Keeps the touch pass from being optimised away. */
export let touched: u32 = 0;

/** Lays both tables out from `base`; returns the first byte after them. */
export function createTables(base: usize, maxFlows: u32): usize {
  flowsMax = maxFlows;
  let slotsMax: u32 = INITIAL_SLOTS;
  while (slotsMax < maxFlows * 2) slotsMax <<= 1;
  const indexBytes = <usize>slotsMax * 4;
  const entryBytes = (<usize>maxFlows + 2) * 64;
  indexNow = base;
  indexSpare = base + indexBytes;
  savedIndexNow = base + indexBytes * 2;
  savedIndexSpare = base + indexBytes * 3;
  entries = base + indexBytes * 4;
  savedEntries = entries + entryBytes;
  mask = INITIAL_SLOTS - 1;
  savedMask = mask;
  growAt = INITIAL_SLOTS >> 1;
  savedGrowAt = growAt;
  return savedEntries + entryBytes;
}

export function setShedding(on: bool): void {
  shedding = on;
}

/** Makes table 0 or 1 the one that packets go to. */
export function selectTable(table: u32): void {
  if (table == selected) return;
  selected = table;
  const entriesWas = entries;
  const indexNowWas = indexNow;
  const indexSpareWas = indexSpare;
  const maskWas = mask;
  const growAtWas = growAt;
  const entryCountWas = entryCount;
  const windowStartWas = windowStart;
  entries = savedEntries;
  indexNow = savedIndexNow;
  indexSpare = savedIndexSpare;
  mask = savedMask;
  growAt = savedGrowAt;
  entryCount = savedEntryCount;
  windowStart = savedWindowStart;
  savedEntries = entriesWas;
  savedIndexNow = indexNowWas;
  savedIndexSpare = indexSpareWas;
  savedMask = maskWas;
  savedGrowAt = growAtWas;
  savedEntryCount = entryCountWas;
  savedWindowStart = windowStartWas;
}

export function getEntries(): usize {
  return entries;
}

export function getEntryCount(): u32 {
  return entryCount;
}

export function getWindowStart(): u32 {
  return windowStart;
}

/** Empties the selected table and gives it a window. */
export function clearTable(start: u32): void {
  if (entryCount > mask >> 4) memory.fill(indexNow, 0, (<usize>mask + 1) * 4);
  else clearClusters();
  entryCount = 0;
  windowStart = start;
}

/**
 * Moves the other table's flows into the selected, emptied one, when they are few. A new window has
 * hardly begun when the one before it closes: it then goes on in memory that is warm and committed
 * already, and the other table stays small.
 *
 * @returns 1 when the other window now lives in the selected table
 */
export function adoptOther(): u32 {
  if (savedEntryCount > entryCount >> 1) return 0;
  const other = selected ^ 1;
  const start = savedWindowStart;
  const count = savedEntryCount;
  clearTable(start);
  entryCount = count;
  memory.copy(entries + 64, savedEntries + 64, <usize>count << 6);
  for (let n: u32 = 1; n <= count; n++) {
    const hash = hashOfEntry(entries + (<usize>n << 6));
    let position = hash & mask;
    while (load<u32>(indexNow + (<usize>position << 2)) != 0) position = (position + 1) & mask;
    store<u32>(indexNow + (<usize>position << 2), n | (hash & TAG_MASK));
  }
  selectTable(other);
  clearTable(0);
  selectTable(other ^ 1);
  return 1;
}

/** Empties the index slot by slot: cheaper than the whole when a window held few flows. */
function clearClusters(): void {
  for (let n: u32 = 1; n <= entryCount; n++) {
    let position = hashOfEntry(entries + (<usize>n << 6)) & mask;
    while (load<u32>(indexNow + (<usize>position << 2)) != 0) {
      store<u32>(indexNow + (<usize>position << 2), 0);
      position = (position + 1) & mask;
    }
  }
}

/** True when a batch of n packets might not fit and the cache must be emptied first. */
export function isFull(n: u32): bool {
  return !shedding && entryCount + n > flowsMax;
}

function hashOfEntry(entry: usize): u32 {
  return load<u32>(entry, R_META) & META_IPV6
    ? hashIpv6(entry)
    : hashIpv4(load<u64>(entry), load<u64>(entry, R_SOURCE));
}

function grow(): void {
  const slots = (mask + 1) << 1;
  const target = indexSpare;
  memory.fill(target, 0, <usize>slots * 4);
  const newMask = slots - 1;
  for (let n: u32 = 1; n <= entryCount; n++) {
    const hash = hashOfEntry(entries + (<usize>n << 6));
    let position = hash & newMask;
    while (load<u32>(target + (<usize>position << 2)) != 0) position = (position + 1) & newMask;
    store<u32>(target + (<usize>position << 2), n | (hash & TAG_MASK));
  }
  indexSpare = indexNow;
  indexNow = target;
  mask = newMask;
  growAt = slots >> 1;
}

function evict(r: usize): void {
  const point = (load<u32>(r, R_META) >> META_POINT_SHIFT) & META_POINT_MASK;
  const counter = POINTS + <usize>(point * POINT_BYTES) + POINT_EVICTED;
  store<u32>(counter, load<u32>(counter) + load<u32>(r, R_PACKETS));
}

function insert(position: u32, r: usize): void {
  if (entryCount >= flowsMax) {
    evict(r);
    return;
  }
  const n = ++entryCount;
  const e = entries + (<usize>n << 6);
  v128.store(e, v128.load(r));
  if (load<u32>(r, R_META) & META_IPV6) {
    v128.store(e, v128.load(r, 16), 16);
    store<u64>(e, load<u64>(r, 32), 32);
  } else {
    v128.store(e, i64x2.splat(0), 16);
    store<u64>(e, 0, 32);
  }
  store<u32>(e, load<u32>(r, R_PACKETS), E_PACKETS);
  store<u32>(e, load<u32>(r, R_FLAGS) | classify(e), E_ANNOTATION);
  store<u64>(e, <u64>load<u32>(r, R_OCTETS), E_OCTETS);
  const relative = load<u32>(r, R_RELATIVE);
  store<u32>(e, relative, E_FIRST);
  store<u32>(e, relative, E_LAST);
  store<u32>(indexNow + (<usize>position << 2), n | (load<u32>(r, R_HASH) & TAG_MASK));
  if (n > growAt) grow();
}

/** Enters the first n batch records into the selected table. */
export function drain(n: u32): void {
  let index = indexNow;
  let m = mask;
  const base = entries;
  let seen: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const position = load<u32>(BATCH + (<usize>i << 6), R_HASH) & m;
    store<u32>(SLOTS + (<usize>i << 2), load<u32>(index + (<usize>position << 2)));
  }
  for (let i: u32 = 0; i < n; i++) {
    const entry = load<u32>(SLOTS + (<usize>i << 2)) & ENTRY_MASK;
    seen ^= load<u32>(base + (<usize>entry << 6));
  }
  touched = seen;
  let r: usize = BATCH;
  for (let i: u32 = 0; i < n; i++, r += 64) {
    const hash = load<u32>(r, R_HASH);
    let position = hash & m;
    const key = v128.load(r);
    for (;;) {
      const slot = load<u32>(index + (<usize>position << 2));
      if (slot == 0) {
        insert(position, r);
        index = indexNow;
        m = mask;
        break;
      }
      if (((slot ^ hash) & TAG_MASK) == 0) {
        const e = base + (<usize>(slot & ENTRY_MASK) << 6);
        if (
          !v128.any_true(v128.xor(key, v128.load(e))) &&
          (!(load<u32>(r, R_META) & META_IPV6) || sameIpv6Tail(r, e))
        ) {
          // Packets and tcp-flags are one 64-bit word.
          const add = <u64>load<u32>(r, R_PACKETS);
          const flags = <u64>load<u32>(r, R_FLAGS) << 32;
          store<u64>(e, (load<u64>(e, E_PACKETS) + add) | flags, E_PACKETS);
          store<u64>(e, load<u64>(e, E_OCTETS) + <u64>load<u32>(r, R_OCTETS), E_OCTETS);
          const relative = load<u32>(r, R_RELATIVE);
          if (relative > load<u32>(e, E_LAST)) store<u32>(e, relative, E_LAST);
          if (relative < load<u32>(e, E_FIRST)) store<u32>(e, relative, E_FIRST);
          break;
        }
      }
      position = (position + 1) & m;
    }
  }
}

@inline
function sameIpv6Tail(r: usize, e: usize): bool {
  return (
    !v128.any_true(v128.xor(v128.load(r, 16), v128.load(e, 16))) &&
    load<u64>(r, R_DESTINATION_IPV6 + 8) == load<u64>(e, R_DESTINATION_IPV6 + 8)
  );
}
