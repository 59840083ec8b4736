import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import {
  EC2,
  LASTING,
  NOW_MS,
  presign,
  refusal,
  sign,
  SIGNING,
  TEMPORARY,
  verify,
  withHeader,
  withHeaders,
} from '../../../test/support/sigv4-signer.ts';
import {
  readCredentialScope,
  type Header,
  type RawRequest,
  type SignatureFaultKind,
  type SigningKey,
} from './index.ts';

const MINUTE_MS = 60_000;
const RUNS = { numRuns: 300, seed: 20261120 };

const anyText = fc.string({ unit: 'grapheme', maxLength: 12 });
const anyPath = fc
  .array(fc.oneof(anyText, fc.constantFrom('', '.', '..', 'a+b', 'a b')), { maxLength: 4 })
  .map((segments) => `/${segments.map(encodeSegment).join('/')}`);
const anyQuery = fc.dictionary(
  anyText.filter((name) => !/^x-amz-/i.test(name) && name !== '__proto__'),
  fc.oneof(anyText, fc.array(anyText, { minLength: 1, maxLength: 3 })),
  { maxKeys: 5 },
);
const anyHeaders = fc.dictionary(
  fc.stringMatching(/^(x-amz-meta-|x-)[a-z][a-z0-9-]{0,8}$/),
  fc.stringMatching(/^[!-~]([ -~]{0,12}[!-~])?$/),
  { maxKeys: 4 },
);
const anyBody = fc.uint8Array({ maxLength: 100 });
const anySigning = fc.record({
  key: fc.constantFrom(LASTING, TEMPORARY),
  region: fc.constantFrom('us-east-1', 'eu-west-1', 'us-gov-west-1'),
  service: fc.constantFrom('ec2', 'sts', 'logs', 's3'),
  nowMs: fc.integer({ min: NOW_MS - 15 * MINUTE_MS, max: NOW_MS + 15 * MINUTE_MS }),
  withHash: fc.boolean(),
});
const anyRequest = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: anyPath,
  query: anyQuery,
  headers: anyHeaders,
  body: anyBody,
});

/** As the SDKs write a segment of a path. */
function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

describe('what the SDK signs', () => {
  it('stands, in the header', async () => {
    const property = fc.asyncProperty(anyRequest, anySigning, async (request, options) => {
      const signed = await sign(request, options);

      assert.equal(verify(signed), 'whole');
      assert.equal(readCredentialScope(signed)?.service, options.service);
      assert.equal(readCredentialScope(signed)?.region, options.region);
    });
    await fc.assert(property, RUNS);
  });

  it('stands, presigned', async () => {
    const expires = fc.integer({ min: 1000, max: 604_800 });
    const property = fc.asyncProperty(
      anyRequest,
      anySigning,
      expires,
      fc.constantFrom('x-amz-content-sha256', 'X-Amz-Content-Sha256'),
      async (request, options, expiresSeconds, hashName) => {
        const body = options.service === 's3' ? '' : request.body;
        const presigned = await presign(
          // The SDK moves x-amz-* headers into the query, where they belong to nobody here.
          {
            ...request,
            body,
            headers: options.service === 's3' ? { [hashName]: 'UNSIGNED-PAYLOAD' } : {},
          },
          { ...options, expiresSeconds },
        );

        assert.equal(verify(presigned), options.service === 's3' ? 'unsigned' : 'whole');
        assert.equal(readCredentialScope(presigned)?.accessKeyId, options.key.accessKeyId);
      },
    );
    await fc.assert(property, RUNS);
  });

  it('stands whatever the order and case of headers, and with unsigned ones beside', async () => {
    const signed = await sign(EC2, SIGNING);

    const moved = withHeaders(signed, ([name, value]) => [[name.toUpperCase(), value]]);
    const more: Header[] = [
      ['amz-sdk-invocation-id', 'e7e3'],
      ['amz-sdk-request', 'attempt=1'],
      ['User-Agent', 'aws-cli/2.9.19'],
      ['X-Amzn-Trace-Id', 'Root=1'],
    ];

    assert.equal(verify({ ...moved, headers: [...more, ...moved.headers.toReversed()] }), 'whole');
  });

  it('stands with blanks and without between the parts of Authorization', async () => {
    const signed = await sign(EC2, SIGNING);
    const authorization = signed.headers.find(([name]) => name === 'authorization')?.[1] ?? '';

    for (const separator of [',', ', ', ' , ', ',\t']) {
      const respaced = authorization.replaceAll(', ', separator);
      assert.equal(verify(withHeader(signed, 'authorization', respaced)), 'whole');
    }
  });
});

