import { createHash } from 'node:crypto';

import { base32 } from './new-key.ts';

const USER_ID_CHARACTERS = 17;

/** What STS's GetCallerIdentity says of a user. */
export interface CallerIdentity {
  /** `arn:aws:iam::ACCOUNT:user/NAME`. */
  readonly arn: string;
  /** `AIDA` and 17 characters; the same for all keys of the user. */
  readonly userId: string;
}

export function callerIdentity(accountId: string, userName: string): CallerIdentity {
  const arn = `arn:aws:iam::${accountId}:user/${userName}`;
  const digest = createHash('sha256').update(arn).digest();
  return { arn, userId: `AIDA${base32(digest.subarray(0, USER_ID_CHARACTERS))}` };
}
