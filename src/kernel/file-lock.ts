import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

import { OperationError, toOperationError } from '../observe/operation-error.ts';
import { lastError, lastErrorName, libcFunction } from './libc.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

const flock = libcFunction<(descriptor: number, operation: number) => number>(
  'int flock(int fd, int operation)',
);

/** A lock that is held until `release`, or until the process ends in whatever way. */
export interface FileLock {
  release(): void;
}

/**
 * Takes an exclusive lock on a file, creating it (0600), without waiting. The holder's process id
 * is written into the file, so that whoever comes second can be told.
 *
 * @throws OperationError `in-use` when another process (or this one) holds it
 */
export function lockFile(path: string): FileLock {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch (cause) {
    throw toOperationError(cause, `Cannot lock "${path}"`);
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) < 0) {
    const fault = lockFault(path);
    closeSync(descriptor);
    throw fault;
  }
  ftruncateSync(descriptor);
  writeSync(descriptor, `${process.pid}\n`, 0);
  let held = true;
  return {
    release() {
      // The file stays: unlinking it would let two processes lock two different files.
      if (held) closeSync(descriptor);
      held = false;
    },
  };
}

function lockFault(path: string): OperationError {
  const name = lastErrorName();
  if (name !== 'EAGAIN' && name !== 'EWOULDBLOCK') return lastError(`Cannot lock "${path}"`);
  const holder = /^\d+/.exec(readFileSync(path, 'utf8'))?.[0];
  const who = holder === undefined ? 'another process' : `process ${holder}`;
  return new OperationError(
    'in-use',
    `Cannot lock "${path}": ${who} holds it; stop that one or choose another --data folder`,
  );
}
