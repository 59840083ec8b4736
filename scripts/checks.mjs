// The checks that need no test runner: format, lint, types, dead code, generated pages.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Name and command of each check; types come first, since the build is what tests run. */
const CHECKS = [
  ['build and types', 'scripts/build.mjs'],
  ['format', 'node_modules/oxfmt/bin/oxfmt', '--check'],
  ['lint', 'node_modules/oxlint/bin/oxlint', '--type-aware'],
  ['dead code', 'node_modules/knip/bin/knip.js', '--no-progress'],
  ['generated reference', 'scripts/reference.mjs', '--check'],
];

/** The programs of packages, as `npm run` would find them. */
function runCheck([name, script, ...args]) {
  const started = performance.now();
  const run = spawnSync(process.execPath, [path.join(ROOT, script), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const passed = run.status === 0;
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (!passed) console.log(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error ?? ''}`.trimEnd());
  return passed;
}

/** Runs every check, also after one that failed. */
export function runChecks() {
  const present = CHECKS.filter(([, script]) => existsSync(path.join(ROOT, script)));
  const results = present.map(runCheck);
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed, built: results.at(0) ?? false };
}
