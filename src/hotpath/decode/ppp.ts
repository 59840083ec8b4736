// PPP links: plain, in HDLC-like framing (RFC 1662: address FF, control 03), and Cisco HDLC.
import { ARP, be16, NOT_IP, TRUNCATED } from '../assembly/layout';
import { decodeEtherType } from './ethernet';
import { decodePppProtocol } from './pppoe';

const HDLC_ADDRESS_CONTROL: u32 = 0x03ff; // FF 03 read little-endian
const CISCO_UNICAST: u32 = 0x0f;
const CISCO_MULTICAST: u32 = 0x8f;
const CISCO_KEEPALIVE: u32 = 0x8035;

export function decodePpp(r: usize, frame: usize, end: usize, wireEnd: usize): u32 {
  if (frame + 2 > end) return TRUNCATED;
  const first = <u32>load<u8>(frame);
  // Cisco HDLC on a PPP link type: address 0F or 8F, control 00, EtherType.
  if (first == CISCO_UNICAST || first == CISCO_MULTICAST) return decodeHdlc(r, frame, end, wireEnd);
  const skip: usize = load<u16>(frame) == HDLC_ADDRESS_CONTROL ? 2 : 0;
  return decodePppProtocol(r, frame + skip, end, wireEnd);
}

export function decodeHdlc(r: usize, frame: usize, end: usize, wireEnd: usize): u32 {
  if (frame + 4 > end) return TRUNCATED;
  const type = be16(frame + 2);
  if (type == CISCO_KEEPALIVE) return NOT_IP;
  const outcome = decodeEtherType(r, type, frame + 4, end, wireEnd);
  return outcome == ARP ? NOT_IP : outcome;
}
