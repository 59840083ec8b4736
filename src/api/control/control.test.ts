import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';

import { OperationError } from '../../observe/operation-error.ts';
import type { TopAnswer } from '../../observe/daemon-status.ts';
import { BODY_BYTES_MAX, createBearerKey, createControl } from './index.ts';
import type { ControlDeps, TailRequest } from './index.ts';

const KEY = createBearerKey();

class AwsLikeError extends Error {
  readonly code = 'FlowLogAlreadyExists';
  readonly status = 400;
}

let server: Server;
let base = '';
let deps: ControlDeps;
let bugs: unknown[] = [];

/** From where requests seem to come. */
let remoteAddress = '';

beforeEach(() => {
  bugs = [];
  remoteAddress = '127.0.0.1';
  deps = {
    key: KEY,
    health: () => null,
    metricsText: () => 'weir_up 1\n',
    openMetrics: false,
    status: () => Promise.reject(new Error('a bug with a secret path')),
    top: (limit, filter) => Promise.resolve({ limit, filter } as unknown as TopAnswer),
    tail: () => Promise.resolve(linesOf(['a\n', 'b\n'])),
    flowLogs: {
      create: (body) => ({ echoed: body }),
      describe: () => {
        throw new AwsLikeError('exists');
      },
      delete: () => {
        throw new OperationError('disk-full', 'Cannot write: no space');
      },
      modify: (body) => ({ modified: body }),
      createTags: (body) => ({ tagged: body }),
      deleteTags: (body) => ({ untagged: body }),
    },
    keys: {
      create: (body) => Promise.resolve({ echoed: body }),
      list: () => ({ AccessKeys: [] }),
      revoke: () => Promise.reject(new OperationError('not-found', 'No such key')),
      environment: (accessKeyId) => ({ asked: accessKeyId }),
    },
    onBug: (fault) => bugs.push(fault),
  };
});

