// One header per flow, made once, with the few bytes patched that differ between its packets.
import { internetChecksum } from '../test/support/bytes.ts';
import type { Random } from '../test/support/random.ts';
import { IPV6_PERCENT, SNAP_BYTES, type TrafficModel } from './traffic-model.ts';

/** Distance of two headers. */
export const HEADER_SLOT_BYTES = SNAP_BYTES;

const IP_OFFSET = 14;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;
const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const TCP_BYTES = 20;
const UDP_BYTES = 8;
const ICMP_BYTES = 8;
const FIN_ACK = 0x11;
const SYN = 0x02;
const SYN_ACK = 0x12;
const ACK = 0x10;
const SERVER_PORTS = [443, 80, 443, 22, 53, 8080, 443, 3306];
/** One-way probes come from this many sources. */
const SCANNERS = 64;

interface Conversation {
  readonly isIpv6: boolean;
  readonly protocol: number;
  readonly client: readonly number[];
  readonly server: readonly number[];
  readonly clientPort: number;
  readonly serverPort: number;
}

function transportBytes(protocol: number): number {
  if (protocol === TCP) return TCP_BYTES;
  return protocol === UDP ? UDP_BYTES : ICMP_BYTES;
}

function randomConversation(random: Random): Conversation {
  const isIpv6 = random.chance(IPV6_PERCENT);
  const share = random.below(100);
  const icmp = isIpv6 ? ICMPV6 : ICMP;
  const protocol = share < 70 ? TCP : share < 98 ? UDP : icmp;
  const remote = Array.from({ length: isIpv6 ? 12 : 3 }, () => random.below(256));
  const local = random.below(16) + 10;
  const hasPorts = protocol !== icmp;
  return {
    isIpv6,
    protocol,
    client: isIpv6 ? [0x26, 0, 0x1f, 0x18, ...remote] : [11 + random.below(100), ...remote],
    server: isIpv6
      ? [0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, local]
      : [10, 0, 0, local],
    clientPort: hasPorts ? 32_768 + random.below(28_000) : 0,
    serverPort: hasPorts ? (SERVER_PORTS[random.below(SERVER_PORTS.length)] ?? 443) : 0,
  };
}

/** Probe `number`: few sources walk over the ports of few targets. */
function probe(number: number): Conversation {
  const source = number % SCANNERS;
  const target = (number >>> 6) & 15;
  const port = number >>> 10;
  return {
    isIpv6: false,
    protocol: TCP,
    client: [185, 220, source >>> 3, 10 + source],
    server: [10, 0, 0, 10 + target],
    clientPort: 40_000 + Math.floor(port / 65_535),
    serverPort: 1 + (port % 65_535),
  };
}

/** All flows of a capture, by number. */
export class Flows {
  readonly headers: Buffer;
  readonly #sent: Uint32Array;
  readonly #total: Uint32Array;
  readonly #sequence: Uint32Array;
  readonly #scanCount: number;

