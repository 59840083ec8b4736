import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { ReadStream } from 'node:tty';

import { Command, CommanderError } from 'commander';

import { temporaryFolder } from '../../test/support/temporary.ts';
import { dataPaths, writeDaemonNote } from '../config/data-folder.ts';
import { OperationError } from '../observe/operation-error.ts';
import { endpointVariables, registerEnv } from './env.ts';
import type { KeyFolder } from './key-calls.ts';
import { policySummary } from './key-table.ts';
import { registerKeys, type KeysDeps } from './keys.ts';
import { shellLines } from './shell-lines.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);
const EVERYTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const KEY = {
  AccessKeyId: 'AKIAWEIRAAAAAAAAAAAA',
  UserName: 'default',
  CreateDate: '2026-11-20T11:00:00.000Z',
  Policy: EVERYTHING,
};
const SECRETS = { SecretAccessKey: "se/cr+et'", SessionToken: 'to$ken' };
const { SecretAccessKey } = SECRETS;

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Folder = Omit<KeyFolder, 'close'>;

const NO_FOLDER: Folder = {
  create: () => Promise.reject(new Error('not asked for')),
  list: () => Promise.reject(new Error('not asked for')),
  revoke: () => Promise.reject(new Error('not asked for')),
};

/** Runs `weir ...` on a folder that answers what it is told to. */
async function run(
  argv: readonly string[],
  answers: Partial<Folder> = {},
  isTerminal = false,
): Promise<Run & { readonly closedCount: number }> {
  const stdout = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const stderr = new PassThrough();
  let closedCount = 0;
  const deps: KeysDeps = {
    stdin: Object.create(ReadStream.prototype) as ReadStream,
    stdout,
    stderr,
    environment: {},
    now: () => NOW_MS,
    runDaemon: async () => 0,
    runReplay: async () => 0,
    setExitCode: () => undefined,
    openKeyFolder: async () => ({
      ...NO_FOLDER,
      ...answers,
      close: async () => {
        closedCount += 1;
      },
    }),
  };
  let exitCode = 0;
  const program = new Command('weir');
  program.exitOverride().configureOutput({ writeErr: () => undefined });
  registerKeys(program, deps);
  registerEnv(program, deps);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (fault) {
    if (!(fault instanceof CommanderError) && !(fault instanceof OperationError)) throw fault;
    stderr.write(fault.message);
    exitCode = fault instanceof CommanderError ? 2 : 1;
  }
  return {
    exitCode,
    stdout: String(stdout.read() ?? ''),
    stderr: String(stderr.read() ?? ''),
    closedCount,
  };
}

/** The body that `weir keys create` sends. */
async function bodyOf(...argv: readonly string[]): Promise<unknown> {
  let sent: unknown;
  const answer = { ...KEY, SecretAccessKey };
  const create = async (body: unknown): Promise<unknown> => {
    sent = body;
    return answer;
  };
  const result = await run(['keys', 'create', ...argv, '--data', '/nowhere'], { create });
  assert.equal(result.exitCode, 0, result.stderr);
  return sent;
}

describe('weir keys create', () => {
  it('asks for a key by user, policy and lifetime', async (context) => {
    const file = path.join(temporaryFolder(context), 'policy.json');
    const policy = { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
    writeFileSync(file, JSON.stringify(policy));

    assert.deepEqual(await bodyOf(), {});
    assert.deepEqual(await bodyOf('--user', 'ci', '--expires-in', '90m'), {
      UserName: 'ci',
      ExpiresInSeconds: 5400,
    });
    assert.deepEqual(await bodyOf('--expires-in', '15m'), { ExpiresInSeconds: 900 });
    assert.deepEqual(await bodyOf('--expires-in', '36h'), { ExpiresInSeconds: 129_600 });
    for (const source of [file, `file://${file}`, ` ${JSON.stringify(policy)}`]) {
      assert.deepEqual(await bodyOf('--policy', source), { Policy: policy });
    }
    assert.deepEqual(await bodyOf('--allow', 'ec2:Describe*', 'sts:GetCallerIdentity'), {
      Policy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['ec2:Describe*', 'sts:GetCallerIdentity'], Resource: '*' },
        ],
      },
    });
  });

  it('refuses wrong words before anything is created', async () => {
    const create = ['keys', 'create', '--data', '/nowhere'];
    for (const time of ['14m', '899s', '37h', '1d', '1', 'h', '-1h', '129601s', '1e9h']) {
      const { exitCode, stderr } = await run([...create, `--expires-in=${time}`]);
      assert.equal(exitCode, 2, time);
      assert.match(stderr, /It must be 15m to 36h/);
    }
    assert.match(
      (await run([...create, '--allow', 'ec2'])).stderr,
      /Statement.0.Action.0: expected/,
    );
    assert.match((await run([...create, '--policy', '{}'])).stderr, /^The policy is refused: /);
    assert.match(
      (await run([...create, '--policy', '/no'])).stderr,
      /^Cannot read the policy "\/no"/,
    );
    const both = await run([...create, '--policy', '{}', '--allow', 'a:b']);
    assert.match(both.stderr, /cannot be used with option/);
    assert.equal(both.exitCode, 2);
  });

  it('prints the pair once, as text, JSON or export lines', async () => {
    const answer = { ...KEY, ...SECRETS, Expiration: '2026-11-20T13:00:00.000Z' };
    const create = async (): Promise<unknown> => answer;
    const print = (form: string): Promise<Run & { closedCount: number }> =>
      run(['keys', 'create', '--data', '/nowhere', '--output', form], { create });

    const text = await print('text');
    assert.equal(
      text.stdout,
      'Access key id      AKIAWEIRAAAAAAAAAAAA\n' +
        "Secret access key  se/cr+et'\n" +
        'Session token      to$ken\n' +
        'User               default\n' +
        'Expires            2026-11-20T13:00:00.000Z\n' +
        'May do             everything\n',
    );
    assert.match(text.stderr, /not shown again/);
    assert.equal(text.closedCount, 1);
    const json = await print('json');
    assert.deepEqual(JSON.parse(json.stdout), {
      Version: 1,
      AccessKeyId: KEY.AccessKeyId,
      ...SECRETS,
      Expiration: answer.Expiration,
      UserName: 'default',
      CreateDate: KEY.CreateDate,
    });
    assert.equal(
      (await print('env')).stdout,
      "export AWS_ACCESS_KEY_ID='AKIAWEIRAAAAAAAAAAAA'\n" +
        "export AWS_SECRET_ACCESS_KEY='se/cr+et'\\'''\n" +
        "export AWS_SESSION_TOKEN='to$ken'\n",
    );
  });
});

