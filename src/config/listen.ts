// The address that the one HTTP port listens on.
import { isIPv4, isIPv6 } from 'node:net';

/** A parsed `HOST:PORT`. */
export interface ListenAddress {
  readonly host: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
}

/** Parses `127.0.0.1:7717`, `localhost:7717` or `[::1]:7717`; null when it is none of these. */
export function parseListen(text: string): ListenAddress | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const host = match[1] ?? match[2] ?? '';
  const port = Number(match[3]);
  if (port > 65535 || (match[1] !== undefined && !isIPv6(host))) return null;
  return { host, port };
}

/** Says whether only programs of this machine can reach the host. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return host === 'localhost' || host === '::1';
}

/**
 * Where programs of this machine reach what listens on an address: loopback for the wildcards,
 * else the address itself.
 *
 * @param bound the address in canonical form, as the kernel tells it
 */
export function reachableHost(bound: string): string {
  // What listens on :: is given IPv4 connections too, and ::1 is missing where IPv6 is off.
  return /^(?:::|(?:::ffff:)?0\.0\.0\.0)$/.test(bound) ? '127.0.0.1' : bound;
}

/** The ends of a connection, as a socket tells them; undefined once it is closed. */
export interface ConnectionEnds {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
}

/**
 * Says whether the other end is on this machine: from loopback, or to one of its own addresses
 * from the same. The kernel takes neither from a wire.
 */
export function isSameMachine({ remoteAddress, localAddress }: ConnectionEnds): boolean {
  if (remoteAddress === undefined) return false;
  return remoteAddress === localAddress || isLoopback(remoteAddress.replace(/^::ffff:/, ''));
}

/** `127.0.0.1:7717`, `[::1]:7717`. */
export function formatListen({ host, port }: ListenAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
