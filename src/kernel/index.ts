// The Linux kernel, as far as Weir talks to it: packet rings, rtnetlink, network namespaces,
// file locks, capabilities. The only room that imports koffi, and it does so at the first call
// that needs it: importing this file costs nothing, so `weir replay` stays fast.
//
// Enters: names of namespaces and interfaces. Leaves: descriptors wrapped in objects with
// `close`, plain readonly data, and OperationErrors that say what to run.
// Bounds: ring memory is what the caller asks for; netlink answers are read whole (one entry per
// link, address and route). Threads: everything acts on the calling thread and its event loop.
// Sources: packet(7), packet_mmap.rst, netlink(7), rtnetlink(7), setns(2), capabilities(7).
export { captureHint, readCapabilities, type Capabilities } from './capabilities.ts';
export { lockFile, type FileLock } from './file-lock.ts';
export { inNetns, listNetns, netnsIdentity } from './netns.ts';
export { watchNetwork, type NetworkWatch } from './network-watch.ts';
export { openPacketSocket, type PacketSocket, type PacketSocketOptions } from './packet-socket.ts';
export {
  readAddresses,
  readLinks,
  readNetwork,
  readRoutes,
  type NetworkState,
} from './rtnetlink.ts';
export type { InterfaceAddress, KernelRoute, Link } from './rtnetlink-messages.ts';
