// `weir up` without a capture, for tests with real AWS clients: it serves the AWS endpoint on a
// loopback port over an inventory file. Capturing is kept off by taking CAP_NET_RAW away, so that
// nothing of the machine's own network gets in.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './weir.ts';

const WEIR = path.join(ROOT, 'bin/weir');
const START_TIMEOUT_MS = 30_000;

export interface ServingWeir {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What `weir env` exports, for child processes. */
  readonly environment: Readonly<Record<string, string>>;
  readonly data: string;
  /** Log lines so far. */
  readonly lines: readonly string[];
  readonly pid: number;
  /** SIGTERM; returns the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface ServingOptions {
  /** Data folder; also holds the inventory file. */
  readonly data: string;
  readonly inventory: string;
  /** Default eu-west-1. */
  readonly region?: string;
  /** Further WEIR_ variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Taken away when root runs it; default net_raw, without which nothing is captured. */
  readonly withoutCapabilities?: readonly string[];
  /** Words before the command, such as `faketime -f +700s`. */
  readonly prefix?: readonly string[];
}

/** Starts `weir up` and waits until it serves. */
export async function startServing(options: ServingOptions): Promise<ServingWeir> {
  const { data, region = 'eu-west-1' } = options;
  const inventory = `${data}.inventory.yaml`;
  writeFileSync(inventory, options.inventory);
  const words = [WEIR, 'up', '--data', data, '--listen', '127.0.0.1:0', '--inventory', inventory];
  const isRoot = process.getuid?.() === 0;
  const without = (options.withoutCapabilities ?? ['net_raw']).map((name) => `-${name}`).join(',');
  const [program = '', ...args] = [
    ...(options.prefix ?? []),
    ...(isRoot ? ['setpriv', '--bounding-set', without, '--inh-caps', without] : []),
    process.execPath,
    ...words,
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: a word before the command may stay between us and the daemon.
    detached: true,
    env: { ...process.env, WEIR_REGION: region, WEIR_LOG_LEVEL: 'debug', ...options.settings },
  });
  const lines: string[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!lines.some((line) => line.includes('daemon.started'))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      signal(child, 'SIGKILL');
      throw new Error(`weir up did not start: ${lines.join('\n')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const environment = exportsOf(data);
  return {
    endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
    region,
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
    environment,
    data,
    lines,
    pid: child.pid ?? 0,
    async stop() {
      signal(child, 'SIGTERM');
      return exited;
    },
    async kill() {
      signal(child, 'SIGKILL');
      await exited;
    },
  };
}

/** Sends a signal to the whole group, unless it has ended. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, name);
}

/** The variables that `eval "$(weir env)"` sets, as a real shell reads them. */
function exportsOf(data: string): Record<string, string> {
  const script = `eval "$("$1" "$2" env --data "$3")" && env -0`;
  const text = execFileSync('sh', ['-c', script, 'sh', process.execPath, WEIR, data], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
  });
  const pairs = text.split('\0').map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return Object.fromEntries(pairs.filter(([name]) => name.startsWith('AWS_')));
}
