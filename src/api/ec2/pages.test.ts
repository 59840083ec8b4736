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

function faultOf(request: PageRequest): AwsError {
  try {
    pageOf(LETTERS, request, PAGING);
  } catch (fault) {
    assert.ok(fault instanceof AwsError);
    return fault;
  }
  assert.fail('no fault');
}

function tokenOf(items: readonly string[], operation = PAGING.operation): string {
  return pageOf(items, { MaxResults: 5 }, { ...PAGING, operation }).nextToken ?? '';
}

describe('pageOf()', () => {
  it('gives all without MaxResults, and the rest after a token', () => {
    assert.deepEqual(pageOf(LETTERS, {}, PAGING), { items: LETTERS });
    assert.deepEqual(pageOf(LETTERS, { NextToken: tokenOf(LETTERS) }, PAGING), {
      items: LETTERS.slice(5),
    });
  });

  it('has no token on the last page, also when that is full', () => {
    const ten = LETTERS.slice(0, 10);

    const page = pageOf(ten, { MaxResults: 5, NextToken: tokenOf(ten) }, PAGING);

    assert.deepEqual(page, { items: ten.slice(5) });
  });

  it('counts only what matches', () => {
    const isLate = (item: string): boolean => item > 'vpc-t';

    const page = pageOf(LETTERS, { MaxResults: 5 }, PAGING, isLate);
    const rest = pageOf(LETTERS, { MaxResults: 5, NextToken: page.nextToken }, PAGING, isLate);

    assert.deepEqual([...page.items, ...rest.items], LETTERS.filter(isLate));
    assert.equal(rest.nextToken, undefined);
  });

  it('continues where it was when the last item shown is gone', () => {
    const token = tokenOf(LETTERS);
    const left = LETTERS.filter((item) => item !== 'vpc-e' && item !== 'vpc-f');

    assert.equal(pageOf(left, { NextToken: token }, PAGING).items[0], 'vpc-g');
  });

  it('shows each item that stays exactly once, whatever comes and goes between pages', () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^[a-f]{1,4}$/), { maxLength: 60 });
    const changes = fc.array(
      fc.record({ gone: fc.array(fc.nat(59)), come: fc.array(fc.stringMatching(/^[a-f]{5}$/)) }),
    );
    fc.assert(
      fc.property(ids, changes, (initial, edits) => {
        let all = [...initial].sort();
        const gone = new Set<string>();
        const shown: string[] = [];
        let request: PageRequest = { MaxResults: 5 };
        for (let turn = 0; ; turn++) {
          const page = pageOf(all, request, PAGING);
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

  it('refuses MaxResults out of bounds in the words of AWS', () => {
    for (const limit of [0, -1, 4, 1001, 5.5, Number.NaN]) {
      assert.equal(faultOf({ MaxResults: limit }).code, 'InvalidParameterValue', `${limit}`);
    }
    assert.equal(
      faultOf({ MaxResults: 3 }).message,
      'Value ( 3 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
    );
    assert.match(faultOf({ MaxResults: 1001 }).message, /Expecting a value less than 1000\.$/);
  });

  it('refuses tokens of others, spoilt ones and garbage', () => {
    const token = tokenOf(LETTERS);
    const spoilt = Array.from(token).map((letter, index) => {
      return token.slice(0, index) + (letter === 'A' ? 'B' : 'A') + token.slice(index + 1);
    });

    for (const garbage of ['', 'x', `${token}=`, `${token}A`, token.slice(1), ...spoilt]) {
      assert.equal(faultOf({ NextToken: garbage }).code, 'InvalidNextToken', garbage);
    }
    const other = tokenOf(LETTERS, 'DescribeSubnets');
    assert.equal(faultOf({ NextToken: other }).code, 'InvalidNextToken');
  });

  it('never takes arbitrary text for a token', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(faultOf({ NextToken: text }).code, 'InvalidNextToken');
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
