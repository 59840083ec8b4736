// What a network namespace is made of, asked from the kernel by rtnetlink (rtnetlink(7)).
import { OperationError } from '../observe/operation-error.ts';
import {
  bindSocket,
  checked,
  closeDescriptor,
  libcFunction,
  openSocket,
  setSocketOption,
} from './libc.ts';
import { netlinkRequest, parseMessages } from './netlink.ts';
import { inNetns } from './netns.ts';
import { parseAddress, parseLink, parseRoutes } from './rtnetlink-messages.ts';
import type { InterfaceAddress, KernelRoute, Link } from './rtnetlink-messages.ts';

export const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const SOCKADDR_NL_BYTES = 12;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_REQUEST = 0x1;
const NLM_F_DUMP = 0x300;
/** The dump changed while it was read; it may lack entries. */
const NLM_F_DUMP_INTR = 0x10;

const ANSWER_BYTES = 256 * 1024;
const ANSWER_TIMEOUT_SECONDS = 5;
const ATTEMPTS_MAX = 5;

const send = libcFunction<
  (descriptor: number, message: Uint8Array, bytes: number, flags: number) => number
>('int64_t send(int fd, const void *message, size_t bytes, int flags)');

const receive = libcFunction<
  (descriptor: number, target: Uint8Array, bytes: number, flags: number) => number
>('int64_t recv(int fd, void *target, size_t bytes, int flags)');

/** Everything that rtnetlink tells of one namespace. */
export interface NetworkState {
  readonly links: readonly Link[];
  readonly addresses: readonly InterfaceAddress[];
  /** Main table only. */
  readonly routes: readonly KernelRoute[];
}

/**
 * The links of a namespace, in the order of their ifindex.
 *
 * @throws OperationError as `inNetns` does
 */
export function readLinks(netns: string | null): Link[] {
  return inNetns(netns, () => dump(RTM_GETLINK, RTM_NEWLINK, parseLink));
}

/** Addresses of all interfaces of a namespace, IPv4 and IPv6. */
export function readAddresses(netns: string | null): InterfaceAddress[] {
  return inNetns(netns, () => dump(RTM_GETADDR, RTM_NEWADDR, parseAddress));
}

/** Routes of a namespace's main table, one per next hop. */
export function readRoutes(netns: string | null): KernelRoute[] {
  return inNetns(netns, () => dump(RTM_GETROUTE, RTM_NEWROUTE, parseRoutes));
}

/** Links, addresses and routes, read one after the other. */
export function readNetwork(netns: string | null): NetworkState {
  return inNetns(netns, () => ({
    links: readLinks(null),
    addresses: readAddresses(null),
    routes: readRoutes(null),
  }));
}

/**
 * Reads from a netlink socket.
 *
 * @returns the bytes received; negative when there are none (errno says why)
 */
export function receiveFrom(descriptor: number, target: Uint8Array): number {
  return receive(descriptor, target, target.length, 0);
}

/**
 * A NETLINK_ROUTE socket in the namespace that the thread is in.
 *
 * @param groups RTMGRP_ bits of the notices to get; 0 for requests
 * @param flags SOCK_ flags beside close-on-exec
 */
export function openRouteSocket(groups: number, flags: number): number {
  const action = 'Cannot open a netlink socket';
  const descriptor = checked(openSocket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, 0), action);
  const address = Buffer.alloc(SOCKADDR_NL_BYTES);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(groups, 8);
  try {
    checked(bindSocket(descriptor, address, address.length), action);
  } catch (cause) {
    closeDescriptor(descriptor);
    throw cause;
  }
  return descriptor;
}

function dump<Entry>(
  request: number,
  answer: number,
  parse: (body: Buffer) => readonly Entry[],
): Entry[] {
  for (let attempt = 1; ; attempt++) {
    const { entries, interrupted } = dumpOnce(request, answer, parse);
    if (!interrupted || attempt === ATTEMPTS_MAX) return entries;
  }
}

function dumpOnce<Entry>(
  request: number,
  answer: number,
  parse: (body: Buffer) => readonly Entry[],
): { entries: Entry[]; interrupted: boolean } {
  const action = 'Cannot read the network configuration';
  const descriptor = openRouteSocket(0, 0);
  try {
    // struct timeval: the kernel answers at once or, out of memory, never.
    const timeout = Buffer.alloc(16);
    timeout.writeBigInt64LE(BigInt(ANSWER_TIMEOUT_SECONDS), 0);
    checked(setSocketOption(descriptor, SOL_SOCKET, SO_RCVTIMEO, timeout, 16), action);
    // A zero body asks for every family; ifinfomsg is the longest of the fixed parts.
    const message = netlinkRequest(request, NLM_F_REQUEST | NLM_F_DUMP, Buffer.alloc(16));
    checked(send(descriptor, message, message.length, 0), action);
    return collect(descriptor, answer, parse);
  } finally {
    closeDescriptor(descriptor);
  }
}

function collect<Entry>(
  descriptor: number,
  answer: number,
  parse: (body: Buffer) => readonly Entry[],
): { entries: Entry[]; interrupted: boolean } {
  const action = 'Cannot read the network configuration';
  const buffer = Buffer.alloc(ANSWER_BYTES);
  const entries: Entry[] = [];
  let interrupted = false;
  for (;;) {
    const received = checked(receiveFrom(descriptor, buffer), action);
    for (const message of parseMessages(buffer.subarray(0, received))) {
      interrupted ||= (message.flags & NLM_F_DUMP_INTR) !== 0;
      if (message.type === NLMSG_DONE) return { entries, interrupted };
      if (message.type === NLMSG_ERROR) {
        const errno = message.body.length < 4 ? 0 : -message.body.readInt32LE(0);
        throw new OperationError('failed', `${action}: netlink error ${errno}`);
      }
      if (message.type === answer) entries.push(...parse(message.body));
    }
  }
}
