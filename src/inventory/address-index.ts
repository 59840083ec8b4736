// Hash of (scope, address) to a number, in typed arrays: 100,000 interfaces with several addresses
// each take a few megabytes and no lookup allocates.
//
//   keys     scope | word 0 | word 1 | word 2 | word 3      5 words per slot
//   values   -1 free, -2 given to several, else the value   1 word per slot

const KEY_WORDS = 5;
const FREE = -1;
const AMBIGUOUS = -2;
const SLOTS_MIN = 16;

/** Scope of addresses regardless of their VPC; the others are numbered from 1. */
export const ANY_SCOPE = 0;

export class AddressIndex {
  readonly #keys: Uint32Array;
  readonly #values: Int32Array;
  readonly #mask: number;

  /** @param entryCount how many entries will be added at most */
  constructor(entryCount: number) {
    let slots = SLOTS_MIN;
    while (slots < entryCount * 2) slots *= 2;
    this.#mask = slots - 1;
    this.#keys = new Uint32Array(slots * KEY_WORDS);
    this.#values = new Int32Array(slots).fill(FREE);
  }

  /** Adds an address of four words; one that is added with two values is found no more. */
  add(scope: number, words: Uint32Array, value: number): void {
    const slot = this.#slotOf(scope, words[0]!, words[1]!, words[2]!, words[3]!);
    const held = this.#values[slot]!;
    if (held === FREE) {
      this.#keys[slot * KEY_WORDS] = scope;
      this.#keys.set(words, slot * KEY_WORDS + 1);
      this.#values[slot] = value;
    } else if (held !== value) {
      this.#values[slot] = AMBIGUOUS;
    }
  }

  /** The value of the address, or -1 when there is none or more than one. */
  find(scope: number, word0: number, word1: number, word2: number, word3: number): number {
    const value = this.#values[this.#slotOf(scope, word0, word1, word2, word3)]!;
    return value < 0 ? -1 : value;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  #slotOf(scope: number, w0: number, w1: number, w2: number, w3: number): number {
    const keys = this.#keys;
    let slot = hashOf(scope, w0, w1, w2, w3) & this.#mask;
    while (this.#values[slot] !== FREE) {
      const at = slot * KEY_WORDS;
      if (
        keys[at + 4] === w3 &&
        keys[at + 3] === w2 &&
        keys[at + 2] === w1 &&
        keys[at + 1] === w0 &&
        keys[at] === scope
      ) {
        return slot;
      }
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }
}

/** Multiply and fold (constants of MurmurHash3's finaliser); addresses are often consecutive. */
function hashOf(scope: number, w0: number, w1: number, w2: number, w3: number): number {
  let hash = Math.imul(w3 ^ Math.imul(w2, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash ^ w1 ^ Math.imul(w0, 0x9e3779b1), 0xc2b2ae35);
  hash ^= hash >>> 16;
  hash = Math.imul(hash ^ scope, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
