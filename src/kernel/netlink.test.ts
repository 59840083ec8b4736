import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { addressText, macText } from './address-text.ts';
import { netlinkRequest, parseAttributes, parseMessages, textAttribute } from './netlink.ts';
import { parseAddress, parseLink, parseRoutes } from './rtnetlink-messages.ts';

function attribute(type: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc((4 + payload.length + 3) & ~3);
  bytes.writeUInt16LE(4 + payload.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, 4);
  return bytes;
}

describe('netlink', () => {
  it('parseMessages() reads what netlinkRequest() writes, one after the other', () => {
    const datagram = Buffer.concat([
      netlinkRequest(16, 2, Buffer.from('abcd')),
      netlinkRequest(3, 0, Buffer.alloc(0)),
    ]);

    const messages = parseMessages(datagram);

    assert.deepEqual(
      messages.map(({ type, flags, body }) => [type, flags, body.toString()]),
      [
        [16, 2, 'abcd'],
        [3, 0, ''],
      ],
    );
  });

  it('parseAttributes() steps over padding and the nested bit', () => {
    const bytes = Buffer.concat([
      attribute(3, Buffer.from('eth0\0')),
      attribute(0x8000 | 18, attribute(1, Buffer.from('veth\0'))),
    ]);

    const attributes = parseAttributes(bytes);

    assert.equal(textAttribute(attributes, 3), 'eth0');
    const nested = parseAttributes(attributes.get(18) ?? Buffer.alloc(0));
    assert.equal(textAttribute(nested, 1), 'veth');
  });

  it('parsers take any bytes without a fault', () => {
    const body = fc.uint8Array({ maxLength: 200 });
    // Attributes of every type that is read, of any length and content.
    const tail = fc
      .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.uint8Array({ maxLength: 24 })))
      .map((list) => Buffer.concat(list.map(([type, payload]) => attribute(type, payload))));

    fc.assert(
      fc.property(body, fc.constantFrom(0, 2, 10), tail, (bytes, family, attributes) => {
        const whole = Buffer.concat([Buffer.from([family]), bytes, attributes]);
        for (const message of parseMessages(whole)) parseAttributes(message.body);
        for (const fixed of [8, 12, 16]) {
          const shaped = Buffer.concat([whole.subarray(0, fixed), attributes]);
          for (const input of [whole, shaped]) {
            parseLink(input);
            parseAddress(input);
            parseRoutes(input);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('addressText()', () => {
  it('writes IPv6 as RFC 5952 wants it', () => {
    const cases: readonly (readonly [hex: string, text: string])[] = [
      ['20010db8000000000000000000000001', '2001:db8::1'],
      ['00000000000000000000000000000000', '::'],
      ['00000000000000000000000000000001', '::1'],
      ['fe800000000000000000000000000000', 'fe80::'],
      ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
      ['20010000000000010000000000000001', '2001:0:0:1::1'],
      ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ];

    for (const [hex, text] of cases) assert.equal(addressText(Buffer.from(hex, 'hex')), text);
  });

  it('writes IPv4 dotted and MAC addresses with colons', () => {
    assert.equal(addressText(Buffer.from([10, 0, 200, 255])), '10.0.200.255');
    assert.equal(macText(Buffer.from([2, 0xfc, 0, 0, 0, 1])), '02:fc:00:00:00:01');
    assert.equal(macText(Buffer.alloc(6)), null);
    assert.equal(macText(Buffer.alloc(4)), null);
    assert.equal(macText(undefined), null);
  });
});
