import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { ALLOW_EVERYTHING, decide } from '../../aws/iam-policy.ts';
import { OperationError } from '../../observe/operation-error.ts';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { callerIdentity, createKeyOperations, openAccessKeys, type AccessKeys } from './index.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);
const HOUR_MS = 3_600_000;

function newFile(context: TestContext): string {
  return path.join(temporaryFolder(context), 'access-keys.json');
}

function open(file: string, now: () => number = () => NOW_MS): Promise<AccessKeys> {
  return openAccessKeys(file, { now, randomBytes });
}

const READER = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }],
};

describe('access keys', () => {
  it('begin with one of user default that may do everything, kept privately', async (context) => {
    const file = newFile(context);
    const keys = await open(file);

    const first = await keys.ensureDefault();

    assert.match(first?.accessKeyId ?? '', /^AKIAWEIR[A-Z2-7]{12}$/);
    assert.match(first?.secretAccessKey ?? '', /^[A-Za-z0-9+/]{40}$/);
    assert.deepEqual(
      [first?.userName, first?.sessionToken, first?.expiresMs],
      ['default', null, null],
    );
    assert.ok(first !== null && decide(first.policy, 'ec2:CreateFlowLogs', '*') === 'allow');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(await keys.ensureDefault(), null);
    assert.deepEqual((await open(file)).find(first.accessKeyId), first);
  });

  it('have no new default once all were revoked', async (context) => {
    const file = newFile(context);
    const keys = await open(file);
    const first = await keys.ensureDefault();

    await keys.revoke(first?.accessKeyId ?? '');

    assert.equal(await keys.ensureDefault(), null);
    const again = await open(file);
    assert.equal(await again.ensureDefault(), null);
    assert.deepEqual(again.list(), []);
  });

  it('survive being opened again, with policy and expiry', async (context) => {
    const file = newFile(context);
    const keys = await open(file);
    const expiresMs = NOW_MS + HOUR_MS;

    const created = await keys.create({
      userName: 'ci',
      policy: JSON.stringify(READER),
      expiresMs,
    });

    assert.match(created.accessKeyId, /^ASIAWEIR[A-Z2-7]{12}$/);
    assert.match(created.sessionToken ?? '', /^[A-Za-z0-9+/]{256}$/);
    const found = (await open(file)).find(created.accessKeyId);
    assert.deepEqual(JSON.parse(JSON.stringify(found)), JSON.parse(JSON.stringify(created)));
    assert.equal(found && decide(found.policy, 'ec2:DescribeVpcs', '*'), 'allow');
    assert.equal(found && decide(found.policy, 'ec2:DeleteFlowLogs', '*'), 'no-statement');
  });

  it('are gone at the very next look once revoked', async (context) => {
    const file = newFile(context);
    const keys = await open(file);
    const key = await keys.create({ userName: 'a', policy: ALLOW_EVERYTHING, expiresMs: null });

    await keys.revoke(key.accessKeyId);

    assert.equal(keys.find(key.accessKeyId), null);
    assert.equal((await open(file)).find(key.accessKeyId), null);
    await assert.rejects(keys.revoke(key.accessKeyId), {
      code: 'not-found',
      message: `There is no access key "${key.accessKeyId}"; see: weir keys list`,
    });
  });

  it('changed at the same time are all kept', async (context) => {
    const file = newFile(context);
    const keys = await open(file);
    const request = { userName: 'a', policy: ALLOW_EVERYTHING, expiresMs: null };

    const [first, ...others] = await Promise.all(
      Array.from({ length: 20 }, () => keys.create(request)),
    );
    await Promise.all([keys.revoke(first?.accessKeyId ?? ''), keys.create(request)]);

    const listed = (await open(file)).list().map(({ accessKeyId }) => accessKeyId);
    assert.equal(listed.length, 20);
    assert.deepEqual(
      listed.slice(0, 19),
      others.map(({ accessKeyId }) => accessKeyId),
    );
  });

  it('stay as they were when the disk refuses a change', async (context) => {
    const file = newFile(context);
    const keys = await open(file);
    const key = await keys.create({ userName: 'a', policy: ALLOW_EVERYTHING, expiresMs: null });
    mkdirSync(`${file}.tmp`);

    await assert.rejects(keys.revoke(key.accessKeyId), /Cannot write the access keys to/);

    assert.equal(keys.find(key.accessKeyId), key);
    assert.equal(keys.list().length, 1);
  });

  it('that are temporary live 15 minutes to 36 hours, and leave a day after', async (context) => {
    let nowMs = NOW_MS;
    const keys = await open(newFile(context), () => nowMs);
    const create = (lifetimeMs: number): Promise<unknown> =>
      keys.create({ userName: 'a', policy: ALLOW_EVERYTHING, expiresMs: nowMs + lifetimeMs });

    await create(HOUR_MS / 4);
    await create(36 * HOUR_MS);
    for (const lifetimeMs of [HOUR_MS / 4 - 1, 36 * HOUR_MS + 1, 0, -1, Number.NaN]) {
      await assert.rejects(create(lifetimeMs), /lives 15 minutes to 36 hours/);
    }
    nowMs += 24 * HOUR_MS;
    await create(HOUR_MS);
    assert.equal(keys.list().length, 3);
    nowMs += HOUR_MS;
    await create(HOUR_MS);

    assert.equal(keys.list().length, 3);
  });

  it('want a user name as IAM takes it, and a policy', async (context) => {
    const keys = await open(newFile(context));
    const policy = ALLOW_EVERYTHING;

    for (const userName of ['', 'a b', 'a/b', 'ä', 'x'.repeat(65), 'a\n']) {
      await assert.rejects(keys.create({ userName, policy, expiresMs: null }), /A user name has/);
    }
    await keys.create({ userName: `a_+=,.@-${'x'.repeat(56)}`, policy, expiresMs: null });
    await assert.rejects(
      keys.create({ userName: 'a', policy: '{', expiresMs: null }),
      /The policy is refused/,
    );
  });

  it('are at most 1000', async (context) => {
    const file = newFile(context);
    const keys = await open(file);
    const key = await keys.ensureDefault();
    const content = JSON.parse(readFileSync(file, 'utf8')) as { keys: Record<string, unknown>[] };
    content.keys = Array.from({ length: 1000 }, (_, index) => ({
      ...content.keys[0],
      accessKeyId: `AKIAWEIR${String(index).padStart(12, '0')}`,
    }));
    writeFileSync(file, JSON.stringify(content));

    const full = await open(file);

    const request = { userName: 'a', policy: ALLOW_EVERYTHING, expiresMs: null };
    await assert.rejects(full.create(request), /There are 1000 access keys already/);
    assert.equal(full.find(key?.accessKeyId ?? ''), null);
  });
});

