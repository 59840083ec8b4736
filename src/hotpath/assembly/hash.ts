// Hash of the flow key: two or three 64-bit multiplications, high bits folded back, since a scan
// changes a few low bits only and a weak hash then clusters (spec/hotpath.md 2). The seed keeps a
// stranger from choosing colliding flows; deterministic mode leaves it 0.

const K1: u64 = 0x9e3779b97f4a7c15;
const K2: u64 = 0xd6e8feb86659fd93;
const K3: u64 = 0xc2b2ae3d27d4eb4f;

export let seed: u64 = 0;

export function setSeed(low: u32, high: u32): void {
  seed = <u64>low | (<u64>high << 32);
}

/** portsMeta: first 8 bytes of the key; addresses: IPv4 source and destination. */
@inline
export function hashIpv4(portsMeta: u64, addresses: u64): u32 {
  let h = (addresses ^ K1 ^ seed) * K2;
  h ^= h >> 32;
  h = (h ^ portsMeta) * K3;
  return <u32>(h ^ (h >> 32));
}

/** key: address of a 40-byte IPv6 key. */
@inline
export function hashIpv6(key: usize): u32 {
  let x = (load<u64>(key, 8) ^ K1 ^ seed) * K2;
  let y = (load<u64>(key, 24) ^ K2) * K3;
  x ^= x >> 32;
  y ^= y >> 32;
  x = (x ^ load<u64>(key, 16)) * K3;
  y = (y ^ load<u64>(key, 32)) * K1;
  x ^= x >> 29;
  y ^= y >> 32;
  let h = (x + y) * K2;
  h ^= h >> 32;
  h = (h ^ load<u64>(key)) * K3;
  return <u32>(h ^ (h >> 32));
}

/** Hash of two words, for the MAC and address tables. */
export function hashPair(a: u64, b: u64): u32 {
  let h = (a ^ K1) * K2;
  h ^= h >> 32;
  h = (h ^ b) * K3;
  return <u32>(h ^ (h >> 32));
}
