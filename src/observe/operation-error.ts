/** Stable codes of operating faults; the command line and the log show them. */
export type OperationErrorCode =
  | 'not-found'
  | 'not-permitted'
  | 'invalid-input'
  | 'not-a-capture'
  | 'truncated-input'
  | 'in-use'
  | 'disk-full'
  | 'unavailable'
  | 'unsupported'
  | 'failed';

/**
 * A fault of the world around us (disk, network, permission, input), never a bug of ours. The
 * message is one line for the user: what failed, with what, what to do; no final full stop.
 */
export class OperationError extends Error {
  readonly code: OperationErrorCode;
  /** True when the same call may succeed later without anybody's doing. */
  readonly retryable: boolean;

  constructor(
    code: OperationErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OperationError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

const BY_ERRNO: Readonly<Record<string, OperationErrorCode>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  EISDIR: 'invalid-input',
  EACCES: 'not-permitted',
  EPERM: 'not-permitted',
  EADDRINUSE: 'in-use',
  EBUSY: 'in-use',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  ECONNREFUSED: 'unavailable',
  ETIMEDOUT: 'unavailable',
};

/**
 * The one place where an unknown fault becomes a known one.
 *
 * @param cause what was caught
 * @param action what was being done, e.g. `Cannot read "x.pcap"`
 */
export function toOperationError(cause: unknown, action: string): OperationError {
  if (isOperationError(cause)) return cause;
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const code = BY_ERRNO[errno] ?? 'failed';
  return new OperationError(code, `${action}: ${reasonOf(error)}`, {
    cause,
    retryable: code === 'unavailable' || code === 'disk-full',
  });
}

/**
 * Also true for an OperationError of another copy of this module: `weir replay` is bundled, and
 * what it loads on demand is not.
 */
function isOperationError(cause: unknown): cause is OperationError {
  if (cause instanceof OperationError) return true;
  return cause instanceof Error && 'code' in cause && 'retryable' in cause;
}

/** The reason in Node's `ENOENT: no such file or directory, open 'x'`; the action has the rest. */
function reasonOf(error: Error): string {
  return /^E[A-Z0-9]+: ([^,]+), \w+/.exec(error.message)?.[1] ?? error.message;
}
