import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';

import fc from 'fast-check';

import { OperationError } from '../observe/operation-error.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { openEmbeddedS3 } from './embedded-s3.ts';
import { testObjectStore } from '../../test/support/object-store-suite.ts';

const METADATA = { contentType: 'application/octet-stream' } as const;

function newRoot(t: TestContext): string {
  return path.join(temporaryFolder(t), 's3');
}

async function* body(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function filesUnder(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

testObjectStore('embedded S3', async (t) => {
  const root = newRoot(t);
  return {
    store: await openEmbeddedS3(root),
    async read(bucket, key) {
      const file = path.join(root, bucket, key);
      return existsSync(file) ? readFileSync(file) : null;
    },
    keys: async (bucket) => filesUnder(path.join(root, bucket)),
  };
});

test('what a crash left half-written is cleared on opening', async (t) => {
  const root = newRoot(t);
  mkdirSync(path.join(root, '.incoming'), { recursive: true });
  writeFileSync(path.join(root, '.incoming', 'deadbeef'), 'half');

  await openEmbeddedS3(root);

  assert.deepEqual(filesUnder(root), []);
});

test('a key never leads out of its bucket, whatever it holds', async (t) => {
  const root = newRoot(t);
  const store = await openEmbeddedS3(root);
  const outside = path.dirname(root);
  const part = fc.constantFrom('..', '.', '', 'a', '\0', 'b c', '...', '%2e%2e', '~', '\\..\\');
  const keys = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));

  await fc.assert(
    fc.asyncProperty(keys, async (key) => {
      try {
        await store.putObject('bucket', key, body('x'), METADATA);
      } catch (fault) {
        assert.ok(fault instanceof OperationError);
      }
    }),
    { numRuns: 300 },
  );

  assert.deepEqual(readdirSync(outside), ['s3']);
  assert.deepEqual(readdirSync(root).toSorted(), ['.incoming', 'bucket']);
});

test('bucket names that are none are refused', async (t) => {
  const store = await openEmbeddedS3(newRoot(t));

  for (const bucket of ['..', '.incoming', 'Upper', 'a/b', 'ab', '10.0.0.1', '']) {
    await assert.rejects(store.putObject(bucket, 'key', body('x'), METADATA), OperationError);
  }
});
