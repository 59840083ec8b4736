// Entry to IP from any link layer. `end` bounds what was captured, `wireEnd` what was sent.
import { MALFORMED, NOT_IP, TRUNCATED } from '../assembly/layout';
import { decodeIpv4 } from './ipv4';
import { decodeIpv6 } from './ipv6';

export function decodeIpv4At(r: usize, p: usize, end: usize, wireEnd: usize): u32 {
  return decodeIpv4(r, p, end, wireEnd > p ? <u32>(wireEnd - p) : 0);
}

export function decodeIpv6At(r: usize, p: usize, end: usize, wireEnd: usize): u32 {
  return decodeIpv6(r, p, end, wireEnd > p ? <u32>(wireEnd - p) : 0);
}

/** By the version nibble, where the link layer does not say which. */
export function decodeIp(r: usize, p: usize, end: usize, wireEnd: usize): u32 {
  if (p >= end) return p >= wireEnd ? MALFORMED : TRUNCATED;
  const version = load<u8>(p) >> 4;
  if (version == 4) return decodeIpv4At(r, p, end, wireEnd);
  if (version == 6) return decodeIpv6At(r, p, end, wireEnd);
  return NOT_IP;
}
