// Numbers as people read them; every form is at most 7 characters before its unit.

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'] as const;

/** Three digits and a decimal prefix: `999`, `1.23 k`, `45.6 M`. */
export function shortNumber(value: number): string {
  let scaled = value;
  let step = 0;
  // 999.5 would print as 1000.
  while (scaled >= 999.5 && step < PREFIXES.length - 1) {
    scaled /= 1000;
    step += 1;
  }
  if (step === 0) return String(Math.round(scaled));
  const digits = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return `${scaled.toFixed(digits)} ${PREFIXES[step]}`;
}

/** `1.23 kB`; a byte count below 1000 is exact. */
export function byteText(byteCount: number): string {
  return withUnit(shortNumber(byteCount), 'B');
}

/** Bits per second of a rate in bytes per second: `12.3 Mbit/s`. */
export function bitRateText(bytesPerSecond: number): string {
  return withUnit(shortNumber(bytesPerSecond * 8), 'bit/s');
}

/** `1,234,567`. */
export function groupedNumber(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function withUnit(number: string, unit: string): string {
  return /[a-zA-Z]$/.test(number) ? `${number}${unit}` : `${number} ${unit}`;
}
