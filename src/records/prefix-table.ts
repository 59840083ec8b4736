// Longest-prefix match over IPv4 and IPv6 blocks. Pure, built once, never changed.
//
// The nested blocks are flattened into disjoint ranges, sorted by first address, so that one
// binary search over a typed array answers; nothing is allocated by a lookup.
//
//   10.0.0.0/8 -> 1, 10.1.0.0/16 -> 2        starts  0.0.0.0  10.0.0.0  10.1.0.0  10.2.0.0  11.0.0.0
//                                            values     none         1         2         1      none

import { addressValue, type Cidr } from './address.ts';

export interface PrefixEntry {
  readonly cidr: Cidr;
  /** 0 to 2^31 - 2; the caller's own meaning. */
  readonly value: number;
}

export interface PrefixTable {
  /** The value of the longest block that holds the address (unsigned word), or -1. */
  ipv4(address: number): number;
  /** Likewise for IPv6, words most significant first. */
  ipv6(word0: number, word1: number, word2: number, word3: number): number;
}

interface Ranges {
  readonly starts: readonly bigint[];
  readonly values: Int32Array;
}

const NONE = -1;
const WORD_MASK = 0xffff_ffffn;

/** Builds the table; of two entries for the same block the first one counts. */
export function buildPrefixTable(entries: readonly PrefixEntry[]): PrefixTable {
  const ipv4 = flatten(
    entries.filter((entry) => entry.cidr.version === 4),
    32,
  );
  const ipv6 = flatten(
    entries.filter((entry) => entry.cidr.version === 6),
    128,
  );
  const starts4 = Uint32Array.from(ipv4.starts, (start) => Number(start & WORD_MASK));
  const starts6 = new Uint32Array(ipv6.starts.length * 4);
  for (const [index, start] of ipv6.starts.entries()) {
    for (let word = 0; word < 4; word++) {
      starts6[4 * index + word] = Number((start >> BigInt(96 - 32 * word)) & WORD_MASK);
    }
  }
  return {
    ipv4: (address) => ipv4.values[findIpv4(starts4, address)] ?? NONE,
    ipv6: (word0, word1, word2, word3) =>
      ipv6.values[findIpv6(starts6, word0, word1, word2, word3)] ?? NONE,
  };
}

/** Index of the last range that begins at or before the address, or -1. */
function findIpv4(starts: Uint32Array, address: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function findIpv6(starts: Uint32Array, w0: number, w1: number, w2: number, w3: number): number {
  let low = 0;
  let high = starts.length >>> 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = 4 * middle;
    let order = starts[at]! - w0;
    if (order === 0) order = starts[at + 1]! - w1;
    if (order === 0) order = starts[at + 2]! - w2;
    if (order === 0) order = starts[at + 3]! - w3;
    if (order <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Turns nested blocks into disjoint ranges: a block's value holds until an inner one begins. */
function flatten(entries: readonly PrefixEntry[], bits: number): Ranges {
  const blocks = entries.map((entry, order) => {
    const first = addressValue(entry.cidr);
    const last = first + (1n << BigInt(bits - entry.cidr.prefixLength)) - 1n;
    return { first, last, value: entry.value, order };
  });
  // Outer blocks before inner ones; of equal blocks the first given last, so that it prevails.
  blocks.sort((a, b) => compare(a.first, b.first) || compare(b.last, a.last) || b.order - a.order);

  const starts: bigint[] = [];
  const values: number[] = [];
  const begin = (start: bigint, value: number): void => {
    if (starts.at(-1) === start) {
      starts.pop();
      values.pop();
    }
    if (values.at(-1) === value) return;
    starts.push(start);
    values.push(value);
  };
  const open: { last: bigint; value: number }[] = [];
  const closeBefore = (start: bigint | null): void => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (start !== null && top.last >= start) return;
      open.pop();
      begin(top.last + 1n, open.at(-1)?.value ?? NONE);
    }
  };
  for (const block of blocks) {
    closeBefore(block.first);
    begin(block.first, block.value);
    open.push(block);
  }
  closeBefore(null);
  dropPastEnd(starts, values, bits);
  return { starts, values: Int32Array.from(values) };
}

/** A block that ends with the last address of all leaves a range that begins after it. */
function dropPastEnd(starts: bigint[], values: number[], bits: number): void {
  const end = bits === 32 ? 0x1_0000_0000_0000n : 1n << 128n;
  if (starts.at(-1) !== end) return;
  starts.pop();
  values.pop();
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
