// `weir keys create|list|revoke`: who may call, and what. Goes to the daemon of the data folder, or
// to the folder itself when none runs.
import { readFileSync } from 'node:fs';

import { InvalidArgumentError, Option, type Command } from 'commander';

import { parsePolicy } from '../aws/iam-policy.ts';
import { toOperationError } from '../observe/operation-error.ts';
import type { CommandDeps } from './command-deps.ts';
import { dataFolder } from './data-flag.ts';
import { keyVariables } from './env.ts';
import { openKeyCalls, type KeyCalls, type OpenKeyFolder, type SecretKey } from './key-calls.ts';
import { keyTable, policySummary } from './key-table.ts';
import { shellLines } from './shell-lines.ts';

/** `openKeyFolder` works on a folder without a daemon; without it a daemon is needed. */
export type KeysDeps = CommandDeps & { readonly openKeyFolder?: OpenKeyFolder };

const EXPIRES_SECONDS_MIN = 15 * 60;
const EXPIRES_SECONDS_MAX = 36 * 60 * 60;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

const DATA_OPTION = [
  '--data <dir>',
  'folder of everything that is kept (default ./weir-data)',
] as const;

/** Adds the command group to the program. */
export function registerKeys(program: Command, deps: KeysDeps): void {
  const group = program
    .command('keys')
    .description(
      'Creates, lists and revokes access keys. Each carries a policy that says what its holder ' +
        'may call. Weir creates the first one by itself; weir env prints it.',
    );
  registerCreate(group, deps);
  registerList(group, deps);
  registerRevoke(group, deps);
}

interface CreateFlags {
  readonly data?: string;
  readonly user?: string;
  readonly policy?: string;
  readonly allow?: string[];
  readonly expiresIn?: number;
  readonly output: 'text' | 'json' | 'env';
}

function registerCreate(group: Command, deps: KeysDeps): void {
  group
    .command('create')
    .summary('make an access key; its secret is shown this once')
    .description('Makes an access key that may do what its policy says, or else everything.')
    .option('--user <name>', 'whose key it is: the NAME in arn:aws:iam::ACCOUNT:user/NAME')
    .option('--policy <file|json>', 'an IAM policy document, or the file that holds it')
    .addOption(
      new Option(
        '--allow <action...>',
        "instead of a policy: the actions, on any resource, as in 'ec2:Describe*'",
      ).conflicts('policy'),
    )
    .option('--expires-in <time>', 'a temporary key: 15m to 36h', lifetimeSeconds)
    .addOption(
      new Option('--output <form>', 'text, json (also for credential_process), env (export lines)')
        .choices(['text', 'json', 'env'])
        .default('text'),
    )
    .option(...DATA_OPTION)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        "  weir keys create --user reader --allow 'ec2:Describe*' sts:GetCallerIdentity\n" +
        '  weir keys create --user pipeline --policy policy.json --expires-in 1h --output env',
    )
    .action((flags: CreateFlags) => create(flags, deps));
}

async function create(flags: CreateFlags, deps: KeysDeps): Promise<void> {
  const policy = policyOf(flags);
  const request = {
    ...(flags.user === undefined ? {} : { UserName: flags.user }),
    ...(policy === undefined ? {} : { Policy: policy }),
    ...(flags.expiresIn === undefined ? {} : { ExpiresInSeconds: flags.expiresIn }),
  };
  const key = await withCalls(flags.data, deps, (calls) => calls.create(request));
  switch (flags.output) {
    case 'text':
      deps.stdout.write(keyText(key));
      deps.stderr.write('weir: the secret is not shown again; keep it now\n');
      return;
    case 'json':
      deps.stdout.write(keyJson(key));
      return;
    case 'env':
      deps.stdout.write(shellLines(keyVariables(key), 'bash'));
  }
}

/** The document of --policy or --allow, checked; undefined when there is neither. */
function policyOf(flags: CreateFlags): unknown {
  if (flags.allow !== undefined) {
    const allowed = { Effect: 'Allow', Action: flags.allow, Resource: '*' };
    return checked({ Version: '2012-10-17', Statement: [allowed] });
  }
  if (flags.policy === undefined) return undefined;
  const text = flags.policy.trim().startsWith('{') ? flags.policy : readPolicy(flags.policy);
  parsePolicy(text);
  return JSON.parse(text) as unknown;
}

function checked(document: unknown): unknown {
  parsePolicy(document);
  return document;
}

/** Also `file://policy.json`, as the aws CLI writes it. */
function readPolicy(name: string): string {
  const file = name.replace(/^file:\/\//, '');
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw toOperationError(cause, `Cannot read the policy "${file}"`);
  }
}

function keyText(key: SecretKey): string {
  const rows = [
    ['Access key id', key.AccessKeyId],
    ['Secret access key', key.SecretAccessKey],
    ...(key.SessionToken === undefined ? [] : [['Session token', key.SessionToken]]),
    ['User', key.UserName],
    ['Expires', key.Expiration ?? 'never'],
    ['May do', policySummary(key.Policy)],
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(19)}${value}\n`).join('');
}

/** As AWS's credential_process wants it, with the user beside it. */
function keyJson(key: SecretKey): string {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration, UserName, CreateDate } = key;
  const document = {
    Version: 1,
    AccessKeyId,
    SecretAccessKey,
    SessionToken,
    Expiration,
    UserName,
    CreateDate,
  };
  return `${JSON.stringify(document, null, 4)}\n`;
}

function registerList(group: Command, deps: KeysDeps): void {
  group
    .command('list')
    .summary('show the access keys and what they may do; never secrets')
    .addOption(new Option('--output <form>').choices(['table', 'json']).default('table'))
    .option(...DATA_OPTION)
    .action(async (flags: { readonly data?: string; readonly output: 'table' | 'json' }) => {
      const keys = await withCalls(flags.data, deps, (calls) => calls.list());
      deps.stdout.write(
        flags.output === 'table'
          ? keyTable(keys, deps.now())
          : `${JSON.stringify({ AccessKeys: keys }, null, 4)}\n`,
      );
    });
}

function registerRevoke(group: Command, deps: KeysDeps): void {
  group
    .command('revoke')
    .summary('take an access key away, from the next call on')
    .argument('<id>', 'AKIA... or ASIA...')
    .option(...DATA_OPTION)
    .action(async (accessKeyId: string, flags: { readonly data?: string }) => {
      const key = await withCalls(flags.data, deps, (calls) => calls.revoke(accessKeyId));
      deps.stderr.write(`weir: revoked ${key.AccessKeyId} of user ${key.UserName}\n`);
    });
}

async function withCalls<Answer>(
  data: string | undefined,
  deps: KeysDeps,
  call: (calls: KeyCalls) => Promise<Answer>,
): Promise<Answer> {
  const calls = await openKeyCalls(dataFolder(data, deps), deps.openKeyFolder);
  try {
    return await call(calls);
  } finally {
    await calls.close();
  }
}

function lifetimeSeconds(text: string): number {
  const match = /^(\d{1,6})([smh])$/.exec(text);
  const seconds = Number(match?.[1] ?? 0) * (SECONDS[match?.[2] ?? ''] ?? 0);
  if (seconds >= EXPIRES_SECONDS_MIN && seconds <= EXPIRES_SECONDS_MAX) return seconds;
  throw new InvalidArgumentError('It must be 15m to 36h, as in 90m or 12h');
}
