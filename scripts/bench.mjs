// `npm run bench`: installs the peers where it may, builds, and runs one benchmark.
//
//   npm run bench                          weir replay against peers and plain C (bench/replay.ts)
//   npm run bench -- live                  packets/s without loss over veth (bench/live.ts)
//   npm run bench -- flow-logs             what 1,000 flow logs cost (bench/flow-logs.ts)
//   npm run bench -- delivery              a window to 1,000 flow logs (bench/delivery.ts)
import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { ROOT } from './checks.mjs';
import { BENCH_PROGRAMS, installMissing } from './debian.mjs';

const [first, ...rest] = process.argv.slice(2);
const named = ['live', 'flow-logs', 'delivery'].find((name) => name === first);
const given = named === undefined ? process.argv.slice(2) : rest;

const missing = installMissing(BENCH_PROGRAMS);
if (missing.includes('gcc') || missing.includes('taskset')) {
  console.error('The benchmark needs gcc and taskset');
  process.exit(1);
}
const run = (script, args) =>
  spawnSync(process.execPath, [path.join(ROOT, script), ...args], { cwd: ROOT, stdio: 'inherit' });
const build = run('scripts/build.mjs', []);
if (build.status !== 0) process.exit(build.status ?? 1);
process.exit(run(`dist/bench/${named ?? 'replay'}.js`, given).status ?? 1);
