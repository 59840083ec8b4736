// AF_PACKET socket with a TPACKET_V3 receive ring (packet(7), Documentation/networking/
// packet_mmap.rst). Only the socket and its memory; capture/ring.ts walks the blocks.
import { OperationError } from '../observe/operation-error.ts';
import { captureHint } from './capabilities.ts';
import {
  bindSocket,
  checked,
  closeDescriptor,
  ffi,
  getSocketOption,
  int32Option,
  lastErrorName,
  libcFunction,
  openSocket,
  setSocketOption,
} from './libc.ts';
import { watchReadable, type ReadinessWatch } from './readiness.ts';

const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_ATTACH_FILTER = 26;
const SOL_PACKET = 263;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const PACKET_VNET_HDR = 15;
const TPACKET_V3 = 2;
const ETH_P_ALL = 0x0003;
const TPACKET_REQ3_BYTES = 28;
const SOCKADDR_LL_BYTES = 20;
/** Only the geometry check of the kernel looks at it: frames of a V3 ring have any length. */
const NOMINAL_FRAME_BYTES = 2048;

const PROT_READ_WRITE = 0x3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE = 0x02;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;
const MAP_NORESERVE = 0x4000;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

const BPF_RET_CONSTANT = 0x06;

const mmap = libcFunction<
  (
    address: bigint | null,
    bytes: number,
    protection: number,
    flags: number,
    descriptor: number,
    offset: number,
  ) => bigint
>('void *mmap(void *address, size_t bytes, int protection, int flags, int fd, int64_t offset)');
const munmap = libcFunction<(address: bigint, bytes: number) => number>(
  'int munmap(void *address, size_t bytes)',
);

export interface PacketSocketOptions {
  readonly ifindex: number;
  /** For messages only. */
  readonly name: string;
  /** False: the kernel takes the link header off, and there is no virtio header either. */
  readonly linkHeader: boolean;
  /** Multiple of the page size. */
  readonly blockBytes: number;
  readonly blockCount: number;
  /** Longest time that a block which holds frames waits to be handed over. */
  readonly blockTimeoutMs: number;
  /** Bytes kept of each frame. */
  readonly snapshotLength: number;
}

export interface PacketSocket {
  /** The ring's blocks, one after the other, shared with the kernel. Zero after `close`. */
  readonly memory: ArrayBuffer;
  /** Frames put into the ring and frames dropped since the last call. */
  readStatistics(): { packets: number; drops: number };
  /** From now on no frame enters the ring. */
  rejectAll(): void;
  /** Calls back while a block is ready; null ends that. */
  onReadable(callback: (() => void) | null): void;
  close(): void;
}

/**
 * Opens the socket in the namespace that the thread is in.
 *
 * @throws OperationError `not-permitted` (CAP_NET_RAW), `not-found`, `unavailable` (memory)
 */
