// `npm run ok`: the gate before each commit, under a minute: format, lint, types, dead code,
// architecture, golden cases and unit tests. What takes longer runs in `npm test`.
import { runChecks } from './checks.mjs';
import { report, runTests, testFiles } from './node-tests.mjs';

/** Whole processes, crashes and namespaces. */
const TAKES_LONGER = /\/test\/(e2e|replay)\/|-crash\.test\.js$/;

const checks = runChecks();
const files = testFiles('src', 'test').filter((file) => !TAKES_LONGER.test(file));
report(checks, checks.built ? await runTests(files) : { passed: 0, failed: 0, skipped: [] });
