// The certificate and key of the HTTP port: read, checked against each other, and what clients
// need to know of them.
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP, isIPv6, SocketAddress } from 'node:net';
import path from 'node:path';
import { createSecureContext } from 'node:tls';

import { isLoopback, readPrivateFile } from '../config/index.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';

const FILE_BYTES_MAX = 1024 * 1024;
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** TLS 1.2 is the least that AWS's own endpoints take. */
export const LEAST_TLS_VERSION = 'TLSv1.2';

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate and its key, which fit together. */
export interface TlsIdentity {
  /** PEM; the key is secret. */
  readonly certificate: string;
  readonly key: string;
  /** SHA-256 of the server's certificate, `AB:CD:...`. */
  readonly fingerprint256: string;
  /** Unix milliseconds. */
  readonly validFromMs: number;
  readonly validUntilMs: number;
  /** It names somebody in its subjectAltName; clients look nowhere else. */
  readonly hasNames: boolean;
  /** The name by which a client reaches what listens there; null when it covers none. */
  nameFor(host: string): string | null;
  /** Absolute path of the file to trust, where it ends in a certificate of its own making. */
  readonly trustFile: string | null;
}

/**
 * Reads and checks both files.
 *
 * @throws OperationError unreadable, not PEM, encrypted, not fitting, a key that others may read
 */
export async function readTlsIdentity(files: TlsFiles): Promise<TlsIdentity> {
  const certificate = await readCertificate(files.certificate);
  const [leaf, ...issuers] = parseChain(certificate, files.certificate);
  const key = await readPrivateFile({
    path: files.key,
    what: 'private key',
    bytesMax: FILE_BYTES_MAX,
    afterwards: 'replace key and certificate',
  });
  if (!leaf.checkPrivateKey(parseKey(key, files.key))) throw misfit(files);
  checkUsable(certificate, key, files);
  const last = issuers.at(-1) ?? leaf;
  return {
    certificate,
    key,
    fingerprint256: leaf.fingerprint256,
    validFromMs: Date.parse(leaf.validFrom),
    validUntilMs: Date.parse(leaf.validTo),
    hasNames: leaf.subjectAltName !== undefined,
    nameFor: (host) => coveredName(leaf, host),
    trustFile: isSelfSigned(last) ? path.resolve(files.certificate) : null,
  };
}

async function readCertificate(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw toOperationError(cause, `Cannot read the TLS certificate in "${file}"`);
  }
}

function parseChain(
  text: string,
  file: string,
): readonly [X509Certificate, ...(readonly X509Certificate[])] {
  const [first, ...others] = text.match(BLOCK) ?? [];
  if (first === undefined) {
    throw unusable('TLS certificate', file, 'it has no "-----BEGIN CERTIFICATE-----" (PEM)');
  }
  try {
    return [new X509Certificate(first), ...others.map((block) => new X509Certificate(block))];
  } catch (cause) {
    throw unusable('TLS certificate', file, 'it is damaged', cause);
  }
}

/** Causes are left out: what OpenSSL says of a key it cannot read is of no help. */
function parseKey(text: string, file: string): KeyObject {
  if (ENCRYPTED.test(text)) {
    const remedy = `openssl pkey -in "${file}" -out plain.key, and name that file`;
    throw unusable('private key', file, `it is encrypted, and nobody is here to ask; ${remedy}`);
  }
  try {
    return createPrivateKey(text);
  } catch {
    throw unusable('private key', file, 'it is no private key in PEM');
  }
}

function misfit({ certificate, key }: TlsFiles): OperationError {
  return new OperationError(
    'invalid-input',
    `The private key in "${key}" is not that of the first certificate in "${certificate}"; ` +
      'name the files of one pair, the server certificate first',
  );
}

/** OpenSSL has the last word, e.g. on keys that are too short. */
function checkUsable(certificate: string, key: string, files: TlsFiles): void {
  try {
    createSecureContext({ cert: certificate, key, minVersion: LEAST_TLS_VERSION });
  } catch (cause) {
    const reason = cause instanceof Error && 'reason' in cause ? String(cause.reason) : 'refused';
    throw unusable('TLS certificate', files.certificate, `OpenSSL says "${reason}"`, cause);
  }
}

function unusable(what: string, file: string, reason: string, cause?: unknown): OperationError {
  return new OperationError('invalid-input', `Cannot use the ${what} in "${file}": ${reason}`, {
    cause,
  });
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

/** The address itself where the certificate has it, else the first of its names. */
function coveredName(leaf: X509Certificate, host: string): string | null {
  const isLocal = isLoopback(host);
  const own = isLocal ? [host, 'localhost'] : [host];
  const names = namesOf(leaf).filter((name) => isLocal || !isLoopback(name));
  return [...own, ...names].find((name) => covers(leaf, name)) ?? null;
}

function covers(leaf: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return leaf.checkIP(name) !== undefined;
  // As clients do: names in the subject count for nothing.
  return leaf.checkHost(name, { subject: 'never' }) !== undefined;
}

/** DNS names without wildcard, and addresses, of `DNS:weir.lan, IP Address:0:0:0:0:0:0:0:1`. */
function namesOf(leaf: X509Certificate): string[] {
  const text = leaf.subjectAltName ?? '';
  return [...text.matchAll(/(?:DNS|IP Address):([^,"*]+)(?=,|$)/g)].map(([, name = '']) =>
    isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name,
  );
}
