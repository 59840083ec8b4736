import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { AwsError } from '../aws-error.ts';
import { LIST_ITEMS_MAX, TEXT_CHARACTERS_MAX } from './bounds.ts';
import { decodeForm, FORM_PAIRS_MAX } from './form.ts';
import { decodeQuery } from './query-decoder.ts';
import { readInstant } from './scalar.ts';
import { flag, integer, list, member, structure, text, timestamp } from './shape.ts';
import type { Shape } from './shape.ts';

const request = structure({
  ResourceIds: member('ResourceId', list(text)),
  LogFormat: member('LogFormat', text),
  MaxResults: member('MaxResults', integer),
  DryRun: member('DryRun', flag),
  StartTime: member('StartTime', timestamp),
  Options: member('DestinationOptions', structure({ FileFormat: member('FileFormat', text) })),
  Filters: member(
    'Filter',
    list(structure({ Name: member('Name', text), Values: member('Value', list(text)) })),
  ),
});

function decode(form: string) {
  return decodeQuery(decodeForm(form), request);
}

function refusal(form: string): string {
  try {
    decode(form);
  } catch (fault) {
    assert.ok(fault instanceof AwsError, String(fault));
    assert.equal(fault.status, 400);
    return `${fault.code}: ${fault.message}`;
  }
  throw new Error(`"${form}" was not refused`);
}

describe('decodeQuery()', () => {
  it('reads what the aws CLI writes', () => {
    const form =
      'ResourceId.1=vpc-1&ResourceId.2=vpc-2&LogFormat=%24%7Bversion%7D+%24%7Bvpc-id%7D&' +
      'DestinationOptions.FileFormat=parquet&Filter.1.Name=tag%3Aa&Filter.1.Value.1=b&' +
      'Filter.1.Value.2=c&MaxResults=5&DryRun=false&StartTime=2026-01-31T10:00:00Z';

    assert.deepEqual(decode(form), {
      ResourceIds: ['vpc-1', 'vpc-2'],
      LogFormat: '${version} ${vpc-id}',
      Options: { FileFormat: 'parquet' },
      Filters: [{ Name: 'tag:a', Values: ['b', 'c'] }],
      MaxResults: 5,
      DryRun: false,
      StartTime: '2026-01-31T10:00:00.000Z',
    });
  });

  it('orders list items by number, with gaps', () => {
    assert.deepEqual(decode('ResourceId.10=c&ResourceId.2=a&ResourceId.9=b').ResourceIds, [
      'a',
      'b',
      'c',
    ]);
  });

  it('takes a list with nothing behind it as empty', () => {
    assert.deepEqual(decode('ResourceId='), { ResourceIds: [] });
    assert.deepEqual(decode(''), {});
  });

  it('reads the lists of other query services by `member`', () => {
    const shape = structure({
      Tags: member('Tags', list(structure({ Key: member('Key', text) }))),
    });

    const decoded = decodeQuery(
      decodeForm('Tags.member.2.Key=b&Tags.member.1.Key=a'),
      shape,
      'member',
    );

    assert.deepEqual(decoded, { Tags: [{ Key: 'a' }, { Key: 'b' }] });
    assert.throws(() => decodeQuery(decodeForm('Tags.1.Key=a'), shape, 'member'), /Tags\.1\.Key/);
    assert.throws(() => decodeQuery(decodeForm('Tags.member=a'), shape, 'member'), /recognized/);
  });

  for (const name of [
    'Colour',
    'resourceid.1',
    'ResourceId',
    'ResourceId.0',
    'ResourceId.01',
    'ResourceId.-1',
    'ResourceId.1.2',
    'ResourceId.member.1',
    'ResourceId.9999999',
    'ResourceId.',
    'DryRun.1',
    'Filter.1',
    'Filter.1.Colour',
    'DestinationOptions',
    '__proto__',
    '__proto__.polluted',
    'constructor.prototype.polluted',
    'Filter.__proto__.Name',
    'DestinationOptions.__proto__',
    '',
  ]) {
    it(`refuses the parameter "${name}"`, () => {
      const form = `${encodeURIComponent(name)}=x`;

      assert.equal(refusal(form), `UnknownParameter: The parameter ${name} is not recognized`);
      assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    });
  }

  it('refuses values that are not of the kind', () => {
    const begin = (value: string, name: string) =>
      `InvalidParameterValue: Value (${value}) for parameter ${name} is invalid. `;

    assert.equal(refusal('DryRun=yes'), `${begin('yes', 'DryRun')}Expecting true or false.`);
    assert.equal(refusal('DryRun='), `${begin('', 'DryRun')}Expecting true or false.`);
    for (const value of ['1e3', '0x10', '', ' 5', '1.5', '2147483648', '99999999999']) {
      const form = `MaxResults=${encodeURIComponent(value)}`;
      assert.equal(refusal(form), `${begin(value, 'MaxResults')}Expecting an integer.`);
    }
    assert.match(refusal('StartTime=yesterday'), /Expecting an ISO 8601 timestamp\.$/);
  });

  it('refuses a parameter that comes twice', () => {
    assert.match(refusal('DryRun=true&DryRun=false'), /^MalformedQueryString: .*DryRun.*once/);
    assert.match(refusal('ResourceId.1=a&ResourceId.1=a'), /^MalformedQueryString/);
  });

  it('is bounded in texts, items and pairs, and so are its errors', () => {
    const items = Array.from(
      { length: LIST_ITEMS_MAX + 1 },
      (_, index) => `ResourceId.${index + 1}=`,
    );

    assert.match(refusal(`LogFormat=${'x'.repeat(TEXT_CHARACTERS_MAX + 1)}`), /at most/);
    assert.match(refusal(items.join('&')), /ResourceId has more than/);
    assert.match(refusal('a=&'.repeat(FORM_PAIRS_MAX + 1)), /more than .* parameters/);
    assert.ok(refusal(`${'x.'.repeat(100_000)}=1`).length < 300);
    assert.equal(decode(items.slice(1).join('&')).ResourceIds?.length, LIST_ITEMS_MAX);
  });

  it('never fails but with an AwsError of status 400', () => {
    const part = fc.oneof(
      fc.constantFrom('Filter', 'Value', 'ResourceId', '1', '2', 'Name', '%', '%zz', '%ff', '+'),
      fc.string(),
    );
    const pair = fc
      .tuple(fc.array(part, { maxLength: 5 }), fc.string())
      .map(([name, value]) => `${name.join('.')}=${value}`);
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
        try {
          decode(pairs.join('&'));
        } catch (fault) {
          assert.ok(fault instanceof AwsError, String(fault));
          assert.equal(fault.status, 400);
        }
      }),
      { numRuns: 1000, seed: 3 },
    );
  });

  it('gives back any value that a naive client flattens', () => {
    const texts = fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 12 });
    const value = fc.record(
      {
        ResourceIds: texts,
        LogFormat: fc.string({ unit: 'binary' }),
        MaxResults: fc.integer({ min: -2_147_483_647, max: 2_147_483_647 }),
        DryRun: fc.boolean(),
        StartTime: fc
          .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
          .map((date) => date.toISOString()),
        Options: fc.record({ FileFormat: fc.string() }, { noNullPrototype: true }),
        Filters: fc.array(
          fc.record({ Name: fc.string(), Values: texts }, { noNullPrototype: true }),
          { minLength: 1 },
        ),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(value, (given) => {
        const pairs = flatten(given, request, '');
        const form = new URLSearchParams(pairs.map(([name, one]): [string, string] => [name, one]));

        assert.deepEqual(decode(form.toString()), given);
      }),
      { numRuns: 500, seed: 4 },
    );
  });
});

