// A frame that the kernel hands over before segmentation (or after receive merging) stands for
// several wire packets: virtio_net_hdr.gso_size bytes of payload each, every one with its own IP
// and transport header (spec/capture.md 2). AWS counts wire packets.
import { R_OCTETS, R_PACKETS } from '../assembly/layout';

let headerBytes: u32 = 0;
let offloadBytes: u32 = 0;

/**
 * Remembers, of the frame being decoded, IP plus transport header bytes as they are on the wire,
 * and the bytes of headers that exist before segmentation only.
 */
export function setGsoHeader(wire: u32, offload: u32): void {
  headerBytes = wire;
  offloadBytes = offload;
}

/** Rewrites packets and octets of batch record r for a segment size, 0 = an ordinary frame. */
export function expandGso(r: usize, segmentBytes: u32): void {
  store<u32>(r, 1, R_PACKETS);
  if (segmentBytes == 0) return;
  const octets = load<u32>(r, R_OCTETS) - offloadBytes;
  if (octets <= headerBytes + segmentBytes) return;
  const packets = (octets - headerBytes + segmentBytes - 1) / segmentBytes;
  store<u32>(r, packets, R_PACKETS);
  store<u32>(r, octets + (packets - 1) * headerBytes, R_OCTETS);
}
