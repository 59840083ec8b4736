// A frame that the kernel hands over before segmentation (or after receive merging) stands for
// several wire packets: virtio_net_hdr.gso_size bytes of payload each, every one with its own IP
// and transport header (spec/capture.md 2). AWS counts wire packets.
import { R_OCTETS, R_PACKETS } from '../assembly/layout';

let headerBytes: u32 = 0;

/** Remembers IP plus transport header bytes of the frame being decoded. */
export function setGsoHeader(bytes: u32): void {
  headerBytes = bytes;
}

/** Rewrites packets and octets of batch record r for a segment size, 0 = an ordinary frame. */
export function expandGso(r: usize, segmentBytes: u32): void {
  store<u32>(r, 1, R_PACKETS);
  const octets = load<u32>(r, R_OCTETS);
  if (segmentBytes == 0 || octets <= headerBytes + segmentBytes) return;
  const packets = (octets - headerBytes + segmentBytes - 1) / segmentBytes;
  store<u32>(r, packets, R_PACKETS);
  store<u32>(r, octets + (packets - 1) * headerBytes, R_OCTETS);
}