describe('a file of access keys', () => {
  it('that others may read is refused, with what to do', async (context) => {
    const file = newFile(context);
    await (await open(file)).ensureDefault();

    for (const mode of [0o640, 0o604, 0o666]) {
      chmodSync(file, mode);
      await assert.rejects(open(file), (fault) => {
        assert.ok(fault instanceof OperationError && fault.code === 'not-permitted');
        assert.match(fault.message, /^Other users may read .*; close it with: chmod 600 "/);
        return true;
      });
    }
    chmodSync(file, 0o400);
    assert.equal((await open(file)).list().length, 1);
  });

  it('that is damaged is refused without a word of its content', async (context) => {
    const file = newFile(context);
    const keys = await open(file);
    const key = await keys.ensureDefault();
    const text = readFileSync(file, 'utf8');
    const secret = key?.secretAccessKey ?? '';
    const damages: readonly (readonly [string, RegExp])[] = [
      [text.slice(0, -20), /it is not JSON/],
      [secret, /it is not JSON/],
      ['', /it is not JSON/],
      ['{}', /damaged: /],
      [text.replace('"userName": "default"', `"userName": "${secret}!"`), /keys.0.userName: /],
      [text.replace('"Allow"', `"${secret}"`), /keys.0: .*Statement.0.Effect: /],
      [text.replace('"version": 1', '"version": 2'), /version: /],
      [text.replace(/"keys": \[([^]*)\]\n\}/, '"keys": [$1,$1]}'), /an access key id twice/],
    ];
    for (const [damaged, pattern] of damages) {
      assert.notEqual(damaged, text);
      writeFileSync(file, damaged);
      await assert.rejects(open(file), (fault) => {
        assert.ok(fault instanceof OperationError && fault.code === 'invalid-input');
        assert.match(fault.message, pattern);
        assert.match(fault.message, /restore the file, or move it away/);
        assert.ok(
          !JSON.stringify([fault.message, String(fault.cause)]).includes(secret.slice(0, 8)),
        );
        return true;
      });
    }
  });
});

