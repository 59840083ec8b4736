// What every connection passes before a byte of it is parsed: other machines cannot take all the
// places, and on a port that speaks HTTPS a client that speaks plain HTTP is told so.
import type { Server, Socket } from 'node:net';

import { isSameMachine } from '../config/index.ts';

/** Connections at a time, of everybody. */
const CONNECTIONS_MAX = 256;
/** So many at most of other machines, so that Weir's own commands always find a place. */
const FOREIGN_CONNECTIONS_MAX = 224;
const PLAIN_LINGER_MS = 1000;

const PLAIN_ANSWER_TEXT = 'This port speaks HTTPS only: write https:// for http://\n';
const PLAIN_ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'content-type: text/plain; charset=utf-8',
  `content-length: ${PLAIN_ANSWER_TEXT.length}`,
  'connection: close',
  '',
  PLAIN_ANSWER_TEXT,
].join('\r\n');

/** Refuses connections beyond the bounds. */
export function boundConnections(server: Server): void {
  server.maxConnections = CONNECTIONS_MAX;
  let foreignCount = 0;
  server.prependListener('connection', (socket: Socket) => {
    if (isSameMachine(socket)) return;
    foreignCount += 1;
    socket.once('close', () => (foreignCount -= 1));
    if (foreignCount > FOREIGN_CONNECTIONS_MAX) socket.destroy();
  });
}

/**
 * Looks at the first byte of each connection before TLS does. A handshake begins with 22, a method
 * of plain HTTP with a capital letter; the latter gets an answer it understands. Nothing of the
 * request is read: it has been on the wire unencrypted, and may carry a signature.
 *
 * @param firstByteMs how long a client may say nothing
 * @returns ends every connection at once: those in a handshake are unknown to the HTTP server
 */
export function answerPlainHttp(server: Server, firstByteMs: number): () => void {
  const sockets = new Set<Socket>();
  // The documented way to hand a connection to a TLS server is to emit it; here it comes from
  // the server itself, a moment later.
  const takeOver = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (socket.destroyed) return;
    sockets.add(socket);
    const leave = (): void => void socket.destroy();
    socket.setTimeout(firstByteMs, leave);
    socket.on('error', leave);
    socket.once('close', () => sockets.delete(socket));
    socket.once('readable', () => {
      const start: unknown = socket.read();
      if (!(start instanceof Buffer)) return leave();
      socket.setTimeout(0);
      socket.off('timeout', leave);
      if (isCapitalLetter(start[0])) return refusePlain(socket);
      socket.unshift(start);
      for (const take of takeOver) Reflect.apply(take, server, [socket]);
    });
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

function isCapitalLetter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x41 && byte <= 0x5a;
}

/** Reads on, to nowhere, for a moment: a connection closed with bytes unread loses the answer. */
function refusePlain(socket: Socket): void {
  socket.resume();
  socket.end(PLAIN_ANSWER);
  setTimeout(() => socket.destroy(), PLAIN_LINGER_MS).unref();
}