before(async () => {
  server = createServer((request, response) => {
    void createControl(deps)(request, response).then((taken) => {
      if (!taken) response.writeHead(418).end();
    });
  });
  server.prependListener('connection', (socket: Socket) => {
    Object.defineProperty(socket, 'remoteAddress', { get: () => remoteAddress });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

async function call(
  method: string,
  path: string,
  options: { key?: string | null; body?: string } = {},
): Promise<{ status: number; text: string }> {
  const { key = KEY, body } = options;
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, text: await answer.text() };
}

describe('control', { timeout: 20_000 }, () => {
  it('answers other machines /healthz only, without the reason', async () => {
    remoteAddress = '192.0.2.7';
    const line = `"/control/status" is for Weir's own machine`;

    assert.deepEqual(await call('GET', '/healthz'), { status: 200, text: 'ok\n' });
    deps = { ...deps, health: () => 'Cannot write "/srv/weir": no space' };
    const failing = { status: 503, text: 'failing; weir doctor says why\n' };
    assert.deepEqual(await call('GET', '/healthz', { key: null }), failing);
    for (const key of [null, KEY]) {
      const refused = await call('GET', '/control/status', { key });
      assert.deepEqual(
        [refused.status, JSON.parse(refused.text)],
        [403, { code: 'Forbidden', message: line }],
      );
      const metrics = await call('GET', '/metrics', { key });
      assert.equal(metrics.status, 403);
      assert.match(metrics.text, /for Weir's own machine unless the setting openMetrics is true/);
    }
    deps = { ...deps, openMetrics: true };
    assert.equal((await call('GET', '/metrics', { key: null })).text, 'weir_up 1\n');
    assert.equal((await call('GET', '/control/status')).status, 403);
  });

  it('answers /healthz and /metrics without a key', async () => {
    assert.deepEqual(await call('GET', '/healthz', { key: null }), { status: 200, text: 'ok\n' });
    const metrics = await call('GET', '/metrics', { key: null });
    assert.deepEqual(metrics, { status: 200, text: 'weir_up 1\n' });
  });

  it('says 503 and why when it is not well', async () => {
    deps = { ...deps, health: () => 'No space' };

    assert.deepEqual(await call('GET', '/healthz'), { status: 503, text: 'No space\n' });
  });

  it('refuses a missing, wrong, shorter, longer or empty key alike', async () => {
    for (const key of [null, 'x', KEY.slice(1), `${KEY}x`, '', ' ']) {
      const { status, text } = await call('GET', '/control/top', { key });
      assert.equal(status, 401, String(key));
      assert.equal((JSON.parse(text) as { code: string }).code, 'Unauthorized');
    }
    assert.equal((await call('GET', '/control/unknown', { key: null })).status, 401);
  });

  it('leaves foreign paths to others', async () => {
    assert.equal((await call('GET', '/')).status, 418);
    assert.equal((await call('GET', '/controls')).status, 418);
    assert.equal((await call('GET', '//?a=%')).status, 418);
  });

  it('says 404 and 405 with the key', async () => {
    assert.equal((await call('GET', '/control/nothing')).status, 404);
    assert.equal((await call('POST', '/control/top')).status, 405);
    assert.equal((await call('POST', '/metrics')).status, 405);
  });

  it('hands limit and filter of top over, within bounds', async () => {
    const { text } = await call('GET', '/control/top?limit=7&filter=dstport%20%3D%2022');

    assert.deepEqual(JSON.parse(text), { limit: 7, filter: 'dstport = 22' });
    for (const limit of ['0', '-1', 'x', '1e9', '1.5']) {
      assert.equal((await call('GET', `/control/top?limit=${limit}`)).status, 400, limit);
    }
  });

  it('gives a JSON body to the flow-log operation', async () => {
    const { status, text } = await call('POST', '/control/flow-logs/create', {
      body: '{"ResourceType":"VPC"}',
    });

    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), { echoed: { ResourceType: 'VPC' } });
  });

  it('offers the access keys, to holders of the key only', async () => {
    const created = await call('POST', '/control/keys/create', { body: '{"UserName":"a"}' });
    const listed = await call('POST', '/control/keys/list');
    const revoked = await call('POST', '/control/keys/revoke', { body: '{"AccessKeyId":"x"}' });
    const usual = await call('GET', '/control/environment');
    const named = await call('GET', '/control/environment?access-key-id=AKIA1');

    assert.deepEqual(JSON.parse(created.text), { echoed: { UserName: 'a' } });
    assert.deepEqual(JSON.parse(listed.text), { AccessKeys: [] });
    assert.equal(revoked.status, 404);
    assert.deepEqual(JSON.parse(usual.text), { asked: null });
    assert.deepEqual(JSON.parse(named.text), { asked: 'AKIA1' });
    for (const path of ['/control/keys/create', '/control/keys/list', '/control/keys/revoke']) {
      assert.equal((await call('POST', path, { key: null })).status, 401, path);
    }
    assert.equal((await call('GET', '/control/environment', { key: null })).status, 401);
  });

  it('has routes to modify and to tag flow logs', async () => {
    const answered = async (route: string): Promise<unknown> =>
      JSON.parse((await call('POST', `/control/flow-logs/${route}`, { body: '{"a":1}' })).text);

    assert.deepEqual(await answered('modify'), { modified: { a: 1 } });
    assert.deepEqual(await answered('tag'), { tagged: { a: 1 } });
    assert.deepEqual(await answered('untag'), { untagged: { a: 1 } });
  });

  it('refuses bodies that are no JSON object, or too long', async () => {
    for (const body of ['{', '[]', '3', 'null']) {
      assert.equal((await call('POST', '/control/flow-logs/create', { body })).status, 400, body);
    }
    assert.equal(await postLong(), 413);
  });

  it('answers known errors by code and message, bugs without their text', async () => {
    const aws = await call('POST', '/control/flow-logs/describe');
    const world = await call('POST', '/control/flow-logs/delete');
    const bug = await call('GET', '/control/status');

    assert.deepEqual(
      [aws.status, JSON.parse(aws.text)],
      [400, { code: 'FlowLogAlreadyExists', message: 'exists' }],
    );
    assert.deepEqual(
      [world.status, JSON.parse(world.text)],
      [503, { code: 'disk-full', message: 'Cannot write: no space' }],
    );
    assert.equal(bug.status, 500);
    assert.doesNotMatch(bug.text, /secret/);
    assert.equal(bugs.length, 1);
  });

  it('streams a tail, and tells the source when the reader leaves', async () => {
    const seen: TailRequest[] = [];
    const left = new Promise<void>((resolve) => {
      deps = {
        ...deps,
        tail: (request, signal) => {
          seen.push(request);
          signal.addEventListener('abort', () => resolve());
          return Promise.resolve(endless(signal));
        },
      };
    });

    const stopping = new AbortController();
    const answer = await fetch(`${base}/control/tail?output=json&filter=x&after=7`, {
      headers: { authorization: `Bearer ${KEY}` },
      signal: stopping.signal,
    });
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    stopping.abort();
    await left;

    assert.equal(new TextDecoder().decode(first?.value), 'line\n');
    assert.deepEqual(seen, [{ format: 'default', filter: 'x', output: 'json', after: 7 }]);
  });

  it('answers a wrong tail as an error, before any line', async () => {
    deps = {
      ...deps,
      tail: () => Promise.reject(new OperationError('invalid-input', 'No field "x"')),
    };

    const { status, text } = await call('GET', '/control/tail?filter=x');

    assert.deepEqual(
      [status, JSON.parse(text)],
      [400, { code: 'invalid-input', message: 'No field "x"' }],
    );
    assert.equal((await call('GET', '/control/tail?output=xml')).status, 400);
  });
});

async function* endless(signal: AbortSignal): AsyncGenerator<string> {
  yield 'line\n';
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
}

/** A body longer than the bound; the connection may end before all of it is sent. */
function postLong(): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(`${base}/control/flow-logs/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
    });
    outgoing.on('response', (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.resume();
    });
    outgoing.on('error', reject);
    outgoing.write('x'.repeat(BODY_BYTES_MAX + 1));
  });
}
