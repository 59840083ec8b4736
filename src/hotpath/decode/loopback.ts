// BSD loopback: a 4-byte address family before the packet, in the byte order of the machine that
// captured (LINKTYPE_NULL) or big-endian (LINKTYPE_LOOP). AF_INET is 2 everywhere; AF_INET6 is 24,
// 28 or 30 after the system, 10 on Linux; the packet's own version nibble decides between them.
import { NOT_IP, TRUNCATED } from '../assembly/layout';
import { decodeIp } from './ip';

export function decodeLoopback(r: usize, frame: usize, end: usize, wireEnd: usize): u32 {
  if (frame + 4 > end) return TRUNCATED;
  const raw = load<u32>(frame);
  const family = raw > 0xffff ? bswap<u32>(raw) : raw;
  if (family != 2 && family != 10 && family != 24 && family != 28 && family != 30) return NOT_IP;
  return decodeIp(r, frame + 4, end, wireEnd);
}
