// Identifiers in AWS's form. Random bytes are injected, so that tests repeat.

/** Gives that many random bytes, e.g. node:crypto's randomBytes. */
export type RandomBytes = (byteCount: number) => Uint8Array;

const LONG_ID_HEX_DIGITS = 17;
const CLIENT_TOKEN_BYTES = 32;

/** A new flow log id: `fl-` and 17 hexadecimal digits. */
export function newFlowLogId(randomBytes: RandomBytes): string {
  const hex = Buffer.from(randomBytes(9)).toString('hex');
  return `fl-${hex.slice(0, LONG_ID_HEX_DIGITS)}`;
}

/** The client token that AWS answers when the caller sent none: 44 characters of base64. */
export function newClientToken(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(CLIENT_TOKEN_BYTES)).toString('base64');
}
