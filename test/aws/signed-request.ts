// Requests as bytes, signed by the SDK's signer: what no client would send can be sent, and every
// part of it can be spoilt after signing.
import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';

import { SignatureV4 } from '@smithy/signature-v4';

export interface Endpoint {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface SignOptions {
  /** Default ec2. */
  readonly service?: string;
  readonly region?: string;
  readonly credentials?: Endpoint['credentials'];
  /** Moment of signing; default now. */
  readonly signedAt?: Date;
  /** Changes the headers after signing. */
  readonly spoilHeaders?: (headers: Record<string, string>) => Record<string, string>;
  /** Sent in place of the body that was signed. */
  readonly sentBody?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The SDK's signer wants a hash with this interface. */
export class Sha256 {
  readonly #hash: ReturnType<typeof createHash>;

  constructor(secret?: Uint8Array | string | ArrayBuffer | ArrayBufferView) {
    // An HMAC has the same two methods.
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : (createHmac('sha256', bytesOf(secret)) as unknown as ReturnType<typeof createHash>);
  }

  update(content: Uint8Array | string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(content));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('The signer makes a new one each time');
  }
}

function bytesOf(content: Uint8Array | string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  if (content instanceof ArrayBuffer) return Buffer.from(content);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/** Signs and sends a form to the root path, as EC2 and STS take it. */
export async function sendForm(
  place: Endpoint,
  form: Readonly<Record<string, string>> | string,
  options: SignOptions = {},
): Promise<Answer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const url = new URL(place.endpoint);
  const signer = new SignatureV4({
    service: options.service ?? 'ec2',
    region: options.region ?? place.region,
    credentials: options.credentials ?? place.credentials,
    sha256: Sha256,
  });
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      port: Number(url.port),
      path: '/',
      query: {},
      headers: {
        host: url.host,
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      },
      body,
    },
    { signingDate: options.signedAt ?? new Date() },
  );
  const headers = options.spoilHeaders?.({ ...signed.headers }) ?? signed.headers;
  return send(place.endpoint, 'POST', '/', headers, options.sentBody ?? body);
}

/** Sends as it is. */
export function send(
  endpoint: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${endpoint}${path}`,
      { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      },
    );
    request.on('error', reject);
    request.setTimeout(20_000, () => request.destroy(new Error('No answer within 20 s')));
    request.end(body);
  });
}
