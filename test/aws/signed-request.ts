// Requests as bytes, signed by the SDK's signer: what no client would send can be sent, and every
// part of it can be spoilt after signing.
import { SignatureV4 } from '@smithy/signature-v4';

import { exchange, type Answer } from '../support/http-exchange.ts';
import { Sha256 } from '../support/signer-hash.ts';

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
  const sent = options.sentBody ?? body;
  return exchange(`${place.endpoint}/`, { method: 'POST', headers }, sent);
}
