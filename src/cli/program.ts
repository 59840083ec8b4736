// The command line: which commands there are, and how a line becomes a call or a usage error.
// Only the command that is asked for is loaded, so `weir config` does not load DuckDB.
import { Command, CommanderError } from 'commander';

import { OperationError } from '../observe/operation-error.ts';
import type { CommandDeps } from './command-deps.ts';

type Register = (program: Command, deps: CommandDeps) => void;

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Null for replay, which parses its own arguments to start as fast as Node does. */
  readonly load: (() => Promise<Register>) | null;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'Capture this host, keep the records, deliver them: the daemon',
    load: async () => (await import('./up.ts')).registerUp,
  },
  {
    name: 'replay',
    summary: 'Print the flow records of capture files (pcap, pcapng, gzip, stdin)',
    load: null,
  },
  {
    name: 'tail',
    summary: 'Show the last records, and with -f follow them as windows close',
    load: async () => (await import('./tail.ts')).registerTail,
  },
  {
    name: 'top',
    summary: 'Watch the largest flows of this moment',
    load: async () => (await import('./top.ts')).registerTop,
  },
  {
    name: 'query',
    summary: 'Ask the stored records by SQL (table flow_logs)',
    load: async () => (await import('./query.ts')).registerQuery,
  },
  {
    name: 'flow-logs',
    summary: 'Create, list and delete flow logs with the parameters of the AWS call',
    load: async () => (await import('./flow-logs.ts')).registerFlowLogs,
  },
  {
    name: 'keys',
    summary: 'Create, list and revoke access keys and what they may do',
    load: async () => (await import('./keys.ts')).registerKeys,
  },
  {
    name: 'env',
    summary: 'Print what sets a shell up for AWS clients: eval "$(weir env)"',
    load: async () => (await import('./env.ts')).registerEnv,
  },
  {
    name: 'doctor',
    summary: 'Check this host, the daemon, the store and the flow logs',
    load: async () => (await import('./doctor.ts')).registerDoctor,
  },
  {
    name: 'config',
    summary: 'Check a configuration file, or print the effective configuration',
    load: async () => (await import('./config.ts')).registerConfig,
  },
];

/** The text of `weir --help`. */
export function helpText(): string {
  const rows = COMMANDS.map((entry) => `  weir ${entry.name.padEnd(12)}${entry.summary}`);
  return [
    'Weir writes the flow records of your network in the formats of Amazon VPC Flow Logs.',
    '',
    'Commands:',
    ...rows,
    '',
    'Examples:',
    '  weir up --log-to my-bucket          capture now; files appear in weir-data/s3/my-bucket',
    "  weir tail -f 'dstport = 443'        follow records while windows close",
    '  weir replay traffic.pcap > records.txt',
    '',
    'Every command takes --data DIR (default ./weir-data) and --help. Version: weir --version',
    '',
  ].join('\n');
}

/**
 * Runs one command line.
 *
 * @param argv the arguments after `weir`
 * @param version printed by `--version`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runCommandLine(
  argv: readonly string[],
  version: string,
  deps: CommandDeps,
): Promise<number> {
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-V') {
    deps.stdout.write(`weir ${version}\n`);
    return 0;
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    if (first === 'help' && rest[0] !== undefined) {
      return runCommandLine([rest[0], '--help'], version, deps);
    }
    (first === undefined ? deps.stderr : deps.stdout).write(helpText());
    return first === undefined ? 2 : 0;
  }
  const entry = COMMANDS.find((candidate) => candidate.name === first);
  if (entry === undefined) {
    return failUsage(deps, `"${first}" is no command${suggestion(first)}; see: weir --help`);
  }
  if (entry.load === null) return deps.runReplay(rest);
  return runCommand(await entry.load(), argv, deps);
}

async function runCommand(
  register: Register,
  argv: readonly string[],
  deps: CommandDeps,
): Promise<number> {
  let exitCode = 0;
  const program = new Command('weir');
  program.exitOverride().configureOutput({
    writeOut: (text) => deps.stdout.write(text),
    // Commander's own wording of errors is replaced below.
    writeErr: () => undefined,
    outputError: () => undefined,
  });
  register(program, { ...deps, setExitCode: (code) => (exitCode = code) });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (fault) {
    if (fault instanceof CommanderError) return settleUsage(fault, program, argv, deps);
    if (fault instanceof OperationError) {
      deps.stderr.write(`weir: ${fault.message}\n`);
      return 1;
    }
    throw fault;
  }
}

function settleUsage(
  fault: CommanderError,
  program: Command,
  argv: readonly string[],
  deps: CommandDeps,
): number {
  if (fault.exitCode === 0) return 0;
  const [name, subName] = argv;
  // A command group without its sub-command ("weir config") asks for help, with the exit code of
  // wrong usage.
  if (fault.code === 'commander.help') {
    const group = program.commands.find((command) => command.name() === name);
    deps.stderr.write(group?.helpInformation() ?? helpText());
    return 2;
  }
  const message = fault.message.replace(/^error: /, '').replaceAll('\n', ' ');
  const group = program.commands.find((command) => command.name() === name);
  const isSub = group?.commands.some((command) => command.name() === subName) ?? false;
  const asked = isSub ? `${name} ${subName}` : name;
  return failUsage(deps, `${message}; see: weir ${asked} --help`);
}

function failUsage(deps: CommandDeps, message: string): number {
  deps.stderr.write(`weir: ${message}\n`);
  return 2;
}

function suggestion(word: string): string {
  const near = COMMANDS.find((entry) => isNear(entry.name, word));
  return near === undefined ? '' : `, did you mean "${near.name}"?`;
}

/** True when one insertion, deletion, change or swap of neighbours turns `word` into `name`. */
function isNear(name: string, word: string): boolean {
  if (Math.abs(name.length - word.length) > 1) return false;
  let start = 0;
  while (start < name.length && name[start] === word[start]) start += 1;
  const nameRest = name.slice(start);
  const wordRest = word.slice(start);
  return (
    nameRest.slice(1) === wordRest.slice(1) ||
    nameRest.slice(1) === wordRest ||
    nameRest === wordRest.slice(1) ||
    (nameRest.slice(2) === wordRest.slice(2) &&
      nameRest[0] === wordRest[1] &&
      nameRest[1] === wordRest[0])
  );
}
