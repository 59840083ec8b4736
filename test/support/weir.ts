// Runs the command line as a user would, in a process of its own.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, from dist/test/support. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

const WEIR = path.join(ROOT, 'bin/weir');
const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

export interface WeirRun {
  /** Exit code, or null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The last line that `weir replay` writes to stderr. */
export interface ReplaySummary {
  readonly frames: number;
  readonly ip_packets: number;
  readonly records: number;
  readonly excluded: Readonly<Record<string, number>>;
  readonly unparsable: Readonly<Record<string, number>>;
}

/** Runs `weir` to its end, at most a minute. */
export function runWeir(
  args: readonly string[],
  options: {
    readonly stdin?: Uint8Array;
    readonly cwd?: string;
    /** Further WEIR_ variables. */
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): WeirRun {
  const run = spawnSync(process.execPath, [WEIR, ...args], {
    input: options.stdin ?? '',
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.settings },
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (run.error) throw run.error;
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** The summary of a replay; it fails when the last line of stderr is not one. */
export function replaySummary(run: WeirRun): ReplaySummary {
  const last = run.stderr.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`No summary at the end of: ${run.stderr}`);
  return JSON.parse(last) as ReplaySummary;
}

/** Everything before the summary: what a user would have to read. */
export function messagesOf(run: WeirRun): string[] {
  return run.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
}

/** Sum of the counts of a table such as `excluded`. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
