// The certificate in use: which it is now, what is wrong with it, and what is told of it.
import type { Config } from '../config/index.ts';
import type { CertificateStatus, Logger, Metrics } from '../observe/index.ts';
import type { TlsFiles, TlsIdentity } from './tls-identity.ts';
import { openTlsFiles } from './tls-renewal.ts';

export interface CertificateDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export interface ServerCertificate {
  identity(): TlsIdentity;
  status(): CertificateStatus;
  /** From now on `use` gets each renewed certificate; when it throws, the old one stays. */
  follow(use: (identity: TlsIdentity) => void): void;
  stop(): void;
}

/**
 * The certificate of the configuration; null when it wants none.
 *
 * @throws OperationError when its files cannot be used
 */
export async function openServerCertificate(
  { tls }: Config,
  deps: CertificateDeps,
): Promise<ServerCertificate | null> {
  const { certificate, key } = tls;
  if (certificate === null || key === null) return null;
  const files: TlsFiles = { certificate, key };
  const opened = await openTlsFiles(files);
  let current = opened.identity;
  let fault: string | null = null;
  const tell = (): void => tellOf(current, files, deps);
  tell();
  return {
    identity: () => current,
    status: () => {
      const { validFromMs, validUntilMs } = current;
      return { validFromMs, validUntilMs, fault };
    },
    follow(use) {
      opened.follow({
        onRenewed(identity) {
          use(identity);
          const isOther = identity.fingerprint256 !== current.fingerprint256;
          current = identity;
          fault = null;
          if (!isOther) return;
          const until = timeText(identity.validUntilMs);
          deps.log.info('tls.renewed', `Uses the renewed TLS certificate, valid until ${until}`);
          tell();
        },
        onFault({ message }) {
          fault = message;
          deps.log.warn('tls.not-renewed', `The old TLS certificate stays in use: ${message}`);
        },
      });
    },
    stop: () => opened.stop(),
  };
}

/** Weir serves what clients will refuse, since some do not; it says so. */
function tellOf(identity: TlsIdentity, { certificate }: TlsFiles, deps: CertificateDeps): void {
  const { log, metrics, now } = deps;
  const { validFromMs, validUntilMs } = identity;
  metrics
    .gauge('weir_tls_certificate_valid_until_seconds', 'Unix time when the certificate expires')
    .set(Math.floor(validUntilMs / 1000));
  const subject = `The TLS certificate in "${certificate}"`;
  if (validUntilMs <= now()) {
    const expired = `${subject} expired at ${timeText(validUntilMs)}`;
    log.warn('tls.expired', `${expired}; clients refuse it until the file has a new one`);
  }
  if (validFromMs > now()) {
    const early = `${subject} is valid from ${timeText(validFromMs)} only`;
    log.warn('tls.early', `${early}; look at the clock of this host`);
  }
  if (!identity.hasNames) {
    const nameless = `${subject} has no name in its subjectAltName`;
    log.warn('tls.nameless', `${nameless}; AWS clients refuse it (docs/reference/tls.md)`);
  }
}

function timeText(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 19)}Z`;
}
