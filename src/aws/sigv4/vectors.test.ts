// Signatures that AWS published: the SigV4 test suite, and the examples of the IAM and S3 manuals.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  SignatureFault,
  verifySignature,
  type Header,
  type RawRequest,
  type SigningKey,
} from './index.ts';

interface Vector {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: readonly Header[];
  readonly body?: string;
  readonly signedHeaders?: string;
  readonly signature: string;
}

interface Suite {
  readonly key: SigningKey;
  readonly scope: string;
  readonly date: string;
  readonly host: string;
  readonly vectors: readonly Vector[];
}

function key(accessKeyId: string, secretAccessKey: string): SigningKey {
  return { accessKeyId, secretAccessKey, sessionToken: null, expiresMs: null };
}

const SUITE: Suite = {
  key: key('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
  scope: '20150830/us-east-1/service/aws4_request',
  date: '20150830T123600Z',
  host: 'example.amazonaws.com',
  vectors: [
    {
      name: 'get-vanilla',
      signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    },
    {
      name: 'get-vanilla-query-order-key-case',
      query: 'Param2=value2&Param1=value1',
      signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    },
    {
      name: 'get-utf8',
      path: '/ሴ',
      signature: '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    },
    {
      name: 'get-unreserved',
      path: '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    },
    {
      name: 'get-relative',
      path: '/example/..',
      signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    },
    {
      name: 'get-slash-dot-slash',
      path: '/./',
      signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    },
    {
      name: 'get-header-key-duplicate',
      headers: [
        ['My-Header1', 'value2'],
        ['My-Header1', 'value2'],
        ['My-Header1', 'value1'],
      ],
      signedHeaders: 'host;my-header1;x-amz-date',
      signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    },
    {
      name: 'get-header-value-trim',
      headers: [
        ['My-Header1', ' value1'],
        ['My-Header2', ' "a   b   c"'],
      ],
      signedHeaders: 'host;my-header1;my-header2;x-amz-date',
      signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    },
    {
      name: 'post-vanilla',
      method: 'POST',
      signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    },
    {
      name: 'post-x-www-form-urlencoded',
      method: 'POST',
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
      signedHeaders: 'content-type;host;x-amz-date',
      body: 'Param1=value1',
      signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    },
  ],
};

const IAM_MANUAL: Suite = {
  key: key('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
  scope: '20150830/us-east-1/iam/aws4_request',
  date: '20150830T123600Z',
  host: 'iam.amazonaws.com',
  vectors: [
    {
      name: 'ListUsers',
      query: 'Action=ListUsers&Version=2010-05-08',
      headers: [['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8']],
      signedHeaders: 'content-type;host;x-amz-date',
      signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    },
  ],
};

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const FILE_HASH = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
const S3_KEY = key('AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');

const S3_MANUAL: Suite = {
  key: S3_KEY,
  scope: '20130524/us-east-1/s3/aws4_request',
  date: '20130524T000000Z',
  host: 'examplebucket.s3.amazonaws.com',
  vectors: [
    {
      name: 'GET object',
      path: '/test.txt',
      headers: [
        ['Range', 'bytes=0-9'],
        ['x-amz-content-sha256', EMPTY_HASH],
      ],
      signedHeaders: 'host;range;x-amz-content-sha256;x-amz-date',
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      name: 'PUT object, with a dollar in its name',
      method: 'PUT',
      path: '/test%24file.text',
      headers: [
        ['Date', 'Fri, 24 May 2013 00:00:00 GMT'],
        ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
        ['x-amz-content-sha256', FILE_HASH],
      ],
      body: 'Welcome to Amazon S3.',
      signedHeaders: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      name: 'GET lifecycle: a parameter without value',
      query: 'lifecycle',
      headers: [['x-amz-content-sha256', EMPTY_HASH]],
      signedHeaders: 'host;x-amz-content-sha256;x-amz-date',
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
  ],
};

const S3_CHUNKED: Suite = {
  ...S3_MANUAL,
  host: 's3.amazonaws.com',
  vectors: [
    {
      name: 'PUT object in chunks: the seed signature',
      method: 'PUT',
      path: '/examplebucket/chunkObject.txt',
      headers: [
        ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
        ['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'],
        ['Content-Encoding', 'aws-chunked'],
        ['x-amz-decoded-content-length', '66560'],
        ['Content-Length', '66824'],
      ],
      signedHeaders:
        'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;' +
        'x-amz-decoded-content-length;x-amz-storage-class',
      signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    },
  ],
};

function toRequest(suite: Suite, vector: Vector): RawRequest {
  const { method = 'GET', path = '/', query = '', headers = [], body = '' } = vector;
  const credential = `${suite.key.accessKeyId}/${suite.scope}`;
  const signedHeaders = vector.signedHeaders ?? 'host;x-amz-date';
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, ` +
    `Signature=${vector.signature}`;
  return {
    method,
    path,
    query,
    headers: [
      ['Host', suite.host],
      ['X-Amz-Date', suite.date],
      ...headers,
      ['Authorization', authorization],
    ],
    body: Buffer.from(body),
  };
}

function timeOf(date: string): number {
  return Date.parse(
    date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}

describe('signatures that AWS published', () => {
  for (const suite of [SUITE, IAM_MANUAL, S3_MANUAL, S3_CHUNKED]) {
    for (const vector of suite.vectors) {
      it(`${suite.scope.split('/')[2]}: ${vector.name}`, () => {
        const proven = verifySignature(toRequest(suite, vector), {
          key: () => suite.key,
          nowMs: timeOf(suite.date),
        });

        assert.equal(proven.accessKeyId, suite.key.accessKeyId);
      });
    }
  }

  it('by Date alone, as an HTTP date', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20110909/us-east-1/host/aws4_request, ' +
      'SignedHeaders=date;host, ' +
      'Signature=b27ccfbfa7df52a200ff74193ca6e32d4b48b8856fab7ebf1c595d0670a7e470';
    const request: RawRequest = {
      method: 'GET',
      path: '/',
      query: '',
      headers: [
        ['Date', 'Mon, 09 Sep 2011 23:36:00 GMT'],
        ['Host', 'host.foo.com'],
        ['Authorization', authorization],
      ],
      body: new Uint8Array(),
    };
    const nowMs = timeOf('20110909T233600Z');
    const unsignedDate = authorization.replace('date;host', 'host');

    assert.equal(verifySignature(request, { key: () => SUITE.key, nowMs }).service, 'host');
    const headers = [...request.headers.slice(0, 2), ['Authorization', unsignedDate] as const];
    assert.throws(
      () => verifySignature({ ...request, headers }, { key: () => SUITE.key, nowMs }),
      (fault) => fault instanceof SignatureFault && fault.kind === 'unsigned-header',
    );
  });

  it('s3: a presigned GET', () => {
    const proven = verifySignature(
      {
        method: 'GET',
        path: '/test.txt',
        query:
          'X-Amz-Algorithm=AWS4-HMAC-SHA256' +
          '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
          '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
          '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
        headers: [['Host', 'examplebucket.s3.amazonaws.com']],
        body: new Uint8Array(),
      },
      { key: () => S3_KEY, nowMs: timeOf('20130524T235959Z') },
    );

    assert.deepEqual(proven, {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      region: 'us-east-1',
      service: 's3',
      payload: 'unsigned',
    });
  });
});
