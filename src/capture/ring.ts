// Walks the blocks of a TPACKET_V3 ring. The kernel fills block after block; one that is full, or
// has waited long enough, becomes ours by its status word and is the kernel's again when we
// write it back. While we own all of them the kernel drops frames, and counts them.
//
//   block                                         packet in it, tpacket3_hdr
//   +---------+-----------+------------------+    +-------------+------------------------------+
//   |  8  u32 | status    | 1 = ours         |    |  0 next u32 |  4 sec u32  |  8 nsec u32    |
//   | 12  u32 | packets   |                  |    | 12 snaplen  | 16 length   | 20 status u32  |
//   | 16  u32 | first     | offset in block  |    | 24 mac u16  | 26 net u16  | 32 vlan tci    |
//   | 20  u32 | used      | bytes of block   |    | 48 sockaddr_ll: 52 ifindex, 58 type (4 = out)|
//   +---------+-----------+------------------+    | mac-10 virtio_net_hdr: mac-6 gso_size u16   |
//                                                 +--------------------------------------------+
import { OperationError } from '../observe/operation-error.ts';
import { inNetns, openPacketSocket, readLinks, type PacketSocket } from '../kernel/index.ts';

const STATUS_WORD = 8 / 4;
const PACKETS_WORD = 12 / 4;
const FIRST_WORD = 16 / 4;
const USED_WORD = 20 / 4;
const STATUS_KERNEL = 0;
const STATUS_USER = 1;

/** pcap link types of what a ring hands over. */
export const LINK_TYPE_ETHERNET = 1;
export const LINK_TYPE_RAW = 101;

// ARPHRD_ numbers (linux/if_arp.h) whose frames begin with an Ethernet header ...
const ETHERNET_HARDWARE = new Set([1, 772]);
// ... or, at the packet tap, with the IP header: PPP, raw IP (cellular), IPIP, IP6 tunnels, SIT,
// GRE over IPv4 and IPv6, none (tun, WireGuard).
const RAW_HARDWARE = new Set([512, 519, 768, 769, 776, 778, 823, 65534]);

export interface RingOptions {
  /** Network namespace by name or path; null: the daemon's own. */
  readonly netns: string | null;
  readonly ifindex: number;
  readonly name: string;
  /** Multiple of 4096; every block holds at least one frame, cut to the snapshot length. */
  readonly blockBytes: number;
  /** Two at least. */
  readonly blockCount: number;
  /** Longest time that a frame waits in a block that is not full. */
  readonly blockTimeoutMs: number;
  /** Bytes kept of each frame. */
  readonly snapshotLength: number;
}

export interface RingBlock {
  /** From the first tpacket3_hdr to the block's used end: valid until `releaseBlock`. */
  readonly bytes: Uint8Array;
  /** Packets in it, chained by `next` (0 at the last). */
  readonly packetCount: number;
}

export interface RingStatistics {
  /** Frames that were put into the ring. */
  readonly packets: number;
  /** Frames that found no room. */
  readonly drops: number;
}

/** The live frames of one interface. */
export interface Ring {
  readonly linkType: typeof LINK_TYPE_ETHERNET | typeof LINK_TYPE_RAW;
  /** Every frame has a virtio_net_hdr of 10 bytes before it; without, there is no gso_size. */
  readonly virtioHeader: boolean;
  /** The oldest block that is ready, the same one until it is released; null: none is. */
  nextBlock(): RingBlock | null;
  /** Gives the block of `nextBlock` back to the kernel; nothing happens when there is none. */
  releaseBlock(): void;
  /** Counts since the last call: every frame that passed is in one of the two numbers. */
  statistics(): RingStatistics;
  /** Calls back, again and again, while a block is ready. One callback at a time. */
  onReadable(callback: () => void): void;
  /**
   * Ends the capture without losing what was captured: takes no more frames, hands over every
   * block that is left, also the unfinished one, and closes. Takes about `blockTimeoutMs`.
   *
   * @param consume is given each block; it is released afterwards
   * @returns the last statistics
   */
  finish(consume: (block: RingBlock) => void): Promise<RingStatistics>;
  /** Closes at once; frames that were not fetched are lost. Views of blocks read as zero. */
  close(): void;
}

