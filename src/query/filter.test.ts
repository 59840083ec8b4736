import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';

import { addressFromValue, addressValue, formatAddress, parseAddress } from '../records/address.ts';
import { ADDRESS_MACROS } from './address-sql.ts';
import { openDatabase, quoteText, withConnection } from './duckdb.ts';
import { FILTER_FIELD_NAMES, findFilterField } from './filter-fields.ts';
import { type FilterRow, filterToPredicate, rowFilter } from './filter-predicate.ts';
import { filterCondition, filterToSql } from './filter-sql.ts';
import { FilterError, type FilterNode, operatorsOf, parseFilter, printFilter } from './filter.ts';
import { SEGMENT_COLUMNS } from './segment-columns.ts';

/** Few values, so that filters and rows meet. */
const ADDRESSES = [
  '10.0.0.1',
  '10.0.0.2',
  '10.1.0.1',
  '192.168.1.1',
  '2001:db8::1',
  '::ffff:10.0.0.1',
];
const BLOCKS = [
  '10.0.0.0/8',
  '10.0.0.0/31',
  '0.0.0.0/0',
  '2001:db8::/33',
  '::/0',
  '2001:db8::/127',
];
const TEXTS = ['vpc-1', 'eni-1', "o'clock", 'a b', 'ACCEPT', 'OK', 'and', '-', '10.0', 'é'];
const NUMBERS = [0, 1, 2, 6, 17, 18, 53, 443, 100_000];
const FIELDS = [
  'addr',
  'port',
  'srcaddr',
  'pkt-dstaddr',
  'dstport',
  'protocol',
  'bytes',
  'tcp-flags',
  'action',
  'vpc-id',
  'type',
];

function pick<T>(values: readonly T[]): fc.Arbitrary<T> {
  return fc.constantFrom(...values);
}

const comparison: fc.Arbitrary<FilterNode> = pick(FIELDS).chain((name) => {
  const field = findFilterField(name);
  assert.ok(field !== undefined);
  const values = {
    address: pick([...ADDRESSES, ...BLOCKS]),
    text: pick([...TEXTS, 'IPv4', 'REJECT']),
    integer: pick(NUMBERS),
    flags: pick(NUMBERS),
  };
  const value = fc.oneof({ weight: 5, arbitrary: values[field.kind] }, fc.constant(null));
  const isIn: fc.Arbitrary<FilterNode> = fc
    .array(value, { minLength: 1, maxLength: 3 })
    .map((list) => ({ kind: 'in', field: name, values: list }));
  const isCompared: fc.Arbitrary<FilterNode> = pick(operatorsOf(field)).chain((operator) => {
    const isEqual = operator === '=' || operator === '!=';
    const isSearch = operator.endsWith('~') && field.kind === 'address';
    const allowed: fc.Arbitrary<string | number | null> = isSearch
      ? pick(TEXTS)
      : values[field.kind];
    return (isEqual ? value : allowed).map((one) => ({
      kind: 'compare',
      field: name,
      operator,
      value: one,
    }));
  });
  return fc.oneof(isCompared, isIn);
});

const { filter } = fc.letrec<{ filter: FilterNode }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    comparison,
    tie('filter').map((operand): FilterNode => ({ kind: 'not', operand })),
    fc
      .tuple(pick(['and', 'or'] as const), fc.array(tie('filter'), { minLength: 2, maxLength: 3 }))
      .map(([kind, operands]): FilterNode => ({ kind, operands })),
  ),
}));

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: 4 });
const row = fc
  .record({
    version: pick([4, 6] as const),
    src: pick(ADDRESSES),
    dst: pick(ADDRESSES),
    isNoData: fc.boolean(),
    numbers: fc.tuple(pick(NUMBERS), pick(NUMBERS), pick(NUMBERS), pick(NUMBERS)),
    action: pick([0, 1]),
    vpc: orNull(pick(TEXTS)),
  })
  .map((values) => {
    // Both addresses of a record are of one version.
    const src = parseAddress(values.src);
    const dst = parseAddress(values.dst);
    assert.ok(src !== null && dst !== null);
    return { ...values, version: src.version, dst: dst.version === src.version ? dst : src, src };
  });
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

function plainRow(values: Row): FilterRow {
  const [srcport, , bytes, flags] = values.numbers;
  if (values.isNoData) return { 'vpc-id': values.vpc };
  return {
    srcaddr: formatAddress(values.src),
    dstaddr: formatAddress(values.dst),
    'pkt-srcaddr': formatAddress(values.src),
    'pkt-dstaddr': formatAddress(values.dst),
    srcport: srcport % 65_536,
    dstport: 443,
    protocol: 6,
    bytes: BigInt(bytes),
    'tcp-flags': flags % 32,
    action: values.action === 0 ? 'ACCEPT' : 'REJECT',
    type: values.version === 4 ? 'IPv4' : 'IPv6',
    'vpc-id': values.vpc,
  };
}

