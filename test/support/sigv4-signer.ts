// Signs requests as AWS's own SDK does, for tests of the side that verifies.
import assert from 'node:assert/strict';

import { SignatureV4 } from '@smithy/signature-v4';

import {
  SignatureFault,
  verifySignature,
  type Header,
  type RawRequest,
  type SignatureFaultKind,
  type SigningKey,
} from '../../src/aws/sigv4/index.ts';
import { Sha256 } from './signer-hash.ts';

/** When everything is signed here: 2026-11-20 12:00 UTC, in Unix milliseconds. */
export const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);

export const LASTING: SigningKey = {
  accessKeyId: 'AKIAWEIRAAAAAAAAAAAA',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: null,
  expiresMs: null,
};
export const TEMPORARY: SigningKey = {
  accessKeyId: 'ASIAWEIRAAAAAAAAAAAA',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEB/+tok=en==',
  expiresMs: NOW_MS + 3_600_000,
};
const KEYS = [LASTING, TEMPORARY];

export interface UnsignedRequest {
  readonly method?: string;
  /** As on the wire, already percent-encoded. */
  readonly path?: string;
  /** Decoded. */
  readonly query?: Readonly<Record<string, string | string[]>>;
  /** Signed unless they are such as the SDK never signs; `host` has a default. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface SigningOptions {
  readonly key: SigningKey;
  readonly region?: string;
  readonly service?: string;
  /** Unix milliseconds. */
  readonly nowMs: number;
  /** Adds x-amz-content-sha256, as the SDKs for JavaScript do. */
  readonly withHash?: boolean;
}

/** A call as the aws CLI makes it. */
export const EC2: UnsignedRequest = {
  headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  body: 'Action=DescribeFlowLogs&Version=2016-11-15',
};
export const SIGNING: SigningOptions = { key: LASTING, nowMs: NOW_MS };

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | string;
}

/** The request with an Authorization header, as it arrives. */
export async function sign(request: UnsignedRequest, options: SigningOptions): Promise<RawRequest> {
  const sdkRequest = toSdkRequest(request);
  const signed = await signerOf(options).sign(sdkRequest as never, {
    signingDate: new Date(options.nowMs),
  });
  return toRaw(signed as unknown as SdkRequest);
}

/** The request with its signature in the query, as it arrives. */
export async function presign(
  request: UnsignedRequest,
  options: SigningOptions & { readonly expiresSeconds: number },
): Promise<RawRequest> {
  const sdkRequest = toSdkRequest(request);
  const signed = await signerOf(options).presign(sdkRequest as never, {
    signingDate: new Date(options.nowMs),
    expiresIn: options.expiresSeconds,
  });
  return toRaw({ ...(signed as unknown as SdkRequest), body: sdkRequest.body });
}

function signerOf(options: SigningOptions): SignatureV4 {
  const { key, region = 'us-east-1', service = 'ec2', withHash = false } = options;
  return new SignatureV4({
    service,
    region,
    uriEscapePath: service !== 's3',
    applyChecksum: withHash,
    sha256: Sha256,
    credentials: {
      accessKeyId: key.accessKeyId,
      secretAccessKey: key.secretAccessKey,
      ...(key.sessionToken === null ? {} : { sessionToken: key.sessionToken }),
    },
  });
}

function toSdkRequest(request: UnsignedRequest): SdkRequest {
  const { method = 'POST', path = '/', query = {}, headers = {}, body = '' } = request;
  return {
    method,
    path,
    query: { ...query },
    headers: { host: '127.0.0.1:7717', ...headers },
    body,
  };
}

function toRaw({ method, path, query, headers, body }: SdkRequest): RawRequest {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => `${escapeUri(name)}=${escapeUri(one)}`),
  );
  return {
    method,
    path,
    query: pairs.join('&'),
    headers: Object.entries(headers),
    body: Buffer.from(body),
  };
}

function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** What the signature proves of the body. @throws SignatureFault */
export function verify(request: RawRequest, nowMs = NOW_MS): string {
  const key = (id: string): SigningKey | null => KEYS.find((one) => one.accessKeyId === id) ?? null;
  return verifySignature(request, { key, nowMs }).payload;
}

/** The kind of fault; a bug, or a signature that stands, fails the test. */
export function refusal(request: RawRequest, nowMs = NOW_MS): SignatureFaultKind {
  try {
    verify(request, nowMs);
  } catch (fault) {
    if (!(fault instanceof SignatureFault)) throw fault;
    for (const { secretAccessKey, sessionToken } of KEYS) {
      assert.ok(!fault.message.includes(secretAccessKey), 'a secret in the message');
      assert.ok(!fault.message.includes(sessionToken ?? secretAccessKey), 'a token in the message');
    }
    return fault.kind;
  }
  throw new Error('the signature stands');
}

export function withHeaders(
  request: RawRequest,
  edit: (header: Header) => readonly Header[],
): RawRequest {
  return { ...request, headers: request.headers.flatMap(edit) };
}

/** Sets, or by null removes, a header of a signed request. */
export function withHeader(request: RawRequest, name: string, value: string | null): RawRequest {
  const others = withHeaders(request, (header) => (header[0] === name ? [] : [header]));
  return value === null ? others : { ...others, headers: [...others.headers, [name, value]] };
}
