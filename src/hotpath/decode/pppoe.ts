// PPPoE session, RFC 2516, and PPP's protocol field, RFC 1661.
//
//   0 |  VER  | TYPE  |      CODE     |          SESSION_ID           |
//   4 |            LENGTH             |           PPP protocol        |
import { be16, NOT_IP, TRUNCATED } from '../assembly/layout';
import { decodeIpv4At, decodeIpv6At } from './ip';
import { decodeMpls } from './mpls';

const HEADER_BYTES: usize = 6;
const PPP_IPV4: u32 = 0x0021;
const PPP_IPV6: u32 = 0x0057;
const PPP_MPLS_UNICAST: u32 = 0x0281;
const PPP_MPLS_MULTICAST: u32 = 0x0283;

export function decodePppoe(r: usize, p: usize, end: usize, wireEnd: usize): u32 {
  return decodePppProtocol(r, p + HEADER_BYTES, end, wireEnd);
}

/** From the protocol field on; one byte long when compressed (odd first byte). */
export function decodePppProtocol(r: usize, start: usize, end: usize, wireEnd: usize): u32 {
  if (start + 2 > end) return TRUNCATED;
  let protocol = <u32>load<u8>(start);
  let p = start + 1;
  if ((protocol & 1) == 0) {
    protocol = be16(start);
    p = start + 2;
  }
  if (protocol == PPP_IPV4) return decodeIpv4At(r, p, end, wireEnd);
  if (protocol == PPP_IPV6) return decodeIpv6At(r, p, end, wireEnd);
  if (protocol == PPP_MPLS_UNICAST || protocol == PPP_MPLS_MULTICAST) {
    return decodeMpls(r, p, end, wireEnd);
  }
  return NOT_IP;
}
