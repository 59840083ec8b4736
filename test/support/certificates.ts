// Certificates for tests, made by openssl as an operator would make them.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Why tests with certificates cannot run here; false when they can. */
export const SKIP_OPENSSL: string | false =
  spawnSync('openssl', ['version']).status === 0 ? false : 'SKIPPED: openssl is not installed';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** PEM files of one pair. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface PairOptions {
  /** Of the files: NAME.pem and NAME.key. */
  readonly name: string;
  /** `DNS:localhost,IP:127.0.0.1`; null leaves the extension out. */
  readonly names?: string | null;
  readonly days?: number;
  /** Words before openssl, such as `faketime -f -9d`. */
  readonly prefix?: readonly string[];
}

/** A self-signed certificate, as docs/reference/tls.md has it. */
export function makeSelfSigned(folder: string, options: PairOptions): Pair {
  const { name, names = 'DNS:localhost,IP:127.0.0.1', days = 30, prefix = [] } = options;
  const pair = pairIn(folder, name);
  const extension = names === null ? [] : ['-addext', `subjectAltName=${names}`];
  openssl(
    [
      ...['req', '-x509', ...NEW_KEY, '-days', String(days), '-subj', `/CN=${name}`],
      ...extension,
      ...['-keyout', pair.key, '-out', pair.certificate],
    ],
    prefix,
  );
  return pair;
}

/** A certificate that an authority vouches for; the file holds it alone. */
export function makeIssued(folder: string, authority: Pair, options: PairOptions): Pair {
  const { name, names = 'DNS:localhost,IP:127.0.0.1' } = options;
  const pair = pairIn(folder, name);
  const request = path.join(folder, `${name}.csr`);
  const extensions = path.join(folder, `${name}.ext`);
  writeFileSync(extensions, names === null ? '' : `subjectAltName=${names}\n`);
  openssl([
    'req',
    '-new',
    ...NEW_KEY,
    '-subj',
    `/CN=${name}`,
    '-keyout',
    pair.key,
    '-out',
    request,
  ]);
  openssl([
    ...['x509', '-req', '-in', request, '-out', pair.certificate, '-days', '30'],
    ...['-CA', authority.certificate, '-CAkey', authority.key, '-CAcreateserial'],
    ...['-extfile', extensions],
  ]);
  return pair;
}

/** Runs openssl, quietly. */
export function openssl(words: readonly string[], prefix: readonly string[] = []): void {
  const [program = '', ...args] = [...prefix, 'openssl', ...words];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function pairIn(folder: string, name: string): Pair {
  return {
    certificate: path.join(folder, `${name}.pem`),
    key: path.join(folder, `${name}.key`),
  };
}
