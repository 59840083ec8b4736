// The WebAssembly instance behind the hot path: its exports, and its memory sized for a number of
// flows. The numbers here stand also in assembly/layout.ts; a difference is found at start.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { POINTS_MAX } from '../spine/flow.ts';

export const LINK_BYTES = 128;
export const POINT_BYTES = 32;
export const CONSTANT_SLOTS = 64;
export const HEAP_BYTES = 0x4000000;
const PAGE_BYTES = 65536;

interface NumberGlobal {
  readonly value: number;
}
interface BigIntGlobal {
  readonly value: bigint;
}

/** What assembly/index.ts exports. */
export interface HotPathExports {
  readonly INPUT: NumberGlobal;
  readonly OUTPUT: NumberGlobal;
  readonly LINKS: NumberGlobal;
  readonly POINTS: NumberGlobal;
  readonly CONSTANTS: NumberGlobal;
  readonly HEAP: NumberGlobal;
  readonly DYNAMIC: NumberGlobal;
  readonly OPS: NumberGlobal;
  readonly EXCLUDED: NumberGlobal;
  readonly state: NumberGlobal;
  readonly boundarySecond: NumberGlobal;
  readonly doubleObservations: BigIntGlobal;
  readonly outputBytes: NumberGlobal;
  readonly recordsWritten: BigIntGlobal;
  readonly packetsWritten: BigIntGlobal;
  readonly packetsFiltered: BigIntGlobal;
  create(maxFlows: number): number;
  flush(): number;
  setSeed(low: number, high: number): void;
  setExclusions(on: number): void;
  setShedding(on: number): void;
  adoptOther(): number;
  clearTable(start: number): void;
  getEntries(): number;
  getEntryCount(): number;
  getWindowStart(): number;
  selectTable(table: number): void;
  createAttribution(macs: number, addresses: number): void;
  addMac(low: number, high: number, point: number): void;
  addAddress(a: number, b: number, c: number, d: number, point: number): void;
  setWindowLimit(limit: number): void;
  feedPcap(from: number, to: number, swapped: number, nanoseconds: number): number;
  feedPcapng(from: number, to: number): number;
  setSection(swapped: number, snaplen: number): void;
  feedRing(link: number, from: number, to: number): number;
  prepareSeconds(seconds: number): void;
  render(from: number): number;
  setTextStyle(spaced: number, verdict: number): void;
  collectTop(held: number, limit: number): number;
}

let compiled: WebAssembly.Module | undefined;

function compile(): WebAssembly.Module {
  if (compiled === undefined) {
    // Optimised code from the first call; the baseline tier costs 15-20 % (spec/hotpath.md 2).
    setFlagsFromString('--no-liftoff');
    compiled = new WebAssembly.Module(
      readFileSync(new URL('../hotpath/hotpath.wasm', import.meta.url)),
    );
  }
  return compiled;
}

/** Pages for that many flows, after flow-cache.ts createTables(). */
function pagesFor(dynamicStart: number, maxFlows: number): number {
  let slots = 65536;
  while (slots < maxFlows * 2) slots *= 2;
  const bytes = dynamicStart + slots * 4 * 4 + (maxFlows + 2) * 64 * 2 + PAGE_BYTES;
  return Math.ceil(bytes / PAGE_BYTES);
}

/** First byte after the fixed regions; asserted against the module's own DYNAMIC. */
const DYNAMIC_START =
  0x420000 +
  POINTS_MAX * POINT_BYTES +
  POINTS_MAX * CONSTANT_SLOTS * 4 +
  HEAP_BYTES +
  (1 << 19) * 16 +
  (1 << 20) * 32;

/**
 * A new instance with memory for that many flows per window; memory is only reserved, the system
 * commits a page when it is first touched.
 */
export function instantiate(maxFlows: number): {
  readonly exports: HotPathExports;
  readonly memory: WebAssembly.Memory;
} {
  const pages = pagesFor(DYNAMIC_START, maxFlows);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const instance = new WebAssembly.Instance(compile(), {
    env: {
      memory,
      abort: () => {
        throw new Error('Hot path aborted');
      },
    },
  });
  const exports = instance.exports as unknown as HotPathExports;
  if (exports.DYNAMIC.value !== DYNAMIC_START) throw new Error('Hot path layout differs');
  exports.create(maxFlows);
  return { exports, memory };
}
