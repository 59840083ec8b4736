/**
 * Why a signature proves nothing:
 *
 * - `missing`: the request carries none
 * - `incomplete`: it carries something that is no whole SigV4 signature
 * - `bad-scope`: the credential scope is of another day than the date, or not of `aws4_request`
 * - `unsigned-header`: host, or an x-amz-* header that is present, is not among the signed headers
 * - `unknown-key`: there is no such access key (or no more)
 * - `mismatch`: it is not the signature of this request by that key
 * - `clock-skew`: the date is more than 15 minutes off
 * - `expired`: a presigned request after its X-Amz-Expires
 * - `expired-key`: a temporary key after its time
 * - `bad-token`: the session token is missing, not that of the key, or given for a key without
 * - `body-hash`: the body is not the one whose hash was signed, or may not go unsigned
 */
export type SignatureFaultKind =
  | 'missing'
  | 'incomplete'
  | 'bad-scope'
  | 'unsigned-header'
  | 'unknown-key'
  | 'mismatch'
  | 'clock-skew'
  | 'expired'
  | 'expired-key'
  | 'bad-token'
  | 'body-hash';

/** A refused signature. The message holds no secret, signature or token and may be answered. */
export class SignatureFault extends Error {
  readonly kind: SignatureFaultKind;

  constructor(kind: SignatureFaultKind, message: string) {
    super(message);
    this.name = 'SignatureFault';
    this.kind = kind;
  }
}
