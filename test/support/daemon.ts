// `weir up` as a child process inside a network namespace, for tests that need the whole product.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

import { ROOT, type WeirRun } from './weir.ts';

const WEIR = path.join(ROOT, 'bin/weir');
const START_TIMEOUT_MS = 30_000;

export interface RunningWeir {
  readonly pid: number;
  /** Log lines so far. */
  readonly lines: readonly string[];
  /** Asks it to stop, by SIGTERM, and waits; returns its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; returns when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts `weir up` in a namespace and waits until it says that it is up.
 *
 * @param settings further WEIR_ variables
 */
export async function startWeir(
  netns: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningWeir> {
  const child = spawn('ip', ['netns', 'exec', netns, process.execPath, WEIR, 'up', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...settings },
  });
  const lines: string[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  await started(child, lines);
  return {
    pid: child.pid ?? 0,
    lines,
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function started(child: ChildProcess, lines: readonly string[]): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!lines.some((line) => line.includes('daemon.started'))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`weir up did not start: ${lines.join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs a weir command inside a namespace to its end. */
export function weirIn(netns: string, args: readonly string[]): WeirRun {
  const run = spawnSync('ip', ['netns', 'exec', netns, process.execPath, WEIR, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** Rows of a query over the store of a data folder. */
export function queryRows(data: string, sql: string): Record<string, unknown>[] {
  const run = spawnSync(
    process.execPath,
    [WEIR, 'query', sql, '--format', 'json', '--data', data],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  if (run.status !== 0) throw new Error(`weir query failed: ${run.stderr}`);
  return JSON.parse(run.stdout) as Record<string, unknown>[];
}

/** Keys of the objects in an embedded bucket, sorted. */
export function objectKeys(data: string, bucket: string): string[] {
  const folder = path.join(data, 's3', bucket);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.gz'))
    .sort();
}

/** Records of all text objects in a bucket, without their header lines. */
export function deliveredRecords(data: string, bucket: string): string[] {
  return objectKeys(data, bucket).flatMap((key) => {
    const text = gunzipSync(readFileSync(path.join(data, 's3', bucket, key))).toString();
    return text
      .split('\n')
      .slice(1)
      .filter((line) => line !== '');
  });
}
