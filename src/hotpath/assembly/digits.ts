// Numbers and addresses as text, by tables: four decimal digits per store, one octet per store.
import { TABLES } from './layout';

//   DIGITS   10,000 x "0000".."9999"
//   OCTETS   256 x "d." / "dd." / "ddd." left-aligned, OCTET_LENGTHS with the dot
//   HEX      256 x two lower-case digits
const DIGITS: usize = TABLES;
const OCTETS: usize = DIGITS + 40064;
const OCTET_LENGTHS: usize = OCTETS + 1024;
const HEX: usize = OCTET_LENGTHS + 256;
export const DIGIT_TABLES_END: usize = HEX + 512;

const ZERO: u32 = 48;
const COLON: u8 = 58;
const DOT: u32 = 46;

function hexDigit(value: u32): u8 {
  return <u8>(value < 10 ? ZERO + value : 87 + value);
}

export function createDigitTables(): void {
  for (let i: u32 = 0; i < 10000; i++) {
    const thousands = ZERO + i / 1000;
    const hundreds = ZERO + ((i / 100) % 10);
    const tens = ZERO + ((i / 10) % 10);
    const units = ZERO + (i % 10);
    store<u32>(DIGITS + (i << 2), thousands | (hundreds << 8) | (tens << 16) | (units << 24));
  }
  for (let i: u32 = 0; i < 256; i++) {
    const digits: u32 = i > 99 ? 3 : i > 9 ? 2 : 1;
    const text = load<u32>(DIGITS + (i << 2)) >> (8 * (4 - digits));
    store<u32>(OCTETS + (i << 2), text | (DOT << (8 * digits)));
    store<u8>(OCTET_LENGTHS + i, <u8>(digits + 1));
    store<u8>(HEX + (i << 1), hexDigit(i >> 4));
    store<u8>(HEX + (i << 1) + 1, hexDigit(i & 15));
  }
}

/** Writes n < 10,000 at o; returns the end. */
@inline
export function writeShort(o: usize, n: u32): usize {
  const digits: u32 = 1 + <u32>(n > 9) + <u32>(n > 99) + <u32>(n > 999);
  store<u32>(o, load<u32>(DIGITS + (n << 2)) >> ((4 - digits) << 3));
  return o + digits;
}

export function writeU32(o: usize, n: u32): usize {
  if (n < 10000) return writeShort(o, n);
  if (n < 100000000) {
    const high = n / 10000;
    o = writeShort(o, high);
    store<u32>(o, load<u32>(DIGITS + ((n - high * 10000) << 2)));
    return o + 4;
  }
  const high = n / 100000000;
  return writeEight(writeShort(o, high), n - high * 100000000);
}

/** Eight digits with leading zeros. */
function writeEight(o: usize, n: u32): usize {
  const high = n / 10000;
  store<u32>(o, load<u32>(DIGITS + (high << 2)));
  store<u32>(o, load<u32>(DIGITS + ((n - high * 10000) << 2)), 4);
  return o + 8;
}

export function writeU64(o: usize, n: u64): usize {
  if (n <= 0xffffffff) return writeU32(o, <u32>n);
  const high = n / 100000000;
  return writeEight(writeU64(o, high), <u32>(n - high * 100000000));
}

/** address: four octets in wire order, read little-endian. */
@inline
export function writeIpv4(o: usize, address: u32): usize {
  let octet = address & 255;
  store<u32>(o, load<u32>(OCTETS + (octet << 2)));
  o += load<u8>(OCTET_LENGTHS + octet);
  octet = (address >> 8) & 255;
  store<u32>(o, load<u32>(OCTETS + (octet << 2)));
  o += load<u8>(OCTET_LENGTHS + octet);
  octet = (address >> 16) & 255;
  store<u32>(o, load<u32>(OCTETS + (octet << 2)));
  o += load<u8>(OCTET_LENGTHS + octet);
  octet = address >> 24;
  store<u32>(o, load<u32>(OCTETS + (octet << 2)));
  return o + load<u8>(OCTET_LENGTHS + octet) - 1;
}

/** One 16-bit group without leading zeros. */
function writeGroup(o: usize, high: u32, low: u32): usize {
  if (high) {
    const text = load<u16>(HEX + (high << 1));
    if (high > 15) {
      store<u16>(o, text);
      o += 2;
    } else {
      store<u8>(o++, <u8>(text >> 8));
    }
    store<u16>(o, load<u16>(HEX + (low << 1)));
    return o + 2;
  }
  const text = load<u16>(HEX + (low << 1));
  if (low > 15) {
    store<u16>(o, text);
    return o + 2;
  }
  store<u8>(o, <u8>(text >> 8));
  return o + 1;
}

/** RFC 5952: the first longest run of two or more zero groups becomes `::`. */
export function writeIpv6(o: usize, address: usize): usize {
  let runStart: i32 = -1;
  let runLength: i32 = 1;
  for (let i: i32 = 0; i < 8; ) {
    if (load<u16>(address + (i << 1))) {
      i++;
      continue;
    }
    let j = i;
    while (j < 8 && !load<u16>(address + (j << 1))) j++;
    if (j - i > runLength) {
      runStart = i;
      runLength = j - i;
    }
    i = j;
  }
  for (let i: i32 = 0; i < 8; i++) {
    if (i == runStart) {
      if (i == 0) store<u8>(o++, COLON);
      store<u8>(o++, COLON);
      i += runLength - 1;
      continue;
    }
    o = writeGroup(o, load<u8>(address + (i << 1)), load<u8>(address + (i << 1), 1));
    if (i < 7) store<u8>(o++, COLON);
  }
  return o;
}
