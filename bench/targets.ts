// What `weir replay` must reach (spec/hotpath.md 5): how many times faster than each peer, and
// how much slower than plain C at most.

/** By capture and peer: the peer's time divided by Weir's, at least. */
const FASTER_AT_LEAST: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  mixed: { softflowd: 8, nfpcapd: 8, argus: 9, pmacctd: 12 },
  elephants: { softflowd: 3.5, nfpcapd: 5, argus: 9, pmacctd: 13 },
  scan: { softflowd: 16, nfpcapd: 12, argus: 40, pmacctd: 8 },
};

/** Weir's time divided by that of plain C, at most. */
const SLOWER_THAN_LIMIT_AT_MOST = 2.5;

/** Peers whose peak memory Weir must not exceed. */
export const MEMORY_PEERS: readonly string[] = ['nfpcapd', 'argus'];

/** The ratio (the other's time by Weir's) that is wanted at least, or null when none is. */
export function wantedRatio(capture: string, other: string): number | null {
  if (other === 'limit') return 1 / SLOWER_THAN_LIMIT_AT_MOST;
  return FASTER_AT_LEAST[capture]?.[other] ?? null;
}
