// The port under clients that are plain, slow, silent, old or hostile; over TLS unless said.
import assert from 'node:assert/strict';
import { request as tlsRequest } from 'node:https';
import { connect as connectPlain, createServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';

import { makeSelfSigned, SKIP_OPENSSL } from '../../test/support/certificates.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { createControl, type ControlDeps, type HttpHandler } from '../api/control/index.ts';
import { boundConnections } from './connections.ts';
import { openHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
import { readTlsIdentity, type TlsIdentity } from './tls-identity.ts';

const TIMES = { headersMs: 300, requestMs: 600, idleMs: 900 };
const SLOW = { headersMs: 20_000, requestMs: 20_000, idleMs: 20_000 };
const LARGE = Buffer.alloc(64 * 1024 * 1024, 'x');

const handler: HttpHandler = async (request, response) => {
  try {
    for await (const _ of request);
  } catch {
    // The client has left, or was.
    return true;
  }
  response.end(request.url === '/large' ? LARGE : `${request.method} ${request.url}`);
  return true;
};

/** Everything that comes until the other side ends; null when it does not within 5 s. */
function readAll(socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(null);
    }, 5000);
    socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

describe('the HTTP port', { skip: SKIP_OPENSSL, timeout: 60_000 }, () => {
  const cleaning: (() => void)[] = [];
  let identity: TlsIdentity;
  let other: TlsIdentity;
  before(async () => {
    const folder = temporaryFolder({ after: (action) => cleaning.push(action) });
    identity = await readTlsIdentity(makeSelfSigned(folder, { name: 'one' }));
    other = await readTlsIdentity(makeSelfSigned(folder, { name: 'two' }));
  });
  after(() => {
    for (const clean of cleaning) clean();
  });

  async function open(
    context: TestContext,
    options: Partial<HttpServerOptions> = {},
  ): Promise<{ server: HttpServer; port: number; faults: string[] }> {
    const faults: string[] = [];
    const server = await openHttpServer({
      listen: { host: '127.0.0.1', port: 0 },
      handlers: [handler],
      tls: identity,
      onBug: assert.ifError,
      onHandshakeFault: (reason) => faults.push(reason),
      times: SLOW,
      ...options,
    });
    context.after(() => server.close());
    return { server, port: server.address.port, faults };
  }

  function connect(port: number, options: ConnectionOptions = {}): TLSSocket {
    const ca = [identity, other].map(({ certificate }) => certificate);
    return connectTls({ host: '127.0.0.1', port, ca, ...options });
  }

  function get(port: number, path = '/'): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port);
      const options = { port, path, createConnection: () => socket };
      const outgoing = tlsRequest(options, (answer) => {
        let text = '';
        answer.on('data', (part: Buffer) => (text += part.toString()));
        answer.on('end', () => resolve(text));
      });
      outgoing.once('error', reject);
      outgoing.end();
    });
  }

  it('answers a client that speaks plain HTTP so, whatever it sends', async (context) => {
    const { port, faults } = await open(context);
    const head = `Host: 127.0.0.1:${port}\r\nConnection: close\r\n`;
    const requests = [
      `GET /healthz HTTP/1.1\r\n${head}\r\n`,
      `POST / HTTP/1.1\r\n${head}Content-Length: 300000\r\n\r\n${'Action='.padEnd(300_000, 'x')}`,
      'CONNECT example.org:443 HTTP/1.1\r\n\r\n',
    ];

    for (const request of requests) {
      const socket = connectPlain(port, '127.0.0.1', () => socket.end(request));
      const answer = (await readAll(socket)) ?? '';
      const [top = '', body = ''] = answer.split('\r\n\r\n');
      assert.match(top, /^HTTP\/1\.1 400 Bad Request\r\n/);
      assert.match(top, new RegExp(`content-length: ${body.length}\r\nconnection: close$`));
      assert.equal(body, 'This port speaks HTTPS only: write https:// for http://\n');
    }
    assert.deepEqual(faults, []);
  });

  it('answers a plain client also when it reads only after its whole request', async (context) => {
    const { port } = await open(context);
    const socket = connectPlain(port, '127.0.0.1').pause();
    const answer = readAll(socket);
    socket.pause();

    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 33554432\r\n\r\n');
    socket.end(LARGE.subarray(0, 32 * 1024 * 1024), () => socket.resume());

    assert.match((await answer) ?? 'nothing', /^HTTP\/1\.1 400 .*https:\/\/ for http:\/\/\n$/s);
  });

  it('serves a client whose handshake comes byte by byte', async (context) => {
    const { port } = await open(context);
    const front = createServer((incoming) => {
      const outgoing = connectPlain(port, '127.0.0.1').setNoDelay(true);
      outgoing.pipe(incoming);
      incoming.on('data', (part: Buffer) => {
        for (const byte of part) outgoing.write(Buffer.of(byte));
      });
      for (const socket of [incoming, outgoing]) socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    context.after(() => front.close());

    assert.equal(await get((front.address() as AddressInfo).port, '/slowly'), 'GET /slowly');
  });

  it('speaks TLS 1.2 and 1.3, nothing older', async (context) => {
    const { port, faults } = await open(context);
    const spoken = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> =>
      new Promise((resolve) => {
        const range = { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' };
        const socket = connect(port, range);
        socket.once('secureConnect', () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.once('error', () => resolve(null));
      });

    assert.equal(await spoken('TLSv1.3'), 'TLSv1.3');
    assert.equal(await spoken('TLSv1.2'), 'TLSv1.2');
    assert.equal(await spoken('TLSv1.1'), null);
    assert.ok(faults.includes('ERR_SSL_UNSUPPORTED_PROTOCOL'));
  });

  it('lets go of clients that are silent, at every step', async (context) => {
    const { port } = await open(context, { times: { ...TIMES, idleMs: SLOW.idleMs } });
    const waited = async (begin: () => Socket): Promise<number> => {
      const startMs = performance.now();
      assert.notEqual(await readAll(begin()), null, 'still connected');
      return performance.now() - startMs;
    };

    const [mute, halfHello, noRequest, halfHeaders, halfBody] = await Promise.all([
      waited(() => connectPlain(port, '127.0.0.1')),
      waited(() => connectPlain(port, '127.0.0.1').on('connect', hello)),
      waited(() => connect(port)),
      waited(() => say(connect(port), 'GET / HTTP/1.1\r\nHost: x\r\nX-A')),
      waited(() => say(connect(port), 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx')),
    ]);

    const { headersMs, requestMs } = TIMES;
    for (const time of [mute, halfHello, noRequest, halfHeaders]) assert.ok(time >= headersMs - 5);
    assert.ok(halfBody >= requestMs - 5);
  });

  it('lets go of a client that does not read its answer', async (context) => {
    const { port } = await open(context, { times: TIMES });
    const socket = connect(port);
    socket.on('error', () => undefined);
    say(socket, 'GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.pause();

    const seen = await new Promise<string>((resolve) => {
      setTimeout(() => socket.resume(), TIMES.idleMs * 3);
      let byteCount = 0;
      socket.on('data', (part: Buffer) => (byteCount += part.length)).pause();
      socket.on('close', () => resolve(byteCount < LARGE.length ? 'cut' : 'whole'));
    });

    assert.equal(seen, 'cut');
  });

  it('leaves a tail alone that has nothing to say', async (context) => {
    const quietMs = TIMES.idleMs * 2;
    const tail: ControlDeps['tail'] = async () =>
      (async function* lines() {
        await new Promise((resolve) => setTimeout(resolve, quietMs));
        yield 'at last\n';
      })();
    const key = 'k'.repeat(16);
    const control = createControl({ key, tail } as unknown as ControlDeps);
    const { port } = await open(context, { times: TIMES, handlers: [control] });
    const head = `GET /control/tail HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n`;

    const answer = await readAll(say(connect(port), `${head}Connection: close\r\n\r\n`));

    assert.match(answer ?? 'nothing', /^HTTP\/1\.1 200 .*at last/s);
  });

  it('refuses requests whose end two readers could see in two places', async (context) => {
    const { port } = await open(context);
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n';
    const bodies = [
      `Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      `Content-Length: +0\r\n\r\n${hidden}`,
      `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
      `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
      `Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${hidden}`,
      `X-A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ];

    for (const body of bodies) {
      const socket = connect(port);
      const answer = await readAll(say(socket, `POST /seen HTTP/1.1\r\nHost: x\r\n${body}`));
      assert.match(answer ?? 'nothing', /HTTP\/1\.1 400 Bad Request\r\n/, body);
      assert.doesNotMatch(answer ?? '', /GET \/hidden/, body);
    }
  });

  it('uses a renewed certificate for new connections, and keeps the old ones', async (context) => {
    const { server, port } = await open(context);
    const first = connect(port);
    await new Promise((resolve) => first.once('secureConnect', resolve));

    server.renew(other);
    const second = connect(port);
    await new Promise((resolve) => second.once('secureConnect', resolve));

    assert.equal(first.getPeerX509Certificate()?.fingerprint256, identity.fingerprint256);
    assert.equal(second.getPeerX509Certificate()?.fingerprint256, other.fingerprint256);
    const answer = readAll(first);
    say(first, 'GET /old HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.match((await answer) ?? '', /GET \/old$/);
    second.destroy();
  });

  it('ends whoever is connected, at whatever step, when it closes', async (context) => {
    const { server, port } = await open(context);
    const mute = readAll(connectPlain(port, '127.0.0.1'));
    const halfHello = readAll(connectPlain(port, '127.0.0.1').on('connect', hello));
    const idle = connect(port);
    await new Promise((resolve) => idle.once('secureConnect', resolve));
    const idleEnd = readAll(idle);
    await new Promise((resolve) => setTimeout(resolve, 50));

    await server.close();

    assert.deepEqual(await Promise.all([mute, halfHello, idleEnd]), ['', '', '']);
  });

  it('tells of a client that speaks something else', async (context) => {
    const { port, faults } = await open(context);
    const socket = connectPlain(port, '127.0.0.1', () => socket.end(Buffer.of(22, 3, 1, 0, 1, 9)));

    await readAll(socket);

    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? '', /^E[A-Z_]+$/);
  });

  it('without a certificate speaks plain HTTP', async (context) => {
    const { port } = await open(context, { tls: null });

    assert.equal(await (await fetch(`http://127.0.0.1:${port}/a`)).text(), 'GET /a');
  });

  it('says where this machine reaches a wildcard', async (context) => {
    const { server } = await open(context, { listen: { host: '0.0.0.0', port: 0 } });
    const { port } = server.address;

    assert.deepEqual(server.reachable, { host: '127.0.0.1', port });
    assert.equal(server.address.host, '0.0.0.0');
  });
});

it('other machines cannot take every connection', { timeout: 20_000 }, async (context) => {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  boundConnections(server);
  let isForeign = true;
  server.prependListener('connection', (socket: Socket) => {
    if (isForeign) Object.defineProperty(socket, 'remoteAddress', { value: '192.0.2.7' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const countOpen = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return sockets.filter((socket) => !socket.destroyed).length;
  };
  const connectMore = (count: number): void => {
    for (let made = 0; made < count; made += 1) {
      const socket = connectPlain(port, '127.0.0.1');
      sockets.push(socket.on('error', () => undefined).on('end', () => socket.destroy()));
    }
  };

  connectMore(250);
  assert.equal(await countOpen(), 224);
  isForeign = false;
  connectMore(20);
  assert.equal(await countOpen(), 244);
  isForeign = true;
  for (const socket of sockets.splice(0, 200)) socket.destroy();
  assert.equal(await countOpen(), 44);
  connectMore(10);
  assert.equal(await countOpen(), 54);
});

/** The first bytes of a handshake that goes no further. */
function hello(this: Socket): void {
  this.write(Buffer.of(22, 3, 1));
}

/** Writes as soon as the handshake is over. */
function say<S extends Socket>(socket: S, text: string): S {
  socket.write(text);
  return socket;
}
