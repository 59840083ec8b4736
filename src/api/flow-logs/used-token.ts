// Client tokens that have been used: a repeated request is answered with what the first one
// created (spec/api.md 5). Tokens are regional.
import { createHash } from 'node:crypto';

import { awsFaults } from '../../aws/aws-error.ts';
import type { CreateFlowLogsRequest, CreateFlowLogsResult } from '../../aws/flow-log-shapes.ts';
import type { CallScope } from './call-scope.ts';
import type { RegistryContent, UsedToken } from './registry-file.ts';

/** AWS forgets tokens after some time; we after this many. */
const USED_TOKENS_MAX = 1000;

/**
 * What the same request with the same token was answered before, or null.
 *
 * @throws AwsError `IdempotentParameterMismatch` when the parameters differ
 */
export function repeatedAnswer(
  request: CreateFlowLogsRequest,
  scope: CallScope,
  state: RegistryContent,
): CreateFlowLogsResult | null {
  if (request.ClientToken === undefined) return null;
  const name = nameOf(request.ClientToken, scope);
  const used = state.usedTokens.find((candidate) => candidate.token === name);
  if (used === undefined) return null;
  if (used.fingerprint !== fingerprint(request)) throw awsFaults.tokenMismatch();
  return { ClientToken: request.ClientToken, FlowLogIds: used.flowLogIds, Unsuccessful: [] };
}

/** The used tokens with that of the request, if it has one. */
export function withToken(
  usedTokens: readonly UsedToken[],
  request: CreateFlowLogsRequest,
  scope: CallScope,
  flowLogIds: string[],
): readonly UsedToken[] {
  if (request.ClientToken === undefined) return usedTokens;
  const token = nameOf(request.ClientToken, scope);
  const entry = { token, fingerprint: fingerprint(request), flowLogIds };
  return [...usedTokens, entry].slice(-USED_TOKENS_MAX);
}

/** Tokens are printable, so the line feed keeps a region apart from what a token begins with. */
function nameOf(token: string, { region }: CallScope): string {
  return region === null ? token : `${region}\n${token}`;
}

/** SHA-256 over the parameters in the order of their names, as the last release made it. */
function fingerprint(request: CreateFlowLogsRequest): string {
  const parameters = Object.entries(request)
    .filter(([, value]) => value !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex');
}
