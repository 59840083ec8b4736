// Signed requests to the edge of any service and form, and answers read strictly: a body must be
// whole and of one of the four protocols.
import assert from 'node:assert/strict';
import type { Agent } from 'node:http';

import { SignatureV4 } from '@smithy/signature-v4';

import type { EdgeFixture } from './edge-fixture.ts';
import { exchange, type Answer } from './http-exchange.ts';
import { Sha256 } from './signer-hash.ts';
import { parseXml, textAt } from './xml.ts';

export interface Ask {
  readonly method?: string;
  /** With its query. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Default ec2; null leaves the request unsigned. */
  readonly service?: string | null;
  readonly region?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly signedAt?: Date;
  /** Sent in place of the signed body. */
  readonly sentBody?: string | Uint8Array;
  readonly agent?: Agent;
}

const FORM = 'application/x-www-form-urlencoded; charset=utf-8';

function signerOf(edge: EdgeFixture, ask: Ask): SignatureV4 {
  return new SignatureV4({
    service: ask.service ?? 'ec2',
    region: ask.region ?? edge.region,
    credentials: ask.credentials ?? edge.credentials,
    sha256: Sha256,
    applyChecksum: ask.service === 's3',
    uriEscapePath: ask.service !== 's3',
  });
}

function toSign(edge: EdgeFixture, ask: Ask) {
  const url = new URL(`${edge.endpoint}${ask.path ?? '/'}`);
  return {
    method: ask.method ?? 'POST',
    protocol: 'http:',
    hostname: url.hostname,
    port: edge.port,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, 'content-type': FORM, ...ask.headers },
    body: ask.body ?? '',
  };
}

/** Headers of the request, signed unless told otherwise. */
async function headersOf(edge: EdgeFixture, ask: Ask): Promise<Record<string, string>> {
  const unsigned = toSign(edge, ask);
  if (ask.service === null) return unsigned.headers;
  const signingDate = ask.signedAt ?? new Date();
  return (await signerOf(edge, ask).sign(unsigned, { signingDate })).headers;
}

/** The text of a whole POST, for those who write to sockets themselves. */
export async function requestText(edge: EdgeFixture, body: string): Promise<string> {
  const headers = { ...(await headersOf(edge, { body })), 'content-length': `${body.length}` };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `POST / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Signs, unless told otherwise, and sends. */
export async function send(edge: EdgeFixture, ask: Ask): Promise<Answer> {
  const headers = await headersOf(edge, ask);
  return exchange(
    `${edge.endpoint}${ask.path ?? '/'}`,
    { method: ask.method ?? 'POST', headers: { ...headers }, agent: ask.agent },
    ask.sentBody ?? ask.body ?? '',
  );
}

/** The path and query of a presigned GET. */
export async function presign(edge: EdgeFixture, ask: Ask): Promise<string> {
  const unsigned = { ...toSign(edge, { ...ask, method: 'GET' }) };
  const host = { host: unsigned.headers.host };
  const signingDate = ask.signedAt ?? new Date();
  const presigned = await signerOf(edge, ask).presign(
    { ...unsigned, headers: host },
    { signingDate, expiresIn: 60 },
  );
  const pairs = Object.entries(presigned.query ?? {}).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return `${presigned.path}?${new URLSearchParams(pairs).toString()}`;
}

export type Protocol = 'ec2' | 'query' | 'json' | 's3';

export interface Told {
  readonly protocol: Protocol;
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

/** Reads an error of any of the protocols; fails when it is not wholly one. */
export function toldBy({ headers, body }: Answer): Told {
  const id = String(headers['x-amzn-requestid']);
  if (headers['content-type'] === 'application/x-amz-json-1.1') {
    const { __type: code, message } = JSON.parse(body) as { __type: string; message: string };
    assert.equal(headers['x-amzn-errortype'], code);
    return { protocol: 'json', code, message, requestId: id };
  }
  const root = parseXml(body);
  const told = (protocol: Protocol, path: readonly string[], idPath: string): Told => {
    const code = textAt(root, ...path, 'Code');
    const message = textAt(root, ...path, 'Message');
    assert.ok(code !== null && message !== null, body);
    assert.equal(textAt(root, idPath), id);
    return { protocol, code, message, requestId: id };
  };
  if (root.name === 'Error') return told('s3', [], 'RequestId');
  assert.equal(headers['content-type'], 'text/xml;charset=UTF-8');
  if (root.name === 'ErrorResponse') return told('query', ['Error'], 'RequestId');
  assert.equal(root.name, 'Response');
  return told('ec2', ['Errors', 'Error'], 'RequestID');
}
