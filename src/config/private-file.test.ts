import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { describe, it } from 'node:test';

import { temporaryFile } from '../../test/support/temporary.ts';
import { readPrivateFile } from './private-file.ts';

const SECRET = 'the secret';

describe('a private file', () => {
  it('is read while nobody but its owner has rights on it', async (context) => {
    const path = temporaryFile(context, 'secret', Buffer.from(SECRET));
    const file = { path, what: 'words', bytesMax: 10, afterwards: 'think of others' };

    for (const mode of [0o600, 0o400]) {
      chmodSync(path, mode);
      assert.equal(await readPrivateFile(file), SECRET);
    }
    for (const mode of [0o640, 0o604, 0o610, 0o602, 0o777]) {
      chmodSync(path, mode);
      await assert.rejects(readPrivateFile(file), {
        code: 'not-permitted',
        message:
          `Other users may read the words in "${path}" (mode ${mode.toString(8)}); close it ` +
          `with: chmod 600 "${path}" (and think of others if somebody may have read it)`,
      });
    }
  });

  it('that is missing or too long is refused without a word of its content', async (context) => {
    const path = temporaryFile(context, 'secret', Buffer.from(SECRET));
    chmodSync(path, 0o600);
    const file = { path, what: 'words', bytesMax: 9, afterwards: '' };

    await assert.rejects(readPrivateFile(file), {
      code: 'invalid-input',
      message: `Cannot read the words in "${path}": it is longer than 9 bytes`,
    });
    await assert.rejects(readPrivateFile({ ...file, path: `${path}.none` }), {
      code: 'not-found',
      message: `Cannot read the words in "${path}.none": no such file or directory`,
    });
  });
});
