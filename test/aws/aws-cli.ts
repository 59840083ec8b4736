// Debian's aws CLI as users call it, for tests. It is older than AWS_ENDPOINT_URL, so the endpoint
// goes into the command.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** Debian's own, whatever else is in the PATH. */
export const AWS_CLI = '/usr/bin/aws';

/** Why tests of the CLI cannot run here; false when they can. */
export const SKIP_AWS_CLI: string | false = hasAwsCli()
  ? false
  : "SKIPPED: Debian's package awscli is not installed";

function hasAwsCli(): boolean {
  try {
    accessSync(AWS_CLI, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliPlace {
  readonly endpoint: string;
  /** What `weir env` exports, changed as a test needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Words that come before the CLI, such as `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
}

/** Runs `aws WORDS...` to its end, at most a minute; nobody's profile is read. */
export function runAws(place: CliPlace, words: readonly string[]): Promise<CliRun> {
  const command = [AWS_CLI, ...words, '--endpoint-url', place.endpoint];
  const [program = AWS_CLI, ...args] = [...(place.prefix ?? []), ...command];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nonexistent',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...place.environment,
  };
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 60_000 }, (fault, stdout, stderr) => {
      const code = fault === null ? 0 : fault.code;
      resolve({ status: typeof code === 'number' ? code : null, stdout, stderr });
    });
  });
}

/** The JSON that the command printed; fails with what it complained of. */
export async function awsJson<Answer>(place: CliPlace, words: readonly string[]): Promise<Answer> {
  const run = await runAws(place, [...words, '--output', 'json']);
  if (run.status !== 0) throw new Error(`aws ${words.join(' ')}: ${run.stderr}`);
  return JSON.parse(run.stdout === '' ? 'null' : run.stdout) as Answer;
}
