// Turns successive answers of /control/top into rates. Counters begin anew with each window, so a
// difference is only taken inside one window; a new window counts from zero.
import type { TopAnswer, TopRow } from '../observe/daemon-status.ts';

export interface RatedRow extends TopRow {
  /** Bytes per second since the answer before; null on the first sight of everything. */
  readonly bytesPerSecond: number | null;
}

export interface TopSample {
  readonly answer: TopAnswer;
  readonly rows: readonly RatedRow[];
  readonly bytesPerSecond: number | null;
  readonly packetsPerSecond: number | null;
  /** Packets lost since the answer before. */
  readonly newlyLost: number;
}

export interface TopRates {
  /** Takes the next answer. */
  take(answer: TopAnswer): TopSample;
  /** Total bytes per second of the last samples, the newest last. */
  readonly history: readonly number[];
}

const HISTORY_MAX = 120;

export function createTopRates(): TopRates {
  let before: TopAnswer | null = null;
  let bytesBefore = new Map<string, number>();
  const history: number[] = [];

  return {
    history,
    take(answer) {
      const last = before;
      const bytesNow = new Map(answer.rows.map((row) => [rowKey(row), row.bytes]));
      const seconds = last === null ? 0 : (answer.nowMs - last.nowMs) / 1000;
      const isSameWindow = last?.windowStart === answer.windowStart;
      const rate = (now: number, earlier: number): number | null =>
        seconds > 0 ? Math.max(0, now - (isSameWindow ? earlier : 0)) / seconds : null;
      const rows = answer.rows.map((row) => ({
        ...row,
        bytesPerSecond: rate(row.bytes, bytesBefore.get(rowKey(row)) ?? 0),
      }));
      const sample: TopSample = {
        answer,
        rows,
        bytesPerSecond: rate(answer.bytes, last?.bytes ?? 0),
        packetsPerSecond:
          last === null || seconds <= 0
            ? null
            : Math.max(0, answer.packetsSeen - last.packetsSeen) / seconds,
        newlyLost: last === null ? 0 : Math.max(0, answer.packetsLost - last.packetsLost),
      };
      before = answer;
      bytesBefore = bytesNow;
      if (sample.bytesPerSecond !== null) history.push(sample.bytesPerSecond);
      if (history.length > HISTORY_MAX) history.shift();
      return sample;
    },
  };
}

function rowKey(row: TopRow): string {
  const { direction, srcaddr, dstaddr, srcport, dstport, protocol, action } = row;
  return [row.interface, direction, srcaddr, dstaddr, srcport, dstport, protocol, action].join(' ');
}