  constructor(model: TrafficModel, random: Random) {
    this.headers = Buffer.alloc(model.flowCount * HEADER_SLOT_BYTES);
    this.#sent = new Uint32Array(model.flowCount);
    this.#total = new Uint32Array(model.flowCount);
    this.#sequence = new Uint32Array(model.flowCount).fill(1000);
    this.#scanCount = Math.floor(model.flowCount * model.scanShare);
    for (let flow = 0; flow < this.#scanCount; flow += 1) this.#write(flow, probe(flow), true);
    for (let flow = this.#scanCount; flow < model.flowCount; flow += 2) {
      const talk = randomConversation(random);
      this.#write(flow, talk, true);
      this.#write(flow + 1, talk, false);
    }
  }

  /** Tells how many packets each flow will have, so that the last one is known. */
  plan(order: Uint32Array): void {
    for (const flow of order) this.#total[flow] = this.#total[flow]! + 1;
  }

  /**
   * Patches the flow's header for its next packet.
   *
   * @param wantedBytes IP length, raised to what the headers need
   * @returns the packet's IP length
   */
  nextPacket(flow: number, wantedBytes: number): number {
    const { headers } = this;
    const ip = flow * HEADER_SLOT_BYTES + IP_OFFSET;
    const isIpv6 = headers[ip]! >>> 4 === 6;
    const protocol = isIpv6 ? headers[ip + 6]! : headers[ip + 9]!;
    const networkBytes = isIpv6 ? IPV6_BYTES : IPV4_BYTES;
    const sent = this.#sent[flow]!;
    this.#sent[flow] = sent + 1;
    const isShort = protocol === TCP && (sent === 0 || flow < this.#scanCount);
    const headerBytes = networkBytes + transportBytes(protocol);
    const bytes = Math.max(isShort ? 0 : wantedBytes, headerBytes);
    if (protocol === TCP) this.#patchTcp(flow, sent, ip + networkBytes, bytes - headerBytes);
    if (isIpv6) {
      headers.writeUInt16BE(bytes - IPV6_BYTES, ip + 4);
    } else {
      headers.writeUInt16BE(bytes, ip + 2);
      headers.writeUInt16BE(0, ip + 10);
      headers.writeUInt16BE(internetChecksum(headers.subarray(ip, ip + IPV4_BYTES)), ip + 10);
    }
    if (protocol === UDP) headers.writeUInt16BE(bytes - networkBytes, ip + networkBytes + 4);
    return bytes;
  }

  /** Flags, and the sequence numbers of a stream that loses nothing. */
  #patchTcp(flow: number, sent: number, tcp: number, payloadBytes: number): void {
    const flags = this.#flags(flow, sent);
    const answer = flow + 1 - 2 * ((flow - this.#scanCount) & 1);
    this.headers.writeUInt32BE(this.#sequence[flow]!, tcp + 4);
    this.headers.writeUInt32BE(flow < this.#scanCount ? 0 : this.#sequence[answer]!, tcp + 8);
    this.headers[tcp + 13] = flags;
    // SYN and FIN count as a byte each (RFC 9293 3.4).
    this.#sequence[flow] = this.#sequence[flow]! + payloadBytes + (flags === ACK ? 0 : 1);
  }

  /** SYN, or its answer, opens; the last packet closes. */
  #flags(flow: number, sent: number): number {
    if (flow < this.#scanCount) return SYN;
    const isAnswer = (flow - this.#scanCount) % 2 === 1;
    if (sent === 0) return isAnswer ? SYN_ACK : SYN;
    return sent + 1 === this.#total[flow]! ? FIN_ACK : ACK;
  }

  #write(flow: number, talk: Conversation, isForward: boolean): void {
    const start = flow * HEADER_SLOT_BYTES;
    const header = this.headers.subarray(start, start + HEADER_SLOT_BYTES);
    header.set([2, 0, 0, 0, 0, isForward ? 1 : 2, 2, 0, 0, 0, 0, isForward ? 2 : 1]);
    const ip = header.subarray(IP_OFFSET);
    const source = isForward ? talk.client : talk.server;
    const destination = isForward ? talk.server : talk.client;
    if (talk.isIpv6) {
      header.writeUInt16BE(0x86dd, 12);
      ip.set([0x60, 0, 0, 0, 0, 0, talk.protocol, 64, ...source, ...destination]);
    } else {
      header.writeUInt16BE(0x0800, 12);
      ip.set([0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, talk.protocol, 0, 0, ...source, ...destination]);
    }
    const transport = ip.subarray(talk.isIpv6 ? IPV6_BYTES : IPV4_BYTES);
    if (talk.protocol === TCP || talk.protocol === UDP) {
      transport.writeUInt16BE(isForward ? talk.clientPort : talk.serverPort, 0);
      transport.writeUInt16BE(isForward ? talk.serverPort : talk.clientPort, 2);
    } else {
      const echo = talk.protocol === ICMP ? [8, 0] : [128, 129];
      transport[0] = echo[isForward ? 0 : 1] ?? 0;
    }
    if (talk.protocol === TCP) {
      transport[12] = (TCP_BYTES / 4) << 4;
      transport.writeUInt16BE(64_240, 14);
    }
  }
}
