// IP addresses and CIDR blocks: text to four 32-bit words and back. Pure.
//
// An address is always the 128-bit number of spine/record.ts, IPv4 as ::ffff:a.b.c.d, cut into
// four words, most significant first: arithmetic on words needs no bigint. Text is read strictly
// (no leading zeros, no zone, no short forms such as 10.1), so that what one program takes for
// an address no other takes for another one, and is written after RFC 5952.

export type IpVersion = 4 | 6;

export interface Address {
  readonly version: IpVersion;
  /** Four unsigned 32-bit words, most significant first; IPv4 as ::ffff:a.b.c.d. */
  readonly words: Uint32Array;
}

export interface Cidr {
  readonly version: IpVersion;
  /** The first address of the block. */
  readonly words: Uint32Array;
  /** 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly prefixLength: number;
  /** True when the text named an address inside the block rather than its first one. */
  readonly hasHostBits: boolean;
}

const IPV4_MAPPED = 0xffff;
/** `0000:0000:0000:0000:0000:ffff:255.255.255.255`. */
const TEXT_MAX = 45;
const DOT = 46;
const COLON = 58;
const SLASH = '/';

/** The address that the text names, or null when it names none. */
export function parseAddress(text: string): Address | null {
  const words = new Uint32Array(4);
  const version = parseAddressInto(text, words);
  return version === 0 ? null : { version, words };
}

/**
 * Like `parseAddress`, into words that the caller has.
 *
 * @param words at least four elements; undefined content when 0 is returned
 * @returns 4 or 6, or 0 when the text is no address
 */
export function parseAddressInto(text: string, words: Uint32Array): IpVersion | 0 {
  if (text.length > TEXT_MAX) return 0;
  if (text.includes(':')) return parseIpv6(text, words) ? 6 : 0;
  const value = parseIpv4(text, 0);
  if (value < 0) return 0;
  words[0] = 0;
  words[1] = 0;
  words[2] = IPV4_MAPPED;
  words[3] = value;
  return 4;
}

/** The CIDR block that the text (`10.0.0.0/16`) names, or null when it names none. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf(SLASH);
  if (slash < 0) return null;
  const lengthText = text.slice(slash + 1);
  const address = parseAddress(text.slice(0, slash));
  if (address === null || !/^(0|[1-9]\d{0,2})$/.test(lengthText)) return null;
  const prefixLength = Number(lengthText);
  if (prefixLength > (address.version === 4 ? 32 : 128)) return null;
  return cidrOf(address, prefixLength);
}

/**
 * The block of that prefix length which holds the address.
 *
 * @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
 */
export function cidrOf(address: Address, prefixLength: number): Cidr {
  const { version } = address;
  const words = address.words.slice();
  let hasHostBits = false;
  for (let index = version === 4 ? 3 : 0; index < 4; index++) {
    const bits = prefixLength - (version === 4 ? 0 : 32 * index);
    const mask = wordMask(bits);
    if ((words[index]! & ~mask) !== 0) hasHostBits = true;
    words[index] = words[index]! & mask;
  }
  return { version, words, prefixLength, hasHostBits };
}

/** The address as text after RFC 5952. */
export function formatAddress(address: Address): string {
  const { words } = address;
  return address.version === 4 ? formatIpv4(words[3]!) : formatIpv6(words);
}

/** The block as text, e.g. `10.0.0.0/16`. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr)}/${cidr.prefixLength}`;
}

/** True when the block holds the address; IPv4 and IPv6 never hold each other. */
export function cidrHolds(cidr: Cidr, address: Address): boolean {
  if (cidr.version !== address.version) return false;
  for (let index = cidr.version === 4 ? 3 : 0; index < 4; index++) {
    const mask = wordMask(cidr.prefixLength - (cidr.version === 4 ? 0 : 32 * index));
    if (((cidr.words[index]! ^ address.words[index]!) & mask) !== 0) return false;
  }
  return true;
}

/** The n-th address of the block, counted from 0 (AWS: 1 is the router, 2 the DNS server). */
export function cidrAddress(cidr: Cidr, offset: number): Address {
  const words = cidr.words.slice();
  words[3] = words[3]! + offset;
  return { version: cidr.version, words };
}

/** The 128-bit number of the address. */
export function addressValue(address: Address): bigint {
  return address.words.reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}

/** The address of a 128-bit number; `version` 4 wants ::ffff:0:0/96. */
export function addressFromValue(value: bigint, version: IpVersion): Address {
  const words = new Uint32Array(4);
  for (let index = 0; index < 4; index++) {
    words[index] = Number((value >> BigInt(96 - 32 * index)) & 0xffff_ffffn);
  }
  return { version, words };
}

