import { member, structure, text } from '../../aws/wire/shape.ts';
import { defineOperation } from '../operation.ts';

/**
 * Tells whose key signed the call.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const getCallerIdentity = defineOperation({
  name: 'GetCallerIdentity',
  input: structure({}),
  output: structure({
    Arn: member('Arn', text),
    UserId: member('UserId', text),
    Account: member('Account', text),
  }),
  // AWS: no permission is needed, and an explicit Deny changes nothing.
  permissions: () => [],
  run: async (_request, { caller }) => ({
    Arn: caller.arn,
    UserId: caller.userId,
    Account: caller.accountId,
  }),
});
