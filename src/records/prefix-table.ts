// Longest-prefix match over IPv4 and IPv6 blocks. Pure, built once, never changed.
//
// The nested blocks are flattened into disjoint ranges, sorted by first address, so that one
// binary search over a typed array answers; nothing is allocated by a lookup.
//
//   10.0.0.0/8 -> 1, 10.1.0.0/16 -> 2      starts  10.0.0.0  10.1.0.0  10.2.0.0  11.0.0.0
//                                          values         1         2         1      none

import { addressValue, type Cidr } from './address.ts';

export interface PrefixEntry {
  readonly cidr: Cidr;
  /** 0 to 2^31 - 2; the caller's own meaning. */
  readonly value: number;
}

export interface PrefixTable {
  /** The value of the longest block that holds the address (a 32-bit word), or -1. */
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
/**
 * Words are kept and compared as signed numbers with the top bit turned over, which gives the
 * order of unsigned ones: V8 holds an int32 in a register, but an unsigned word above 2^31 that
 * is passed to a function may become an object on the heap.
 */
const SIGN = 0x8000_0000;

/**
 * Builds the table; of two entries for the same block the first one counts. Words given to its
 * methods may be signed or unsigned.
 */
export function buildPrefixTable(entries: readonly PrefixEntry[]): PrefixTable {
  return new RangeTable(
    flatten(
      entries.filter((entry) => entry.cidr.version === 4),
      32,
    ),
    flatten(
      entries.filter((entry) => entry.cidr.version === 6),
      128,
    ),
  );
}

class RangeTable implements PrefixTable {
  readonly #starts4: Int32Array;
  readonly #values4: Int32Array;
  readonly #starts6: Int32Array;
  readonly #values6: Int32Array;

  constructor(ranges4: Ranges, ranges6: Ranges) {
    this.#starts4 = Int32Array.from(ranges4.starts, (start) => orderedWord(start, 3));
    this.#values4 = ranges4.values;
    this.#starts6 = new Int32Array(ranges6.starts.length * 4);
    for (const [index, start] of ranges6.starts.entries()) {
      for (let word = 0; word < 4; word++) {
        this.#starts6[4 * index + word] = orderedWord(start, word);
      }
    }
    this.#values6 = ranges6.values;
  }

  ipv4(address: number): number {
    const starts = this.#starts4;
    const sought = address ^ SIGN;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= sought) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NONE : this.#values4[low - 1]!;
  }

  ipv6(word0: number, word1: number, word2: number, word3: number): number {
    const starts = this.#starts6;
    const s0 = word0 ^ SIGN;
    const s1 = word1 ^ SIGN;
    const s2 = word2 ^ SIGN;
    const s3 = word3 ^ SIGN;
    let low = 0;
    let high = starts.length >>> 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = 4 * middle;
      let word = starts[at]!;
      let other = s0;
      if (word === other) {
        word = starts[at + 1]!;
        other = s1;
        if (word === other) {
          word = starts[at + 2]!;
          other = s2;
          if (word === other) {
            word = starts[at + 3]!;
            other = s3;
          }
        }
      }
      if (word <= other) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NONE : this.#values6[low - 1]!;
  }
}

/** One of the four words of a 128-bit number, for comparison as a signed number. */
function orderedWord(value: bigint, word: number): number {
  return Number((value >> BigInt(96 - 32 * word)) & WORD_MASK) ^ SIGN;
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
