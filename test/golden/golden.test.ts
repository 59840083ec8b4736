// Golden cases: each folder makes a capture (make.ts), which must give exactly records.txt on
// stdout and metrics.json at the end of stderr. UPDATE=1 rewrites both; read the difference then.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { temporaryFile } from '../support/temporary.ts';
import { messagesOf, replaySummary, ROOT, runWeir } from '../support/weir.ts';
import { type GoldenCase, INVENTORY } from './golden-case.ts';

const SOURCE = path.join(ROOT, 'test/golden');
const COMPILED = path.dirname(fileURLToPath(import.meta.url));
const isUpdate = process.env['UPDATE'] === '1';

const names = readdirSync(SOURCE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Compares with the file, or writes it. */
function assertGolden(file: string, actual: string): void {
  if (isUpdate) writeFileSync(file, actual);
  else assert.equal(actual, readFileSync(file, 'utf8'), `differs from ${file}`);
}

describe('golden case', () => {
  for (const name of names) {
    it(name, async (context) => {
      const folder = path.join(SOURCE, name);
      const made = (await import(path.join(COMPILED, name, 'make.js'))) as { golden: GoldenCase };
      const inventory = path.join(folder, 'inventory.yaml');
      const args = made.golden.args.map((value) => (value === INVENTORY ? inventory : value));
      const capture = temporaryFile(context, `${name}.cap`, made.golden.capture());

      const run = runWeir(['replay', capture, ...args]);

      assert.equal(run.status, 0, run.stderr);
      assert.deepEqual(messagesOf(run), []);
      assertGolden(path.join(folder, 'records.txt'), run.stdout);
      const metrics = `${JSON.stringify(replaySummary(run), null, 2)}\n`;
      assertGolden(path.join(folder, 'metrics.json'), metrics);
      assert.match(readFileSync(path.join(folder, 'README.md'), 'utf8'), /^\S.{20,}/);
    });
  }
});
