// Access keys as a table for people, and a policy in a few words.
import type { DescribedKey } from './key-calls.ts';
import { printable } from './terminal-text.ts';

const HEADINGS = ['ACCESS KEY', 'USER', 'CREATED', 'EXPIRES', 'MAY DO'];
const SUMMARY_CHARACTERS_MAX = 100;

/** One line for each key. @param nowMs Unix milliseconds, to tell which are past their time */
export function keyTable(keys: readonly DescribedKey[], nowMs: number): string {
  if (keys.length === 0) return 'There are no access keys; see: weir keys create --help\n';
  const rows = [HEADINGS, ...keys.map((key) => cells(key, nowMs))];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function cells(key: DescribedKey, nowMs: number): readonly string[] {
  const isPast = key.Expiration !== undefined && Date.parse(key.Expiration) <= nowMs;
  const expires = key.Expiration === undefined ? 'never' : minute(key.Expiration);
  return [
    key.AccessKeyId,
    key.UserName,
    minute(key.CreateDate),
    isPast ? `${expires} (past)` : expires,
    policySummary(key.Policy),
  ];
}

/** `2026-11-20 12:00`, in UTC as AWS shows times. */
function minute(isoTime: string): string {
  return isoTime.slice(0, 16).replace('T', ' ');
}

/** `everything`, or `ec2:Describe*, ec2:CreateFlowLogs on arn:...; not ec2:DeleteFlowLogs`. */
export function policySummary(policy: Readonly<Record<string, unknown>>): string {
  const statements = many(policy['Statement']).filter(isStatement);
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow').map(statementText);
  const denied = statements.filter(({ Effect }) => Effect === 'Deny').map(statementText);
  const text = [
    allowed.length === 0 ? 'nothing' : allowed.join('; '),
    ...denied.map((one) => `not ${one}`),
  ].join('; ');
  const shown = printable(text);
  return shown.length > SUMMARY_CHARACTERS_MAX
    ? `${shown.slice(0, SUMMARY_CHARACTERS_MAX - 1)}…`
    : shown;
}

type StatementMembers = Readonly<Record<string, unknown>>;

function isStatement(value: unknown): value is StatementMembers {
  return typeof value === 'object' && value !== null;
}

function statementText(statement: StatementMembers): string {
  const { Action: action, NotAction: notAction, Resource: resource } = statement;
  const { NotResource: notResource } = statement;
  const actions = action === undefined ? `all but ${names(notAction)}` : names(action);
  const resources = resource === undefined ? `all but ${names(notResource)}` : names(resource);
  const what = actions === '*' ? 'everything' : actions;
  return resources === '*' ? what : `${what} on ${resources}`;
}

function names(value: unknown): string {
  return many(value).map(String).join(', ');
}

function many(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
