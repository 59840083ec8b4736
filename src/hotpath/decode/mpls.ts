// MPLS label stack, RFC 3032. What follows the last label is told by its first nibble only
// (RFC 4928): 4 and 6 are IP, anything else is a pseudowire that we do not look into.
//
//   0 |                Label                  | Exp |S|      TTL      |
import { NOT_IP, TRUNCATED } from '../assembly/layout';
import { decodeIp } from './ip';

const LABELS_MAX: u32 = 16;
const BOTTOM_OF_STACK: u32 = 1;

export function decodeMpls(r: usize, stack: usize, end: usize, wireEnd: usize): u32 {
  let p = stack;
  for (let i: u32 = 0; i < LABELS_MAX; i++) {
    if (p + 4 > end) return TRUNCATED;
    const bottom = <u32>load<u8>(p, 2) & BOTTOM_OF_STACK;
    p += 4;
    if (bottom) return decodeIp(r, p, end, wireEnd);
  }
  return NOT_IP;
}