export function openPacketSocket(options: PacketSocketOptions): PacketSocket {
  const action = `Cannot capture on "${options.name}"`;
  const type = (options.linkHeader ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC;
  // Protocol 0: nothing is received until bind names one, when the ring is ready.
  const descriptor = openSocket(AF_PACKET, type, 0);
  if (descriptor < 0) throw openFault(action);
  try {
    const memory = mapRing(descriptor, options, action);
    try {
      bindTo(descriptor, options.ifindex, action);
    } catch (cause) {
      memory.release();
      throw cause;
    }
    return socketOver(descriptor, memory);
  } catch (cause) {
    closeDescriptor(descriptor);
    throw cause;
  }
}

interface RingMemory {
  readonly buffer: ArrayBuffer;
  release(): void;
}

function socketOver(descriptor: number, memory: RingMemory): PacketSocket {
  let readiness: ReadinessWatch | undefined;
  let open = true;
  return {
    memory: memory.buffer,
    readStatistics() {
      if (!open) return { packets: 0, drops: 0 };
      // tpacket_stats_v3: packets u32 (drops included), drops u32, freezes u32; reading clears it.
      const counts = Buffer.alloc(12);
      const length = int32Option(counts.length);
      checked(
        getSocketOption(descriptor, SOL_PACKET, PACKET_STATISTICS, counts, length),
        'Cannot read the packet counters',
      );
      const drops = counts.readUInt32LE(4);
      return { packets: counts.readUInt32LE(0) - drops, drops };
    },
    rejectAll() {
      if (open) attachFilter(descriptor, 0, 'Cannot end the capture');
    },
    onReadable(callback) {
      readiness?.close();
      readiness = undefined;
      if (callback === null || !open) return;
      readiness = watchReadable(descriptor, callback, () => {
        // ENETDOWN: the interface went down; frames come again when it is up.
        getSocketOption(descriptor, SOL_SOCKET, SO_ERROR, Buffer.alloc(4), int32Option(4));
        callback();
      });
    },
    close() {
      if (!open) return;
      open = false;
      readiness?.close();
      memory.release();
      closeDescriptor(descriptor);
    },
  };
}

function openFault(action: string): OperationError {
  if (lastErrorName() === 'EPERM') {
    return new OperationError(
      'not-permitted',
      `${action}: CAP_NET_RAW is missing; ${captureHint()}`,
    );
  }
  return new OperationError('unavailable', `${action}: no packet socket (${lastErrorName()})`);
}

function mapRing(descriptor: number, options: PacketSocketOptions, action: string): RingMemory {
  attachFilter(descriptor, options.snapshotLength, action);
  setOption(descriptor, PACKET_VERSION, int32Option(TPACKET_V3), action);
  if (options.linkHeader) setOption(descriptor, PACKET_VNET_HDR, int32Option(1), action);
  const { blockBytes, blockCount } = options;
  const request = Buffer.alloc(TPACKET_REQ3_BYTES);
  request.writeUInt32LE(blockBytes, 0);
  request.writeUInt32LE(blockCount, 4);
  request.writeUInt32LE(NOMINAL_FRAME_BYTES, 8);
  request.writeUInt32LE((blockBytes / NOMINAL_FRAME_BYTES) * blockCount, 12);
  request.writeUInt32LE(options.blockTimeoutMs, 16);
  const bytes = blockBytes * blockCount;
  const ringAction = `${action}: no ring of ${blockCount} blocks of ${blockBytes} bytes`;
  setOption(descriptor, PACKET_RX_RING, request, ringAction);
  const address = mmap(null, bytes, PROT_READ_WRITE, MAP_SHARED, descriptor, 0);
  if (address === MAP_FAILED) {
    throw new OperationError('unavailable', `${ringAction} could be mapped (${lastErrorName()})`);
  }
  return ringMemory(address, bytes);
}

// Unmaps the placeholder of a closed ring when nobody can read it any more.
const unmapWhenUnreachable = new FinalizationRegistry<{ address: bigint; bytes: number }>(
  ({ address, bytes }) => munmap(address, bytes),
);

/**
 * The mapping as an ArrayBuffer. Reading through a view after munmap would kill the process, so
 * `release` puts untouched zero pages in its place, which cost address space only, and unmaps
 * those when the buffer is collected.
 */
function ringMemory(address: bigint, bytes: number): RingMemory {
  const buffer = ffi().view(address, bytes);
  return {
    buffer,
    release() {
      const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
      mmap(address, bytes, PROT_READ_WRITE, flags, -1, 0);
      unmapWhenUnreachable.register(buffer, { address, bytes });
    },
  };
}

function bindTo(descriptor: number, ifindex: number, action: string): void {
  // sockaddr_ll: family u16, protocol u16 in network order, ifindex i32, ...
  const address = Buffer.alloc(SOCKADDR_LL_BYTES);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(ifindex, 4);
  if (bindSocket(descriptor, address, address.length) === 0) return;
  const name = lastErrorName();
  const code = name === 'ENODEV' ? 'not-found' : 'failed';
  throw new OperationError(code, `${action}: the interface is gone (${name})`);
}

/** A classic BPF program of one instruction: keep so many bytes of every frame; 0 keeps none. */
function attachFilter(descriptor: number, keptBytes: number, action: string): void {
  const instruction = Buffer.alloc(8);
  instruction.writeUInt16LE(BPF_RET_CONSTANT, 0);
  instruction.writeUInt32LE(keptBytes, 4);
  // sock_fprog: count u16, padding, pointer.
  const program = Buffer.alloc(16);
  program.writeUInt16LE(1, 0);
  program.writeBigUInt64LE(ffi().address(instruction), 8);
  checked(
    setSocketOption(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, program, program.length),
    action,
  );
  // Naming it here keeps the collector off it until the kernel has copied it.
  instruction.fill(0);
}

function setOption(descriptor: number, name: number, value: Buffer, action: string): void {
  checked(setSocketOption(descriptor, SOL_PACKET, name, value, value.length), action);
}
