import { closeSync, existsSync, openSync, readdirSync, statSync } from 'node:fs';

import { OperationError, toOperationError } from '../observe/operation-error.ts';
import { captureHint } from './capabilities.ts';
import { checked, lastError, lastErrorName, libcFunction } from './libc.ts';

const CLONE_NEWNET = 0x4000_0000;
const FOLDERS = ['/run/netns', '/var/run/netns'];

const setns = libcFunction<(descriptor: number, type: number) => number>(
  'int setns(int fd, int type)',
);

/**
 * Runs `task` with the calling thread inside another network namespace and comes back. Sockets
 * stay in the namespace that they were opened in. Only this thread is switched, so the task must
 * be synchronous.
 *
 * @param netns name as of `ip netns`, or a path such as /proc/123/ns/net; null: stay here
 * @throws OperationError `not-found`, `not-permitted` (CAP_SYS_ADMIN), `invalid-input`
 */
export function inNetns<Result>(netns: string | null, task: () => Result): Result {
  if (netns === null) return task();
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const target = openNetns(netns);
    try {
      enter(target, netns);
    } finally {
      closeSync(target);
    }
    try {
      return task();
    } finally {
      checked(setns(home, CLONE_NEWNET), 'Cannot return to the own network namespace');
    }
  } finally {
    closeSync(home);
  }
}

/** Names that `ip netns list` shows. */
export function listNetns(): string[] {
  const folder = FOLDERS.find((candidate) => existsSync(candidate));
  return folder === undefined ? [] : readdirSync(folder).sort();
}

/**
 * Which namespace a name stands for now: a text that differs when the namespace was deleted and
 * made anew, or null when there is none of that name.
 */
export function netnsIdentity(netns: string | null): string | null {
  const path = netns === null ? '/proc/thread-self/ns/net' : netnsPath(netns);
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}

/** The file of a namespace: names lie in /run/netns, whatever has a slash is a path already. */
function netnsPath(netns: string): string {
  if (netns.includes('/')) return netns;
  const candidates = FOLDERS.map((folder) => `${folder}/${netns}`);
  return candidates.find((candidate) => existsSync(candidate)) ?? `${FOLDERS[0]}/${netns}`;
}

function openNetns(netns: string): number {
  try {
    return openSync(netnsPath(netns), 'r');
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot open network namespace "${netns}"`);
    if (fault.code !== 'not-found') throw fault;
    const names = listNetns().join(', ') || 'none';
    throw new OperationError(
      'not-found',
      `Cannot enter network namespace "${netns}": no such namespace; ip netns list: ${names}`,
      { cause },
    );
  }
}

function enter(target: number, netns: string): void {
  if (setns(target, CLONE_NEWNET) === 0) return;
  const action = `Cannot enter network namespace "${netns}"`;
  const name = lastErrorName();
  if (name === 'EPERM') {
    throw new OperationError(
      'not-permitted',
      `${action}: CAP_SYS_ADMIN is missing; ${captureHint(true)}`,
    );
  }
  if (name === 'EINVAL') {
    throw new OperationError('invalid-input', `${action}: the file is no network namespace`);
  }
  throw lastError(action);
}
