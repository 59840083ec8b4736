// The canonical form of a request: the text that both sides hash.
//
//   METHOD
//   /canonical/path
//   sorted=query&...
//   name:value            one line per signed header, sorted
//   (empty)
//   name;name             the signed headers
//   hash of the payload
import { headerValues, type RawRequest } from './raw-request.ts';

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED_OR_SLASH = /^[A-Za-z0-9\-._~/]*$/;

/** Percent-encodes all bytes but unreserved ones, as RFC 3986 and SigV4 want it. */
function encode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return Array.from(Buffer.from(text, 'utf8'), encodeByte).join('');
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (UNRESERVED.test(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * The same text with its percent-encoding in the canonical form. By bytes, so that what is no
 * UTF-8 stays distinct; a `%` without two digits stands for itself.
 */
function reencode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~]/gu, (match, digits?: string) =>
    digits === undefined ? encode(match) : encodeByte(Number.parseInt(digits, 16)),
  );
}

/**
 * The path. S3 signs it encoded once, and as it is: `//` and `..` may be in a key. All others sign
 * it encoded twice, without empty and dot segments.
 */
export function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path.split('/').map(reencode).join('/');
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const start = path.startsWith('/') ? '/' : '';
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  const normal = start + segments.join('/') + end;
  return UNRESERVED_OR_SLASH.test(normal) ? normal : normal.split('/').map(encode).join('/');
}

/**
 * The query, sorted, without the parameter of that name.
 *
 * A `+` is a space, as the decoder of the parameters reads it: were it signed as itself, a request
 * signed for `%2B` could be altered to mean a space.
 */
export function canonicalQuery(query: string, without: string | null): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      return [canonicalQueryText(name), canonicalQueryText(rest.join('='))] as const;
    })
    .filter(([name]) => name !== without)
    .sort((one, other) => compare(one[0], other[0]) || compare(one[1], other[1]))
    .map((pair) => pair.join('='))
    .join('&');
}

function canonicalQueryText(text: string): string {
  return reencode(text.replaceAll('+', '%20'));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * The canonical request.
 *
 * @param signedHeaders lower case, sorted, all present
 * @param payloadHash SHA-256 in hexadecimal, or one of the names that stand for it
 */
export function canonicalRequest(
  request: RawRequest,
  service: string,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  return [
    request.method,
    canonicalPath(request.path, service),
    canonicalQuery(request.query, 'X-Amz-Signature'),
    ...signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** All values of the header, runs of blanks as one. */
function canonicalHeader(request: RawRequest, name: string): string {
  return headerValues(request, name)
    .map((value) => value.replaceAll(/[ \t]+/g, ' ').replaceAll(/^ | $/g, ''))
    .join(',');
}