/**
 * The address at `offset` of bytes in wire order.
 *
 * @param bytes 4 bytes for IPv4, 16 for IPv6 from `offset`
 */
export function addressFromBytes(bytes: Uint8Array, offset: number, version: IpVersion): Address {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (version === 4) {
    return { version, words: Uint32Array.of(0, 0, IPV4_MAPPED, view.getUint32(offset)) };
  }
  return { version, words: Uint32Array.from([0, 4, 8, 12], (at) => view.getUint32(offset + at)) };
}

/** The address in wire order: 4 bytes for IPv4, 16 for IPv6. */
export function addressBytes(address: Address): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < 4; index++) view.setUint32(4 * index, address.words[index]!);
  return address.version === 4 ? bytes.slice(12) : bytes;
}

/** The highest `bits` bits of a word; fewer than 0 count as 0, more than 32 as 32. */
function wordMask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffff_ffff : (0xffff_ffff << (32 - bits)) >>> 0;
}

/** The 32-bit number of dotted decimal text from `start` on, or -1. */
function parseIpv4(text: string, start: number): number {
  let value = 0;
  let octet = -1;
  let octetCount = 0;
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (octet < 0 || octetCount === 3) return -1;
      value = value * 256 + octet;
      octetCount++;
      octet = -1;
      continue;
    }
    const digit = code - 48;
    // A leading zero is refused: some programs read 010 as octal.
    if (digit < 0 || digit > 9 || octet === 0) return -1;
    octet = octet < 0 ? digit : octet * 10 + digit;
    if (octet > 255) return -1;
  }
  return octet < 0 || octetCount !== 3 ? -1 : value * 256 + octet;
}

/** RFC 4291 2.2: eight groups, one `::`, the last two groups perhaps as IPv4. */
function parseIpv6(text: string, words: Uint32Array): boolean {
  const groups = new Uint16Array(8);
  let count = 0;
  let gap = -1;
  let index = 0;
  if (text.startsWith('::')) {
    gap = 0;
    index = 2;
  }
  while (index < text.length) {
    const end = groupEnd(text, index);
    if (text.charCodeAt(end) === DOT) {
      const value = parseIpv4(text, index);
      if (value < 0 || count > 6) return false;
      groups[count++] = value >>> 16;
      groups[count++] = value & 0xffff;
      index = text.length;
      break;
    }
    if (end === index || end - index > 4 || count === 8) return false;
    groups[count++] = Number.parseInt(text.slice(index, end), 16);
    if (end === text.length) break;
    if (text.charCodeAt(end) !== COLON || end + 1 === text.length) return false;
    index = end + 1;
    if (text.charCodeAt(index) === COLON) {
      if (gap >= 0) return false;
      gap = count;
      index++;
    }
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  if (gap >= 0) {
    groups.copyWithin(gap + 8 - count, gap, count);
    groups.fill(0, gap, gap + 8 - count);
  }
  for (let word = 0; word < 4; word++) {
    words[word] = groups[2 * word]! * 0x1_0000 + groups[2 * word + 1]!;
  }
  return true;
}

/** Index after the last hexadecimal digit from `start` on. */
function groupEnd(text: string, start: number): number {
  let index = start;
  while (index < text.length) {
    const code = text.charCodeAt(index) | 0x20;
    const isDigit = code >= 48 && code <= 57;
    if (!isDigit && (code < 97 || code > 102)) break;
    index++;
  }
  return index;
}

function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** RFC 5952 4: lower case, no leading zeros, the longest run of two or more zero groups cut. */
function formatIpv6(words: Uint32Array): string {
  if (words[0] === 0 && words[1] === 0 && words[2] === IPV4_MAPPED) {
    // RFC 5952 5: mixed notation where the prefix says that an IPv4 address is embedded.
    return `::ffff:${formatIpv4(words[3]!)}`;
  }
  let runStart = -1;
  let runLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groupOf(words, start + length) === 0) length++;
    if (length > runLength) {
      runStart = start;
      runLength = length;
    }
  }
  let text = '';
  for (let index = 0; index < 8; index++) {
    if (index === runStart) {
      text += '::';
      index += runLength - 1;
      continue;
    }
    if (text !== '' && !text.endsWith(':')) text += ':';
    text += groupOf(words, index).toString(16);
  }
  return text;
}

function groupOf(words: Uint32Array, index: number): number {
  return (words[index >> 1]! >>> (index % 2 === 0 ? 16 : 0)) & 0xffff;
}
