// A signed request of which anything was changed is refused.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  EC2,
  presign,
  refusal,
  sign,
  SIGNING,
  TEMPORARY,
  verify,
  withHeader,
} from '../../../test/support/sigv4-signer.ts';
import type { Header, RawRequest } from './index.ts';

describe('tampering', () => {
  it('is refused at every bit of a signed POST', async () => {
    const signed = await sign(EC2, { ...SIGNING, key: TEMPORARY });

    for (const tampered of bitFlips(signed)) refusal(tampered);
    for (const method of ['GET', 'post', 'PUT', '']) refusal({ ...signed, method });
    refusal({ ...signed, body: Buffer.concat([signed.body, Buffer.from('\n')]) });
    refusal({ ...signed, body: signed.body.subarray(1) });
  });

  it('is refused at every bit of a presigned GET', async () => {
    const request = {
      method: 'GET',
      path: '/a/b',
      query: { Action: 'DescribeVpcs', b: ['1', '2'] },
    };
    const options = { ...SIGNING, key: TEMPORARY, expiresSeconds: 900 };

    for (const tampered of bitFlips(await presign(request, options))) refusal(tampered);
  });

  it('is refused when a parameter, a header or a piece of path comes, moves or goes', async () => {
    const request = { ...EC2, query: { a: 'x+y', b: ['2', '1'] }, path: '/p%2Fq/r' };
    const signed = await sign({ ...request, headers: { ...EC2.headers, 'x-a': '1' } }, SIGNING);

    assert.equal(signed.query, 'a=x%2By&b=2&b=1');
    const queries = ['', 'a=x+y&b=2&b=1', 'a=x%20y&b=2&b=1', 'a=x%2By&b=2', `${signed.query}&c`];
    for (const query of [...queries, `${signed.query}&`, `&${signed.query}`, 'a=x%2By&b=21']) {
      assert.equal(refusal({ ...signed, query }), 'mismatch', query);
    }
    for (const path of ['/p/q/r', '/p%2Fq', '/p%2Fq/r/', '/p%2Fq/R', '/p%252Fq/r', '/../r']) {
      assert.equal(refusal({ ...signed, path }), 'mismatch', path);
    }
    assert.equal(refusal(withHeader(signed, 'x-a', null)), 'mismatch');
    const empty = await sign({ ...EC2, headers: { 'x-a': '' } }, SIGNING);
    assert.equal(verify(empty), 'whole');
    assert.equal(refusal(withHeader(empty, 'x-a', null)), 'mismatch');
    assert.equal(refusal({ ...signed, headers: [...signed.headers, ['X-A', '1']] }), 'mismatch');
    assert.equal(refusal(withHeader(signed, 'host', '127.0.0.1')), 'mismatch');
    const secondHost: Header = ['Host', 'example.org'];
    assert.equal(refusal({ ...signed, headers: [...signed.headers, secondHost] }), 'incomplete');
    const target = withHeader(signed, 'X-Amz-Target', 'Logs_20140328.DeleteLogGroup');
    assert.equal(refusal(target), 'unsigned-header');
  });

  it('is not what another spelling of the same is', async () => {
    const signed = await sign({ query: { a: 'x=y', b: '\u00e4 +' } }, SIGNING);

    assert.equal(signed.query, 'a=x%3Dy&b=%C3%A4%20%2B');
    for (const query of ['a=x=y&b=%C3%A4%20%2B', 'b=%c3%a4+%2b&a=x%3Dy', 'a=x%3Dy&b=\u00e4+%2B']) {
      assert.equal(verify({ ...signed, query }), 'whole', query);
    }
    assert.equal(refusal({ ...signed, query: 'a=x=z&b=%C3%A4%20%2B' }), 'mismatch');
  });

  it("of S3's paths is refused too, which keep their slashes and dots", async () => {
    const s3 = { ...SIGNING, service: 's3', withHash: true };
    const signed = await sign({ method: 'PUT', path: '/bucket/a/../b//c%2Bd', body: 'x' }, s3);

    assert.equal(verify(signed), 'whole');
    for (const path of ['/bucket/b//c%2Bd', '/bucket/a/../b/c%2Bd', '/bucket/a/../b//c%20d']) {
      assert.equal(refusal({ ...signed, path }), 'mismatch', path);
    }
    // A plus in a path is a plus.
    assert.equal(verify({ ...signed, path: '/bucket/a/../b//c+d' }), 'whole');
  });
});

/** Every request with one bit other than in the original, where that bit is covered. */
function* bitFlips(request: RawRequest): Generator<RawRequest> {
  for (const path of textFlips(request.path)) yield { ...request, path };
  for (const query of textFlips(request.query)) {
    if (meaningOf(query) !== meaningOf(request.query)) yield { ...request, query };
  }
  for (const [name, value] of request.headers) {
    for (const flipped of textFlips(value)) yield withHeader(request, name, flipped);
  }
  const { body } = request;
  for (let bit = 0; bit < body.length * 8; bit += 1) {
    const flipped = Uint8Array.from(body);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    yield { ...request, body: flipped };
  }
}

function* textFlips(text: string): Generator<string> {
  for (let index = 0; index < text.length; index += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const code = text.charCodeAt(index) ^ (1 << bit);
      yield text.slice(0, index) + String.fromCharCode(code) + text.slice(index + 1);
    }
  }
}

/** `%2f` and `%2F` are the same. */
function meaningOf(query: string): string {
  return JSON.stringify([...new URLSearchParams(query)].sort());
}
