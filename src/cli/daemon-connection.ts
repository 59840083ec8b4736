// The connection to the daemon of a data folder. Over TLS it trusts the certificate of
// DATA/daemon.json and no other, whatever its names, dates and authorities: nothing is sent, the
// key least of all, before the other side has proved to be its owner.
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

import type { DaemonNote } from '../config/data-folder.ts';
import { formatListen } from '../config/listen.ts';
import { OperationError } from '../observe/operation-error.ts';

/** Somebody else answers, or the certificate was renewed after the note was read. */
export class ForeignCertificateError extends OperationError {
  constructor(note: DaemonNote) {
    super(
      'not-permitted',
      `${unreachable(note)}: another certificate is shown there than DATA/daemon.json names; ` +
        'nothing was sent; see which program has the port',
    );
    this.name = 'ForeignCertificateError';
  }
}

/** How lines about a daemon that does not answer begin. */
export function unreachable(note: DaemonNote): string {
  return `Cannot reach weir (process ${note.pid}) at ${formatListen(note)}`;
}

/** @throws ForeignCertificateError, or the system's error */
export async function connectToDaemon(note: DaemonNote, signal: AbortSignal): Promise<Socket> {
  const { host, port, tls } = note;
  if (tls === undefined) return connected(connectPlain({ host, port }), 'connect', signal);
  // What node would check is checked below, by the fingerprint.
  const socket = connectTls({ host, port, rejectUnauthorized: false, minVersion: 'TLSv1.2' });
  await connected(socket, 'secureConnect', signal);
  if (fingerprintOf(socket) === tls.fingerprint256) return socket;
  socket.destroy();
  throw new ForeignCertificateError(note);
}

function fingerprintOf(socket: TLSSocket): string | undefined {
  return socket.getPeerX509Certificate()?.fingerprint256;
}

function connected(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const abort = (): void => void socket.destroy(signal.reason as Error);
    const settle = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
    };
    const fail = (fault: Error): void => {
      settle();
      reject(fault);
    };
    signal.addEventListener('abort', abort);
    socket.once('error', fail);
    socket.once(event, () => {
      settle();
      resolve(socket);
    });
    if (signal.aborted) abort();
  });
}
