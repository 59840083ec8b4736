// What of the body the signature covers.
import { createHash } from 'node:crypto';

import { headerValues, type RawRequest } from './raw-request.ts';
import { SignatureFault } from './signature-fault.ts';

/**
 * - `whole`: the body is the one that was signed
 * - `unsigned`: S3's UNSIGNED-PAYLOAD; the body may be anybody's
 * - `chunks`: S3's aws-chunked body whose chunks carry signatures, which follow from this one and
 *   are not verified here
 * - `unsigned-chunks`: aws-chunked without signatures, with a checksum in the trailer
 */
export type PayloadProof = 'whole' | 'unsigned' | 'chunks' | 'unsigned-chunks';

const NAMED_PAYLOADS: ReadonlyMap<string, PayloadProof> = new Map([
  ['UNSIGNED-PAYLOAD', 'unsigned'],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'chunks'],
  ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', 'chunks'],
  ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'unsigned-chunks'],
]);

const HASH_HEADER = 'x-amz-content-sha256';

/**
 * The payload hash that the signature is over, as the request states it. Only S3 has requests
 * without: a presigned one then leaves the body unsigned.
 *
 * @throws SignatureFault `incomplete` when it is stated twice
 */
export function statedPayloadHash(
  request: RawRequest,
  service: string,
  presigned: boolean,
): string {
  const stated = [...headerValues(request, HASH_HEADER)];
  if (presigned) {
    // SDKs move the header into the query under whatever case it had.
    for (const [name, value] of new URLSearchParams(request.query)) {
      if (name.toLowerCase() === HASH_HEADER) stated.push(value);
    }
  }
  if (stated.length > 1) {
    throw new SignatureFault('incomplete', `${HASH_HEADER} must be given once`);
  }
  if (stated[0] !== undefined) return stated[0].trim();
  return presigned && service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256Hex(request.body);
}

/**
 * Holds the body against the payload hash that was signed.
 *
 * @throws SignatureFault `body-hash`
 */
export function provePayload(request: RawRequest, service: string, hash: string): PayloadProof {
  const named = service === 's3' ? NAMED_PAYLOADS.get(hash) : undefined;
  if (named !== undefined) return named;
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    const names = service === 's3' ? `${[...NAMED_PAYLOADS.keys()].join(', ')} or ` : '';
    throw new SignatureFault('body-hash', `${HASH_HEADER} must be ${names}the body's SHA-256`);
  }
  // Both are known to the caller, so the comparison's time tells nothing.
  if (hash === sha256Hex(request.body)) return 'whole';
  throw new SignatureFault(
    'body-hash',
    `The provided '${HASH_HEADER}' header does not match what was computed.`,
  );
}

export function sha256Hex(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
