import { existsSync, readFileSync, realpathSync } from 'node:fs';

/** The capabilities that matter here, with their bit in the masks (linux/capability.h). */
const BITS = {
  netAdmin: 12n,
  netRaw: 13n,
  sysAdmin: 21n,
  perfmon: 38n,
  bpf: 39n,
} as const;

/** Which capabilities the process has in effect. */
export type Capabilities = Readonly<Record<keyof typeof BITS, boolean>>;

/** What /proc/self/status says about privileges. */
interface Privileges {
  readonly effective: bigint;
  /** What the process could ever get; a container's runtime cuts it. */
  readonly bounding: bigint;
  /** True when executing a file with capabilities gives none. */
  readonly noNewPrivileges: boolean;
}

/**
 * Capabilities in effect. Where there is no /proc (macOS), all are false: nothing that needs them
 * exists there.
 */
export function readCapabilities(): Capabilities {
  const { effective } = parsePrivileges(readStatus());
  return {
    netAdmin: hasBit(effective, BITS.netAdmin),
    netRaw: hasBit(effective, BITS.netRaw),
    sysAdmin: hasBit(effective, BITS.sysAdmin),
    perfmon: hasBit(effective, BITS.perfmon),
    bpf: hasBit(effective, BITS.bpf),
  };
}

/**
 * What to run so that live capture is permitted, e.g.
 * `run: sudo setcap cap_net_raw+ep /usr/bin/node (or start weir with sudo)`.
 *
 * @param netns true when other network namespaces shall be entered too (CAP_SYS_ADMIN)
 */
export function captureHint(netns = false): string {
  return hintFor(parsePrivileges(readStatus()), realpathSync(process.execPath), netns);
}

/** The text of `captureHint` for given privileges. */
export function hintFor(privileges: Privileges, nodePath: string, netns: boolean): string {
  const needed = netns ? (['netRaw', 'sysAdmin'] as const) : (['netRaw'] as const);
  const names = netns ? 'cap_net_raw,cap_sys_admin+ep' : 'cap_net_raw+ep';
  const command = `sudo setcap ${names} ${shellWord(nodePath)}`;
  if (needed.some((name) => !hasBit(privileges.bounding, BITS[name]))) {
    const flags = netns ? '--cap-add NET_RAW --cap-add SYS_ADMIN' : '--cap-add NET_RAW';
    return (
      `this container or service may not have it; run outside of it: ${command}, ` +
      `or start the container with: ${flags}`
    );
  }
  if (privileges.noNewPrivileges) {
    return (
      'this process may not gain privileges (no_new_privs); start weir as root, ' +
      `or without that bit after: ${command}`
    );
  }
  return `run: ${command} (or start weir with sudo)`;
}

/** Reads the privilege lines of a /proc/PID/status text; what is missing counts as none. */
export function parsePrivileges(status: string): Privileges {
  return {
    effective: mask(status, 'CapEff'),
    bounding: mask(status, 'CapBnd'),
    noNewPrivileges: /^NoNewPrivs:\s*1$/m.test(status),
  };
}

function readStatus(): string {
  return existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
}

function mask(status: string, name: string): bigint {
  const digits = new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
  return digits === undefined ? 0n : BigInt(`0x${digits}`);
}

function hasBit(value: bigint, bit: bigint): boolean {
  return ((value >> bit) & 1n) === 1n;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
