// The one HTTP port. Each room gives a handler that takes what is its own; what nobody takes is a
// 404. Connections, headers and times are bounded here, bodies by the handlers.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import type { HttpHandler } from '../api/control/index.ts';
import { formatListen, type ListenAddress } from '../config/index.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';

const CONNECTIONS_MAX = 256;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

export interface HttpServer {
  /** Where it listens; the port is the real one also when 0 was asked for. */
  readonly address: ListenAddress;
  /** Takes no more requests and ends the open ones, streams included. */
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @throws OperationError `in-use` when the port is taken, `not-permitted` below port 1024
 */
export async function openHttpServer(
  listen: ListenAddress,
  handlers: readonly HttpHandler[],
  onBug: (fault: unknown) => void,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    handle(handlers, request, response).catch((fault: unknown) => {
      onBug(fault);
      response.destroy();
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await begin(server, listen);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
  return {
    address: { host: listen.host, port },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
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
