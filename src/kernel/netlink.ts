// Netlink messages and their attributes (linux/netlink.h), as bytes. All numbers are in host
// order; every platform that Node runs on and that we support is little-endian.
//
//   nlmsghdr                                   rtattr (padded to 4 bytes)
//   +--------+------+-------+-----+-----+      +--------+------+---------+
//   | length | type | flags | seq | pid |      | length | type | payload |
//   | u32    | u16  | u16   | u32 | u32 |      | u16    | u16  |         |
//   +--------+------+-------+-----+-----+      +--------+------+---------+
const HEADER_BYTES = 16;
const ATTRIBUTE_HEADER_BYTES = 4;
// The two top bits of an attribute's type say "nested" and "network order".
const ATTRIBUTE_TYPE_MASK = 0x3fff;

/** The header's sequence number of every request; each request has a socket of its own. */
const SEQUENCE = 1;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** What follows the header: a fixed part by type, then attributes. */
  readonly body: Buffer;
}

export type Attributes = ReadonlyMap<number, Buffer>;

/** One request, ready to be sent. */
export function netlinkRequest(type: number, flags: number, body: Uint8Array): Buffer {
  const request = Buffer.alloc(HEADER_BYTES + body.length);
  request.writeUInt32LE(request.length, 0);
  request.writeUInt16LE(type, 4);
  request.writeUInt16LE(flags, 6);
  request.writeUInt32LE(SEQUENCE, 8);
  request.set(body, HEADER_BYTES);
  return request;
}

/** The messages of one datagram; a length that cannot be ends the list. */
export function parseMessages(datagram: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= datagram.length) {
    const length = datagram.readUInt32LE(offset);
    if (length < HEADER_BYTES || offset + length > datagram.length) break;
    messages.push({
      type: datagram.readUInt16LE(offset + 4),
      flags: datagram.readUInt16LE(offset + 6),
      body: datagram.subarray(offset + HEADER_BYTES, offset + length),
    });
    offset += aligned(length);
  }
  return messages;
}

/** The attributes by type; of a type that occurs twice the last one counts. */
export function parseAttributes(bytes: Buffer): Attributes {
  const attributes = new Map<number, Buffer>();
  let offset = 0;
  while (offset + ATTRIBUTE_HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt16LE(offset);
    if (length < ATTRIBUTE_HEADER_BYTES || offset + length > bytes.length) break;
    const type = bytes.readUInt16LE(offset + 2) & ATTRIBUTE_TYPE_MASK;
    attributes.set(type, bytes.subarray(offset + ATTRIBUTE_HEADER_BYTES, offset + length));
    offset += aligned(length);
  }
  return attributes;
}

/** A 32-bit attribute, or null when it is absent or too short. */
export function uint32Attribute(attributes: Attributes, type: number): number | null {
  const value = attributes.get(type);
  return value === undefined || value.length < 4 ? null : value.readUInt32LE(0);
}

/** A text attribute up to its zero byte, or null. */
export function textAttribute(attributes: Attributes, type: number): string | null {
  const value = attributes.get(type);
  if (value === undefined) return null;
  const end = value.indexOf(0);
  return value.toString('utf8', 0, end < 0 ? value.length : end);
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
