// The edge and requests that no client would send, or only a broken one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { startEdge, type EdgeFixture } from '../../../test/support/edge-fixture.ts';
import {
  presign,
  send,
  toldBy,
  type Ask,
  type Protocol,
} from '../../../test/support/edge-requests.ts';
import { BODY_BYTES_MAX, IN_FLIGHT_MAX } from './index.ts';

const DESCRIBE = 'Action=DescribeFlowLogs&Version=2016-11-15';
const IDENTITY = 'Action=GetCallerIdentity&Version=2011-06-15';
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const LOGS = { ...JSON_TYPE, 'x-amz-target': 'Logs_20140328.DescribeLogGroups' };
const NOBODY = { accessKeyId: 'AKIANOBODY2222222222', secretAccessKey: 'x' };

/** The same service asked in each protocol. */
const ASKS: Readonly<Record<Protocol, Ask>> = {
  ec2: { body: DESCRIBE },
  query: { body: IDENTITY, service: 'sts' },
  json: { body: '{}', headers: LOGS, service: 'logs' },
  s3: { method: 'GET', path: '/bucket/key', service: 's3' },
};
const PROTOCOLS: readonly Protocol[] = ['ec2', 'query', 'json', 's3'];

let edge: EdgeFixture;

before(async () => {
  edge = await startEdge();
});
after(() => edge.close());

