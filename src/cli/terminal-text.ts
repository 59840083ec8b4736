// Text on a terminal: widths, cuts, colours, and nothing that could command the terminal itself.

/** Names and addresses from outside; control characters would be obeyed by the terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}

/** Exactly `width` characters: padded on the right, or cut in the middle with an ellipsis. */
export function fitLeft(text: string, width: number): string {
  return cutMiddle(text, width).padEnd(width);
}

/** Exactly `width` characters: padded on the left, or cut in the middle with an ellipsis. */
export function fitRight(text: string, width: number): string {
  return cutMiddle(text, width).padStart(width);
}

/** At most `width` characters; the end is kept longer, since a port stands there. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width <= 1) return '…'.slice(0, width);
  const tail = Math.ceil((width - 1) * 0.6);
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`;
}

const CODES = {
  bold: '1',
  dim: '2',
  inverse: '7',
  red: '31',
  green: '32',
  yellow: '33',
  cyan: '36',
} as const;
export type Style = keyof typeof CODES;

/** Puts text in a colour; the identity where colours are off. */
export type Painter = (text: string, style: Style) => string;

export function createPainter(enabled: boolean): Painter {
  if (!enabled) return (text) => text;
  return (text, style) => `\u001b[${CODES[style]}m${text}\u001b[0m`;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A horizontal bar of exactly `width` characters for a share of 0 to 1. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  // What is there shall be seen, however small.
  const shown = share > 0 ? Math.max(1, eighths) : 0;
  return `${'█'.repeat(Math.floor(shown / 8))}${EIGHTHS[shown % 8] ?? ''}`.padEnd(width);
}

const LEVELS = '▁▂▃▄▅▆▇█';

/** One character per value, scaled to the largest. */
export function sparkline(values: readonly number[]): string {
  const largest = Math.max(...values, 1);
  return values
    .map((value) => LEVELS[Math.min(7, Math.floor((value / largest) * 8))] ?? ' ')
    .join('');
}
