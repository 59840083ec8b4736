import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { AwsError } from '../../aws/aws-error.ts';
import { pageOf, sortedById, type PageRequest, type Paging } from './pages.ts';

const PAGING: Paging<string> = {
  operation: 'DescribeVpcs',
  resultsMin: 5,
  resultsMax: 1000,
  positionOf: (item) => item,
};

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz').map((letter) => `vpc-${letter}`);

const AS_IT_IS = (item: string): string => item;

async function faultOf(request: PageRequest): Promise<AwsError> {
  try {
    await pageOf(LETTERS, request, PAGING, AS_IT_IS);
  } catch (fault) {
    assert.ok(fault instanceof AwsError);
    return fault;
  }
  assert.fail('no fault');
}

async function tokenOf(items: readonly string[], operation = PAGING.operation): Promise<string> {
  const page = await pageOf(items, { MaxResults: 5 }, { ...PAGING, operation }, AS_IT_IS);
  return page.nextToken ?? '';
}

describe('pageOf()', () => {
  it('gives all without MaxResults, and the rest after a token', async () => {
    const NextToken = await tokenOf(LETTERS);

    const all = await pageOf(LETTERS, {}, PAGING, AS_IT_IS);
    const rest = await pageOf(LETTERS, { NextToken }, PAGING, AS_IT_IS);

    assert.deepEqual(all, { items: LETTERS });
    assert.deepEqual(rest, { items: LETTERS.slice(5) });
  });

  it('has no token on the last page, also when that is full', async () => {
    const ten = LETTERS.slice(0, 10);
    const request = { MaxResults: 5, NextToken: await tokenOf(ten) };

    const page = await pageOf(ten, request, PAGING, AS_IT_IS);

    assert.deepEqual(page, { items: ten.slice(5) });
  });

  it('counts only what matches', async () => {
    const isLate = (item: string): boolean => item > 'vpc-t';
    const show = (item: string): string | null => (isLate(item) ? item : null);

    const page = await pageOf(LETTERS, { MaxResults: 5 }, PAGING, show);
    const request = { MaxResults: 5, NextToken: page.nextToken };
    const rest = await pageOf(LETTERS, request, PAGING, show);

    assert.deepEqual([...page.items, ...rest.items], LETTERS.filter(isLate));
    assert.equal(rest.nextToken, undefined);
  });

  it('continues where it was when the last item shown is gone', async () => {
    const token = await tokenOf(LETTERS);
    const left = LETTERS.filter((item) => item !== 'vpc-e' && item !== 'vpc-f');

    assert.equal((await pageOf(left, { NextToken: token }, PAGING, AS_IT_IS)).items[0], 'vpc-g');
  });

  it('shows each item that stays exactly once, whatever comes and goes between pages', async () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^[a-f]{1,4}$/), { maxLength: 60 });
    const changes = fc.array(
      fc.record({ gone: fc.array(fc.nat(59)), come: fc.array(fc.stringMatching(/^[a-f]{5}$/)) }),
    );
    await fc.assert(
      fc.asyncProperty(ids, changes, async (initial, edits) => {
        let all = [...initial].sort();
        const gone = new Set<string>();
        const shown: string[] = [];
        let request: PageRequest = { MaxResults: 5 };
        for (let turn = 0; ; turn++) {
          const page = await pageOf(all, request, PAGING, AS_IT_IS);
          shown.push(...page.items);
          if (page.nextToken === undefined) break;
          request = { MaxResults: 5, NextToken: page.nextToken };
          const edit = edits[turn];
          for (const index of edit?.gone ?? []) gone.add(initial[index] ?? '');
          all = [...new Set([...all, ...(edit?.come ?? [])])].filter((id) => !gone.has(id)).sort();
        }

        assert.equal(new Set(shown).size, shown.length, 'shown twice');
        const stayed = initial.filter((id) => !gone.has(id));
        assert.deepEqual(
          stayed.filter((id) => !shown.includes(id)),
          [],
        );
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('lets other work go on while it is long at its own', async () => {
    let turnCount = 0;
    const turns = setInterval(() => (turnCount += 1), 0);
    const show = (item: string): string => {
      for (const endMs = performance.now() + 5; performance.now() < endMs;);
      return item;
    };

    await pageOf(LETTERS, {}, PAGING, show);
    clearInterval(turns);

    assert.ok(turnCount >= 5, `${turnCount} turns`);
  });

  it('ends a search that takes too long', async (t) => {
    let nowMs = 0;
    t.mock.method(performance, 'now', () => (nowMs += 1000));

    const fault = await faultOf({});
    const [first = ''] = LETTERS;
    const page = await pageOf([first], {}, PAGING, AS_IT_IS);

    assert.equal(fault.code, 'FilterLimitExceeded');
    assert.deepEqual(page.items, [first]);
  });

  it('refuses MaxResults out of bounds in the words of AWS', async () => {
    for (const limit of [0, -1, 4, 1001, 5.5, Number.NaN]) {
      assert.equal(
        (await faultOf({ MaxResults: limit })).code,
        'InvalidParameterValue',
        `${limit}`,
      );
    }
    assert.equal(
      (await faultOf({ MaxResults: 3 })).message,
      'Value ( 3 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
    );
    assert.match(
      (await faultOf({ MaxResults: 1001 })).message,
      /Expecting a value less than 1000\.$/,
    );
  });

  it('refuses tokens of others, spoilt ones and garbage', async () => {
    const token = await tokenOf(LETTERS);
    const spoilt = Array.from(token).map((letter, index) => {
      return token.slice(0, index) + (letter === 'A' ? 'B' : 'A') + token.slice(index + 1);
    });

    for (const garbage of ['', 'x', `${token}=`, `${token}A`, token.slice(1), ...spoilt]) {
      assert.equal((await faultOf({ NextToken: garbage })).code, 'InvalidNextToken', garbage);
    }
    const other = await tokenOf(LETTERS, 'DescribeSubnets');
    assert.equal((await faultOf({ NextToken: other })).code, 'InvalidNextToken');
  });

  it('never takes arbitrary text for a token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        assert.equal((await faultOf({ NextToken: text })).code, 'InvalidNextToken');
      }),
      { seed: 3 },
    );
  });
});

describe('sortedById()', () => {
  it('sorts by id, and once for a map', () => {
    const map = new Map([
      ['b', 2],
      ['a', 1],
    ]);

    assert.deepEqual(sortedById(map), [1, 2]);
    assert.equal(sortedById(map), sortedById(map));
  });
});
