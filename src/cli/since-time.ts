import { InvalidArgumentError } from 'commander';

const MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads a time in the past: `1h`, `2d`, or ISO 8601 with its zone; a date alone is midnight UTC.
 *
 * @param nowMs Unix milliseconds
 * @returns ISO 8601, UTC
 * @throws InvalidArgumentError
 */
export function sinceTime(text: string, nowMs: number): string {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const timeMs = count === '' ? isoTimeMs(text) : nowMs - Number(count) * (MS[unit] ?? 0);
  if (timeMs >= 0 && timeMs <= nowMs) return new Date(timeMs).toISOString();
  throw new InvalidArgumentError(
    'It must be a time that has passed, as in 1h, 2d or 2026-11-20T12:00:00Z',
  );
}

function isoTimeMs(text: string): number {
  return ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
}