describe('weir keys list and revoke', () => {
  it('list who may do what, without secrets', async () => {
    const reader = { Statement: { Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' } };
    const AccessKeys = [
      { ...KEY, ...SECRETS },
      { ...KEY, UserName: 'reader', Policy: reader, Expiration: '2026-11-20T12:00:00.000Z' },
    ];
    const list = async (): Promise<unknown> => ({ AccessKeys });

    const table = await run(['keys', 'list', '--data', '/nowhere'], { list });
    const json = await run(['keys', 'list', '--output', 'json', '--data', '/nowhere'], { list });

    assert.equal(
      table.stdout,
      'ACCESS KEY            USER     CREATED           EXPIRES                  MAY DO\n' +
        'AKIAWEIRAAAAAAAAAAAA  default  2026-11-20 11:00  never                    everything\n' +
        'AKIAWEIRAAAAAAAAAAAA  reader   2026-11-20 11:00  2026-11-20 12:00 (past)  ec2:Describe*\n',
    );
    assert.deepEqual((JSON.parse(json.stdout) as { AccessKeys: unknown[] }).AccessKeys[0], KEY);
    for (const { stdout } of [table, json]) assert.doesNotMatch(stdout, /se\/cr|to\$ken/);
    const none = async (): Promise<unknown> => ({ AccessKeys: [] });
    const empty = await run(['keys', 'list', '--data', '/nowhere'], { list: none });
    assert.match(empty.stdout, /^There are no access keys; see: weir keys create --help\n$/);
  });

  it('revoke by id, and pass a refusal on', async () => {
    const revoked = await run(['keys', 'revoke', KEY.AccessKeyId, '--data', '/nowhere'], {
      revoke: async (body) => {
        assert.deepEqual(body, { AccessKeyId: KEY.AccessKeyId });
        return KEY;
      },
    });
    const refused = await run(['keys', 'revoke', 'AKIAX', '--data', '/nowhere'], {
      revoke: () => Promise.reject(new OperationError('not-found', 'There is no access key')),
    });

    assert.equal(revoked.stderr, 'weir: revoked AKIAWEIRAAAAAAAAAAAA of user default\n');
    assert.deepEqual([refused.exitCode, refused.stderr], [1, 'There is no access key']);
    assert.equal(refused.closedCount, 1);
    assert.equal((await run(['keys', 'revoke'])).exitCode, 2);
  });

  it('sum a policy up', () => {
    const allow = { Effect: 'Allow', Action: ['ec2:A', 'ec2:B'], Resource: ['arn:x'] };
    const deny = { Effect: 'Deny', NotAction: 'ec2:C', Resource: '*' };

    assert.equal(policySummary({ Statement: [allow] }), 'ec2:A, ec2:B on arn:x');
    assert.equal(policySummary({ Statement: [deny] }), 'nothing; not all but ec2:C');
    assert.equal(
      policySummary({ Statement: [{ Effect: 'Allow', Action: '*', NotResource: 'arn:y' }, deny] }),
      'everything on all but arn:y; not all but ec2:C',
    );
    const long = policySummary({ Statement: { ...allow, Action: 'ec2:'.padEnd(200, 'x') } });
    assert.equal(long.length, 100);
  });
});

/** A data folder whose daemon answers /control/environment; the paths it was asked for. */
async function daemonFolder(
  context: TestContext,
  status: number,
  answer: unknown,
): Promise<{ readonly data: string; readonly port: number; readonly paths: string[] }> {
  const paths: string[] = [];
  const server: Server = createServer((request, response) => {
    paths.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const data = path.join(temporaryFolder(context), 'data');
  mkdirSync(data);
  const { port } = server.address() as AddressInfo;
  const note = { pid: process.pid, host: '127.0.0.1', port, key: 'k'.repeat(16) };
  writeDaemonNote(dataPaths(data), note);
  return { data, port, paths };
}

describe('weir env', () => {
  it('prints lines that a shell evaluates to the very values', async (context) => {
    const answer = { ...KEY, SecretAccessKey, Region: 'eu-west-1' };
    const { data, port, paths } = await daemonFolder(context, 200, answer);

    const { stdout, stderr } = await run(['env', '--data', data]);

    assert.equal(
      stdout,
      `export AWS_ENDPOINT_URL='http://127.0.0.1:${port}'\n` +
        "export AWS_ACCESS_KEY_ID='AKIAWEIRAAAAAAAAAAAA'\n" +
        "export AWS_SECRET_ACCESS_KEY='se/cr+et'\\'''\n" +
        'unset AWS_SESSION_TOKEN\n' +
        "export AWS_REGION='eu-west-1'\n" +
        "export AWS_DEFAULT_REGION='eu-west-1'\n",
    );
    assert.equal(stderr, '');
    assert.deepEqual(paths, [`GET /control/environment Bearer ${'k'.repeat(16)}`]);
    const script =
      'eval "$LINES_TO_TRY"; ' +
      `printf '%s|' "$AWS_SECRET_ACCESS_KEY" "\${AWS_SESSION_TOKEN-none}"`;
    const shell = spawnSync('sh', ['-c', script], {
      env: { LINES_TO_TRY: stdout, AWS_SESSION_TOKEN: 'old' },
      encoding: 'utf8',
    });
    assert.equal(shell.stdout, "se/cr+et'|none|");
  });

  it('gives the address by a name of the certificate, and the file to trust', () => {
    const tls = { fingerprint256: '', name: 'weir.lan', trustFile: '/etc/weir/tls.pem' };
    const note = { host: '127.0.0.1', port: 7717 };

    assert.deepEqual(endpointVariables({ ...note, tls }), [
      ['AWS_ENDPOINT_URL', 'https://weir.lan:7717'],
      ['AWS_CA_BUNDLE', '/etc/weir/tls.pem'],
      ['NODE_EXTRA_CA_CERTS', '/etc/weir/tls.pem'],
    ]);
    assert.deepEqual(
      endpointVariables({ ...note, tls: { ...tls, trustFile: null, name: '::1' } }),
      [['AWS_ENDPOINT_URL', 'https://[::1]:7717']],
    );
    assert.deepEqual(endpointVariables({ host: '::1', port: 1 }), [
      ['AWS_ENDPOINT_URL', 'http://[::1]:1'],
    ]);
  });

  it('gives a temporary key its token, and another key by its id', async (context) => {
    const answer = { ...KEY, ...SECRETS, Region: 'us-east-1' };
    const { data, paths } = await daemonFolder(context, 200, answer);

    const { stdout } = await run(['env', '--data', data, '--key', 'ASIA&1']);

    assert.match(stdout, /^export AWS_SESSION_TOKEN='to\$ken'$/m);
    assert.match(paths[0] ?? '', /^GET \/control\/environment\?access-key-id=ASIA%261 /);
  });

  it('tells how to use it on a terminal only', async (context) => {
    const answer = { ...KEY, SecretAccessKey, Region: 'us-east-1' };
    const { data } = await daemonFolder(context, 200, answer);

    const shown = await run(['env', '--data', data], {}, true);

    assert.equal(shown.stderr, 'weir: to set this shell up: eval "$(weir env)"\n');
  });

  it('says so in one line when there is no daemon or no key', async (context) => {
    const missing = { code: 'not-found', message: 'No access key is left; create one' };
    const { data } = await daemonFolder(context, 404, missing);

    const keyless = await run(['env', '--data', data]);
    const daemonless = await run(['env', '--data', path.join(data, 'none')]);

    assert.deepEqual([keyless.exitCode, keyless.stderr], [1, 'No access key is left; create one']);
    assert.match(daemonless.stderr, /^No weir is running on ".*"; start one with: weir up --data /);
    assert.deepEqual([daemonless.exitCode, daemonless.stdout], [1, '']);
  });

  it('knows the syntax of other shells', () => {
    const variables = [
      ['A', `it's a \\ "$x"`],
      ['B', null],
    ] as const;

    assert.equal(shellLines(variables, 'fish'), `set -gx A 'it\\'s a \\\\ "$x"'\nset -e B\n`);
    assert.equal(
      shellLines(variables, 'powershell'),
      `$Env:A = 'it''s a \\ "$x"'\nRemove-Item Env:B -ErrorAction SilentlyContinue\n`,
    );
    assert.deepEqual(JSON.parse(shellLines(variables, 'json')), { A: `it's a \\ "$x"` });
  });
});
