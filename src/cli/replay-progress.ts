// The progress bar of `weir replay`, on standard error and only on a terminal.

const REFRESH_MS = 100;
const BAR_CELLS = 24;
const MIB = 1 << 20;

interface ProgressSource {
  /** Size of the file on disk, or null where it cannot be known. */
  readonly bytesTotal: number | null;
  /** Bytes of it consumed so far. */
  readonly bytesRead: number;
}

export interface ReplayProgress {
  update(): void;
  clear(): void;
}

/** A bar with share, amount, rate and time left; without a known size amount and rate. */
export function createReplayProgress(name: string, source: ProgressSource): ReplayProgress {
  const startedMs = performance.now();
  let shownMs = startedMs;
  let shown = false;
  return {
    update() {
      const nowMs = performance.now();
      if (nowMs - shownMs < REFRESH_MS) return;
      shownMs = nowMs;
      shown = true;
      const line = progressLine(name, source, (nowMs - startedMs) / 1000);
      process.stderr.write(`\r${line.slice(0, (process.stderr.columns ?? 80) - 1)}\x1b[K`);
    },
    clear() {
      if (shown) process.stderr.write('\r\x1b[K');
    },
  };
}

/** @param seconds since the start */
export function progressLine(name: string, source: ProgressSource, seconds: number): string {
  const done = source.bytesRead;
  const rate = seconds > 0 ? done / seconds : 0;
  const amount = `${(done / MIB).toFixed(0)} MiB  ${(rate / MIB).toFixed(0)} MiB/s`;
  if (source.bytesTotal === null || source.bytesTotal === 0) return `${name}  ${amount}`;
  const share = Math.min(1, done / source.bytesTotal);
  const cells = Math.round(share * BAR_CELLS);
  const bar = '█'.repeat(cells) + '░'.repeat(BAR_CELLS - cells);
  const leftSeconds = rate > 0 ? Math.ceil((source.bytesTotal - done) / rate) : 0;
  return `${name}  ${bar} ${Math.floor(share * 100)} %  ${amount}  ${leftSeconds} s left`;
}
