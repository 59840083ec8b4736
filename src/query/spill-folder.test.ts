import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';

import { spillFolder } from './spill-folder.ts';

describe('spillFolder', () => {
  it('gives each database its own, and removes what a killed process left', () => {
    const data = mkdtempSync(path.join(os.tmpdir(), 'weir-spill-'));
    const { pid: goneId } = spawnSync(process.execPath, ['--version']);
    const kept = [`spill-${process.pid}-99`, 'spill-notes', 'store'];
    for (const name of [...kept, `spill-${goneId}-1`]) mkdirSync(path.join(data, name));
    const store = path.join(data, 'store');

    const [first, second] = [spillFolder(store), spillFolder(store)];

    assert.notEqual(first, second);
    assert.equal(path.dirname(first), data);
    assert.deepEqual(readdirSync(data).sort(), kept);
    rmSync(data, { recursive: true });
  });

  it('does not mind that nothing is there yet', () => {
    assert.match(spillFolder('/nonexistent/data/store'), /^\/nonexistent\/data\/spill-\d+-\d+$/);
  });
});
