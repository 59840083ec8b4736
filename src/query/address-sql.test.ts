import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';

import {
  addressFromValue,
  addressValue,
  cidrHolds,
  cidrOf,
  formatAddress,
  formatCidr,
  parseAddress,
} from '../records/address.ts';
import { ADDRESS_MACROS } from './address-sql.ts';
import { openDatabase } from './duckdb.ts';

const MAPPED = 0xffffn << 32n;

/** Groups that are often zero, so that every shape of `::` occurs. */
const ipv6 = fc
  .array(fc.oneof(fc.constant(0), fc.constant(1), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.reduce((value, group) => value * 65_536n + BigInt(group), 0n))
  .map((value) => addressFromValue(value, 6));
const ipv4 = fc
  .integer({ min: 0, max: 0xffff_ffff })
  .map((value) => addressFromValue(MAPPED | BigInt(value), 4));
const address = fc.oneof(ipv4, ipv6);

/** A block, and an address that is in it, beside it by one bit, or anywhere. */
const nearBlock = fc
  .record({ base: address, other: address, bits: fc.nat(128), flip: fc.nat(127), which: fc.nat(2) })
  .map(({ base, other, bits, flip, which }) => {
    const width = base.version === 4 ? 32 : 128;
    const block = cidrOf(base, bits % (width + 1));
    const flipped = addressValue(base) ^ (1n << BigInt(flip % width));
    const one = [base, other, addressFromValue(flipped, base.version)][which] ?? base;
    const holds = cidrHolds(block, one);
    return { block: formatCidr(block), tried: formatAddress(one), holds };
  });

describe('address macros', () => {
  let database: DuckDBInstance;
  let connection: DuckDBConnection;

  before(async () => {
    database = await openDatabase({ memoryMib: 128, threads: 1, temporaryDirectory: null });
    connection = await database.connect();
    for (const macro of ADDRESS_MACROS) await connection.run(macro);
  });

  after(() => {
    connection.closeSync();
    database.closeSync();
  });

  async function select(sql: string): Promise<unknown[]> {
    const reader = await connection.runAndReadAll(`SELECT ${sql}`);
    return reader.getRows()[0] ?? [];
  }

  it('address_text writes as formatAddress does, address_high and _low read it back', async () => {
    await fc.assert(
      fc.asyncProperty(address, async (value) => {
        const number = addressValue(value);
        const [high, low] = [number >> 64n, BigInt.asUintN(64, number)];
        const text = formatAddress(value);

        const row = await select(`
          address_text(${high}::UBIGINT, ${low}::UBIGINT, ${value.version}),
          address_high('${text}'), address_low('${text}')`);

        assert.deepEqual(row, [text, high, low]);
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('in_cidr agrees with cidrHolds for every prefix length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(nearBlock, { minLength: 40, maxLength: 40 }), async (cases) => {
        const values = cases.map(({ block, tried }) => `('${tried}', '${block}')`);
        const reader = await connection.runAndReadAll(
          `SELECT in_cidr(address, block) FROM (VALUES ${values.join(', ')}) AS t(address, block)`,
        );

        assert.deepEqual(
          reader.getRows().flat(),
          cases.map(({ holds }) => holds),
          values.join(' '),
        );
      }),
      { numRuns: 25, seed: 2 },
    );
  });

  it('in_cidr with a constant block, which DuckDB plans otherwise, agrees too', async () => {
    await fc.assert(
      fc.asyncProperty(nearBlock, async ({ block, tried, holds }) => {
        assert.deepEqual(await select(`in_cidr('${tried}', '${block}')`), [holds]);
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it('what is no address is NULL, what is no block an error', async () => {
    const wrong = [
      '',
      '1.2.3',
      '256.1.1.1',
      '01.1.1.1',
      '::g',
      '1:2',
      '1::2::3',
      '1:2:3:4:5:6:7:12345',
    ];
    for (const text of wrong) {
      assert.equal(parseAddress(text), null);
      assert.deepEqual(await select(`address_low('${text}')`), [null], text);
    }
    for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', 'x', '10.0.0.0/-1']) {
      await assert.rejects(select(`in_cidr('10.0.0.1', '${text}')`), /is no CIDR block/, text);
    }
    assert.deepEqual(await select(`in_cidr(NULL, '10.0.0.0/8')`), [null]);
  });
});
