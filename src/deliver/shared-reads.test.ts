import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createLogger } from '../observe/index.ts';
import { parseLogFormat } from '../records/log-format.ts';
import type {
  LineChunk,
  ReadLinesRequest,
  RecordReader,
  RecordScope,
  ResourceLines,
} from './record-reader.ts';
import { createSharedReads, type SharedReads } from './shared-reads.ts';

const SCOPES = Array.from({ length: 6 }, (_, index): RecordScope => ({
  resourceType: 'VPC',
  resourceId: `vpc-${index}`,
}));

function requestOf(scope: RecordScope, firstSequence = 1): ReadLinesRequest {
  return {
    fromSequence: firstSequence,
    toSequence: firstSequence,
    scope,
    trafficType: 'ALL',
    fields: parseLogFormat('default', 'vpc').fields,
    aggregationSeconds: 60,
    slotSeconds: 300,
    tagFields: null,
  };
}

interface Trial {
  readonly reads: SharedReads;
  /** What the store was asked for: how many resources, or the one. */
  readonly asked: (number | string)[];
  clockMs: number;
  fault: Error | null;
  characters: number;
  /** Null is a fault. */
  counts: ReadonlyMap<string, number> | null;
}

function trial(): Trial {
  const asked: (number | string)[] = [];
  const textOf = (id: string): string => `${id} ${'x'.repeat(state.characters)}\n`;
  const reader: RecordReader = {
    async *readLines({ scope }): AsyncGenerator<LineChunk> {
      asked.push(scope.resourceId);
      yield { slotStart: 300, text: textOf(scope.resourceId), lineCount: 1 };
    },
    async *readLinesOfMany(_, scopes): AsyncGenerator<ResourceLines> {
      asked.push(scopes.length);
      if (state.fault !== null) throw state.fault;
      for (const { resourceId } of scopes) {
        if (resourceId === 'vpc-5') continue;
        yield { resourceId, slotStart: 300, text: textOf(resourceId), lineCount: 1 };
        yield { resourceId, slotStart: 600, text: 'later\n', lineCount: 1 };
      }
    },
    commitsAfter: async () => [],
    rowCounts: async () => {
      if (state.counts === null) throw new Error('Out of Memory');
      return state.counts;
    },
  };
  const log = createLogger({
    level: 'silent',
    write: () => undefined,
    pretty: false,
    now: () => 0,
  });
  const reads = createSharedReads({ reader, log, clock: () => state.clockMs });
  const state: Trial = { reads, asked, clockMs: 0, fault: null, characters: 0, counts: new Map() };
  return state;
}

async function textOf(
  reads: SharedReads,
  request: ReadLinesRequest,
  more: { readonly rowCount?: number; readonly alike?: readonly RecordScope[] } = {},
): Promise<string> {
  let text = '';
  const read = { request, rowCount: more.rowCount ?? 10, alike: () => more.alike ?? SCOPES };
  for await (const chunk of reads.readLines(read)) text += `${chunk.slotStart} ${chunk.text}`;
  return text;
}

test('resources that are alike are read once, each gets its own lines', async () => {
  const { reads, asked } = trial();

  const texts = await Promise.all(SCOPES.map((scope) => textOf(reads, requestOf(scope))));

  assert.deepEqual(
    texts,
    SCOPES.map(({ resourceId }) =>
      resourceId === 'vpc-5' ? '' : `300 ${resourceId} \n600 later\n`,
    ),
  );
  assert.deepEqual(asked, [6]);
});

test('another format, traffic type, interval, range or owner of tags is another read', async () => {
  const { reads, asked } = trial();
  const [scope] = SCOPES;
  assert.ok(scope !== undefined);
  const request = requestOf(scope);
  const others: ReadLinesRequest[] = [
    { ...request, trafficType: 'REJECT' },
    { ...request, trafficType: null },
    { ...request, aggregationSeconds: 600 },
    { ...request, toSequence: 2 },
    { ...request, fields: request.fields.slice(1) },
    { ...request, tagFields: { accountId: '1', specifications: [] } },
    { ...request, tagFields: { accountId: '2', specifications: [] } },
  ];
  for (const other of [request, ...others, request, ...others]) await textOf(reads, other);

  assert.equal(asked.length, 1 + others.length);
});

test('few resources and late comers read for themselves', async () => {
  const { reads, asked } = trial();
  const [first] = SCOPES;
  assert.ok(first !== undefined);
  const stranger: RecordScope = { resourceType: 'VPC', resourceId: 'vpc-late' };

  await textOf(reads, requestOf(first), { alike: SCOPES.slice(0, 3) });
  await textOf(reads, requestOf(first, 3));
  await textOf(reads, requestOf(stranger, 3), { alike: [...SCOPES, stranger] });

  assert.deepEqual(asked, ['vpc-0', 6, 'vpc-late']);
});

test('a large group is read in shares, and what is large in it by itself', async () => {
  const state = trial();
  const alike = Array.from({ length: 100 }, (_, index): RecordScope => ({
    resourceType: 'Subnet',
    resourceId: `subnet-${index}`,
  }));
  state.counts = new Map(
    alike.map(({ resourceId }, index) => [resourceId, index === 50 ? 60_000 : 1600]),
  );

  const options = { rowCount: 218_400, alike };
  const all = alike.map((scope) => textOf(state.reads, requestOf(scope), options));

  assert.deepEqual(
    await Promise.all(all),
    alike.map(({ resourceId }, index) =>
      index === 50 ? `300 ${resourceId} \n` : `300 ${resourceId} \n600 later\n`,
    ),
  );
  assert.deepEqual(state.asked.toSorted(), [31, 31, 31, 6, 'subnet-50']);
});

test('where sizes cannot be told, each reads for itself', async () => {
  const state = trial();
  const [scope] = SCOPES;
  assert.ok(scope !== undefined);
  state.counts = null;

  assert.equal(await textOf(state.reads, requestOf(scope), { rowCount: 50_001 }), '300 vpc-0 \n');
  assert.deepEqual(state.asked, ['vpc-0']);
});

test('where the common read fails, each reads for itself', async () => {
  const state = trial();
  const [scope] = SCOPES;
  assert.ok(scope !== undefined);
  state.fault = new Error('Out of Memory');

  const texts = await Promise.all(SCOPES.map((other) => textOf(state.reads, requestOf(other))));
  state.fault = null;

  assert.deepEqual(
    texts,
    SCOPES.map(({ resourceId }) => `300 ${resourceId} \n`),
  );
  assert.deepEqual(state.asked, [6, ...SCOPES.map(({ resourceId }) => resourceId)]);
  await textOf(state.reads, requestOf(scope, 2));
  assert.equal(state.asked.at(-1), 6);
});

test('what is too much together or idle is dropped', async () => {
  const state = trial();
  const [scope] = SCOPES;
  assert.ok(scope !== undefined);
  state.characters = 5 * 1024 * 1024;

  for (const sequence of [1, 2, 3, 1]) await textOf(state.reads, requestOf(scope, sequence));
  assert.deepEqual(state.asked, [6, 6, 6, 6], '25 MiB each: the third one pushes out the first');
  await textOf(state.reads, requestOf(scope, 3));
  assert.equal(state.asked.length, 4);

  state.clockMs = 15_000;
  await textOf(state.reads, requestOf(scope, 4));
  await textOf(state.reads, requestOf(scope, 3));
  assert.equal(state.asked.length, 6);
});
