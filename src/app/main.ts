// Entry of every command but `replay`: gives the command line the process it runs in.
import { readFileSync } from 'node:fs';

import type { FlowLogsDeps } from '../cli/flow-logs.ts';
import type { KeysDeps } from '../cli/keys.ts';
import { runCommandLine } from '../cli/program.ts';

/**
 * Runs one command line in this process.
 *
 * @param argv the arguments after `weir`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function main(argv: string[]): Promise<number> {
  const version = readVersion();
  const deps: FlowLogsDeps & KeysDeps = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    now: Date.now,
    runDaemon: async (flags) => {
      const { runDaemon } = await import('./run-daemon.ts');
      return runDaemon(flags, version);
    },
    runReplay: async (replayArgv) => (await import('./replay.ts')).main(replayArgv),
    openFlowLogFolder: async (data) => (await import('./idle-folder.ts')).openFlowLogFolder(data),
    openKeyFolder: async (data) => (await import('./idle-folder.ts')).openKeyFolder(data),
    setExitCode: () => undefined,
  };
  return runCommandLine(argv, version, deps);
}

function readVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
