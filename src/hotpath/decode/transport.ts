// Transport layer: the first four bytes of TCP, UDP, UDP-Lite, SCTP and DCCP are the ports.
//
//    0                   1                   2                   3
//   |          Source Port          |       Destination Port        |   RFC 9293, 768, 3828,
//   |  ... TCP: flags at byte 13, data offset in the high nibble of byte 12 |   9260, 4340
import { R_FLAGS } from '../assembly/layout';

const TCP: u32 = 6;
const UDP: u32 = 17;
const DCCP: u32 = 33;
const SCTP: u32 = 132;
const UDP_LITE: u32 = 136;
const TCP_DATA_OFFSET: usize = 12;
const TCP_FLAGS: usize = 13;

/**
 * tcp-flags of one segment: FIN 1, SYN 2, RST 4; ACK (16) only together with SYN
 * (spec/records.md 4).
 */
@inline
export function tcpFlags(wire: u32): u32 {
  return (wire & 7) | (wire & ((wire & 2) << 3));
}

/** Writes ports and flags into batch record r; what lies beyond `end` stays 0. */
export function decodeTransport(r: usize, protocol: u32, p: usize, end: usize): void {
  let ports: u32 = 0;
  let flags: u32 = 0;
  if (protocol == TCP) {
    if (p + 4 <= end) ports = load<u32>(p);
    if (p + 14 <= end) flags = tcpFlags(<u32>load<u8>(p, TCP_FLAGS));
  } else if (
    protocol == UDP ||
    protocol == SCTP ||
    protocol == UDP_LITE ||
    protocol == DCCP
  ) {
    if (p + 4 <= end) ports = load<u32>(p);
  }
  store<u32>(r, ports);
  store<u32>(r, flags, R_FLAGS);
}

/** Bytes of the transport header, needed to price the packets that a GSO frame stands for. */
export function transportHeaderBytes(protocol: u32, p: usize, end: usize): u32 {
  if (protocol == TCP) {
    if (p + 13 > end) return 20;
    return (<u32>load<u8>(p, TCP_DATA_OFFSET) >> 4) << 2;
  }
  return 8;
}
