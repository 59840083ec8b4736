// `weir doctor`: looks at everything that has to be right, as a table or as JSON.
import type { Command } from 'commander';

import { dataPaths, type DataPaths } from '../config/index.ts';
import { daemonStatusSchema, OperationError, type DaemonStatus } from '../observe/index.ts';
import { openReader } from '../query/index.ts';
import type { CommandDeps } from './command-deps.ts';
import { findDaemon } from './control-client.ts';
import { dataFolder } from './data-flag.ts';
import { examine, type Check } from './doctor-checks.ts';
import { createPainter, printable, type Painter } from './terminal-text.ts';

interface DoctorFlags {
  readonly data?: string;
  readonly json?: boolean;
}

export function registerDoctor(program: Command, deps: CommandDeps): void {
  program
    .command('doctor')
    .option('--data <dir>', 'data folder (default ./weir-data)')
    .option('--json', 'print the checks as JSON')
    .description(
      'Checks this host, the daemon, the store and the flow logs; exit code 1 when one\nfails.',
    )
    .action((flags: DoctorFlags) => doctor(flags, deps));
}

async function doctor(flags: DoctorFlags, deps: CommandDeps): Promise<void> {
  const paths = dataPaths(dataFolder(flags.data, deps));
  const [daemon, recordCount] = await Promise.all([askDaemon(paths), countRecords(paths)]);
  const checks = examine({ paths, ...daemon, recordCount, nowMs: deps.now() });
  if (flags.json === true) {
    deps.stdout.write(`${JSON.stringify({ checks }, null, 2)}\n`);
  } else {
    const isColoured = deps.stdout.isTTY === true && deps.environment['NO_COLOR'] === undefined;
    deps.stdout.write(checksText(checks, createPainter(isColoured)));
  }
  if (checks.some((check) => check.state === 'fail')) deps.setExitCode(1);
}

async function askDaemon(
  paths: DataPaths,
): Promise<{ readonly status: DaemonStatus | null; readonly daemonFault: string | null }> {
  try {
    const client = findDaemon(paths.root);
    if (client === null) return { status: null, daemonFault: null };
    const status = daemonStatusSchema.parse(await client.get('/control/status'));
    return { status, daemonFault: null };
  } catch (cause) {
    if (!(cause instanceof OperationError)) throw cause;
    return { status: null, daemonFault: cause.message };
  }
}

async function countRecords(paths: DataPaths): Promise<number | null> {
  try {
    const reader = await openReader({ storeDirectory: paths.store });
    try {
      const { rows } = await reader.query('SELECT count(*) FROM flow_logs');
      return Number(rows[0]?.[0] ?? 0);
    } finally {
      reader.close();
    }
  } catch (cause) {
    // A store that cannot be read is one of the things that are looked for.
    if (cause instanceof OperationError) return null;
    throw cause;
  }
}

const MARKS = { ok: ['ok', 'green'], warn: ['warn', 'yellow'], fail: ['FAIL', 'red'] } as const;

/** One line per check, advice below it. */
function checksText(checks: readonly Check[], paint: Painter): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  const lines = checks.flatMap(({ name, state, detail, advice }) => {
    const [mark, style] = MARKS[state];
    const line = `${paint(mark.padEnd(4), style)}  ${name.padEnd(width)}  ${printable(detail)}`;
    return advice === null ? [line] : [line, `${' '.repeat(width + 8)}-> ${printable(advice)}`];
  });
  const count = (state: Check['state']): number =>
    checks.filter((check) => check.state === state).length;
  const sum = `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`;
  return `${lines.join('\n')}\n\n${sum}\n`;
}
