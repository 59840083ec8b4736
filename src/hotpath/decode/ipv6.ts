// IPv6, RFC 8200, with its chain of extension headers.
//
//   0 |Version| Traffic Class |           Flow Label                  |
//   4 |         Payload Length        |  Next Header  |   Hop Limit   |
//   8 |                     Source Address (16 bytes)                 |
//  24 |                  Destination Address (16 bytes)               |
//
// Extension header: next header (1), length in 8-byte units without the first (1), data.
// Fragment (RFC 8200 4.5): next header, reserved, offset in the high 13 bits of bytes 2..3.
// Authentication (RFC 4302): length in 4-byte units minus 2.
import {
  be16,
  be32,
  MALFORMED,
  META_IPV6,
  OK,
  R_FLAGS,
  R_META,
  R_OCTETS,
  R_SOURCE,
  R_DESTINATION_IPV6,
  TRUNCATED,
} from '../assembly/layout';
import { decodeTransport, transportHeaderBytes } from './transport';
import { setGsoHeader } from './gso';

const HOP_BY_HOP: u32 = 0;
const TCP: u32 = 6;
const ROUTING: u32 = 43;
const FRAGMENT: u32 = 44;
const AUTHENTICATION: u32 = 51;
const NO_NEXT_HEADER: u32 = 59;
const DESTINATION_OPTIONS: u32 = 60;
const MOBILITY: u32 = 135;
const HOST_IDENTITY: u32 = 139;
const SHIM6: u32 = 140;
const HEADER_BYTES: u32 = 40;
const PAYLOAD_LENGTH: usize = 4;
const NEXT_HEADER: usize = 6;
const JUMBO_OPTION: u32 = 0xc2;

/** Jumbo payload length (RFC 2675) from a hop-by-hop header, or 0. */
function jumboPayload(p: usize, end: usize): u32 {
  const optionsEnd = min<usize>(end, p + ((<usize>load<u8>(p, 1) + 1) << 3));
  let option = p + 2;
  while (option + 6 <= optionsEnd) {
    const kind = <u32>load<u8>(option);
    if (kind == JUMBO_OPTION && load<u8>(option, 1) == 4) return be32(option + 2);
    option += kind == 0 ? 1 : 2 + <usize>load<u8>(option, 1);
  }
  return 0;
}

@inline
function isExtension(protocol: u32): bool {
  return (
    protocol == HOP_BY_HOP ||
    protocol == ROUTING ||
    protocol == FRAGMENT ||
    protocol == DESTINATION_OPTIONS ||
    protocol == AUTHENTICATION ||
    protocol == MOBILITY ||
    protocol == HOST_IDENTITY ||
    protocol == SHIM6
  );
}

// Result of walking the extension chain, besides the protocol it returns.
let transport: usize = 0;
let laterFragment: bool = false;

/** Walks the chain; stops at the transport, at a later fragment or at the end of the capture. */
function walkExtensions(first: u32, start: usize, end: usize): u32 {
  let protocol = first;
  let p = start;
  laterFragment = false;
  // Two bytes tell where the next header is; a header cut off behind them still has a successor.
  while (isExtension(protocol) && p + 2 <= end) {
    const next = <u32>load<u8>(p);
    // A mobility, HIP or Shim6 message of its own is the payload, not a header before one.
    if (protocol >= MOBILITY && next == NO_NEXT_HEADER) break;
    if (protocol == FRAGMENT) {
      // Half a fragment header does not say which fragment it is (tshark reads it so, too).
      if (p + 8 > end) break;
      laterFragment = (be16(p + 2) & 0xfff8) != 0;
      p += 8;
    } else if (protocol == AUTHENTICATION) {
      p += (<usize>load<u8>(p, 1) + 2) << 2;
    } else {
      p += (<usize>load<u8>(p, 1) + 1) << 3;
    }
    protocol = next;
    if (laterFragment) break;
  }
  transport = p;
  return protocol;
}

/** @see decodeIpv4 for the parameters */
export function decodeIpv6(r: usize, ip: usize, end: usize, wireBytes: u32): u32 {
  if (ip + HEADER_BYTES > end) return TRUNCATED;
  if (load<u8>(ip) >> 4 != 6) return MALFORMED;
  const next = <u32>load<u8>(ip, NEXT_HEADER);
  const payloadStart = ip + HEADER_BYTES;
  let octets = HEADER_BYTES + be16(ip + PAYLOAD_LENGTH);
  let offloadBytes: u32 = 0;
  if (octets == HEADER_BYTES) {
    let jumbo: u32 = 0;
    if (next == HOP_BY_HOP && payloadStart + 8 <= end) jumbo = jumboPayload(payloadStart, end);
    if (jumbo != 0) {
      octets = HEADER_BYTES + jumbo;
      // Linux puts this header before a BIG TCP frame; it never reaches the wire.
      offloadBytes = 8;
    } else if (next == TCP) {
      octets = max<u32>(wireBytes, HEADER_BYTES);
    }
  }
  const packetEnd = octets > <u32>(end - ip) ? end : ip + octets;
  const protocol = walkExtensions(next, payloadStart, packetEnd);
  if (laterFragment || transport > packetEnd) {
    store<u32>(r, 0);
    store<u32>(r, 0, R_FLAGS);
    setGsoHeader(HEADER_BYTES, 0);
  } else {
    decodeTransport(r, protocol, transport, packetEnd);
    const headers = <u32>(transport - ip) + transportHeaderBytes(protocol, transport, packetEnd);
    setGsoHeader(headers - min<u32>(offloadBytes, headers), offloadBytes);
  }
  store<u32>(r, protocol | META_IPV6, R_META);
  v128.store(r, v128.load(ip, 8), R_SOURCE);
  v128.store(r, v128.load(ip, 24), R_DESTINATION_IPV6);
  store<u32>(r, octets, R_OCTETS);
  return OK;
}
