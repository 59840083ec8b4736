// What every ObjectStore must do: the contract, as tests over a factory.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';

import type { ObjectStore } from '../../src/deliver/object-store.ts';

export interface ObjectStoreUnderTest {
  readonly store: ObjectStore;
  /** The object's bytes, or null when there is none. */
  readonly read: (bucket: string, key: string) => Promise<Uint8Array | null>;
  /** Keys of all objects of the bucket, in any order. */
  readonly keys: (bucket: string) => Promise<readonly string[]>;
}

const METADATA = { contentType: 'application/octet-stream' } as const;

async function* body(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

/** Registers the contract's tests for one implementation. */
export function testObjectStore(
  name: string,
  make: (t: TestContext) => Promise<ObjectStoreUnderTest>,
): void {
  test(`${name}: an object is stored whole and its size returned`, async (t) => {
    const { store, read } = await make(t);

    const byteCount = await store.putObject('bucket', 'a/b/c.gz', body('one', 'two'), METADATA);

    assert.equal(byteCount, 6);
    assert.equal(Buffer.from((await read('bucket', 'a/b/c.gz')) ?? []).toString(), 'onetwo');
  });

  test(`${name}: the same key again replaces the object`, async (t) => {
    const { store, read, keys } = await make(t);

    await store.putObject('bucket', 'key', body('a longer first'), METADATA);
    await store.putObject('bucket', 'key', body('second'), METADATA);

    assert.equal(Buffer.from((await read('bucket', 'key')) ?? []).toString(), 'second');
    assert.deepEqual(await keys('bucket'), ['key']);
  });

  test(`${name}: a body that fails leaves nothing new, and what was there before`, async (t) => {
    const { store, read, keys } = await make(t);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('the source broke');
    }

    await store.putObject('bucket', 'kept', body('kept'), METADATA);
    await assert.rejects(store.putObject('bucket', 'kept', failing(), METADATA), /broke/);
    await assert.rejects(store.putObject('bucket', 'new', failing(), METADATA), /broke/);

    assert.equal(Buffer.from((await read('bucket', 'kept')) ?? []).toString(), 'kept');
    assert.deepEqual(await keys('bucket'), ['kept']);
  });

  test(`${name}: buckets are apart`, async (t) => {
    const { store, read } = await make(t);

    await store.putObject('bucket-one', 'key', body('1'), METADATA);

    assert.equal(await read('bucket-two', 'key'), null);
  });
}
