// Two network namespaces joined by a veth pair, for tests of live capture. Quiet: IPv6 is off and
// neighbours are fixed, so that exactly what a test sends crosses the wire.
//
//   namespace a                        namespace b
//   +---------------------------+      +---------------------------+
//   | va 10.77.0.1  02:..:00:0a |------| vb 10.77.0.2  02:..:00:0b |
//   +---------------------------+      +---------------------------+
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

import { listNetns, readLinks } from '../../src/kernel/index.ts';

const run = promisify(execFile);

const SILENT_ADDRESS = '10.77.0.9';

/** Why live tests cannot run here; false when they can. For the `skip` option of a test. */
export const SKIP_LIVE: string | false =
  process.platform !== 'linux'
    ? 'SKIPPED: live capture is tested on Linux only'
    : process.getuid?.() === 0
      ? false
      : 'SKIPPED: needs root, to create network namespaces';

export interface LiveBed {
  readonly a: string;
  readonly b: string;
  /** ifindex of va. */
  readonly ifindex: number;
  remove(): void;
}

let made = 0;

/** Makes the bed; the caller removes it. */
export function makeBed(): LiveBed {
  const number = ++made;
  const [a, b] = [`weir-${process.pid}-${number}a`, `weir-${process.pid}-${number}b`];
  ip(`netns add ${a}`);
  ip(`netns add ${b}`);
  for (const netns of [a, b]) {
    const quiet = ['all', 'default'].map((name) => `net.ipv6.conf.${name}.disable_ipv6=1`);
    execFileSync('ip', ['netns', 'exec', netns, 'sysctl', '-qw', ...quiet]);
    ip(`-n ${netns} link set lo up`);
  }
  joinBed(a, b);
  const ifindex = readLinks(a).find((link) => link.name === 'va')?.ifindex ?? 0;
  return {
    a,
    b,
    ifindex,
    remove() {
      const left = listNetns();
      for (const netns of [a, b]) if (left.includes(netns)) ip(`netns del ${netns}`);
    },
  };
}

/** The veth pair between two namespaces, also to make it again. */
export function joinBed(a: string, b: string): void {
  const ends = [
    { netns: a, name: 'va', address: '10.77.0.1', mac: '02:00:00:00:00:0a' },
    { netns: b, name: 'vb', address: '10.77.0.2', mac: '02:00:00:00:00:0b' },
  ] as const;
  ip(`-n ${a} link add va type veth peer name vb netns ${b}`);
  for (const [index, { netns, name, address, mac }] of ends.entries()) {
    const other = ends[1 - index] ?? ends[0];
    ip(`-n ${netns} addr add ${address}/24 dev ${name}`);
    ip(`-n ${netns} link set ${name} address ${mac} up`);
    for (const neighbour of [other.address, SILENT_ADDRESS]) {
      ip(`-n ${netns} neigh replace ${neighbour} lladdr ${other.mac} dev ${name}`);
    }
  }
}

/** Runs `ip` with the words of `line`. */
export function ip(line: string): string {
  return execFileSync('ip', line.split(' '), { encoding: 'utf8' });
}

/** Runs a program inside a namespace while the test's event loop goes on. */
export async function runIn(netns: string, program: string, ...words: string[]): Promise<string> {
  const { stdout } = await run('ip', ['netns', 'exec', netns, program, ...words], {
    timeout: 30_000,
  });
  return stdout;
}

/** Sends UDP datagrams from namespace a to an address that nobody has, so no ICMP answers. */
export async function sendDatagrams(
  netns: string,
  datagramCount: number,
  payloadBytes: number,
): Promise<void> {
  const program = `
    const socket = require('node:dgram').createSocket('udp4');
    const payload = Buffer.alloc(${payloadBytes});
    let sent = 0;
    let done = 0;
    const fill = () => {
      while (sent < ${datagramCount} && sent - done < 512) {
        sent++;
        socket.send(payload, 9, '${SILENT_ADDRESS}', (error) => {
          if (error) throw error;
          if (++done === ${datagramCount}) socket.close();
          else fill();
        });
      }
    };
    fill();`;
  await runIn(netns, process.execPath, '-e', program);
}

/** Waits until `isTrue` says so, at most 10 s. */
export async function until(isTrue: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}`);
    await pause(20);
  }
}

export function pause(waitMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, waitMs));
}
