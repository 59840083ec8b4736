// Frames as the kernel lays them out in a TPACKET_V3 block (src/hotpath/assembly/feed-ring.ts).

export interface RingFrame {
  readonly bytes: Uint8Array;
  /** Unix seconds and nanoseconds. */
  readonly second: number;
  readonly nanosecond?: number;
  /** Length on the wire; the frame's own when absent. */
  readonly wireBytes?: number;
  /** virtio_net_hdr.gso_size. */
  readonly segmentBytes?: number;
  /** sockaddr_ll packet type; 4 is outgoing. */
  readonly packetType?: number;
}

const MAC_OFFSET = 96;

/** A chain of packets, the last one's next offset 0. */
export function ringBlock(frames: readonly RingFrame[]): Uint8Array {
  const sizes = frames.map((frame) => (MAC_OFFSET + frame.bytes.length + 15) & ~15);
  const block = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  const view = new DataView(block.buffer);
  let at = 0;
  frames.forEach((frame, index) => {
    const size = sizes[index] ?? 0;
    view.setUint32(at, index === frames.length - 1 ? 0 : size, true);
    view.setUint32(at + 4, frame.second, true);
    view.setUint32(at + 8, frame.nanosecond ?? 0, true);
    view.setUint32(at + 12, frame.bytes.length, true);
    view.setUint32(at + 16, frame.wireBytes ?? frame.bytes.length, true);
    view.setUint16(at + 24, MAC_OFFSET, true);
    view.setUint8(at + 58, frame.packetType ?? 0);
    view.setUint16(at + MAC_OFFSET - 6, frame.segmentBytes ?? 0, true);
    block.set(frame.bytes, at + MAC_OFFSET);
    at += size;
  });
  return block;
}
