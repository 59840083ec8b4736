// The flows with the most bytes among those that are still in the cache, for `weir top`: a linear
// scan that keeps the k largest in OUTPUT, sorted, so that a look costs well under a millisecond
// per hundred thousand flows and copies k entries only.
import { E_OCTETS, OUTPUT } from './layout';
import { getEntries, getEntryCount } from './flow-cache';

/**
 * Appends the selected table's largest flows to the `held` entries in OUTPUT.
 *
 * @param limit at most that many, up to 4,096
 * @returns entries held now, largest first
 */
export function collectTop(held: u32, limit: u32): u32 {
  const entries = getEntries();
  const count = getEntryCount();
  let kept = held;
  for (let n: u32 = 1; n <= count; n++) {
    const e = entries + (<usize>n << 6);
    const octets = load<u64>(e, E_OCTETS);
    if (kept == limit && octets <= load<u64>(OUTPUT + (<usize>(kept - 1) << 6), E_OCTETS)) continue;
    let place = kept < limit ? kept++ : kept - 1;
    while (place > 0 && load<u64>(OUTPUT + (<usize>(place - 1) << 6), E_OCTETS) < octets) {
      memory.copy(OUTPUT + (<usize>place << 6), OUTPUT + (<usize>(place - 1) << 6), 64);
      place--;
    }
    memory.copy(OUTPUT + (<usize>place << 6), e, 64);
  }
  return kept;
}
