// IAM policy documents, as far as they mean something to access keys: Effect, Action or NotAction,
// Resource or NotResource, with wildcards. What would narrow a statement and is not known here
// (Condition, Principal, policy variables) is refused, since to ignore it would allow too much.
//
// @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import { z } from 'zod';

import { OperationError } from '../observe/operation-error.ts';

/** AWS's bound for a managed policy, white space not counted. */
export const POLICY_CHARACTERS_MAX = 6144;

const ARN_SEGMENTS = 6;
/** AWS's bound; what is longer is no ARN and never allowed, which also bounds the matching. */
const ARN_CHARACTERS_MAX = 2048;

/** A checked policy; made by parsePolicy only. */
export interface Policy {
  readonly statements: readonly Statement[];
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** In lower case. */
  readonly actions: Patterns;
  readonly resources: Patterns;
}

interface Patterns {
  readonly patterns: readonly string[];
  /** Of NotAction and NotResource: what matches none. */
  readonly isNegated: boolean;
}

/**
 * - `allow`: a statement allows it and none denies it
 * - `explicit-deny`: a statement denies it, whatever others allow
 * - `no-statement`: nothing speaks of it, which is a no
 */
export type Decision = 'allow' | 'explicit-deny' | 'no-statement';

/** The document that allows everything. */
export const ALLOW_EVERYTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
} as const;

function oneOrMany<Item extends z.ZodType>(item: Item): z.ZodType<readonly z.output<Item>[]> {
  return z.union([item.transform((one) => [one]), z.array(item).min(1)]);
}

const action = z
  .string()
  .regex(
    /^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/,
    'expected * or SERVICE:ACTION such as ec2:Describe*',
  );

const resource = z
  .string()
  .regex(/^(\*|arn:.+)$/s, 'expected * or an ARN')
  .refine((text) => !text.includes('${'), 'policy variables are not supported');

const NARROWING = ['Condition', 'Principal', 'NotPrincipal'] as const;

const statement = z
  .strictObject({
    Sid: z
      .string()
      .regex(/^[A-Za-z0-9]*$/, 'expected letters and digits')
      .optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Action: oneOrMany(action).optional(),
    NotAction: oneOrMany(action).optional(),
    Resource: oneOrMany(resource).optional(),
    NotResource: oneOrMany(resource).optional(),
    ...Object.fromEntries(
      NARROWING.map((name) => [
        name,
        z.undefined({ error: 'is not supported: ignoring it would allow too much' }).optional(),
      ]),
    ),
  })
  .refine((one) => (one.Action === undefined) !== (one.NotAction === undefined), {
    message: 'exactly one of Action and NotAction is wanted',
  })
  .refine((one) => (one.Resource === undefined) !== (one.NotResource === undefined), {
    message: 'exactly one of Resource and NotResource is wanted',
  });

const document = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: oneOrMany(statement),
});

/**
 * Checks a policy document.
 *
 * @param source its JSON text, or what that text holds
 * @throws OperationError `invalid-input` that says where and what; never with the content
 */
export function parsePolicy(source: unknown): Policy {
  const text = typeof source === 'string' ? source : (JSON.stringify(source) ?? '');
  const characterCount = text.replaceAll(/\s/g, '').length;
  if (characterCount > POLICY_CHARACTERS_MAX) {
    throw refused(
      `it has ${characterCount} characters, at most ${POLICY_CHARACTERS_MAX} are allowed`,
    );
  }
  const parsed = document.safeParse(parseJson(text));
  if (!parsed.success) throw refused(describeIssue(parsed.error.issues[0]));
  return { statements: parsed.data.Statement.map(toStatement) };
}

function refused(reason: string): OperationError {
  return new OperationError('invalid-input', `The policy is refused: ${reason}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused('it is not JSON');
  }
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'it is no policy';
  const { path, message } = deepestIssue(issue);
  return `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`;
}

/** Of the branches of "one or many", the one that went furthest is the one that was meant. */
function deepestIssue(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'> {
  if (issue.code !== 'invalid_union') return issue;
  const branches = issue.errors
    .flat()
    .map(deepestIssue)
    .sort((one, other) => other.path.length - one.path.length);
  const [deepest = issue] = branches;
  return { path: [...issue.path, ...deepest.path], message: deepest.message };
}

function toStatement(parsed: z.output<typeof statement>): Statement {
  const actions = parsed.Action ?? parsed.NotAction ?? [];
  return {
    effect: parsed.Effect,
    actions: {
      patterns: actions.map((pattern) => pattern.toLowerCase()),
      isNegated: parsed.Action === undefined,
    },
    resources: {
      patterns: parsed.Resource ?? parsed.NotResource ?? [],
      isNegated: parsed.Resource === undefined,
    },
  };
}

/**
 * What the policy says of one action on one resource.
 *
 * @param action `ec2:CreateFlowLogs`, in any case
 * @param resource an ARN, or `*` for an action that is on no resource in particular; only the
 *   pattern `*` covers the latter, as at AWS
 */
export function decide(policy: Policy, action: string, resource: string): Decision {
  if (resource.length > ARN_CHARACTERS_MAX) return 'no-statement';
  const name = action.toLowerCase();
  const speaking = policy.statements.filter(
    (one) =>
      covers(one.actions, (pattern) => matchesWildcards(pattern, name)) &&
      covers(one.resources, (pattern) => matchesArn(pattern, resource)),
  );
  if (speaking.some((one) => one.effect === 'Deny')) return 'explicit-deny';
  return speaking.length > 0 ? 'allow' : 'no-statement';
}

function covers({ patterns, isNegated }: Patterns, matches: (pattern: string) => boolean): boolean {
  return patterns.some(matches) !== isNegated;
}

/** Segment by segment: a wildcard spans no colon but in the last; missing segments match all. */
function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  if (!arn.startsWith('arn:')) return false;
  const wanted = arnSegments(pattern);
  return arnSegments(arn).every((segment, index) =>
    matchesWildcards(wanted[index] ?? '*', segment),
  );
}

function arnSegments(arn: string): readonly string[] {
  const parts = arn.split(':');
  const last = parts.slice(ARN_SEGMENTS - 1);
  return [...parts.slice(0, ARN_SEGMENTS - 1), ...(last.length === 0 ? [] : [last.join(':')])];
}

/**
 * `*` stands for any characters, `?` for one. In time text x stars at worst: after a mismatch only
 * the last star is tried anew.
 */
function matchesWildcards(pattern: string, text: string): boolean {
  let patternIndex = 0;
  let starIndex = -1;
  let starTextIndex = 0;
  for (let textIndex = 0; textIndex < text.length; textIndex += 1) {
    const wanted = pattern[patternIndex];
    if (wanted === '*') {
      starIndex = patternIndex;
      starTextIndex = textIndex;
      patternIndex += 1;
      textIndex -= 1;
    } else if (wanted === '?' || wanted === text[textIndex]) {
      patternIndex += 1;
    } else if (starIndex >= 0) {
      starTextIndex += 1;
      textIndex = starTextIndex - 1;
      patternIndex = starIndex + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(patternIndex));
}
