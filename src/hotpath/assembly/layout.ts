// The map of linear memory. Everything has a fixed place; regions that may grow large are only
// reserved: the operating system commits a page when it is first touched.
//
//   0x000400  static data of the compiler
//   0x010000  BATCH     parsed packets waiting for the flow cache, 64 B each
//   0x020000  SLOTS     index slots of the batch (touch pass)
//   0x030000  LINKS     capture interfaces, 128 B each
//   0x0c0000  TABLES    digits, octets, seconds, format op-codes, counters
//   0x100000  OUTPUT    1 MiB of text
//   0x210000  INPUT     2 MiB of capture bytes
//   0x420000  POINTS    observation points, 32 B each
//             CONSTANTS per point 64 addresses of constant strings
//             HEAP      constant strings
//             MACS      hash of MAC -> point        } only with an inventory
//             ADDRESSES hash of address -> point    }
//   dynamic   INDEX 0a, 0b, 1a, 1b and ENTRIES 0, 1: sized by the largest number of flows
export const BATCH: usize = 0x10000;
export const BATCH_PACKETS: u32 = 512;
export const SLOTS: usize = 0x20000;
export const LINKS: usize = 0x30000;
export const LINKS_MAX: u32 = 4096;
export const LINK_BYTES: u32 = 128;
export const TABLES: usize = 0xc0000;
export const OUTPUT: usize = 0x100000;
export const OUTPUT_BYTES: usize = 0x100000;
export const INPUT: usize = 0x210000;
export const INPUT_BYTES: usize = 0x200000;
export const POINTS: usize = 0x420000;
export const POINT_BYTES: u32 = 32;
export const POINTS_MAX: u32 = 1 << 18;
export const CONSTANT_SLOTS: u32 = 64;
export const CONSTANTS: usize = POINTS + <usize>(POINTS_MAX * POINT_BYTES);
export const HEAP: usize = CONSTANTS + <usize>(POINTS_MAX * CONSTANT_SLOTS * 4);
export const HEAP_BYTES: usize = 0x4000000;
export const MACS: usize = HEAP + HEAP_BYTES;
export const MAC_SLOTS_MAX: u32 = 1 << 19;
export const ADDRESSES: usize = MACS + <usize>(MAC_SLOTS_MAX * 16);
export const ADDRESS_SLOTS_MAX: u32 = 1 << 20;
export const DYNAMIC: usize = ADDRESSES + <usize>(ADDRESS_SLOTS_MAX * 32);

// Link: one capture interface.
//   0 u32 link type (LINKTYPE_*)      4 u32 meta: direction and point, shifted
//   8 u32 direction policy           12 u32 bit 0 in use, bit 1 virtio_net_hdr before frames
//  16 u64 timestamp units per second 24 i64 timestamp offset, seconds
//  32 u64 frames                     40 u64 IP packets metered, GSO expanded
//  48 u64 x 8 frames not metered, by outcome 1..6 (index 0 stands for outcome 1)
export const LINK_TYPE: usize = 0;
export const LINK_META: usize = 4;
export const LINK_POLICY: usize = 8;
export const LINK_USED: usize = 12;
export const LINK_HAS_VIRTIO: u32 = 2;
export const LINK_UNITS: usize = 16;
export const LINK_OFFSET: usize = 24;
export const LINK_FRAMES: usize = 32;
export const LINK_PACKETS: usize = 40;
export const LINK_OUTCOMES: usize = 48;

// How a link gives packets their direction and observation point.
export const POLICY_FIXED: u32 = 0; // link meta as it is
export const POLICY_PACKET_TYPE: u32 = 1; // sockaddr_ll: outgoing is egress
export const POLICY_HOST_SIDE: u32 = 2; // host end of a veth pair: outgoing is ingress
export const POLICY_INVENTORY: u32 = 3; // by MAC, else by address

// Outcome of one frame. 0 is metered; the rest is counted per link.
export const OK: u32 = 0;
export const ARP: u32 = 1;
export const NOT_IP: u32 = 2;
export const TRUNCATED: u32 = 3;
export const MALFORMED: u32 = 4;
export const UNSUPPORTED_LINK: u32 = 5;
export const NO_INTERFACE: u32 = 6;

// Point: what text output needs to know of an observation point.
//   0 u32 bit 0 has IPv4, bit 1 has IPv6   4 u32 primary IPv4 (wire)   8 16 B IPv6 (wire)
//  24 u32 packets shed because the cache was full
export const POINT_FAMILIES: usize = 0;
export const POINT_IPV4: usize = 4;
export const POINT_IPV6: usize = 8;
export const POINT_EVICTED: usize = 24;

export const META_DIRECTION_SHIFT: u32 = 8;
export const META_VERDICT_SHIFT: u32 = 10;
export const META_POINT_SHIFT: u32 = 12;
export const META_POINT_MASK: u32 = 0x3ffff;
export const META_IPV6: u32 = 0x80000000;
export const INGRESS: u32 = 1;
export const EGRESS: u32 = 2;

// Batch record and cache entry share their first 48 bytes (src/spine/flow.ts draws the entry).
export const R_META: usize = 4;
export const R_SOURCE: usize = 8;
export const R_DESTINATION_IPV4: usize = 12;
export const R_DESTINATION_IPV6: usize = 24;
export const R_OCTETS: usize = 40; // batch only: u32
export const R_FLAGS: usize = 44; // batch only: u32
export const R_HASH: usize = 48; // batch only: u32
export const R_PACKETS: usize = 52; // batch only: u32
export const R_RELATIVE: usize = 56; // batch only: u32, microseconds since the window's start

export const E_PACKETS: usize = 40;
export const E_ANNOTATION: usize = 44;
export const E_OCTETS: usize = 48;
export const E_FIRST: usize = 56;
export const E_LAST: usize = 60;

@inline
export function be16(p: usize): u32 {
  return <u32>bswap<u16>(load<u16>(p));
}

@inline
export function be32(p: usize): u32 {
  return bswap<u32>(load<u32>(p));
}
