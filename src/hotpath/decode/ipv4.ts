// IPv4, RFC 791.
//
//   0 |Version|  IHL  |Type of Service|          Total Length         |
//   4 |         Identification        |Flags|      Fragment Offset    |
//   8 |  Time to Live |    Protocol   |         Header Checksum       |
//  12 |                       Source Address                          |
//  16 |                    Destination Address                        |
import {
  be16,
  MALFORMED,
  OK,
  R_FLAGS,
  R_META,
  R_OCTETS,
  R_SOURCE,
  TRUNCATED,
} from '../assembly/layout';
import { decodeTransport, transportHeaderBytes } from './transport';
import { setGsoHeader } from './gso';

const TOTAL_LENGTH: usize = 2;
const FRAGMENT: usize = 6;
const FRAGMENT_OFFSET_MASK: u32 = 0x1fff;
const PROTOCOL: usize = 9;
const SOURCE: usize = 12;

/**
 * @param r batch record to fill
 * @param ip first byte of the header
 * @param end end of the captured bytes
 * @param wireBytes bytes from `ip` to the end of the frame as it was on the wire
 */
export function decodeIpv4(r: usize, ip: usize, end: usize, wireBytes: u32): u32 {
  if (ip + 20 > end) return TRUNCATED;
  const first = <u32>load<u8>(ip);
  if (first >> 4 != 4) return MALFORMED;
  const headerBytes = (first & 15) << 2;
  if (headerBytes < 20) return MALFORMED;
  let octets = be16(ip + TOTAL_LENGTH);
  // 0 is a segmentation-offload frame (TSO, BIG TCP): the frame's own length is all we have.
  if (octets == 0) octets = wireBytes;
  if (octets < headerBytes) return MALFORMED;
  const protocol = <u32>load<u8>(ip, PROTOCOL);
  const transport = ip + headerBytes;
  const packetEnd = min<usize>(end, ip + octets);
  if ((be16(ip + FRAGMENT) & FRAGMENT_OFFSET_MASK) == 0) {
    decodeTransport(r, protocol, transport, packetEnd);
    setGsoHeader(headerBytes + transportHeaderBytes(protocol, transport, packetEnd), 0);
  } else {
    store<u32>(r, 0);
    store<u32>(r, 0, R_FLAGS);
    setGsoHeader(headerBytes, 0);
  }
  store<u32>(r, protocol, R_META);
  store<u64>(r, load<u64>(ip, SOURCE), R_SOURCE);
  store<u32>(r, octets, R_OCTETS);
  return OK;
}
