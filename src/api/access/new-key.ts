// Key pairs in AWS's form, from injected random bytes.
import type { RandomBytes } from '../../aws/ids.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const RANDOM_ID_CHARACTERS = 12;
/** 40 characters of base64. */
const SECRET_BYTES = 30;
const SESSION_TOKEN_BYTES = 192;

/** AWS marks lasting keys by AKIA and temporary ones by ASIA; WEIR tells ours from AWS's. */
const LASTING_PREFIX = 'AKIAWEIR';
const TEMPORARY_PREFIX = 'ASIAWEIR';

export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

export function newKeyPair(isTemporary: boolean, randomBytes: RandomBytes): KeyPair {
  const prefix = isTemporary ? TEMPORARY_PREFIX : LASTING_PREFIX;
  return {
    accessKeyId: prefix + base32(randomBytes(RANDOM_ID_CHARACTERS)),
    secretAccessKey: base64(randomBytes(SECRET_BYTES)),
    sessionToken: isTemporary ? base64(randomBytes(SESSION_TOKEN_BYTES)) : null,
  };
}

/** One character for each byte: 5 of its bits. */
export function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => BASE32[byte & 31]).join('');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
