// Entry of the WebAssembly module: what src/hotpath/index.ts may call. Memory is imported, so that
// the host decides how much is reserved.
import { createDigitTables } from './digits';
import { createTables } from './flow-cache';
import { drainBatch } from './metering';
import * as layout from './layout';
import { EXCLUDED as EXCLUDED_ADDRESS, OPS as OPS_ADDRESS } from './text';

export { setSeed } from './hash';
export { setExclusions } from './exclusions';
export {
  adoptOther,
  clearTable,
  getEntries,
  getEntryCount,
  getWindowStart,
  selectTable,
  setShedding,
} from './flow-cache';
export { addAddress, addMac, createAttribution } from './attribution';
export { boundarySecond, doubleObservations, setWindowLimit, state } from './metering';
export { feedPcap } from './feed-pcap';
export { feedPcapng, setSection } from './feed-pcapng';
export { feedRing } from './feed-ring';
export {
  outputBytes,
  packetsFiltered,
  packetsWritten,
  prepareSeconds,
  recordsWritten,
  render,
  setTextStyle,
} from './text';
export { collectTop } from './top';

export const BATCH: usize = layout.BATCH;
export const LINKS: usize = layout.LINKS;
export const POINTS: usize = layout.POINTS;
export const CONSTANTS: usize = layout.CONSTANTS;
export const HEAP: usize = layout.HEAP;
export const INPUT: usize = layout.INPUT;
export const OUTPUT: usize = layout.OUTPUT;
export const DYNAMIC: usize = layout.DYNAMIC;
export const OPS: usize = OPS_ADDRESS;
export const EXCLUDED: usize = EXCLUDED_ADDRESS;

/**
 * Prepares tables for that many flows per window.
 *
 * @returns first byte after everything, the least that memory must hold
 */
export function create(maxFlows: u32): usize {
  createDigitTables();
  return createTables(layout.DYNAMIC, maxFlows);
}

/** Enters what still waits in the batch; 0 when the cache must be emptied first. */
export function flush(): u32 {
  return drainBatch() ? 1 : 0;
}
