// `npm test`: everything. Installs what tests call where it may, builds, runs the checks of
// `npm run ok` and all tests. The last line counts: N passed, N failed, N skipped.
import { runChecks } from './checks.mjs';
import { installMissing, TEST_PROGRAMS } from './debian.mjs';
import { report, runTests, testFiles } from './node-tests.mjs';

installMissing(TEST_PROGRAMS);
const checks = runChecks();
const nothing = { passed: 0, failed: 0, skipped: [] };
report(checks, checks.built ? await runTests(testFiles('src', 'test', 'bench')) : nothing);
