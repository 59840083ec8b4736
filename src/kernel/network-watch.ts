import { closeDescriptor, getSocketOption, int32Option } from './libc.ts';
import { inNetns } from './netns.ts';
import { watchReadable } from './readiness.ts';
import { openRouteSocket, receiveFrom } from './rtnetlink.ts';

const SOCK_NONBLOCK = 0x800;
const SOL_SOCKET = 1;
const SO_ERROR = 4;

const RTMGRP_LINK = 0x1;
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV4_ROUTE = 0x40;
const RTMGRP_IPV6_IFADDR = 0x100;
const RTMGRP_IPV6_ROUTE = 0x400;
const GROUPS =
  RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;

const NOTICE_BYTES = 64 * 1024;

export interface NetworkWatch {
  close(): void;
}

/**
 * Calls back when links, addresses or routes of a namespace may have changed, at most once per
 * `debounceMs` and at the latest that long after the first notice. What has changed is not told,
 * since notices can be lost: read the state again.
 *
 * The open watch keeps the namespace alive, so it has to be closed for a deleted one to end.
 *
 * @throws OperationError as `inNetns` does
 */
export function watchNetwork(
  netns: string | null,
  onChange: () => void,
  debounceMs = 100,
): NetworkWatch {
  const descriptor = inNetns(netns, () => openRouteSocket(GROUPS, SOCK_NONBLOCK));
  const buffer = Buffer.alloc(NOTICE_BYTES);
  let timer: NodeJS.Timeout | undefined;
  const notice = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      onChange();
    }, debounceMs);
  };
  const drain = (): void => {
    while (receiveFrom(descriptor, buffer) > 0) notice();
  };
  // ENOBUFS: notices were lost, which is a change like any other.
  const recover = (): void => {
    getSocketOption(descriptor, SOL_SOCKET, SO_ERROR, Buffer.alloc(4), int32Option(4));
    drain();
    notice();
  };
  const readiness = watchReadable(descriptor, drain, recover);
  let open = true;
  return {
    close() {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      readiness.close();
      closeDescriptor(descriptor);
    },
  };
}
