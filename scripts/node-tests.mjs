// Runs compiled tests with node:test and counts them. Tests are found by their sources, so that
// what a deleted source has left in dist/ does not run.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { run } from 'node:test';

import { ROOT } from './checks.mjs';

/** A file that hangs is ended after this time, milliseconds. */
const FILE_TIMEOUT_MS = 15 * 60 * 1000;
/** How much of what a failed file wrote is shown. */
const OUTPUT_SHOWN_MAX = 4000;

/** The compiled test files under these source folders. */
export function testFiles(...folders) {
  return folders.flatMap((folder) => {
    if (!existsSync(path.join(ROOT, folder))) return [];
    return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => path.join(ROOT, 'dist', folder, name.replace(/\.ts$/, '.js')))
      .sort();
  });
}

/** Tests that build network namespaces or measure time must have the machine for themselves. */
function wantsMachine(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return file.includes('/e2e/') || /netns['"`, ]+add|support\/namespaces/.test(text);
}

function failureText(error) {
  const cause = error?.cause ?? error;
  const text = cause?.stack ?? cause?.message ?? String(cause);
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*\bnode:/.test(line))
    .map((line) => `    ${line}`)
    .join('\n');
}

/** Runs one group of files; the counts go into `totals`. */
async function runGroup(files, concurrency, totals) {
  const written = new Map();
  const stream = run({ files, concurrency, timeout: FILE_TIMEOUT_MS });
  const keep = ({ file, message }) => {
    written.set(file, ((written.get(file) ?? '') + message).slice(-OUTPUT_SHOWN_MAX));
  };
  stream.on('test:stdout', keep);
  stream.on('test:stderr', keep);
  stream.on('test:pass', (test) => {
    if (test.skip !== undefined) {
      const reason = typeof test.skip === 'string' && test.skip !== '' ? test.skip : 'no reason';
      totals.skipped.push(`${test.name} (${reason})`);
    } else if (isLeaf(test)) totals.passed += 1;
  });
  stream.on('test:fail', (test) => {
    if (!isLeaf(test) && test.details.error?.failureType === 'subtestsFailed') return;
    totals.failed += 1;
    const place = path.relative(path.join(ROOT, 'dist'), test.file ?? '');
    console.log(`FAILED ${place}: ${test.name}\n${failureText(test.details.error)}`);
    const output = written.get(test.file);
    if (output !== undefined) console.log(`    It wrote:\n${output}`);
  });
  for await (const _ of stream);
}

/** A test that is not a suite and not the file as a whole. */
function isLeaf(test) {
  return test.details.type !== 'suite' && test.name !== test.file;
}

/**
 * Runs the files, as many at once as there are processors, then one by one those that want the
 * machine for themselves.
 */
export async function runTests(files) {
  const totals = { passed: 0, failed: 0, skipped: [] };
  const alone = files.filter(wantsMachine);
  const together = files.filter((file) => !alone.includes(file));
  if (together.length > 0) await runGroup(together, availableParallelism(), totals);
  if (alone.length > 0) await runGroup(alone, 1, totals);
  return totals;
}

/** Names what was skipped, prints the last line, and sets the exit code. */
export function report(checks, tests) {
  if (tests.skipped.length > 0) console.log('\nSkipped:');
  for (const test of tests.skipped) console.log(`  ${test}`);
  const failed = checks.failed + tests.failed;
  if (tests.passed === 0) console.log('\nNo test ran');
  process.exitCode = failed > 0 || tests.passed === 0 ? 1 : 0;
  const passed = checks.passed + tests.passed;
  console.log(`\n${passed} passed, ${failed} failed, ${tests.skipped.length} skipped`);
}
