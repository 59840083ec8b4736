// The daemon's log: one line per event on stderr, JSON for machines, a short line for a terminal.
// Every line has a stable `event` name; an event that repeats is limited, and the next line that
// passes says how many were left out, so that a fault in the data plane cannot fill a disk.
import { pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Details of one line; never secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Writes lines. `event` is a stable name such as `store.disk-full`. */
export interface Logger {
  debug(event: string, message: string, fields?: LogFields): void;
  info(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields): void;
  error(event: string, message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Takes whole lines, each with its line end. */
  readonly write: (line: string) => void;
  /** One short line instead of JSON. */
  readonly pretty: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Lines of one event that pass in `limitMs`; default 10. */
  readonly limitCount?: number;
  /** Events that may be more, each with its own `limitCount`. */
  readonly eventLimits?: Readonly<Record<string, number>>;
  /** Default 10,000 ms. */
  readonly limitMs?: number;
}

interface EventAllowance {
  sinceMs: number;
  passed: number;
  suppressed: number;
}

const EVENTS_MAX = 1000;

/** A logger that writes to `options.write`. */
export function createLogger(options: LoggerOptions): Logger {
  const { write, pretty, now, limitCount = 10, limitMs = 10_000 } = options;
  const { eventLimits = {} } = options;
  const sink = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(pretty ? shorten(line) : line) },
  );
  const allowances = new Map<string, EventAllowance>();

  const admit = (event: string): number | null => {
    const nowMs = now();
    let allowance = allowances.get(event);
    if (allowance === undefined) {
      if (allowances.size >= EVENTS_MAX) allowances.clear();
      allowance = { sinceMs: nowMs, passed: 0, suppressed: 0 };
      allowances.set(event, allowance);
    }
    if (nowMs - allowance.sinceMs >= limitMs) {
      allowance.sinceMs = nowMs;
      allowance.passed = 0;
    }
    if (allowance.passed >= (eventLimits[event] ?? limitCount)) {
      allowance.suppressed += 1;
      return null;
    }
    allowance.passed += 1;
    const { suppressed } = allowance;
    allowance.suppressed = 0;
    return suppressed;
  };

  const at =
    (level: Exclude<LogLevel, 'silent'>) =>
    (event: string, message: string, fields: LogFields = {}): void => {
      if (!sink.isLevelEnabled(level)) return;
      const suppressed = admit(event);
      if (suppressed === null) return;
      const counted = suppressed > 0 ? { suppressed } : {};
      sink[level]({ event, ...fields, ...counted }, message);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function shorten(line: string): string {
  const parsed = JSON.parse(line) as Record<string, unknown>;
  const { level, time, event, msg, ...fields } = parsed;
  const clock = String(time).slice(11, 19);
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  const detail = rest.length === 0 ? '' : `  (${rest.join(' ')})`;
  const mark = level === 'info' ? '' : `${String(level)}: `;
  return `${clock}  ${mark}${String(msg)}${detail}  [${String(event)}]\n`;
}
