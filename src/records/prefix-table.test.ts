import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import {
  addressFromValue,
  cidrHolds,
  cidrOf,
  parseAddress,
  parseCidr,
  type Address,
} from './address.ts';
import { buildPrefixTable, type PrefixEntry, type PrefixTable } from './prefix-table.ts';

function tableOf(...cidrs: string[]): PrefixTable {
  return buildPrefixTable(
    cidrs.map((text, value) => {
      const cidr = parseCidr(text);
      assert.ok(cidr);
      return { cidr, value };
    }),
  );
}

function look(table: PrefixTable, text: string): number {
  const address = parseAddress(text);
  assert.ok(address);
  return lookAddress(table, address);
}

function lookAddress(table: PrefixTable, { version, words }: Address): number {
  if (version === 4) return table.ipv4(words[3]!);
  return table.ipv6(words[0]!, words[1]!, words[2]!, words[3]!);
}

describe('buildPrefixTable()', () => {
  it('finds the longest block, at its edges too', () => {
    const table = tableOf('0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.255.255/32', '::/0');

    const found = ['9.255.255.255', '10.0.0.0', '10.1.0.0', '10.1.255.254', '10.1.255.255'].map(
      (text) => look(table, text),
    );

    assert.deepEqual(found, [0, 1, 2, 2, 3]);
    assert.deepEqual(
      ['10.2.0.0', '11.0.0.0', '255.255.255.255', 'ffff::'].map((text) => look(table, text)),
      [1, 0, 0, 4],
    );
  });

  it('finds nothing in an empty table, and nothing before the first block', () => {
    assert.equal(look(tableOf(), '10.0.0.1'), -1);
    assert.equal(look(tableOf('10.0.0.0/8'), '9.0.0.0'), -1);
    assert.equal(look(tableOf('10.0.0.0/8'), '::a00:1'), -1);
  });

  it('lets the first of equal blocks count', () => {
    assert.equal(look(tableOf('10.0.0.0/8', '10.0.0.0/8'), '10.0.0.1'), 0);
  });

  it('agrees with a search through all blocks', () => {
    for (const version of [4, 6] as const) {
      const bits = version === 4 ? 32 : 128;
      const base = version === 4 ? 0xffffn << 32n : 0n;
      // Few distinct addresses, so that blocks nest and share edges.
      const value = fc.array(fc.constantFrom(0n, 1n), { minLength: bits, maxLength: bits });
      const address = fc
        .tuple(value, fc.nat(bits))
        .map(([digits, kept]) =>
          digits.reduce<bigint>((sum, digit, at) => (sum << 1n) | (at < kept ? 0n : digit), 0n),
        )
        .map((number) => addressFromValue(base | number, version));
      const entry = fc
        .tuple(address, fc.nat(bits))
        .map(([inside, length]) => cidrOf(inside, length));
      fc.assert(
        fc.property(fc.array(entry, { maxLength: 12 }), address, (cidrs, sought) => {
          const entries: PrefixEntry[] = cidrs.map((cidr, index) => ({ cidr, value: index }));
          const holding = entries.filter((candidate) => cidrHolds(candidate.cidr, sought));
          const best = holding.toSorted((a, b) => b.cidr.prefixLength - a.cidr.prefixLength)[0];

          const found = lookAddress(buildPrefixTable(entries), sought);
          assert.equal(found, best?.value ?? -1);
        }),
      );
    }
  });
});
