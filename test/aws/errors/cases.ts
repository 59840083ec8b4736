// Every error of spec/api.md 6 that Weir answers, each with the request that provokes it, and those
// that it never answers. errors.test.ts makes docs/reference/errors.md of them.
import { EDGE_CASES, LAST_CASES } from './edge-cases.ts';
import type { ErrorCase } from './error-case.ts';
import { PARAMETER_CASES } from './parameter-cases.ts';
import { STATE_CASES } from './state-cases.ts';

export const ERROR_CASES: readonly ErrorCase[] = [
  ...PARAMETER_CASES,
  ...STATE_CASES,
  ...EDGE_CASES,
  ...LAST_CASES,
];

/** What AWS may answer and Weir never does. */
export const NEVER_ANSWERED: readonly (readonly [string, string])[] = [
  [
    'InvalidParameter: Unable to assume given IAM role',
    'roles are names here; only the syntax of their ARN is checked',
  ],
  [
    'IncorrectState: FlowLogs Service Linked Role is not yet available',
    'tags come from the inventory, not through a service-linked role',
  ],
  [
    'LogDestinationNotFoundException, LogDestinationPermissionIssueException',
    'such destinations are reported per resource, with code 400',
  ],
  ['InvalidPaginationToken, ServiceUnavailable', 'as InvalidNextToken and Unavailable'],
  ['OptInRequired, Blocked', 'there are no subscriptions'],
  ['InternalError', 'only by a fault of Weir itself; its log then says which'],
];
