import { createHash } from 'node:crypto';

const ID_DIGITS = 17;

/**
 * Id of what AWS names and the inventory does not, such as the association of a VPC with a CIDR:
 * a hash, so that it stays the same as long as the thing does.
 *
 * @param prefix `vpc-cidr-assoc`, without the last hyphen
 * @param parts what identifies the thing
 */
export function derivedId(prefix: string, ...parts: readonly string[]): string {
  const hash = createHash('sha256').update([prefix, ...parts].join('\0'));
  return `${prefix}-${hash.digest('hex').slice(0, ID_DIGITS)}`;
}
