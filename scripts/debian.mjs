// Programs that tests and benchmarks need from the distribution: installed when we may, named when
// we may not.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Folders of programs; those of root are often missing in a user's PATH. */
const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin'];

/** What tests call, by program, with the Debian package that holds it. */
export const TEST_PROGRAMS = {
  tshark: 'tshark',
  tcpdump: 'tcpdump',
  ip: 'iproute2',
  ping: 'iputils-ping',
  curl: 'curl',
  ps: 'procps',
  setpriv: 'util-linux',
  script: 'bsdutils',
  capsh: 'libcap2-bin',
  ethtool: 'ethtool',
  tmux: 'tmux',
  faketime: 'faketime',
  openssl: 'openssl',
  // By its path: the newest one of another package manager is no proof for Debian's.
  '/usr/bin/aws': 'awscli',
};

/** What benchmarks call besides. */
export const BENCH_PROGRAMS = {
  gcc: 'gcc',
  ip: 'iproute2',
  taskset: 'util-linux',
  softflowd: 'softflowd',
  nfpcapd: 'nfdump',
  pmacctd: 'pmacct',
  argus: 'argus-server',
};

/** True when the program, a name or an absolute path, can be run. */
export function hasProgram(name) {
  const folders = path.isAbsolute(name) ? ['/'] : FOLDERS;
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function missingOf(programs) {
  return Object.keys(programs).filter((name) => !hasProgram(name));
}

/** Runs apt-get quietly; returns what it complained of, or null when it worked. */
function aptGet(...args) {
  const run = spawnSync('apt-get', ['-qq', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
  return run.status === 0 ? null : `apt-get ${args[0]} failed: ${run.stderr ?? run.error}`;
}

/**
 * Installs what is missing, as root on Debian and its kin; elsewhere it says what to install.
 *
 * @param programs program to package
 * @returns the programs that are still missing
 */
export function installMissing(programs) {
  const missing = missingOf(programs);
  if (missing.length === 0) return [];
  const packages = [...new Set(missing.map((name) => programs[name]))];
  if (process.getuid?.() === 0 && hasProgram('apt-get')) {
    console.log(`Installing ${packages.join(' ')}`);
    const install = ['install', '-y', '--no-install-recommends', ...packages];
    // A fresh machine has no package lists yet: only a failure after fetching them is one.
    const complaint = aptGet(...install) === null ? null : (aptGet('update') ?? aptGet(...install));
    if (complaint !== null) console.error(complaint);
  } else {
    console.log(`Not installed: ${missing.join(' ')}; what needs them is skipped`);
    console.log(`To run it too: sudo apt-get install ${packages.join(' ')}`);
  }
  return missingOf(programs);
}
