// Linux "cooked" captures of the any device.
//
//   SLL  (LINKTYPE 113): packet type (2), ARPHRD (2), address length (2), address (8),
//                        protocol (2), payload at 16
//   SLL2 (LINKTYPE 276): protocol (2), reserved (2), interface index (4), ARPHRD (2),
//                        packet type (1), address length (1), address (8), payload at 20
import { be16, TRUNCATED } from '../assembly/layout';
import { decodeEtherType } from './ethernet';

export const SLL_ADDRESS: usize = 6;
export const SLL2_ADDRESS: usize = 12;

export function decodeLinuxCooked(r: usize, frame: usize, end: usize, wireEnd: usize): u32 {
  if (frame + 16 > end) return TRUNCATED;
  return decodeEtherType(r, be16(frame + 14), frame + 16, end, wireEnd);
}

export function decodeLinuxCooked2(r: usize, frame: usize, end: usize, wireEnd: usize): u32 {
  if (frame + 20 > end) return TRUNCATED;
  return decodeEtherType(r, be16(frame), frame + 20, end, wireEnd);
}
