// Byte building blocks of the test captures: joining, network byte order, addresses.

/** Joins the parts into one array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** 16-bit words in network byte order; each is taken modulo 65536. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint16(index * 2, value));
  return bytes;
}

/** 32-bit words in network byte order; each is taken modulo 2^32. */
export function doubleWords(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setUint32(index * 4, value));
  return bytes;
}

/** Bytes by value, each 0 to 255. */
export function octets(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

/** `length` bytes counting up from `first`, so that a misread offset shows. */
export function filler(length: number, first = 0x61): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index) & 0xff);
}

/** The Internet checksum of an even number of bytes (RFC 1071). */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    sum += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** `02:00:00:00:00:01` as six bytes. */
export function macBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(':'), (part) => parseInt(part, 16));
}

/** Dotted decimal as four bytes. */
export function ipv4Bytes(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number);
}

/** RFC 4291 text, with or without `::`, as sixteen bytes; no embedded IPv4. */
export function ipv6Bytes(text: string): Uint8Array {
  const [head = '', tail] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return words(...[...before, ...zeros, ...after].map((group) => parseInt(group, 16)));
}