function sqlRow(values: Row): string {
  const [srcport, , bytes, flags] = values.numbers;
  const halves = (name: string, address: typeof values.src): [string, bigint][] => [
    [`${name}_high`, addressValue(address) >> 64n],
    [`${name}_low`, BigInt.asUintN(64, addressValue(address))],
  ];
  const flow = new Map<string, bigint | number | string>([
    ...halves('src', values.src),
    ...halves('dst', values.dst),
    ...halves('pkt_src', values.src),
    ...halves('pkt_dst', values.dst),
    ['src_port', srcport % 65_536],
    ['dst_port', 443],
    ['protocol_number', 6],
    ['octet_count', bytes],
    ['tcp_flag_bits', flags % 32],
    ['action_code', values.action],
    ['ip_version', values.version],
  ]);
  const cells = SEGMENT_COLUMNS.map(({ column, type }) => {
    const value = values.isNoData ? undefined : flow.get(column);
    const text = column === 'vpc_id' && values.vpc !== null ? quoteText(values.vpc) : undefined;
    return `${text ?? String(value ?? 'NULL')}::${type} AS ${column}`;
  });
  return `SELECT ${cells.join(', ')}`;
}

describe('filter', () => {
  let database: DuckDBInstance;

  before(async () => {
    database = await openDatabase({ memoryMib: 128, threads: 1, temporaryDirectory: null });
    await withConnection(database, async (connection) => {
      for (const macro of ADDRESS_MACROS) await connection.run(macro);
    });
  });

  after(() => database.closeSync());

  it('printed and parsed again is the same', () => {
    fc.assert(
      fc.property(filter, (node) => {
        assert.deepEqual(parseFilter(printFilter(node)), node);
      }),
      { numRuns: 1000, seed: 3 },
    );
  });

  it('means the same as SQL and as predicate, on every row', async () => {
    await withConnection(database, async (connection) => {
      await fc.assert(
        fc.asyncProperty(
          filter,
          fc.array(row, { minLength: 5, maxLength: 20 }),
          async (node, rows) => {
            const union = rows.map(sqlRow).join(' UNION ALL ');
            const result = await connection.runAndReadAll(
              `SELECT ${filterToSql(node)} FROM (${union})`,
            );
            const predicate = filterToPredicate(node);

            assert.deepEqual(
              result.getRows().map(([value]) => value),
              rows.map((values) => predicate(plainRow(values))),
              printFilter(node),
            );
          },
        ),
        { numRuns: 150, seed: 4 },
      );
    });
  });

  it('never throws anything but a FilterError', () => {
    const words = fc.oneof(
      fc.string(),
      pick([
        'dstport',
        'addr',
        '=',
        '!=',
        '(',
        ')',
        'and',
        'or',
        'not',
        'in',
        '443',
        ',',
        "'",
        '~',
      ]),
    );
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        try {
          parseFilter(parts.join(' '));
        } catch (fault) {
          assert.ok(fault instanceof FilterError);
          assert.ok(fault.position >= 0 && fault.position <= parts.join(' ').length);
        }
      }),
      { numRuns: 2000, seed: 5 },
    );
  });

  it('says where the fault is and what was expected', () => {
    const faults = [
      ['dstprt = 443', 0, 'a field (dstaddr, dstport?)'],
      ['dstport ~ 443', 8, 'one of = != > >= < <= in'],
      ['dstport = https', 10, 'a whole number such as 443 or 10M'],
      ['(dstport = 443', 14, '"and", "or" or ")"'],
      ['dstport = 443 port = 1', 14, '"and", "or" or the end of the filter'],
      ['addr in 10.0.0.0/40', 8, 'an address or a CIDR block such as 10.0.0.0/8'],
      ["vpc-id = 'open", 9, 'a closing quote'],
    ] as const;
    for (const [text, position, expected] of faults) {
      assert.throws(() => parseFilter(text), { position, expected }, text);
    }
  });

  it('takes names, multiples, underscores and capitals as values and fields', () => {
    const same = [
      ['PROTOCOL = TCP', 'protocol = 6'],
      ['tcp_flags ~ SYN', 'tcp-flags ~ 2'],
      ['action == reject', "action = 'REJECT'"],
      ['bytes > 10M', 'bytes > 10000000'],
      ['host = ::0001', 'host = ::1'],
      ['srcaddr in 10.1.2.3/8', 'srcaddr in (10.0.0.0/8)'],
      ['vpc-id <> -', 'vpc-id != -'],
      ['not dstport not in (1,2)', 'not not dstport in (1, 2)'],
    ];
    for (const [written = '', canonical = ''] of same) {
      assert.deepEqual(parseFilter(written), parseFilter(canonical), written);
    }
    assert.equal(parseFilter('  '), null);
    assert.equal(filterCondition(''), 'true');
    assert.equal(rowFilter('port = 53')({ srcport: 53n, dstport: null }), true);
  });

  it('every field of the table can be filtered', async () => {
    await withConnection(database, async (connection) => {
      const empty = SEGMENT_COLUMNS.map(({ column, type }) => `NULL::${type} AS ${column}`);
      for (const name of FILTER_FIELD_NAMES) {
        const sql = filterCondition(`${name} = -`);
        const result = await connection.runAndReadAll(
          `SELECT ${sql} FROM (SELECT ${empty.join(', ')})`,
        );
        assert.equal(typeof result.value(0, 0), 'boolean', name);
      }
    });
  });

  it('an IPv4 block never holds the IPv6 address that maps into it', () => {
    const node = parseFilter('addr = 10.0.0.0/8');
    assert.ok(node !== null);
    const mapped = formatAddress(addressFromValue((0xffffn << 32n) | 0x0a00_0001n, 6));

    assert.equal(filterToPredicate(node)({ srcaddr: mapped }), false);
  });
});
