// Value types that several stages' schemas share.
import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

export const KIB = 2 ** 10;
export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/** Bytes of `64MiB`, `1.5 GB` or `4096`; null when the text is no size. */
export function parseByteSize(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*$/.exec(text);
  const unit = UNITS[(match?.[2] ?? '?').toUpperCase()];
  if (match === null || unit === undefined) return null;
  return Math.round(Number(match[1]) * unit);
}

/** The shortest exact form of a number of bytes, e.g. `50GiB`. */
export function formatByteSize(byteCount: number): string {
  for (const [name, unit] of [
    ['GiB', GIB],
    ['MiB', MIB],
    ['KiB', KIB],
  ] as const) {
    if (byteCount >= unit && byteCount % unit === 0) return `${byteCount / unit}${name}`;
  }
  return String(byteCount);
}

/** A size in bytes, written as a number or with a unit, from `min` to `max`. */
export function byteSize(min: number, max: number): z.ZodType<number, number | string> {
  return z
    .union([z.number(), z.string()])
    .transform((value, context) => {
      const byteCount = typeof value === 'number' ? value : parseByteSize(value);
      if (byteCount !== null) return byteCount;
      context.addIssue({ code: 'custom', message: 'expected a size such as 64MiB' });
      return z.NEVER;
    })
    .pipe(z.int().min(min).max(max));
}

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): z.ZodInt {
  return z.int().min(min).max(max);
}