/** Written without a look at the decoder: names joined by dots, numbers from 1. */
function flatten(value: unknown, shape: Shape, name: string): [string, string][] {
  if (shape.kind === 'structure') {
    const inner = value as Record<string, unknown>;
    return Object.keys(inner).flatMap((key) => {
      const found = shape.members[key];
      assert.ok(found !== undefined);
      return flatten(inner[key], found.shape, name === '' ? found.wire : `${name}.${found.wire}`);
    });
  }
  if (shape.kind === 'list') {
    const items = value as unknown[];
    return items.flatMap((item, index) => flatten(item, shape.item, `${name}.${index + 1}`));
  }
  return [[name, String(value)]];
}

describe('decodeForm()', () => {
  it('takes `+` for a space and percent signs for UTF-8', () => {
    assert.deepEqual(decodeForm('a+b=%2B+%C3%A9&&c&d=e=f'), [
      { name: 'a b', value: '+ é' },
      { name: 'c', value: '' },
      { name: 'd', value: 'e=f' },
    ]);
  });

  it('passes over no parameter, however many `&` stand before it', () => {
    const pairs = decodeForm(`${'&'.repeat(3 * FORM_PAIRS_MAX)}a=b&&`);

    assert.deepEqual(pairs, [{ name: 'a', value: 'b' }]);
  });

  for (const broken of ['a=%', 'a=%4', '%zz=1', 'a=%ff', 'a=%C3']) {
    it(`refuses ${broken}`, () => {
      assert.throws(() => decodeForm(broken), /syntax error: broken percent-encoding/);
    });
  }
});

describe('readInstant()', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['2015-01-01T00:00:00Z', '2015-01-01T00:00:00.000Z'],
    ['2015-01-01T00:00:00.1234567z', '2015-01-01T00:00:00.123Z'],
    ['2015-01-01T02:00:00+02:00', '2015-01-01T00:00:00.000Z'],
    ['2015-01-01T02:00-0130', '2015-01-01T03:30:00.000Z'],
    ['2015-01-01', '2015-01-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2015-02-29', null],
    ['2015-13-01', null],
    ['2015-01-01T25:00:00Z', null],
    ['2015-01-01 00:00:00', null],
    ['1420070400', null],
  ];
  for (const [given, wanted] of cases) {
    it(`reads ${given} as ${wanted}`, () => assert.equal(readInstant(given), wanted));
  }
});