/**
 * Starts to capture on one interface. May be called on any thread; wake-ups come on its event
 * loop. Close the ring before the thread ends.
 *
 * @throws OperationError `not-permitted` (CAP_NET_RAW; CAP_SYS_ADMIN for a namespace),
 *   `not-found` when the interface is gone or is another one by now, `unavailable` (memory)
 */
export function openRing(options: RingOptions): Ring {
  return inNetns(options.netns, () => {
    const hardwareType = hardwareTypeOf(options);
    const ethernet = ETHERNET_HARDWARE.has(hardwareType);
    // Of unknown links the kernel takes the header off, which leaves the IP packet.
    const linkHeader = ethernet || RAW_HARDWARE.has(hardwareType);
    const socket = openPacketSocket({ ...options, linkHeader });
    return new BlockRing(
      socket,
      options,
      ethernet ? LINK_TYPE_ETHERNET : LINK_TYPE_RAW,
      linkHeader,
    );
  });
}

function hardwareTypeOf({ ifindex, name }: RingOptions): number {
  const link = readLinks(null).find((candidate) => candidate.ifindex === ifindex);
  if (link?.name !== name) {
    throw new OperationError('not-found', `Cannot capture on "${name}": the interface is gone`);
  }
  return link.hardwareType;
}

class BlockRing implements Ring {
  readonly linkType: Ring['linkType'];
  readonly virtioHeader: boolean;
  readonly #socket: PacketSocket;
  readonly #blockBytes: number;
  readonly #blockCount: number;
  readonly #blockTimeoutMs: number;
  /** All blocks as words, for the status words that are shared with the kernel. */
  readonly #words: Int32Array;
  #block = 0;
  #open = true;

  constructor(
    socket: PacketSocket,
    options: RingOptions,
    linkType: Ring['linkType'],
    virtioHeader: boolean,
  ) {
    this.#socket = socket;
    this.#blockBytes = options.blockBytes;
    this.#blockCount = options.blockCount;
    this.#blockTimeoutMs = options.blockTimeoutMs;
    this.#words = new Int32Array(socket.memory);
    this.linkType = linkType;
    this.virtioHeader = virtioHeader;
  }

  nextBlock(): RingBlock | null {
    const word = this.#word();
    if (!this.#open || !this.#isReady(word)) return null;
    const first = this.#words[word + FIRST_WORD]!;
    const used = this.#words[word + USED_WORD]!;
    const bytes = new Uint8Array(this.#socket.memory, word * 4 + first, used - first);
    return { bytes, packetCount: this.#words[word + PACKETS_WORD]! };
  }

  releaseBlock(): void {
    const word = this.#word();
    if (!this.#open || !this.#isReady(word)) return;
    // The kernel sets it when it opens the block; until then it must not look unfinished.
    this.#words[word + PACKETS_WORD] = 0;
    Atomics.store(this.#words, word + STATUS_WORD, STATUS_KERNEL);
    this.#block = (this.#block + 1) % this.#blockCount;
  }

  statistics(): RingStatistics {
    return this.#socket.readStatistics();
  }

  onReadable(callback: () => void): void {
    this.#socket.onReadable(callback);
  }

  async finish(consume: (block: RingBlock) => void): Promise<RingStatistics> {
    this.#socket.onReadable(null);
    this.#socket.rejectAll();
    // A frame that passed the filter just before may still be under way, hence one round more.
    for (let round = 0; round < 2 || (!this.#isDrained() && round < 20); round++) {
      await new Promise((resolve) => setTimeout(resolve, this.#blockTimeoutMs / 2));
      for (let block = this.nextBlock(); block !== null; block = this.nextBlock()) {
        consume(block);
        this.releaseBlock();
      }
    }
    const statistics = this.statistics();
    this.close();
    return statistics;
  }

  close(): void {
    this.#open = false;
    this.#socket.close();
  }

  #word(): number {
    return (this.#block * this.#blockBytes) / 4;
  }

  #isReady(word: number): boolean {
    return (Atomics.load(this.#words, word + STATUS_WORD) & STATUS_USER) !== 0;
  }

  /** True when neither a ready block nor frames in the unfinished one are left. */
  #isDrained(): boolean {
    const word = this.#word();
    return !this.#isReady(word) && this.#words[word + PACKETS_WORD] === 0;
  }
}