describe('key operations', () => {
  const settings = { region: 'eu-west-1', now: () => NOW_MS };

  it('tell a secret at creation only', async (context) => {
    const keys = await open(newFile(context));
    const operations = createKeyOperations(keys, settings);

    const created = (await operations.create({
      UserName: 'ci',
      Policy: READER,
      ExpiresInSeconds: 3600,
    })) as Record<string, string>;
    const listed = operations.list();
    const revoked = await operations.revoke({ AccessKeyId: created['AccessKeyId'] });

    const shown = {
      AccessKeyId: created['AccessKeyId'],
      UserName: 'ci',
      CreateDate: '2026-11-20T12:00:00.000Z',
      Expiration: '2026-11-20T13:00:00.000Z',
      Policy: READER,
    };
    assert.equal(created['SecretAccessKey']?.length, 40);
    assert.equal(created['SessionToken']?.length, 256);
    assert.deepEqual(listed, { AccessKeys: [shown] });
    assert.deepEqual(revoked, shown);
  });

  it('refuse wrong bodies', async (context) => {
    const operations = createKeyOperations(await open(newFile(context)), settings);

    for (const body of [
      { UserName: 1 },
      { Polcy: {} },
      { ExpiresInSeconds: 1.5 },
      { Policy: 'x' },
    ]) {
      await assert.rejects(operations.create(body), { code: 'invalid-input' });
    }
    await assert.rejects(operations.revoke({}), { code: 'invalid-input' });
    await assert.rejects(operations.revoke({ AccessKeyId: 'a', Colour: 'blue' }), {
      message: 'Unrecognized key: "Colour"',
    });
  });

  it("give a shell the default user's lasting key, else another, else say so", async (context) => {
    const keys = await open(newFile(context));
    let nowMs = NOW_MS;
    const operations = createKeyOperations(keys, { ...settings, now: () => nowMs });
    const idOf = (): unknown =>
      (operations.environment(null) as Record<string, unknown>)['AccessKeyId'];

    assert.throws(() => operations.environment(null), /No access key is left; create one with/);
    const short = await keys.create({
      userName: 'default',
      policy: ALLOW_EVERYTHING,
      expiresMs: NOW_MS + HOUR_MS,
    });
    assert.equal(idOf(), short.accessKeyId);
    nowMs += HOUR_MS;
    assert.throws(idOf, /No access key is left/);
    const other = await keys.create({ userName: 'other', policy: READER, expiresMs: null });
    assert.equal(idOf(), other.accessKeyId);
    const usual = await keys.create({
      userName: 'default',
      policy: ALLOW_EVERYTHING,
      expiresMs: null,
    });
    assert.equal(idOf(), usual.accessKeyId);
    const named = operations.environment(short.accessKeyId) as Record<string, unknown>;
    assert.equal(named['SessionToken'], short.sessionToken);
    assert.equal(named['Region'], 'eu-west-1');
    assert.throws(() => operations.environment('AKIAX'), { code: 'not-found' });
  });
});

describe('callerIdentity()', () => {
  it('gives each user of each account one stable id', () => {
    const one = callerIdentity('000000000000', 'default');

    assert.equal(one.arn, 'arn:aws:iam::000000000000:user/default');
    assert.match(one.userId, /^AIDA[A-Z2-7]{17}$/);
    assert.deepEqual(callerIdentity('000000000000', 'default'), one);
    assert.notEqual(callerIdentity('000000000000', 'other').userId, one.userId);
    assert.notEqual(callerIdentity('000000000001', 'default').userId, one.userId);
  });
});
