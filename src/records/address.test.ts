import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import {
  addressBytes,
  addressFromBytes,
  addressFromValue,
  addressValue,
  cidrAddress,
  cidrHolds,
  formatAddress,
  formatCidr,
  parseAddress,
  parseCidr,
} from './address.ts';

function formatted(text: string): string | null {
  const address = parseAddress(text);
  return address === null ? null : formatAddress(address);
}

describe('parseAddress() and formatAddress()', () => {
  it('write IPv6 as RFC 5952 wants it', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
      ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
      ['2001:DB8::AbCd', '2001:db8::abcd'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['::1', '::1'],
      ['1::', '1::'],
      ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
      ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
      ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
      ['fd00:ec2::254', 'fd00:ec2::254'],
    ];

    for (const [text, expected] of cases) assert.equal(formatted(text), expected, text);
  });

  it('refuse what is no address, or not to everyone', () => {
    const wrong = [
      '',
      '.',
      ':',
      ':::',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.4 ',
      '0x1.2.3.4',
      '1..2.3',
      '.1.2.3',
      '1.2.3.',
      '::1::',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      ':1',
      '1:',
      '1:2:3:4:5:6:7:8::',
      'fe80::1%eth0',
      '::1.2.3',
      '1.2.3.4::',
      '::g',
      '10.0.0.0/8',
      `${'0'.repeat(50)}::`,
    ];

    for (const text of wrong) assert.equal(parseAddress(text), null, text);
  });

  it('give back every IPv4 and IPv6 address', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 128n) - 1n), (value) => {
        const address = addressFromValue(value, 6);
        const again = parseAddress(formatAddress(address));

        assert.equal(again?.version, 6);
        assert.equal(again === null ? null : addressValue(again), value);
        assert.equal(addressValue(addressFromBytes(addressBytes(address), 0, 6)), value);
      }),
    );
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const address = parseAddress(text);

        assert.equal(address?.version, 4);
        assert.equal(formatted(text), text);
      }),
    );
  });

  it('take groups of zeros and agree with node:net on what an address is', () => {
    const group = fc.oneof(
      fc.constant('0'),
      fc.constantFrom('1', 'ffff', '00a', '', '1.2.3.4', 'g'),
    );
    fc.assert(
      fc.property(fc.array(group, { maxLength: 9 }), (groups) => {
        const text = groups.join(':');
        const version = parseAddress(text)?.version;

        assert.equal(version === 6, isIPv6(text), text);
        assert.equal(version === 4, isIPv4(text), text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseCidr()', () => {
  it('keeps the first address and says when the text named another one', () => {
    const inside = parseCidr('10.1.2.3/12');
    const first = parseCidr('2001:db8::/32');

    assert.deepEqual(inside === null ? null : [formatCidr(inside), inside.hasHostBits], [
      '10.0.0.0/12',
      true,
    ]);
    assert.deepEqual(first === null ? null : [formatCidr(first), first.hasHostBits], [
      '2001:db8::/32',
      false,
    ]);
  });

  it('refuses missing, wrong and overlong lengths', () => {
    for (const text of ['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '::/129', '10/8', '1.2.3.4/08']) {
      assert.equal(parseCidr(text), null, text);
    }
  });

  it('agrees with arithmetic on which addresses it holds', () => {
    const bits = fc.bigInt(0n, (1n << 128n) - 1n);
    fc.assert(
      fc.property(bits, bits, fc.nat(128), fc.nat(128), (value, noise, length, shared) => {
        const other = value ^ (noise >> BigInt(shared));
        const cidr = parseCidr(`${formatAddress(addressFromValue(value, 6))}/${length}`);
        assert.ok(cidr);

        const expected = value >> BigInt(128 - length) === other >> BigInt(128 - length);
        assert.equal(cidrHolds(cidr, addressFromValue(other, 6)), expected);
      }),
    );
  });

  it('counts addresses from the first one', () => {
    const cidr = parseCidr('10.0.0.0/16');
    assert.ok(cidr);

    assert.equal(formatAddress(cidrAddress(cidr, 2)), '10.0.0.2');
  });
});
