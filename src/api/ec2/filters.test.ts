import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { AwsError } from '../../aws/aws-error.ts';
import type { Tag } from '../../aws/flow-log.ts';
import { compileFilters, compilePattern, type FilterEntry, type FilterTable } from './filters.ts';

interface Cat {
  readonly name: string;
  readonly toys: readonly string[];
  readonly tags: readonly Tag[];
}

const TABLE: FilterTable<Cat> = {
  values: { name: ({ name }) => [name], toy: ({ toys }) => toys },
  tags: ({ tags }) => tags,
};

const CATS: readonly Cat[] = [
  { name: 'Tom', toys: ['ball', 'mouse'], tags: [{ Key: 'Team', Value: 'red.1' }] },
  { name: 'Kit*', toys: [], tags: [{ Key: 'team', Value: 'blue' }] },
];

/** Names of the cats that pass. */
function passing(...filters: FilterEntry[]): string[] {
  return CATS.filter(compileFilters(filters, TABLE)).map(({ name }) => name);
}

function faultOf(...filters: FilterEntry[]): AwsError {
  try {
    compileFilters(filters, TABLE);
  } catch (fault) {
    assert.ok(fault instanceof AwsError);
    return fault;
  }
  assert.fail('no fault');
}

/** Whether the pattern matches, by trying everything; patterns as lists of characters. */
function matchesNaively(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '*') {
    return (
      text.some((_, index) => matchesNaively(rest, text.slice(index))) || matchesNaively(rest, [])
    );
  }
  if (text[0] === undefined) return false;
  if (first === '\\' && rest[0] !== undefined) {
    return rest[0] === text[0] && matchesNaively(rest.slice(1), text.slice(1));
  }
  return (first === '?' || first === text[0]) && matchesNaively(rest, text.slice(1));
}

describe('compileFilters()', () => {
  it('takes any value of one filter, and all filters together', () => {
    assert.deepEqual(passing(), ['Tom', 'Kit*']);
    assert.deepEqual(passing({ Name: 'name', Values: ['Tom', 'Jerry'] }), ['Tom']);
    assert.deepEqual(passing({ Name: 'toy', Values: ['mouse'] }), ['Tom']);
    const both = [
      { Name: 'toy', Values: ['ball'] },
      { Name: 'name', Values: ['Kit*'] },
    ];
    assert.deepEqual(passing(...both), []);
  });

  it('tells upper from lower case in names, values and tag keys', () => {
    assert.deepEqual(passing({ Name: 'name', Values: ['tom'] }), []);
    assert.deepEqual(passing({ Name: 'tag:team', Values: ['*'] }), ['Kit*']);
    assert.equal(faultOf({ Name: 'Name', Values: ['Tom'] }).code, 'InvalidParameterValue');
  });

  it('finds tags by key, and by key and value', () => {
    assert.deepEqual(passing({ Name: 'tag-key', Values: ['Team', 'size'] }), ['Tom']);
    assert.deepEqual(passing({ Name: 'tag:Team', Values: ['red?1'] }), ['Tom']);
    assert.deepEqual(passing({ Name: 'tag:Team', Values: ['redx1'] }), []);
    assert.deepEqual(passing({ Name: 'tag-value', Values: ['blue', 'size'] }), ['Kit*']);
  });

  it('takes an escaped wildcard as the character that it is', () => {
    assert.deepEqual(passing({ Name: 'name', Values: ['Kit\\*'] }), ['Kit*']);
    assert.deepEqual(passing({ Name: 'name', Values: ['To\\m'] }), ['Tom']);
    assert.deepEqual(passing({ Name: 'name', Values: ['To\\?'] }), []);
  });

  it('matches nothing by a filter without values', () => {
    assert.deepEqual(passing({ Name: 'name' }), []);
    assert.deepEqual(passing({ Name: 'name', Values: [] }), []);
  });

  it('refuses what is no filter of the operation, and a filter without a name', () => {
    for (const name of ['nope', 'toString', '__proto__', 'tag']) {
      const { code, status, message } = faultOf({ Name: name, Values: [] });
      assert.deepEqual(
        [code, status, message],
        ['InvalidParameterValue', 400, `The filter '${name}' is invalid`],
      );
    }
    assert.equal(faultOf({ Values: ['a'] }).message, "The filter 'null' is invalid");
    assert.throws(
      () => compileFilters([{ Name: 'tag-key', Values: ['a'] }], { values: {} }),
      /The filter 'tag-key' is invalid/,
    );
  });

  it('takes 200 values in all and no more', () => {
    const values = (count: number): string[] => Array.from({ length: count }, (_, n) => `${n}`);

    const within = passing(
      { Name: 'name', Values: values(100) },
      { Name: 'toy', Values: values(100) },
    );
    const beyond = faultOf(
      { Name: 'name', Values: values(100) },
      { Name: 'toy', Values: values(101) },
    );

    assert.deepEqual(within, []);
    assert.equal(beyond.code, 'FilterLimitExceeded');
    assert.equal(
      beyond.message,
      'The maximum number of filter values specified on a single call is 200',
    );
  });
});

describe('compilePattern()', () => {
  const letters = fc.constantFrom('a', 'b', '*', '?', '\\', '\n', '.', '😀', 'é');
  const texts = fc.array(letters, { maxLength: 8 });

  it('matches exactly what trying everything matches', () => {
    fc.assert(
      fc.property(texts, texts, (pattern, text) => {
        const expected = matchesNaively(pattern, text);

        assert.equal(compilePattern(pattern.join(''))(text.join('')), expected);
      }),
      { seed: 3, numRuns: 5000 },
    );
  });

  it('matches a text by itself with its wildcards escaped', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const escaped = text.map((letter) => `\\${letter}`).join('');

        assert.ok(compilePattern(escaped)(text.join('')));
      }),
      { seed: 3 },
    );
  });

  it('takes no character for two pieces of a pattern', () => {
    assert.equal(compilePattern('a*bc*cd')('abcd'), false);
    assert.equal(compilePattern('a*bc*cd')('abccd'), true);
    assert.equal(compilePattern('ab*ba')('aba'), false);
    assert.equal(compilePattern('ab*ba')('abba'), true);
  });

  it('comes to an end with a pattern made to take for ever', () => {
    const matches = compilePattern(`${'*a'.repeat(128)}*b`);

    assert.equal(matches('a'.repeat(256)), false);
  });
});
