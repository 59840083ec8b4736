// What `weir up` tells a person at a terminal: a welcome, and one line per closed window.
import path from 'node:path';

import { byteText, groupedNumber, shortNumber } from '../cli/number-text.ts';
import type { Delivery } from '../deliver/index.ts';
import type { Daemon } from './daemon.ts';
import type { StoredWindow } from './record-pipeline.ts';

/** How long a window's line waits for its files. */
const FILES_WITHIN_MS = 3000;
const LOOK_MS = 100;

/** A few lines: what is captured, where the data is, what to try next. */
export function welcomeText(daemon: Daemon, windowSeconds: number): string {
  const { source, paths, delivery } = daemon;
  const folder = path.relative(process.cwd(), paths.root) || '.';
  const shown = folder.startsWith('..') ? paths.root : folder;
  const data = shown === 'weir-data' ? '' : ` --data ${shown}`;
  const destinations = delivery.status().map((entry) => entry.logDestination);
  const captured =
    source.state === 'capturing'
      ? `Capturing; a window closes every ${windowSeconds} s`
      : (source.reason ?? 'Not capturing');
  const delivered =
    destinations.length === 0
      ? 'No flow log yet: records are stored, not delivered (weir flow-logs create --help)'
      : `Delivering to ${destinations.join(', ')}`;
  const hints = [
    [`weir top${data}`, 'the largest flows of this moment'],
    [`weir tail -f${data}`, 'records, as windows close'],
    [`weir query${data} 'SELECT * FROM flow_logs LIMIT 5'`, 'SQL over all records'],
    [`find ${path.join(shown, 's3')} -type f`, 'what was delivered'],
    [`eval "$(weir env${data})"`, 'AWS clients of that shell talk to Weir'],
  ] as const;
  const width = Math.max(...hints.map(([command]) => command.length));
  return [
    '',
    `Weir is up on ${daemon.port.url}, process ${process.pid}, data in ${shown}`,
    captured,
    delivered,
    '',
    'Next, in another terminal:',
    ...hints.map(([command, meaning]) => `  ${command.padEnd(width)}   ${meaning}`),
    '',
    '',
  ].join('\n');
}

export interface WindowReport {
  /** Tells of the window once its files are written, or a moment later. */
  window(window: StoredWindow): void;
  /** Tells of the windows that still wait for their files, now. */
  flush(): void;
}

/** @param write takes whole lines */
export function createWindowReport(
  delivery: () => Delivery | null,
  write: (line: string) => void,
): WindowReport {
  let filesTold = 0;
  let timer: NodeJS.Timeout | undefined;
  const waiting: { readonly window: StoredWindow; readonly sinceMs: number }[] = [];
  const tellFirst = (): void => {
    const window = waiting.shift()?.window;
    if (window === undefined) return;
    const statuses = delivery()?.status() ?? [];
    const files = statuses.reduce((sum, entry) => sum + entry.files, 0);
    write(windowLine(window, Math.max(0, files - filesTold)));
    filesTold = Math.max(filesTold, files);
  };
  const look = (): void => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const { sequence } = first.window;
      const statuses = delivery()?.status() ?? [];
      const isDone = statuses.every((entry) => entry.deliveredSequence >= sequence);
      if (!isDone && performance.now() - first.sinceMs < FILES_WITHIN_MS) return;
      tellFirst();
    }
    clearInterval(timer);
    timer = undefined;
  };
  return {
    window(window) {
      waiting.push({ window, sinceMs: performance.now() });
      timer ??= setInterval(look, LOOK_MS);
    },
    flush() {
      clearInterval(timer);
      while (waiting.length > 0) tellFirst();
    },
  };
}

/** `00:33:00Z  1,234 records  56.7 k packets  12.3 MB  loss 0  1 file`. */
export function windowLine(window: StoredWindow, fileCount: number): string {
  const clock = new Date(window.windowStart * 1000).toISOString().slice(11, 19);
  const parts = [
    `${clock}Z`,
    `${groupedNumber(window.rowCount)} records`,
    `${shortNumber(window.packets)} packets`,
    byteText(window.bytes),
    `loss ${groupedNumber(window.lost)}`,
    `${fileCount} ${fileCount === 1 ? 'file' : 'files'}`,
  ];
  return `${parts.join('   ')}\n`;
}
