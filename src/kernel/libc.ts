// Calls into libc through koffi. koffi (a native addon) is loaded at the first call and not
// before, because `weir replay` shares these modules and must start in milliseconds.
//
// Pointers are bigint. A Uint8Array argument is passed by address and is valid during the call
// only; the kernel keeps none of ours, except the ring's mapping, which is the kernel's own.
import { createRequire } from 'node:module';
import { getSystemErrorMap } from 'node:util';

import { OperationError, type OperationErrorCode } from '../observe/operation-error.ts';

type Koffi = typeof import('koffi');

const RTLD_NOW = 0x2;
const RTLD_NODELETE = 0x1000;

const requireModule = createRequire(import.meta.url);
let loaded: Koffi | undefined;
let library: ReturnType<Koffi['load']> | undefined;

/** The FFI module, loaded on first use. */
export function ffi(): Koffi {
  if (loaded === undefined) {
    loaded = requireModule('koffi') as Koffi;
    if (process.platform === 'linux') keepLoaded(loaded);
  }
  return loaded;
}

/**
 * Node unloads an addon with the last thread that uses it, but closes the thread's poll handles
 * after that, whose callbacks are in the addon: ending a worker, or the process while a worker
 * watches a socket, would crash. So the addon is pinned.
 */
function keepLoaded(koffi: Koffi): void {
  const addon = Object.keys(requireModule.cache).find((file) => file.endsWith('koffi.node'));
  if (addon === undefined) return;
  koffi.load(null).func('void *dlopen(const char *path, int flags)')(
    addon,
    RTLD_NOW | RTLD_NODELETE,
  );
}

/**
 * A libc function, looked up at its first call. The node binary is itself linked against libc, so
 * the same lookup works for glibc and musl.
 *
 * @param prototype C prototype, e.g. `int close(int fd)`
 */
export function libcFunction<Call extends (...given: never[]) => unknown>(prototype: string): Call {
  let bound: ((...given: never[]) => unknown) | undefined;
  const call = (...given: never[]): unknown => {
    library ??= ffi().load(null);
    bound ??= library.func(prototype) as (...values: never[]) => unknown;
    return bound(...given);
  };
  return call as Call;
}

export const closeDescriptor = libcFunction<(descriptor: number) => number>('int close(int fd)');

export const openSocket = libcFunction<(domain: number, type: number, protocol: number) => number>(
  'int socket(int domain, int type, int protocol)',
);

export const bindSocket = libcFunction<
  (descriptor: number, address: Uint8Array, bytes: number) => number
>('int bind(int fd, const void *address, uint32_t bytes)');

export const setSocketOption = libcFunction<
  (descriptor: number, level: number, name: number, value: Uint8Array, bytes: number) => number
>('int setsockopt(int fd, int level, int name, const void *value, uint32_t bytes)');

export const getSocketOption = libcFunction<
  (descriptor: number, level: number, name: number, value: Uint8Array, bytes: Uint8Array) => number
>('int getsockopt(int fd, int level, int name, void *value, void *bytes)');

const COMMON: Readonly<Record<string, OperationErrorCode>> = {
  EPERM: 'not-permitted',
  EACCES: 'not-permitted',
  ENOENT: 'not-found',
  ENODEV: 'not-found',
  ENXIO: 'not-found',
  EBUSY: 'in-use',
  EADDRINUSE: 'in-use',
  EWOULDBLOCK: 'in-use',
  EAGAIN: 'in-use',
  ENOMEM: 'unavailable',
  ENOBUFS: 'unavailable',
  EMFILE: 'unavailable',
  ENFILE: 'unavailable',
  EINVAL: 'invalid-input',
  ENOPROTOOPT: 'unsupported',
  EOPNOTSUPP: 'unsupported',
  EAFNOSUPPORT: 'unsupported',
};

/** errno of the last libc call of this thread as a name, e.g. `EPERM`. Read it at once. */
export function lastErrorName(): string {
  return getSystemErrorMap().get(-ffi().errno())?.[0] ?? `errno ${ffi().errno()}`;
}

/** The fault that errno tells of, as an OperationError. */
export function lastError(action: string): OperationError {
  const errno = ffi().errno();
  const [name, text] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'unknown error'];
  const code = COMMON[name] ?? 'failed';
  return new OperationError(code, `${action}: ${text} (${name})`, {
    retryable: code === 'unavailable',
  });
}

/**
 * Passes a libc result on, or throws what errno says.
 *
 * @param result what the call returned; negative means failure
 * @param action what was being done, e.g. `Cannot open a packet socket`
 * @throws OperationError
 */
export function checked(result: number, action: string): number {
  if (result < 0) throw lastError(action);
  return result;
}

/** A 32-bit integer as setsockopt wants it. */
export function int32Option(value: number): Buffer {
  const option = Buffer.alloc(4);
  option.writeInt32LE(value);
  return option;
}
