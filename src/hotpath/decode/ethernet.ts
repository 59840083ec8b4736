// Ethernet II and what may stand between it and IP.
//
//   0 | destination MAC (6) | source MAC (6) | EtherType (2) |   IEEE 802.3
//     each 802.1Q / 802.1ad tag: | tag control (2) | EtherType (2) |
//     IEEE 802.2 LLC + SNAP:     length < 1536, then AA AA 03 00 00 00 | EtherType (2) |
import { ARP, be16, MALFORMED, NOT_IP, TRUNCATED } from '../assembly/layout';
import { decodeIp, decodeIpv4At, decodeIpv6At } from './ip';
import { decodeMpls } from './mpls';
import { decodePppoe } from './pppoe';

const IPV4: u32 = 0x0800;
const ETHER_ARP: u32 = 0x0806;
const REVERSE_ARP: u32 = 0x8035;
const IPV6: u32 = 0x86dd;
const VLAN: u32 = 0x8100;
const VLAN_SERVICE: u32 = 0x88a8;
const VLAN_OLD: u32 = 0x9100;
const VLAN_OLDER: u32 = 0x9200;
const MPLS_UNICAST: u32 = 0x8847;
const MPLS_MULTICAST: u32 = 0x8848;
const PPPOE_SESSION: u32 = 0x8864;
const LENGTH_MAX: u32 = 1536;

/** Decodes from an EtherType whose payload begins at p. */
export function decodeEtherType(
  r: usize,
  etherType: u32,
  payload: usize,
  end: usize,
  wireEnd: usize,
): u32 {
  let type = etherType;
  let p = payload;
  while (type == VLAN || type == VLAN_SERVICE || type == VLAN_OLD || type == VLAN_OLDER) {
    if (p + 4 > end) return TRUNCATED;
    type = be16(p + 2);
    p += 4;
  }
  if (type < LENGTH_MAX) {
    if (p + 8 > end) return NOT_IP;
    if (load<u32>(p) != 0x0003aaaa || load<u16>(p, 4) != 0) return NOT_IP;
    type = be16(p + 6);
    p += 8;
  }
  if (type == IPV4) return decodeIpv4At(r, p, end, wireEnd);
  if (type == IPV6) return decodeIpv6At(r, p, end, wireEnd);
  if (type == MPLS_UNICAST || type == MPLS_MULTICAST) return decodeMpls(r, p, end, wireEnd);
  if (type == PPPOE_SESSION) return decodePppoe(r, p, end, wireEnd);
  if (type == ETHER_ARP || type == REVERSE_ARP) return ARP;
  return NOT_IP;
}

export function decodeEthernet(r: usize, frame: usize, end: usize, wireEnd: usize): u32 {
  if (frame + 14 > end) return frame + 14 > wireEnd ? MALFORMED : TRUNCATED;
  return decodeEtherType(r, be16(frame + 12), frame + 14, end, wireEnd);
}

/** Raw IP: the version nibble tells which (LINKTYPE_RAW). */
export function decodeRaw(r: usize, p: usize, end: usize, wireEnd: usize): u32 {
  return decodeIp(r, p, end, wireEnd);
}