describe('refusals', () => {
  it('name what is wrong with the key', async () => {
    const wrongSecret = { ...LASTING, secretAccessKey: `${LASTING.secretAccessKey}x` };
    const unknown = { ...LASTING, accessKeyId: 'AKIAWEIRBBBBBBBBBBBB' };
    const { sessionToken } = TEMPORARY;

    const cases: readonly (readonly [SigningKey, SignatureFaultKind])[] = [
      [wrongSecret, 'mismatch'],
      [unknown, 'unknown-key'],
      [{ ...TEMPORARY, sessionToken: null }, 'bad-token'],
      [{ ...TEMPORARY, sessionToken: 'other' }, 'bad-token'],
      [{ ...TEMPORARY, sessionToken: '' }, 'bad-token'],
      [{ ...LASTING, sessionToken }, 'bad-token'],
      // What the token is like is told to the holder of the secret only.
      [{ ...wrongSecret, sessionToken }, 'mismatch'],
    ];
    for (const [key, kind] of cases) {
      assert.equal(refusal(await sign(EC2, { ...SIGNING, key })), kind);
    }
    const headers = { 'x-amz-security-token': '' };
    assert.equal(refusal(await sign({ ...EC2, headers }, SIGNING)), 'bad-token');
  });

  it('hold the clock to 15 minutes both ways', async () => {
    const signed = await sign(EC2, SIGNING);

    assert.equal(verify(signed, NOW_MS + 15 * MINUTE_MS), 'whole');
    assert.equal(verify(signed, NOW_MS - 15 * MINUTE_MS), 'whole');
    assert.equal(refusal(signed, NOW_MS + 15 * MINUTE_MS + 1), 'clock-skew');
    assert.equal(refusal(signed, NOW_MS - 15 * MINUTE_MS - 1), 'clock-skew');
  });

  it('hold a presigned request to its time', async () => {
    const presigned = await presign({ method: 'GET' }, { ...SIGNING, expiresSeconds: 3600 });

    assert.equal(verify(presigned, NOW_MS + 60 * MINUTE_MS), 'whole');
    assert.equal(refusal(presigned, NOW_MS + 60 * MINUTE_MS + 1), 'expired');
    assert.equal(refusal(presigned, NOW_MS - 15 * MINUTE_MS - 1), 'clock-skew');
    for (const expires of ['0', '604801', '-1', '1.5', '', 'x', '9999999']) {
      const query = presigned.query.replace('X-Amz-Expires=3600', `X-Amz-Expires=${expires}`);
      assert.equal(refusal({ ...presigned, query }), 'incomplete', expires);
    }
  });

  it('end a temporary key at its time', async () => {
    const nowMs = NOW_MS + 60 * MINUTE_MS;
    const signed = await sign(EC2, { key: TEMPORARY, nowMs });

    assert.equal(verify(signed, nowMs - 1), 'whole');
    assert.equal(refusal(signed, nowMs), 'expired-key');
  });

  it('want the day of the scope to be that of the date', async () => {
    const signed = await sign(EC2, SIGNING);
    const dated = (date: string): RawRequest => withHeader(signed, 'x-amz-date', date);

    assert.equal(refusal(dated('20261119T120000Z')), 'bad-scope');
    for (const date of [
      '20261120T120000',
      '20261320T120000Z',
      '20260231T120000Z',
      '20261120T240000Z',
      'now',
    ]) {
      assert.equal(refusal(dated(date)), 'incomplete', date);
    }
    const twice = { ...signed, headers: [...signed.headers, ['X-Amz-Date', 'x'] as const] };
    assert.equal(refusal(twice), 'incomplete');
    assert.equal(refusal(withHeader(signed, 'x-amz-date', null)), 'incomplete');
  });

  it('want host, date and all x-amz-* headers signed, and at most one signature', async () => {
    const signed = await sign(EC2, { ...SIGNING, key: TEMPORARY });
    const edited = (from: string, to: string): RawRequest =>
      withHeaders(signed, ([name, value]) => [[name, value.replace(from, to)]]);

    assert.equal(refusal(edited('content-type;host;', 'content-type;')), 'unsigned-header');
    assert.equal(refusal(edited(';x-amz-security-token', '')), 'unsigned-header');
    assert.equal(refusal(edited(';x-amz-date', '')), 'unsigned-header');
    assert.equal(refusal(edited('host;x-amz-date', 'x-amz-date;host')), 'incomplete');
    assert.equal(refusal(edited('host;', 'host;host;')), 'incomplete');
    assert.equal(refusal(edited('content-type;', 'Content-Type;')), 'incomplete');
    assert.equal(refusal(edited(', Signature=', ', Signature=, Signature=')), 'incomplete');
    const presigned = await presign({ method: 'GET' }, { ...SIGNING, expiresSeconds: 60 });
    const both = { ...signed, query: presigned.query };
    assert.equal(refusal(both), 'incomplete');
    const twice = withHeaders(signed, (header) =>
      header[0] === 'authorization' ? [header, header] : [header],
    );
    assert.equal(refusal(twice), 'incomplete');
    assert.equal(refusal(withHeader(signed, 'authorization', null)), 'missing');
    const sigV4a = presigned.query.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256');
    assert.equal(refusal({ ...presigned, query: sigV4a }), 'incomplete');
    const doubled = { ...presigned, query: `${presigned.query}&X-Amz-Expires=61` };
    assert.equal(refusal(doubled), 'incomplete');
  });

  it('tell a body that is not the one that was hashed', async () => {
    const signed = await sign(EC2, { ...SIGNING, withHash: true });
    const body = Buffer.from('Action=DeleteFlowLogs');

    assert.equal(refusal({ ...signed, body }), 'body-hash');
    const hashTwice = withHeaders(signed, (header) =>
      header[0] === 'x-amz-content-sha256' ? [header, header] : [header],
    );
    assert.equal(refusal(hashTwice), 'incomplete');
    assert.equal(refusal({ ...(await sign(EC2, SIGNING)), body }), 'mismatch');
    for (const hash of ['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'x']) {
      const headers = { 'x-amz-content-sha256': hash };
      assert.equal(refusal(await sign({ ...EC2, headers }, SIGNING)), 'body-hash', hash);
    }
  });

  it("let S3's own names stand for the body's hash, and say what they prove", async () => {
    const cases = [
      ['UNSIGNED-PAYLOAD', 'unsigned'],
      ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'chunks'],
      ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', 'chunks'],
      ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'unsigned-chunks'],
    ] as const;
    for (const [hash, proof] of cases) {
      const headers = { 'x-amz-content-sha256': hash };
      const signed = await sign({ body: 'x', headers }, { ...SIGNING, service: 's3' });
      assert.equal(verify(signed), proof);
      assert.equal(verify({ ...signed, body: Buffer.from('y') }), proof);
    }
    const headers = { 'x-amz-content-sha256': 'STREAMING-NOTHING' };
    assert.equal(refusal(await sign({ headers }, { ...SIGNING, service: 's3' })), 'body-hash');
  });

  it('hold a presigned body to its hash when the address has one', async () => {
    const hash = createHash('sha256').update('x').digest('hex');
    for (const name of ['x-amz-content-sha256', 'X-Amz-Content-Sha256']) {
      const request = { method: 'PUT', body: 'x', headers: { [name]: hash } };
      const presigned = await presign(request, { ...SIGNING, service: 's3', expiresSeconds: 60 });

      assert.equal(verify(presigned), 'whole');
      assert.equal(refusal({ ...presigned, body: Buffer.from('y') }), 'body-hash');
    }
  });

  it('are all that garbage gets', () => {
    const piece = fc.constantFrom(
      ...[
        'AWS4-HMAC-SHA256',
        'Credential=',
        'SignedHeaders=',
        'Signature=',
        ' ',
        ',',
        ';',
        '/',
        '=',
      ],
      ...[
        'host',
        'x-amz-date',
        LASTING.accessKeyId,
        '20261120',
        'us-east-1',
        'ec2',
        'aws4_request',
      ],
      ...['f'.repeat(64), 'AWS', 'Bearer', '%', '&', 'X-Amz-Credential=', 'X-Amz-Signature='],
      ...['X-Amz-Algorithm=AWS4-HMAC-SHA256&', 'X-Amz-Date=20261120T120000Z&', '__proto__'],
    );
    const garbage = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((all) => all.join('')),
    );
    const header = fc.tuple(
      fc.constantFrom(
        'authorization',
        'Host',
        'x-amz-date',
        'Date',
        'x-amz-content-sha256',
        '',
        'x',
      ),
      garbage,
    );
    const request = fc.record({
      method: fc.string(),
      path: garbage,
      query: garbage,
      headers: fc.array(header, { maxLength: 6 }),
      body: anyBody,
    });

    fc.assert(
      fc.property(request, (one) => {
        refusal(one);
        readCredentialScope(one);
      }),
      { ...RUNS, numRuns: 5000 },
    );
  });
});
