// The HTTP port as the configuration wants it, plain or TLS, and the note by which Weir's own
// commands find it.
import type { HttpHandler } from '../api/control/index.ts';
import {
  formatListen,
  parseListen,
  removeDaemonNote,
  writeDaemonNote,
  type Config,
  type DaemonNote,
  type DataPaths,
  type ListenAddress,
  type TlsNote,
} from '../config/index.ts';
import type { CertificateStatus } from '../observe/index.ts';
import { openHttpServer, type HttpServer } from './http-server.ts';
import {
  openServerCertificate,
  type CertificateDeps,
  type ServerCertificate,
} from './server-certificate.ts';
import type { TlsIdentity } from './tls-identity.ts';

export interface HttpPortOptions extends CertificateDeps {
  readonly config: Config;
  readonly paths: DataPaths;
  readonly handlers: readonly HttpHandler[];
  readonly onBug: (fault: unknown) => void;
}

export interface HttpPort {
  /** `HOST:PORT` as bound. */
  readonly listen: string;
  readonly url: string;
  /** Null without TLS. */
  certificate(): CertificateStatus | null;
  /** Writes DATA/daemon.json, and again whenever the certificate is renewed. */
  announce(key: string): void;
  /** Removes it. */
  conceal(): void;
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @throws OperationError when the port cannot be had, or certificate and key cannot be used
 */
export async function openHttpPort(options: HttpPortOptions): Promise<HttpPort> {
  const { config, paths } = options;
  const certificate = await openServerCertificate(config, options);
  const server = await listen(options, certificate);
  const bound = formatListen(server.address);
  let note: DaemonNote | null = null;
  certificate?.follow((identity) => {
    // The note first: should it fail, the old certificate stays, and stays the known one.
    if (note !== null) {
      note = { ...note, tls: tlsNoteOf(identity, server) };
      writeDaemonNote(paths, note);
    }
    server.renew(identity);
  });
  return {
    listen: bound,
    url: `${certificate === null ? 'http' : 'https'}://${bound}`,
    certificate: () => certificate?.status() ?? null,
    announce(key) {
      const plain = { pid: process.pid, ...server.reachable, key };
      const identity = certificate?.identity();
      note = identity === undefined ? plain : { ...plain, tls: tlsNoteOf(identity, server) };
      writeDaemonNote(paths, note);
    },
    conceal() {
      note = null;
      removeDaemonNote(paths);
    },
    close() {
      certificate?.stop();
      return server.close();
    },
  };
}

async function listen(
  { config, handlers, log, metrics, onBug }: HttpPortOptions,
  certificate: ServerCertificate | null,
): Promise<HttpServer> {
  const failures = metrics.counter('weir_tls_handshake_failures_total', 'Failed TLS handshakes');
  try {
    return await openHttpServer({
      listen: addressOf(config),
      handlers,
      tls: certificate?.identity() ?? null,
      onBug,
      onHandshakeFault: (reason) => {
        failures.add(1, { reason });
        log.debug('tls.handshake', `A TLS handshake failed: ${reason}`);
      },
    });
  } catch (fault) {
    certificate?.stop();
    throw fault;
  }
}

function addressOf(config: Config): ListenAddress {
  const address = parseListen(config.listen);
  if (address === null) throw new Error(`"${config.listen}" passed the configuration's check`);
  return address;
}

function tlsNoteOf(identity: TlsIdentity, { reachable }: HttpServer): TlsNote {
  const { fingerprint256, trustFile } = identity;
  return { fingerprint256, name: identity.nameFor(reachable.host) ?? reachable.host, trustFile };
}
