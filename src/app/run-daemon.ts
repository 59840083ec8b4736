// `weir up` as a process: settings, log, signals, exit code.
import type { UpFlags } from '../cli/command-deps.ts';
import { loadConfig } from '../config/index.ts';
import { createLogger, type Logger } from '../observe/index.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { createWindowReport, welcomeText } from './daemon-report.ts';
import type { StoredWindow } from './record-pipeline.ts';

/** In ten seconds; AWS throttles its callers far earlier. */
const API_LINES_MAX = 5000;
const STOP_WITHIN_MS = 9000;
/** Past this the process ends whatever hangs. */
const STOP_AT_ALL_COSTS_MS = 10_000;

/** @returns the exit code once a signal has ended the daemon */
export async function runDaemon(flags: UpFlags, version: string): Promise<number> {
  const { config, ignoredVariables } = loadConfig(
    flags.config ?? process.env['WEIR_CONFIG'] ?? null,
    process.env,
    {
      data: flags.data,
      listen: flags.listen,
      interfaces: flags.interface,
      netns: flags.netns,
      inventory: flags.inventory,
    },
  );
  const isTerminal = process.stderr.isTTY;
  const write = (line: string): void => void process.stderr.write(line);
  const log = createLogger({
    level: config.log.level,
    write,
    pretty: isTerminal,
    now: Date.now,
    // Each call is told of, unless somebody floods us.
    eventLimits: { 'api.request': API_LINES_MAX },
  });
  for (const name of ignoredVariables) {
    log.warn('config.ignored', `${name} names no setting and is left aside`);
  }
  const signal = nextSignal();
  let daemon: Daemon | null = null;
  const report = createWindowReport(() => daemon?.delivery ?? null, write);
  daemon = await startDaemon({
    config,
    version,
    logTo: flags.logTo ?? null,
    log,
    now: Date.now,
    onWindow: (window) => (isTerminal ? report.window(window) : logWindow(log, window)),
  });
  if (isTerminal) write(welcomeText(daemon, config.meter.windowSeconds));
  else logStart(log, daemon);

  const received = await signal;
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  log.info('daemon.stopping', `Stopping on ${received}; once more to leave at once`);
  setTimeout(() => {
    log.error('daemon.stop-overdue', 'Could not stop in time; what is stored is safe');
    process.exit(1);
  }, STOP_AT_ALL_COSTS_MS).unref();
  await daemon.stop(STOP_WITHIN_MS);
  report.flush();
  log.info('daemon.stopped', 'Stopped');
  return 0;
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

function logStart(log: Logger, daemon: Daemon): void {
  const { source, port, paths } = daemon;
  log.info('daemon.started', `Weir is up on ${port.url}`, {
    listen: port.listen,
    data: paths.root,
    capture: source.state,
  });
  if (source.reason !== null) log.warn('capture.off', source.reason);
}

function logWindow(log: Logger, window: StoredWindow): void {
  log.info('window.stored', `Stored ${window.rowCount} records`, { ...window });
}
