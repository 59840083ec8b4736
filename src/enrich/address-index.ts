// Which interface has an address: open addressing over typed arrays, IPv4 by one word and IPv6 by
// four. Built once per VPC and snapshot; a lookup allocates nothing.
//
//   places4    a0 3 | -- 0 | a1 1 | a2 2 | -- 0      address and number; 0 is an empty place
//
/** Twice the entries at least, so that a miss ends after a place or two. */
const PLACES_PER_ENTRY = 2;
const MULTIPLIER = 0x9e37_79b1;
/** Words of a place: address and number. */
const WORDS4 = 2;
const WORDS6 = 5;

/** Numbers from 1 on by address; of two equal addresses the first one counts. */
export class AddressIndex {
  readonly #places4: Int32Array;
  readonly #mask4: number;
  readonly #places6: Int32Array;
  readonly #mask6: number;
  #first: number | null = null;
  /** The bits in which some IPv4 address is not like the first one. */
  #differing = 0;

  /** @param count of addresses that will be added, of each version */
  constructor(count: number) {
    const places = placesFor(count);
    this.#places4 = new Int32Array(WORDS4 * places);
    this.#mask4 = places - 1;
    this.#places6 = new Int32Array(WORDS6 * places);
    this.#mask6 = places - 1;
  }

  /** @param words four, most significant first, as `parseAddressInto` gives them */
  add(version: 4 | 6, words: Uint32Array, number: number): void {
    if (version === 6) {
      this.#add6(words[0]! | 0, words[1]! | 0, words[2]! | 0, words[3]! | 0, number);
      return;
    }
    const address = words[3]! | 0;
    this.#first ??= address;
    this.#differing |= address ^ this.#first;
    this.#add4(address, number);
  }

  /** Mask of the leading bits in which all IPv4 addresses agree. */
  get mask(): number {
    const length = Math.clz32(this.#differing);
    return length === 0 ? 0 : -1 << (32 - length);
  }

  /** These bits. */
  get common(): number {
    return (this.#first ?? 0) & this.mask;
  }

  /** The number of the address (a signed word), or 0. */
  ipv4(address: number): number {
    return this.#places4[this.#place4(address) + 1]!;
  }

  /** Likewise for IPv6, signed words, most significant first. */
  ipv6(word0: number, word1: number, word2: number, word3: number): number {
    return this.#places6[this.#place6(word0, word1, word2, word3) + 4]!;
  }

  #add4(address: number, number: number): void {
    const place = this.#place4(address);
    if (this.#places4[place + 1] === 0) this.#places4.set([address, number], place);
  }

  #add6(word0: number, word1: number, word2: number, word3: number, number: number): void {
    const place = this.#place6(word0, word1, word2, word3);
    if (this.#places6[place + 4] !== 0) return;
    this.#places6.set([word0, word1, word2, word3, number], place);
  }

  /** Index of the place where the address is, or would be. */
  #place4(address: number): number {
    const places = this.#places4;
    let place = mixed(address) & this.#mask4;
    while (places[WORDS4 * place + 1] !== 0 && places[WORDS4 * place] !== address) {
      place = (place + 1) & this.#mask4;
    }
    return WORDS4 * place;
  }

  #place6(word0: number, word1: number, word2: number, word3: number): number {
    const places = this.#places6;
    let place = mixed(word3 ^ mixed(word2 ^ mixed(word1 ^ mixed(word0)))) & this.#mask6;
    for (;;) {
      const at = WORDS6 * place;
      if (places[at + 4] === 0) return at;
      if (
        places[at + 3] === word3 &&
        places[at + 2] === word2 &&
        places[at + 1] === word1 &&
        places[at] === word0
      ) {
        return at;
      }
      place = (place + 1) & this.#mask6;
    }
  }
}

function placesFor(count: number): number {
  let places = 2;
  while (places < PLACES_PER_ENTRY * count) places *= 2;
  return places;
}

function mixed(word: number): number {
  const product = Math.imul(word, MULTIPLIER);
  return product ^ (product >>> 15);
}
