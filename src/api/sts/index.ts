// STS, of which GetCallerIdentity is here: who am I, as `aws sts get-caller-identity` asks. Roles
// are names in Weir, so there is nothing to assume.
import type { Service } from '../operation.ts';
import { getCallerIdentity } from './get-caller-identity.ts';

/** The service `sts` (API version 2011-06-15). */
export function createSts(): Service {
  return {
    name: 'sts',
    protocol: 'query',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    operations: new Map([[getCallerIdentity.name, getCallerIdentity]]),
  };
}
