// A full-screen surface on the terminal that is given back as it was found, however the command
// ends: quit key, signal, crash, or a reader that goes away.
import type { ReadStream } from 'node:tty';

import type { OutputStream } from './command-deps.ts';

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Shows the lines from the top; what did not change is not sent again. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back; the second call does nothing. */
  close(): void;
}

export interface ScreenEvents {
  /** One key: a character, or `escape`, `interrupt` (Ctrl-C) or another name. */
  readonly onKey: (key: string) => void;
  readonly onResize: () => void;
  /** SIGINT, SIGTERM or SIGHUP. */
  readonly onSignal: (signal: NodeJS.Signals) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Takes the terminal over until `close`. */
export function openScreen(stdin: ReadStream, stdout: OutputStream, events: ScreenEvents): Screen {
  let shown: readonly string[] = [];
  let isOpen = true;
  const onData = (bytes: Buffer): void => {
    for (const key of readKeys(bytes.toString('utf8'))) events.onKey(key);
  };
  const onResize = (): void => {
    shown = [];
    stdout.write('\u001b[2J');
    events.onResize();
  };
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stdout.write(LEAVE);
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.off('data', onData);
    stdin.pause();
    stdout.off('resize', onResize);
    process.off('exit', close);
    process.off('uncaughtExceptionMonitor', close);
    for (const signal of SIGNALS) process.off(signal, events.onSignal);
  };

  // The monitor runs before the fault is printed, so that it is printed on the real screen.
  process.on('exit', close);
  process.on('uncaughtExceptionMonitor', close);
  for (const signal of SIGNALS) process.on(signal, events.onSignal);
  stdout.on('resize', onResize);
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    stdin.on('data', onData);
    stdin.resume();
  }
  stdout.write(ENTER);

  return {
    get columns() {
      return stdout.columns ?? 80;
    },
    get rows() {
      return stdout.rows ?? 24;
    },
    draw(lines) {
      if (!isOpen) return;
      const changes = lines.flatMap((line, row) =>
        line === shown[row] ? [] : [`\u001b[${row + 1};1H\u001b[2K${line}`],
      );
      for (let row = lines.length; row < shown.length; row += 1) {
        changes.push(`\u001b[${row + 1};1H\u001b[2K`);
      }
      shown = [...lines];
      if (changes.length > 0) stdout.write(changes.join(''));
    },
    close,
  };
}

/** Splits what a terminal sent into keys; sequences of special keys become `special`. */
export function readKeys(text: string): string[] {
  // oxlint-disable-next-line no-control-regex -- keys are control characters
  const parts = text.match(/\u001b\[[0-9;]*[A-Za-z~]|\u001bO.|\u001b|[^\u001b]/gu) ?? [];
  return parts.map((part) => {
    if (part === '\u001b') return 'escape';
    if (part === '\u0003') return 'interrupt';
    return part.length > 1 && part.startsWith('\u001b') ? 'special' : part;
  });
}
