import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { canonicalRequest } from './canonical.ts';
import { provePayload, sha256Hex, statedPayloadHash, type PayloadProof } from './payload.ts';
import { headerValues, type RawRequest } from './raw-request.ts';
import { basicIso, readSignature, type CarriedSignature } from './signature.ts';
import { SignatureFault } from './signature-fault.ts';

const CLOCK_SKEW_MS_MAX = 15 * 60 * 1000;

/** What is needed of an access key to verify its signatures. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a temporary key; null for others. */
  readonly sessionToken: string | null;
  /** Unix milliseconds from which on the key is void; null: never. */
  readonly expiresMs: number | null;
}

export interface Verification {
  /** The key of that id, or null when there is none (or no more). */
  readonly key: (accessKeyId: string) => SigningKey | null;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/** Who signed, and for what. The region and the service are the signer's wish, not yet served. */
export interface ProvenIdentity {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  /** `whole` for all services but S3. */
  readonly payload: PayloadProof;
}

/** Stands in for the secret of an unknown key, so that refusing it takes the same work. */
const NOBODYS_SECRET = randomBytes(30).toString('base64');

/**
 * Verifies the request's signature. What a caller learns without the secret is only whether the
 * key exists, which AWS tells too; token and expiry are looked at once the signature stands.
 *
 * @throws SignatureFault
 * @see spec/api.md 9
 */
export function verifySignature(request: RawRequest, verification: Verification): ProvenIdentity {
  const carried = readSignature(request);
  const { scope } = carried;
  checkSignedHeaders(request, carried);
  checkTime(carried, verification.nowMs);

  const payloadHash = statedPayloadHash(request, scope.service, carried.expiresSeconds !== null);
  const key = verification.key(scope.accessKeyId);
  const secret = key?.secretAccessKey ?? NOBODYS_SECRET;
  const isSignedBySecret = isSigned(request, carried, payloadHash, secret);
  if (key === null) {
    throw new SignatureFault(
      'unknown-key',
      'The security token included in the request is invalid.',
    );
  }
  if (!isSignedBySecret) throw mismatch();
  checkToken(key, carried.sessionToken, verification.nowMs);
  const payload = provePayload(request, scope.service, payloadHash);
  return {
    accessKeyId: key.accessKeyId,
    region: scope.region,
    service: scope.service,
    payload,
  };
}

function mismatch(reason = ''): SignatureFault {
  return new SignatureFault(
    'mismatch',
    'The request signature we calculated does not match the signature you provided. Check your ' +
      'AWS Secret Access Key and signing method. Consult the service documentation for ' +
      `details.${reason}`,
  );
}

/** Host, every x-amz-* header and the date must be covered, else anybody could change them. */
function checkSignedHeaders(request: RawRequest, carried: CarriedSignature): void {
  const signed = new Set(carried.signedHeaders);
  if (!signed.has('host')) {
    throw new SignatureFault(
      'unsigned-header',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  }
  const present = new Set(request.headers.map(([name]) => name.toLowerCase()));
  const datedByHeader = carried.expiresSeconds === null && !present.has('x-amz-date');
  const unsigned = [...present].find(
    (name) =>
      !signed.has(name) && (name.startsWith('x-amz-') || (name === 'date' && datedByHeader)),
  );
  if (unsigned !== undefined) {
    throw new SignatureFault(
      'unsigned-header',
      `There were headers present in the request which were not signed: ${unsigned}`,
    );
  }
  const absent = carried.signedHeaders.find((name) => !present.has(name));
  if (absent !== undefined) throw mismatch(` The signed header '${absent}' did not arrive.`);
  if (headerValues(request, 'host').length > 1) {
    throw new SignatureFault('incomplete', 'Host must be given once');
  }
}

function checkTime(carried: CarriedSignature, nowMs: number): void {
  const { date, dateMs, expiresSeconds } = carried;
  const now = basicIso(nowMs);
  if (dateMs - nowMs > CLOCK_SKEW_MS_MAX) {
    const latest = basicIso(nowMs + CLOCK_SKEW_MS_MAX);
    throw new SignatureFault(
      'clock-skew',
      `Signature not yet current: ${date} is still later than ${latest} (${now} + 15 min.)`,
    );
  }
  if (expiresSeconds !== null) {
    if (nowMs <= dateMs + expiresSeconds * 1000) return;
    throw new SignatureFault('expired', 'Request has expired.');
  }
  if (nowMs - dateMs > CLOCK_SKEW_MS_MAX) {
    const earliest = basicIso(nowMs - CLOCK_SKEW_MS_MAX);
    throw new SignatureFault(
      'clock-skew',
      `Signature expired: ${date} is now earlier than ${earliest} (${now} - 15 min.)`,
    );
  }
}

function isSigned(
  request: RawRequest,
  carried: CarriedSignature,
  payloadHash: string,
  secret: string,
): boolean {
  const { scope, signedHeaders, date, signature } = carried;
  const canonical = canonicalRequest(request, scope.service, signedHeaders, payloadHash);
  const scopeText = `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  const stringToSign = ['AWS4-HMAC-SHA256', date, scopeText, sha256Hex(canonical)].join('\n');
  const wanted = hmac(signingKey(secret, scope.date, scope.region, scope.service), stringToSign);
  return timingSafeEqual(wanted, Buffer.from(signature, 'hex'));
}

/**
 * Derived anew for each request: four HMACs are about 10 us, and a cache would tell by its time
 * which keys are in use.
 */
function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  const ofDay = hmac(`AWS4${secret}`, date);
  return hmac(hmac(hmac(ofDay, region), service), 'aws4_request');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function checkToken(key: SigningKey, token: string | null, nowMs: number): void {
  // Hashed first: the time tells neither the length nor a matching start.
  const isRight = timingSafeEqual(
    hmac(NOBODYS_SECRET, token ?? ''),
    hmac(NOBODYS_SECRET, key.sessionToken ?? ''),
  );
  if (!isRight || (token === null) !== (key.sessionToken === null)) {
    throw new SignatureFault('bad-token', 'The security token included in the request is invalid.');
  }
  if (key.expiresMs !== null && nowMs >= key.expiresMs) {
    throw new SignatureFault(
      'expired-key',
      'The security token included in the request is expired',
    );
  }
}
