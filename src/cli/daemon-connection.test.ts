// To whom the commands speak, and to whom they say nothing.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { makeSelfSigned, SKIP_OPENSSL, type Pair } from '../../test/support/certificates.ts';
import { temporaryFolder } from '../../test/support/temporary.ts';
import { dataPaths, writeDaemonNote, type DaemonNote } from '../config/data-folder.ts';
import { findDaemon } from './control-client.ts';
import { connectToDaemon } from './daemon-connection.ts';

const KEY = 'k'.repeat(43);

interface Listening {
  readonly port: number;
  /** Paths and keys that were understood. */
  readonly requests: string[];
  /** Connections made. */
  count(): number;
}

async function listen(context: TestContext, server: Server): Promise<Listening> {
  const requests: string[] = [];
  let connectionCount = 0;
  server.on('connection', (socket) => {
    connectionCount += 1;
    socket.on('error', () => undefined);
    context.after(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { port, requests, count: () => connectionCount };
}

/** A daemon's port that shows the certificate. */
async function serve(context: TestContext, { certificate, key }: Pair): Promise<Listening> {
  const options = { cert: readFileSync(certificate), key: readFileSync(key) };
  const server = createTlsServer(options, (request, response) => {
    listening.requests.push(`${request.url} ${request.headers.authorization}`);
    response.end('{"fine":true}');
  });
  const listening = await listen(context, server);
  return listening;
}

function noteOf(port: number, shown: Pair): DaemonNote {
  const { fingerprint256 } = new X509Certificate(readFileSync(shown.certificate));
  const tls = { fingerprint256, name: 'weir.example.net', trustFile: null };
  return { pid: process.pid, host: '127.0.0.1', port, key: KEY, tls };
}

function dataFolder(context: TestContext, note: DaemonNote): string {
  const data = path.join(temporaryFolder(context), 'data');
  mkdirSync(data);
  writeDaemonNote(dataPaths(data), note);
  return data;
}

describe('a command and its daemon over TLS', { skip: SKIP_OPENSSL, timeout: 30_000 }, () => {
  it('speak by the certificate of the note, whatever its name and dates', async (context) => {
    const folder = temporaryFolder(context);
    const pair = makeSelfSigned(folder, { name: 'x', names: 'DNS:other.example.net' });
    const { port, requests } = await serve(context, pair);
    const daemon = findDaemon(dataFolder(context, noteOf(port, pair)));
    const ended = new AbortController();

    assert.deepEqual(await daemon?.get('/control/a'), { fine: true });
    assert.deepEqual(await daemon?.post('/control/b', {}), { fine: true });
    const stream = await daemon?.stream('/control/c', ended.signal);
    stream?.destroy();

    assert.deepEqual(
      requests,
      ['a', 'b', 'c'].map((name) => `/control/${name} Bearer ${KEY}`),
    );
  });

  it('do not when another certificate is shown: not a byte is sent', async (context) => {
    const folder = temporaryFolder(context);
    const own = makeSelfSigned(folder, { name: 'own' });
    const { port, requests, count } = await serve(
      context,
      makeSelfSigned(folder, { name: 'own2' }),
    );
    const daemon = findDaemon(dataFolder(context, noteOf(port, own)));
    const line =
      `Cannot reach weir (process ${process.pid}) at 127.0.0.1:${port}: another certificate is ` +
      'shown there than DATA/daemon.json names; nothing was sent; see which program has the port';

    await assert.rejects(async () => daemon?.get('/control/a'), { message: line });
    const { signal } = new AbortController();
    await assert.rejects(async () => daemon?.stream('/control/a', signal), { message: line });

    assert.deepEqual([requests, count()], [[], 2]);
  });

  it('do not when the other side speaks no TLS', async (context) => {
    const folder = temporaryFolder(context);
    let heard = '';
    const { port } = await listen(
      context,
      createServer((socket) => {
        socket.on('data', (part: Buffer) => (heard += part.toString('latin1')));
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      }),
    );
    const note = noteOf(port, makeSelfSigned(folder, { name: 'own' }));
    const daemon = findDaemon(dataFolder(context, note));

    await assert.rejects(
      async () => daemon?.get('/control/a'),
      /^OperationError: Cannot reach weir/,
    );

    assert.doesNotMatch(heard, /Bearer|kkk/);
  });

  it('find each other again after a renewal, in a command that runs on', async (context) => {
    const folder = temporaryFolder(context);
    const renewed = makeSelfSigned(folder, { name: 'renewed' });
    const { port, requests, count } = await serve(context, renewed);
    const data = dataFolder(context, noteOf(port, makeSelfSigned(folder, { name: 'old' })));
    const daemon = findDaemon(data);
    const key = 'another key of 32'.padEnd(32);
    writeDaemonNote(dataPaths(data), { ...noteOf(port, renewed), key: key.trim() });

    assert.deepEqual(await daemon?.get('/control/a'), { fine: true });
    assert.deepEqual(await daemon?.get('/control/b'), { fine: true });

    assert.deepEqual([requests.length, count()], [2, 3]);
    assert.equal(requests[0], `/control/a Bearer ${key.trim()}`);
    assert.equal(daemon?.note().tls?.fingerprint256, noteOf(port, renewed).tls?.fingerprint256);
  });

  it('give up at the signal, also in the middle of a handshake', async (context) => {
    const folder = temporaryFolder(context);
    const { port } = await listen(context, createServer());
    const note = noteOf(port, makeSelfSigned(folder, { name: 'own' }));

    await assert.rejects(connectToDaemon(note, AbortSignal.timeout(50)), { name: 'TimeoutError' });
    await assert.rejects(connectToDaemon(note, AbortSignal.abort()), { name: 'AbortError' });
  });
});
