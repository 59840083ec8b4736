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

/** `127.0.0.1:7717`, `[::1]:7717`. */
export function formatListen({ host, port }: ListenAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
