import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A fresh key of 256 bits, as text that needs no quoting. */
export function createBearerKey(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Says whether the Authorization header carries the key. Both sides are hashed first, so the time
 * tells neither the length nor a matching start.
 */
export function hasBearerKey(header: string | undefined, key: string): boolean {
  const match = /^Bearer +(\S+)$/i.exec(header ?? '');
  const given = createHash('sha256')
    .update(match?.[1] ?? '')
    .digest();
  return timingSafeEqual(given, createHash('sha256').update(key).digest()) && match !== null;
}
