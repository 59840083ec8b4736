import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import type { QueryColumn, QueryValue } from '../query/index.ts';
import { type OutputFormat, createRowPrinter } from './table-output.ts';

const COLUMNS: readonly QueryColumn[] = [
  { name: 'name', type: 'VARCHAR' },
  { name: 'bytes', type: 'BIGINT' },
];

function print(
  format: OutputFormat,
  columns: readonly QueryColumn[],
  ...pieces: (readonly (readonly QueryValue[])[])[]
): string {
  const printer = createRowPrinter(format, columns);
  return pieces.map((rows) => printer.rows(rows)).join('') + printer.end();
}

describe('table output', () => {
  it('aligns text left, numbers right, and shows NULL as "-"', () => {
    const text = print(
      'table',
      COLUMNS,
      [['a', 5n]],
      [
        ['long name', 12_345n],
        [null, null],
      ],
    );

    assert.equal(
      text,
      [
        'name       bytes',
        '---------  -----',
        'a              5',
        'long name  12345',
        '-              -',
        '',
      ].join('\n'),
    );
  });

  it('shows the heading of a result without rows, and never a control character', () => {
    assert.equal(print('table', COLUMNS), 'name  bytes\n----  -----\n');
    assert.match(print('table', COLUMNS, [['\u001b[2J\n', 1n]]), /^\?\[2J\? /m);
  });

  it('begins to print before a long result is complete', () => {
    const printer = createRowPrinter('table', COLUMNS);
    const rows = Array.from({ length: 5000 }, (_, index): QueryValue[] => ['a', BigInt(index)]);

    assert.ok(printer.rows(rows).endsWith('a      4999\n'));
    assert.equal(printer.rows([['a much longer text', 1n]]), 'a much longer text      1\n');
  });
});

describe('csv output', () => {
  it('quotes as RFC 4180 says, and leaves NULL empty', () => {
    const text = print('csv', COLUMNS, [
      ['a "b", c', 1n],
      [null, null],
      ['two\nlines', 2n],
    ]);

    assert.equal(text, 'name,bytes\r\n"a ""b"", c",1\r\n,\r\n"two\nlines",2\r\n');
  });

  it('reads back as what it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (rows) => {
        const text = print('csv', COLUMNS, rows);

        assert.deepEqual(parseCsv(text).slice(1), rows);
      }),
      { seed: 6 },
    );
  });
});

describe('json output', () => {
  it('is an array of objects; integers beyond 2^53 are strings', () => {
    const text = print('json', COLUMNS, [['a', 5n]], [[null, 2n ** 53n]]);

    assert.deepEqual(JSON.parse(text), [
      { name: 'a', bytes: 5 },
      { name: null, bytes: '9007199254740992' },
    ]);
    assert.deepEqual(JSON.parse(print('json', COLUMNS)), []);
  });

  it('keeps two columns of one name apart', () => {
    const column = { name: 'a', type: 'INTEGER' };

    assert.deepEqual(JSON.parse(print('json', [column, column], [[1, [2n]]])), [
      { a: 1, a_2: [2] },
    ]);
  });
});

/** RFC 4180, the plain way. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