async function refusal(ask: Ask): Promise<string> {
  const answer = await send(edge, ask);
  const { protocol, code, requestId } = toldBy(answer);
  assert.match(requestId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  return `${protocol} ${answer.status} ${code}`;
}

describe('a signature that proves nothing', () => {
  const table: readonly (readonly [string, Ask, Readonly<Record<Protocol, string>>])[] = [
    [
      'unknown key',
      { credentials: NOBODY },
      {
        ec2: '401 AuthFailure',
        query: '403 InvalidClientTokenId',
        json: '400 UnrecognizedClientException',
        s3: '403 InvalidAccessKeyId',
      },
    ],
    [
      'old date',
      { signedAt: new Date(Date.now() - 16 * 60_000) },
      {
        ec2: '400 RequestExpired',
        query: '403 SignatureDoesNotMatch',
        json: '400 InvalidSignatureException',
        s3: '403 RequestTimeTooSkewed',
      },
    ],
    [
      'body changed on the way',
      { sentBody: `${DESCRIBE}&MaxResults=5` },
      {
        ec2: '401 AuthFailure',
        query: '403 SignatureDoesNotMatch',
        json: '400 InvalidSignatureException',
        s3: '400 XAmzContentSHA256Mismatch',
      },
    ],
    [
      'region not served',
      { region: 'us-west-2' },
      {
        ec2: '401 AuthFailure',
        query: '403 SignatureDoesNotMatch',
        json: '400 InvalidSignatureException',
        s3: '400 AuthorizationHeaderMalformed',
      },
    ],
    [
      'an Authorization that is none',
      { service: null, headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/b' } },
      {
        ec2: '403 IncompleteSignature',
        query: '403 IncompleteSignature',
        json: '400 IncompleteSignatureException',
        s3: '400 AuthorizationHeaderMalformed',
      },
    ],
  ];
  for (const [name, change, wanted] of table) {
    for (const protocol of PROTOCOLS) {
      it(`${name}: ${protocol} ${wanted[protocol]}`, async () => {
        const ask = ASKS[protocol];
        const headers = { ...ask.headers, ...change.headers };

        assert.equal(
          await refusal({ ...ask, ...change, headers }),
          `${protocol} ${wanted[protocol]}`,
        );
      });
    }
  }

  it('of a temporary key: token missing or wrong, time over', async () => {
    const policy = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
    const sessionToken = 'SessionToken/with+16';
    const pair = edge.newKey(policy, { sessionToken, expiresMs: Date.now() + 60_000 });
    const late = edge.newKey(policy, { sessionToken, expiresMs: Date.now() - 1 });
    const as = (credentials: NonNullable<Ask['credentials']>) => ({ ...ASKS.query, credentials });

    assert.equal((await send(edge, as({ ...pair, sessionToken }))).status, 200);
    assert.equal(await refusal(as(pair)), 'query 403 InvalidClientTokenId');
    assert.equal(
      await refusal(as({ ...pair, sessionToken: 'x'.repeat(20) })),
      'query 403 InvalidClientTokenId',
    );
    assert.equal(await refusal(as({ ...late, sessionToken })), 'query 403 ExpiredToken');
  });

  it('is none at all: the form of the request says in which protocol to refuse', async () => {
    const unsigned = { service: null };

    assert.equal(
      await refusal({ ...unsigned, body: DESCRIBE }),
      'ec2 403 MissingAuthenticationToken',
    );
    assert.equal(
      await refusal({ ...unsigned, body: IDENTITY }),
      'query 403 MissingAuthenticationToken',
    );
    assert.equal(
      await refusal({ ...unsigned, headers: LOGS }),
      'json 400 MissingAuthenticationTokenException',
    );
    assert.equal(
      await refusal({ ...unsigned, method: 'GET', path: '/bucket/key?X-Amz-Signature=0' }),
      's3 400 AuthorizationHeaderMalformed',
    );
  });
});

describe('a signed request', () => {
  it('of another service is refused in its protocol', async () => {
    assert.equal(await refusal(ASKS.json), 'json 400 UnknownOperationException');
    assert.equal(await refusal(ASKS.s3), 's3 501 NotImplemented');
    assert.equal(
      await refusal({ ...ASKS.json, service: 'kinesis' }),
      'json 400 UnknownOperationException',
    );
    assert.equal(
      await refusal({ body: 'Action=ListUsers', service: 'iam' }),
      'query 400 InvalidAction',
    );
  });

  const faults: readonly (readonly [string, Ask, string])[] = [
    ['without Action', { body: 'Version=2016-11-15' }, '400 MissingAction'],
    ['with Action twice', { body: `${DESCRIBE}&Action=X` }, '400 MalformedQueryString'],
    [
      'of another version',
      { body: 'Action=DescribeFlowLogs&Version=2012-01-01' },
      '400 NoSuchVersion',
    ],
    ['of no version', { body: 'Action=DescribeFlowLogs' }, '400 NoSuchVersion'],
    ['with an unknown action', { body: DESCRIBE.replace('Flow', 'Slow') }, '400 InvalidAction'],
    [
      'for a property of every object',
      { body: 'Action=constructor&Version=2016-11-15' },
      '400 InvalidAction',
    ],
    ['with an unknown parameter', { body: `${DESCRIBE}&Colour=blue` }, '400 UnknownParameter'],
    [
      'with broken percent signs',
      { body: `${DESCRIBE}&MaxResults=%zz` },
      '400 MalformedQueryString',
    ],
    [
      'with bytes that are no text',
      { body: new Uint8Array([65, 61, 0xff, 0xfe]) },
      '400 MalformedQueryString',
    ],
    ['with XML', { body: '<?xml version="1.0"?><a>&b;</a>' }, '400 MissingAction'],
    [
      'with JSON',
      { body: '{"Action":"DescribeFlowLogs"}', headers: JSON_TYPE },
      '400 MissingAction',
    ],
    ['by PUT', { body: DESCRIBE, method: 'PUT' }, '400 MissingAction'],
  ];
  for (const [name, ask, wanted] of faults) {
    it(`${name}: ${wanted}`, async () => {
      assert.equal(await refusal(ask), `ec2 ${wanted}`);
    });
  }

  it('may be a GET, its parameters in the address', async () => {
    const ask = {
      method: 'GET',
      path: `/?${DESCRIBE}&Filter.1.Name=a%2Bb+c&Filter.1.Value.1=fl-9`,
    };

    const { status, body } = await send(edge, ask);
    const head = await send(edge, { ...ask, method: 'HEAD' });

    assert.equal(status, 200);
    assert.match(body, /<flowLogId>fl-9<\/flowLogId><logFormat>a\+b c<\/logFormat>/);
    assert.deepEqual([head.status, head.body], [200, '']);
    assert.equal(head.headers['content-length'], String(Buffer.byteLength(body)));
  });

  it('may be presigned', async () => {
    const path = await presign(edge, { path: `/?${DESCRIBE}&Filter.1.Name=a&Filter.1.Value.1=b` });
    const get = { method: 'GET', service: null, path };

    assert.match((await send(edge, get)).body, /<flowLogId>b<\/flowLogId>/);
    assert.equal(
      await refusal({ ...get, path: path.replace('Filter.1.Name=a', 'Filter.1.Name=b') }),
      'ec2 401 AuthFailure',
    );
  });

  it('has its request id in the answer, the header and the log', async () => {
    edge.lines.splice(0);

    const { headers, body } = await send(edge, { body: DESCRIBE });

    const requestId = String(headers['x-amzn-requestid']);
    assert.match(body, new RegExp(`<requestId>${requestId}</requestId>`));
    assert.equal(edge.lines.length, 1);
    const {
      time: _time,
      durationMs,
      ...line
    } = JSON.parse(edge.lines[0] ?? '') as Record<string, unknown>;
    assert.equal(typeof durationMs, 'number');
    assert.deepEqual(line, {
      level: 'debug',
      event: 'api.request',
      requestId,
      service: 'ec2',
      operation: 'DescribeFlowLogs',
      region: 'eu-west-1',
      accessKeyId: edge.credentials.accessKeyId,
      status: 200,
      code: 'OK',
      msg: 'ec2 DescribeFlowLogs: 200',
    });
  });

  it('is counted, under names that are known', async () => {
    const before = edge.metrics.text();
    const labels = { service: 'ec2', operation: 'DescribeFlowLogs', code: 'OK' };
    const requests = edge.metrics.counter('weir_api_requests_total', '');
    const count = requests.value(labels);

    await send(edge, { body: DESCRIBE });
    await send(edge, { body: 'Action=Invented', service: 'invented' });

    assert.equal(requests.value(labels), count + 1);
    assert.equal(requests.value({ service: 'other', operation: 'none', code: 'InvalidAction' }), 1);
    assert.match(
      before,
      /^weir_api_request_seconds_count\{operation="DescribeFlowLogs",service="ec2"\} \d+$/m,
    );
    assert.doesNotMatch(edge.metrics.text(), /[Ii]nvented/);
  });
});

describe('a body', () => {
  it(`over ${BODY_BYTES_MAX} bytes is refused, with its length told or not`, async () => {
    const body = new Uint8Array(BODY_BYTES_MAX + 1).fill(97);

    assert.equal(await refusal({ body }), 'ec2 413 RequestEntityTooLarge');
    assert.equal(await refusal({ ...ASKS.json, body }), 'json 413 RequestEntityTooLargeException');
    assert.equal(await refusal({ ...ASKS.s3, method: 'PUT', body }), 's3 400 EntityTooLarge');
    const chunked = await send(edge, { body, headers: { 'transfer-encoding': 'chunked' } });
    assert.equal(toldBy(chunked).code, 'RequestEntityTooLarge');
    assert.equal(chunked.headers['connection'], 'close');
  });

  it('that is announced too long is refused before it comes', async () => {
    const socket = connect(edge.port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: weir\r\nContent-Length: ${BODY_BYTES_MAX + 1}\r\n\r\n`);

    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();

    assert.match(answer.toString(), /^HTTP\/1\.1 413 [^]*<Code>RequestEntityTooLarge</);
  });

  it('too long is read to nowhere, so that the client gets to the answer', async () => {
    const socket = connect(edge.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    const ended = once(socket, 'end');
    const length = 5 * BODY_BYTES_MAX;
    socket.write(`POST / HTTP/1.1\r\nHost: weir\r\nContent-Length: ${length}\r\n\r\n`);
    for (let sent = 0; sent < length; sent += BODY_BYTES_MAX) {
      await new Promise<void>((resolve, reject) => {
        socket.write(Buffer.alloc(BODY_BYTES_MAX), (fault) => (fault ? reject(fault) : resolve()));
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    await ended;
    assert.match(Buffer.concat(parts).toString(), /^HTTP\/1\.1 413 [^]*<\/Response>$/);
  });

  it('of the longest is read', async () => {
    const name = '&Filter.1.Name=';
    const body = DESCRIBE + name + 'x'.repeat(BODY_BYTES_MAX - DESCRIBE.length - name.length);

    assert.equal(await refusal({ body }), 'ec2 400 InvalidParameterValue');
  });

  it('that never ends as it said is let go with its connection', async () => {
    const before = edge.lines.length;
    const socket = connect(edge.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: weir\r\nContent-Length: 100\r\n\r\nAction=');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));

    assert.equal((await send(edge, { body: DESCRIBE })).status, 200);
    assert.equal(edge.lines.length, before + 1);
    assert.deepEqual(edge.bugs, []);
  });
});

describe('connections and load', () => {
  it('a connection serves on after a refusal', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const asks: readonly Ask[] = [
      { body: DESCRIBE },
      { body: 'x=%', agent },
      { body: DESCRIBE, credentials: NOBODY, agent },
      { ...ASKS.json, agent },
      { body: DESCRIBE, agent },
    ];

    const answers = [];
    for (const ask of asks) answers.push(await send(edge, ask));
    agent.destroy();

    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 400, 401, 400, 200],
    );
    for (const { headers } of answers.slice(1)) assert.equal(headers['connection'], 'keep-alive');
  });

  it(`more than ${IN_FLIGHT_MAX} requests at a time are told to come back`, async () => {
    const wait = { body: 'Action=DescribeRegions&Version=2016-11-15' };
    const waiting = Array.from({ length: IN_FLIGHT_MAX }, () => send(edge, wait));
    await new Promise((resolve) => setTimeout(resolve, 300));

    const refused = await Promise.all(PROTOCOLS.map((protocol) => send(edge, ASKS[protocol])));
    edge.release();
    const served = await Promise.all(waiting);

    assert.deepEqual(
      refused.map((answer) => `${answer.status} ${toldBy(answer).code}`),
      ['503 RequestLimitExceeded', '400 Throttling', '400 ThrottlingException', '503 SlowDown'],
    );
    for (const { headers } of refused) assert.equal(headers['retry-after'], '1');
    assert.ok(served.every(({ status }) => status === 200));
    assert.equal((await send(edge, { body: DESCRIBE })).status, 200);
  });

  it("what is not AWS's is left to others", async () => {
    const others: readonly Ask[] = [
      { method: 'GET', path: '/' },
      { method: 'GET', path: '/flow-logs?Action=x' },
      { method: 'POST', path: '/control/status', body: '{}' },
      { method: 'POST', path: '/', body: '{}', headers: { 'content-type': 'application/json' } },
      { method: 'GET', path: '/', headers: { authorization: 'Bearer abc' } },
      { method: 'GET', path: '//?a=%', headers: { authorization: 'Basic abc' } },
    ];
    for (const ask of others) {
      const { status } = await send(edge, { ...ask, service: null });
      assert.equal(status, 418, JSON.stringify(ask));
    }
  });
});
