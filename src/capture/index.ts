// Capture: frames come in, from live interfaces or from capture files, and leave as blocks of
// bytes; what they mean is for hotpath/ to say.
//
// - `followInterfaces` tells which interfaces to capture, as they come and go.
// - `openRing` gives the frames of one interface as TPACKET_V3 blocks, shared with the kernel.
// - `openCaptureFile` gives the bytes of a pcap or pcapng file, gzip undone, or standard input.
//
// Bounds: a ring is blockBytes x blockCount of kernel memory; when the reader is late the kernel
// drops frames and counts them (`statistics`). Files: a chunk at a time, about 2 MiB for a gzip.
// Rings need CAP_NET_RAW, other namespaces CAP_SYS_ADMIN; files need nothing, and load no FFI.
// Sources: packet(7), spec/capture.md 2, RFC 1952 (gzip).
export { openCaptureFile, type CaptureFile } from './capture-file.ts';
export {
  followInterfaces,
  type FollowedDevice,
  type FollowOptions,
  type InterfaceFollower,
} from './interfaces.ts';
export {
  LINK_TYPE_ETHERNET,
  LINK_TYPE_RAW,
  openRing,
  type Ring,
  type RingBlock,
  type RingOptions,
  type RingStatistics,
} from './ring.ts';
