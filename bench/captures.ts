// Writes the benchmark's captures, the same bytes on every machine, and keeps them in memory
// (a tmpfs) where there is room.
//
// Every flow gets one packet, the rest are drawn by rank, then all are shuffled, so that flows
// interleave as badly for caches as on a busy link. Headers are made once per flow and patched.
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  renameSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import path from 'node:path';

import { Random } from '../test/support/random.ts';
import { Flows, HEADER_SLOT_BYTES } from './flow-headers.ts';
import {
  CAPTURE_SECONDS,
  CAPTURE_START_SECONDS,
  IMIX,
  SNAP_BYTES,
  type TrafficModel,
} from './traffic-model.ts';

const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const FRAME_BYTES_MIN = 60;
const OUTPUT_BYTES = 4 * 1024 * 1024;
/** Room for the three captures and what programs write beside them. */
const ROOM_BYTES = 6 * 1024 ** 3;
/** Part of the file name: raise it when the bytes change. */
const EDITION = 1;

/** Walker's alias table (Vose 1991): draws a rank in constant time. */
class RankSampler {
  readonly #share: Float64Array;
  readonly #alias: Uint32Array;

  constructor(count: number, skew: number) {
    this.#share = Float64Array.from({ length: count }, (_, rank) => 1 / (rank + 1) ** skew);
    this.#alias = Uint32Array.from({ length: count }, (_, rank) => rank);
    const sum = this.#share.reduce((total, share) => total + share, 0);
    const small: number[] = [];
    const large: number[] = [];
    this.#share.forEach((share, rank) => {
      const scaled = (share * count) / sum;
      this.#share[rank] = scaled;
      (scaled < 1 ? small : large).push(rank);
    });
    for (let low = small.pop(); low !== undefined; low = small.pop()) {
      const high = large.at(-1);
      if (high === undefined) break;
      this.#alias[low] = high;
      this.#share[high] = this.#share[high]! - (1 - this.#share[low]!);
      if (this.#share[high] < 1) small.push(large.pop() ?? high);
    }
  }

  draw(random: Random): number {
    const rank = random.below(this.#share.length);
    return random.next() / 2 ** 32 < this.#share[rank]! ? rank : this.#alias[rank]!;
  }
}

/** The flow of each packet, in the order of the file. */
function packetOrder(model: TrafficModel, random: Random): Uint32Array {
  const order = new Uint32Array(model.packetCount);
  const scanCount = Math.floor(model.flowCount * model.scanShare);
  const sampler = new RankSampler((model.flowCount - scanCount) / 2, model.skew);
  for (let index = 0; index < order.length; index += 1) {
    if (index < model.flowCount) order[index] = index;
    else if (scanCount > 0 && random.chance(20)) order[index] = random.below(scanCount);
    else order[index] = scanCount + 2 * sampler.draw(random) + random.below(2);
  }
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1);
    const flow = order[index]!;
    order[index] = order[other]!;
    order[other] = flow;
  }
  return order;
}

/** Appends to a file through one buffer. */
class Output {
  readonly bytes = Buffer.alloc(OUTPUT_BYTES);
  readonly #file: number;
  length = 0;

  constructor(file: number) {
    this.#file = file;
  }

  flush(): void {
    for (let done = 0; done < this.length;) {
      done += writeSync(this.#file, this.bytes, done, this.length - done);
    }
    this.length = 0;
  }
}

function writePackets(model: TrafficModel, output: Output): void {
  const random = new Random(model.seed);
  const flows = new Flows(model, random);
  const order = packetOrder(model, random);
  flows.plan(order);
  const stepUs = Math.floor((CAPTURE_SECONDS * 1e6) / model.packetCount);
  const { bytes } = output;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let index = 0; index < order.length; index += 1) {
    const flow = order[index]!;
    const ipBytes = flows.nextPacket(flow, IMIX[random.below(IMIX.length)]!);
    const wireBytes = Math.max(FRAME_BYTES_MIN, ETHERNET_BYTES + ipBytes);
    const captured = Math.min(SNAP_BYTES, wireBytes);
    const timeUs = index * stepUs + random.below(stepUs);
    const record = output.length;
    view.setUint32(record, CAPTURE_START_SECONDS + Math.floor(timeUs / 1e6), true);
    view.setUint32(record + 4, timeUs % 1e6, true);
    view.setUint32(record + 8, captured, true);
    view.setUint32(record + 12, wireBytes, true);
    const header = flow * HEADER_SLOT_BYTES;
    flows.headers.copy(bytes, record + RECORD_HEADER_BYTES, header, header + captured);
    output.length = record + RECORD_HEADER_BYTES + captured;
    if (output.length > OUTPUT_BYTES - RECORD_HEADER_BYTES - SNAP_BYTES) output.flush();
  }
}

function pcapHeader(output: Output): void {
  const words = [0xa1b2_c3d4, 0x0004_0002, 0, 0, SNAP_BYTES, 1];
  words.forEach((word, index) => output.bytes.writeUInt32LE(word, index * 4));
  output.length = words.length * 4;
}

/** The folder of captures: in memory when there is room, else the system's temporary folder. */
export function captureFolder(): string {
  const shared = '/dev/shm';
  let inMemory = false;
  if (existsSync(shared)) {
    const space = statfsSync(shared);
    inMemory = Math.min(space.bavail * space.bsize, freemem()) > ROOM_BYTES;
  }
  const folder = path.join(inMemory ? shared : tmpdir(), 'weir-bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The path of the model's capture, which is written when it is not there yet. */
export function captureOf(model: TrafficModel): string {
  const file = path.join(captureFolder(), `${model.name}-${model.packetCount}-${EDITION}.pcap`);
  if (existsSync(file)) return file;
  const unfinished = `${file}.${process.pid}`;
  const descriptor = openSync(unfinished, 'w');
  const output = new Output(descriptor);
  pcapHeader(output);
  writePackets(model, output);
  output.flush();
  closeSync(descriptor);
  renameSync(unfinished, file);
  return file;
}
