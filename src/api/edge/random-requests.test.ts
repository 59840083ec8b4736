// Ten thousand requests that no client would send. Each is answered in one of the protocols, none
// with 500, and nothing secret that they carry reaches the log.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';

import { startEdge, type EdgeFixture } from '../../../test/support/edge-fixture.ts';
import { send, toldBy, type Ask } from '../../../test/support/edge-requests.ts';
import { Random } from '../../../test/support/random.ts';
import { parseXml } from '../../../test/support/xml.ts';

/** Looks like an access key id, a region or a service, but is not to be told. */
const PLANTED = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00';
const DATE = '20261121';
const SEED = Number(process.env['WEIR_SEED'] ?? '20261121');

const METHODS = ['POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;
const TOKENS = [
  ...['Action', 'Version', '2016-11-15', '2011-06-15', 'DescribeFlowLogs', 'CreateFlowLogs'],
  ...[
    'GetCallerIdentity',
    'Filter.1.Name',
    'Filter.1.Value.2',
    'ResourceId.1',
    'FlowLogId',
    'DryRun',
  ],
  ...['__proto__', 'constructor', 'toString', 'true', '1', '-1', '1e999', '%', '%00', '%zz', '%ff'],
  ...['=', '&', '+', '.', ';', ',', '/', '//', '..', '?', '#', '"', "'", '<', '>', '&amp;', ']]>'],
  ...[
    '{',
    '}',
    '[',
    ']',
    '{"a":',
    'null',
    '<?xml version="1.0"?>',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
  ],
  ...['X-Amz-Signature', 'X-Amz-Algorithm', 'X-Amz-Credential', 'AWS4-HMAC-SHA256', PLANTED],
  ...['TagSpecification.1.Tag.1.Key', 'DestinationOptions.FileFormat', 'MaxResults', ' ', '\t'],
] as const;

describe('random requests', () => {
  let edge: EdgeFixture;
  let agent: Agent;
  const random = new Random(SEED);

  before(async () => {
    edge = await startEdge();
    agent = new Agent({ keepAlive: true, maxSockets: 8 });
  });
  after(async () => {
    agent.destroy();
    await edge.close();
  });

  function words(countMax: number): string {
    return Array.from({ length: random.below(countMax + 1) }, () =>
      random.chance(85)
        ? random.pick(TOKENS)
        : String.fromCodePoint(random.pick([random.below(128), random.below(0xd800)])),
    ).join('');
  }

  function bytes(): Uint8Array {
    return Uint8Array.from({ length: random.below(200) }, () => random.below(256));
  }

  /** Printable, so that a client of HTTP takes it for an address or a header. */
  function printable(text: string): string {
    return text.replaceAll(/[^\u0021-\u007e]/g, '_');
  }

  function form(): string {
    const pairs = Array.from({ length: random.below(6) }, () => `${words(3)}=${words(3)}`);
    const begin = random.chance(60) ? ['Action=DescribeFlowLogs', 'Version=2016-11-15'] : [];
    return [...begin, ...pairs].join('&');
  }

  function body(): string | Uint8Array {
    return random.pick([form, form, () => words(30), bytes, () => `{${words(5)}}`])();
  }

  function authorization(): string {
    const part = () => random.pick([PLANTED, 'ec2', 's3', 'logs', 'eu-west-1', DATE, words(2)]);
    const { accessKeyId } = edge.credentials;
    const scope = random.chance(50)
      ? `${random.pick([accessKeyId, PLANTED])}/${DATE}/${part()}/${part()}/aws4_request`
      : Array.from({ length: random.below(7) }, part).join('/');
    const rest = random.chance(70)
      ? `, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`
      : `, ${words(6)}`;
    return printable(`AWS4-HMAC-SHA256 Credential=${scope}${rest}`).replaceAll('_', ' ');
  }

  function randomAsk(): Ask {
    const query = random.chance(60) ? '' : `?${printable(random.chance(50) ? form() : words(8))}`;
    const path = random.chance(70) ? '/' : `/${printable(words(4))}`;
    const headers: Record<string, string> = {};
    if (random.chance(50)) headers['authorization'] = authorization();
    if (random.chance(30)) headers['x-amz-target'] = printable(words(3));
    if (random.chance(30)) headers['x-amz-date'] = `${DATE}T000000Z`;
    if (random.chance(20)) headers['x-amz-security-token'] = PLANTED;
    if (random.chance(20)) headers['content-type'] = printable(words(2));
    const method = random.pick([...METHODS, 'POST', 'POST', 'GET'] as const);
    const sent = method === 'GET' || method === 'HEAD' ? '' : body();
    return { method, path: path + query, headers, body: sent, service: null, agent };
  }

  /** Whole and true as signed, and nonsense all the same. */
  function signedAsk(): Ask {
    const service = random.pick(['ec2', 'ec2', 'ec2', 'sts', 'logs', 's3', 'nothing']);
    const headers: Record<string, string> =
      service === 'logs' ? { 'x-amz-target': `Logs_20140328.${printable(words(2))}` } : {};
    return { method: 'POST', path: '/', headers, body: body(), service, agent };
  }

  async function check(ask: Ask): Promise<number> {
    const answer = await send(edge, ask);
    const place = `seed ${SEED}: ${JSON.stringify({ ...ask, agent: undefined })}`;
    assert.notEqual(answer.status, 500, place);
    if (answer.status === 418 || ask.method === 'HEAD') return answer.status;
    if (answer.status === 200) parseXml(answer.body);
    else assert.ok(toldBy(answer).code !== '', place);
    return answer.status;
  }

  async function checkAll(count: number, next: () => Ask): Promise<ReadonlyMap<number, number>> {
    const statuses = new Map<number, number>();
    const asks = Array.from({ length: count }, next);
    const workers = Array.from({ length: 8 }, async () => {
      for (let ask = asks.pop(); ask !== undefined; ask = asks.pop()) {
        const status = await check(ask);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    await Promise.all(workers);
    return statuses;
  }

  it('6,000 of well-formed HTTP', async () => {
    const statuses = await checkAll(6000, randomAsk);

    assert.ok((statuses.get(403) ?? 0) > 500 && (statuses.get(418) ?? 0) > 500);
  });

  it('3,000 signed by a key that may do everything', async () => {
    const statuses = await checkAll(3000, signedAsk);

    assert.ok((statuses.get(200) ?? 0) > 20 && (statuses.get(400) ?? 0) > 500);
  });

  it('1,000 of spoilt bytes', async () => {
    for (let round = 0; round < 1000; round += 20) {
      await Promise.all(Array.from({ length: 20 }, () => checkBytes()));
    }
  });

  /** A request with a few of its bytes changed, or none of it HTTP at all. */
  async function checkBytes(): Promise<void> {
    const content = Buffer.from(body());
    const head =
      `${random.pick(METHODS)} /?${printable(words(3))} HTTP/1.1\r\nHost: weir\r\n` +
      `Authorization: ${authorization()}\r\nContent-Length: ${content.length}\r\n\r\n`;
    const request = Buffer.concat([Buffer.from(head, 'latin1'), content]);
    const changes = random.below(5);
    for (let change = 0; change < changes; change += 1) {
      request[random.below(request.length)] = random.below(256);
    }
    const answer = await exchange(random.chance(5) ? Buffer.from(bytes()) : request);
    for (const one of answersIn(answer)) {
      assert.ok(!one.startsWith('HTTP/1.1 500'), one);
    }
  }

  /** What the server says until it closes, which it does since our side is closed after sending. */
  function exchange(request: Uint8Array): Promise<string> {
    return new Promise((resolve) => {
      const parts: Buffer[] = [];
      const socket = connect(edge.port, '127.0.0.1');
      const finish = (): void => {
        socket.destroy();
        resolve(Buffer.concat(parts).toString('latin1'));
      };
      socket.on('data', (part) => parts.push(part));
      socket.on('close', finish).on('error', finish);
      socket.setTimeout(2000, finish);
      socket.end(request);
    });
  }

  function answersIn(text: string): string[] {
    return text.split(/(?=^HTTP\/1\.1 \d{3} )/m).filter((one) => one !== '');
  }

  it('leave the edge whole, and no secret in the log', async () => {
    const log = edge.lines.join('');

    assert.deepEqual(edge.bugs, []);
    assert.ok(edge.lines.length > 5000);
    for (const secret of [
      PLANTED,
      edge.credentials.secretAccessKey,
      'Signature=',
      'Filter.1.Name',
    ]) {
      assert.equal(
        log.includes(secret),
        false,
        edge.lines.find((line) => line.includes(secret)),
      );
    }
    assert.equal(
      (await send(edge, { body: 'Action=DescribeFlowLogs&Version=2016-11-15' })).status,
      200,
    );
    assert.ok(edge.metrics.text().split('\n').length < 200);
  });
});
