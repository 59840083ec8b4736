// The one HTTP port, plain or TLS. Each room gives a handler that takes what is its own; what
// nobody takes is a 404. Connections, headers and times are bounded here, bodies by the handlers.
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import type { HttpHandler } from '../api/control/index.ts';
import { formatListen, reachableHost, type ListenAddress } from '../config/index.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';
import { answerPlainHttp, boundConnections } from './connections.ts';
import { LEAST_TLS_VERSION } from './tls-identity.ts';

/** How long a client may take, milliseconds. */
export interface HttpTimes {
  /** For the TLS handshake, and for the headers of a request. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** Without a byte either way, e.g. one that does not read its answer. */
  readonly idleMs: number;
}

const TIMES: HttpTimes = { headersMs: 10_000, requestMs: 30_000, idleMs: 60_000 };
/** How often they are looked at, as a part of the shortest. */
const CHECKS_PER_TIME = 4;

/** PEM of a certificate and its key. */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

export interface HttpServerOptions {
  readonly listen: ListenAddress;
  readonly handlers: readonly HttpHandler[];
  /** Null: plain HTTP. */
  readonly tls: PemPair | null;
  readonly onBug: (fault: unknown) => void;
  /** Told of each handshake that failed, with OpenSSL's reason. */
  readonly onHandshakeFault: (reason: string) => void;
  /** Default TIMES; for tests. */
  readonly times?: HttpTimes;
}

export interface HttpServer {
  /** Where it listens; the port is the real one also when 0 was asked for. */
  readonly address: ListenAddress;
  /** Where programs of this machine reach it. */
  readonly reachable: ListenAddress;
  /** Uses another certificate from the next connection on; for a server with TLS only. */
  renew(certificate: PemPair): void;
  /** Takes no more requests and ends the open ones, streams included. */
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @throws OperationError `in-use` when the port is taken, `not-permitted` below port 1024
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { listen, handlers, onBug, times = TIMES } = options;
  const answer: RequestListener = (request, response) => {
    handle(handlers, request, response).catch((fault: unknown) => {
      onBug(fault);
      response.destroy();
    });
  };
  const { server, tlsServer, endAll } = build(options, answer, times);
  server.timeout = times.idleMs;
  await begin(server, listen);
  const bound = boundAddress(server);
  const local = reachableHost(bound.address);
  return {
    address: { host: listen.host, port: bound.port },
    reachable: { host: local === bound.address ? listen.host : local, port: bound.port },
    renew(certificate) {
      tlsServer?.setSecureContext(contextOf(certificate));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        endAll();
      }),
  };
}

function build(
  { tls, onHandshakeFault }: HttpServerOptions,
  answer: RequestListener,
  { headersMs, requestMs }: HttpTimes,
): {
  readonly server: Server;
  readonly tlsServer: TlsServer | null;
  readonly endAll: () => void;
} {
  const bounds = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.ceil(headersMs / CHECKS_PER_TIME),
  };
  if (tls === null) {
    const server = createServer(bounds, answer);
    boundConnections(server);
    return { server, tlsServer: null, endAll: () => undefined };
  }
  const server = createTlsServer(
    { ...bounds, ...contextOf(tls), handshakeTimeout: headersMs },
    answer,
  );
  server.on('tlsClientError', (fault: Error & { readonly code?: string }) => {
    onHandshakeFault(fault.code ?? fault.message);
  });
  const endAll = answerPlainHttp(server, headersMs);
  boundConnections(server);
  return { server, tlsServer: server, endAll };
}

function contextOf({ certificate, key }: PemPair) {
  return { cert: certificate, key, minVersion: LEAST_TLS_VERSION } as const;
}

async function handle(
  handlers: readonly HttpHandler[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const handler of handlers) {
    if (await handler(request, response)) return;
  }
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ code: 'NotFound', message: 'There is nothing here' })}\n`);
}

function begin(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(listenFault(cause, { host, port }));
    });
    server.listen(port, host, resolve);
  });
}

function boundAddress(server: Server): AddressInfo {
  const bound = server.address();
  if (typeof bound === 'object' && bound !== null) return bound;
  throw new Error('the server listens on no address');
}

function listenFault(cause: NodeJS.ErrnoException, listen: ListenAddress): OperationError {
  const place = `Cannot listen on ${formatListen(listen)}`;
  if (cause.code === 'EADDRINUSE') {
    const other = { ...listen, port: listen.port < 65535 ? listen.port + 1 : listen.port - 1 };
    return new OperationError(
      'in-use',
      `${place}: the port is taken; choose another with --listen ${formatListen(other)}`,
      { cause },
    );
  }
  return toOperationError(cause, place);
}
