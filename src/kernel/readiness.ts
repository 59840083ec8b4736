import { ffi } from './libc.ts';

/** Waits for a descriptor on the event loop of the thread that asked. */
export interface ReadinessWatch {
  close(): void;
}

// koffi's poll handle stops, silently, when it is collected; this set keeps it alive.
const alive = new Set<object>();

/**
 * Calls `onReadable` while the descriptor has something to read (level-triggered).
 *
 * libuv ends a watch as soon as the socket reports an error, such as ENETDOWN when an interface
 * goes down or ENOBUFS when notices were lost. Both sockets recover, so the watch is started
 * anew after `onFault`, which has to take the error off the socket.
 *
 * Close the watch before the descriptor.
 */
export function watchReadable(
  descriptor: number,
  onReadable: () => void,
  onFault: () => void,
): ReadinessWatch {
  let open = true;
  // koffi passes (status, events), unlike its type says; a negative status is an error.
  const onEvent = (status: unknown): void => {
    if (!open) return;
    if (typeof status !== 'number' || status >= 0) return onReadable();
    onFault();
    setImmediate(() => {
      if (open) handle.start({ readable: true }, onEvent);
    });
  };
  const handle = ffi().node.poll(descriptor, { readable: true }, onEvent);
  alive.add(handle);
  return {
    close() {
      if (!open) return;
      open = false;
      handle.close();
      alive.delete(handle);
    },
  };
}
