import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary.ts';
import { probeBucket } from './bucket-probe.ts';

test('a bucket that is there can be delivered to', async (t) => {
  const root = temporaryFolder(t);
  mkdirSync(path.join(root, 'records'));

  assert.equal(await probeBucket(root, 'records', false), 'ok');
});

test('a missing bucket is missing, or comes into being', async (t) => {
  const root = temporaryFolder(t);

  assert.equal(await probeBucket(root, 'records', false), 'missing');
  assert.equal(existsSync(path.join(root, 'records')), false);
  assert.equal(await probeBucket(root, 'records', true), 'ok');
  assert.equal(existsSync(path.join(root, 'records')), true);
});

test('a file, or a loop of links, in place of a bucket is undeliverable', async (t) => {
  const root = temporaryFolder(t);
  writeFileSync(path.join(root, 'records'), 'no folder');
  symlinkSync('loop', path.join(root, 'loop'));

  assert.equal(await probeBucket(root, 'records', true), 'undeliverable');
  assert.equal(await probeBucket(root, 'loop', true), 'undeliverable');
});
