// What is measured and how it is called: Weir, the limit in plain C, and the peers in the fastest
// form that still counts every flow.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from '../test/support/weir.ts';

export interface Program {
  readonly name: string;
  /** What of the machine is compared: wall time, or CPU time for what sleeps by design. */
  readonly compares: 'wall' | 'cpu';
  readonly command: readonly string[];
  /** Told with the figures. */
  readonly note: string;
}

const PMACCT_SETTINGS = `daemonize: false
plugins: print[p]
aggregate[p]: src_host,dst_host,src_port,dst_port,proto
print_output[p]: csv
print_output_file[p]: FOLDER/pmacct.csv
print_refresh_time[p]: 3600
print_cache_entries[p]: 65537
plugin_pipe_size: 134217728
plugin_buffer_size: 1048576
`;

/** Compiles one C file of this folder for this machine; the path of the program. */
export function compile(name: string, folder: string): string {
  const output = path.join(folder, name);
  const source = path.join(ROOT, 'bench', `${name}.c`);
  execFileSync('gcc', ['-O3', '-march=native', '-o', output, source], { stdio: 'inherit' });
  return output;
}

/** True when the program can be found. */
function isInstalled(name: string): boolean {
  const search = { env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` } };
  return spawnSync('sh', ['-c', `command -v ${name}`], { ...search, stdio: 'ignore' }).status === 0;
}

/** Programs on one capture; text goes to files in `folder`, which should be in memory. */
export function programsFor(capture: string, folder: string): Program[] {
  const flows = path.join(folder, 'nfcapd');
  rmSync(flows, { recursive: true, force: true });
  mkdirSync(flows, { recursive: true });
  const settings = path.join(folder, 'pmacctd.conf');
  writeFileSync(settings, PMACCT_SETTINGS.replace('FOLDER', folder));
  const weir = path.join(ROOT, 'bin/weir');
  const text = path.join(folder, 'weir.txt');
  const intoText = `exec "$0" "$@" > ${text} 2> ${path.join(folder, 'weir.err')}`;
  const softflowd = ['-r', capture, '-d', '-6', '-m', '4000000', '-c', 'none'];
  const nfpcapd = ['-r', capture, '-w', flows, '-t', '3600', '-e', '3600,3600', '-B', '262144'];
  const program = (name: string, command: string[], note: string, compares: 'wall' | 'cpu') =>
    isInstalled(command[0] ?? '') ? [{ name, command, note, compares }] : [];
  return [
    ...program(
      'weir',
      ['sh', '-c', intoText, process.execPath, weir, 'replay', capture],
      'v2 text to a file',
      'wall',
    ),
    ...program(
      'limit',
      [path.join(folder, 'limit'), capture, path.join(folder, 'limit.txt')],
      'plain C, v2 text to a file',
      'wall',
    ),
    ...program(
      'softflowd',
      ['softflowd', ...softflowd, '-p', path.join(folder, 'softflowd.pid')],
      'exports nothing',
      'wall',
    ),
    ...program('nfpcapd', ['nfpcapd', ...nfpcapd], 'its own binary files', 'wall'),
    ...program(
      'argus',
      ['argus', '-X', '-S', '3600', '-r', capture, '-w', '/dev/null'],
      'its own records to /dev/null',
      'wall',
    ),
    ...program(
      'pmacctd',
      ['pmacctd', '-f', settings, '-I', capture],
      'CSV; sleeps, so CPU time is compared; drops flows on scan',
      'cpu',
    ),
  ];
}
