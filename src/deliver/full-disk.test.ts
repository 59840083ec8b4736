import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  createFakeStore,
  deliveredLines,
  makeFolders,
  startDelivery,
} from '../../test/support/delivery-fixture.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';

/** 2026-11-20T00:00:00Z. */
const T = 1_795_132_800;
const WINDOWS = 20;

const skip = process.getuid?.() === 0 ? false : 'needs root, to mount a small file system';

test(
  'a full disk is reported, loses nothing, and delivery goes on when freed',
  { skip },
  async (t) => {
    const root = temporaryFolder(t);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', root]);
    try {
      const folders = makeFolders(root);
      const store = createFakeStore();
      const ballast = path.join(root, 'ballast');
      writeFileSync(ballast, Buffer.alloc(freeBytes(root) - 16 * 1024));
      const delivery = await startDelivery({ store, folders });
      const lines: string[] = [];
      for (let minute = 0; minute < WINDOWS; minute += 1) {
        lines.push(`minute ${minute}`);
        store.commit(T + minute * 60, [{ end: T + minute * 60, text: `minute ${minute}` }]);
      }
      const giveUp = performance.now() + 5000;
      while (delivery.status()[0]?.deliverLogsStatus === 'SUCCESS') {
        assert.ok(performance.now() < giveUp, 'the disk did not become full');
        await sleep(2);
      }
      const cause = delivery.status()[0]?.cause;

      rmSync(ballast);
      await delivery.stop(5000);

      assert.match(cause ?? '', /^Cannot write .*no space left on device/);
      assert.equal(delivery.status()[0]?.deliverLogsStatus, 'SUCCESS');
      assert.deepEqual(deliveredLines(folders), lines.toSorted());
    } finally {
      execFileSync('umount', [root]);
    }
  },
);

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
