// A signature as a request carries it: in the Authorization header, or in the query of a presigned
// address. Reading checks the form only.
import { headerValues, type RawRequest } from './raw-request.ts';
import { SignatureFault } from './signature-fault.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';
const EXPIRES_SECONDS_MAX = 604_800;
/** More than any client signs; bounds the work on garbage. */
const SIGNED_HEADERS_MAX = 128;

/** Whose key, and what it was derived for. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** yyyymmdd. */
  readonly date: string;
  readonly region: string;
  /** `ec2`, `sts`, `logs`, `s3`. */
  readonly service: string;
}

export interface CarriedSignature {
  readonly scope: CredentialScope;
  /** Lower case, sorted. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits. */
  readonly signature: string;
  /** yyyymmddThhmmssZ. */
  readonly date: string;
  readonly dateMs: number;
  /** Of a presigned address; null for the header. */
  readonly expiresSeconds: number | null;
  readonly sessionToken: string | null;
}

/**
 * Whom the request says it is from and for, before anything is proved: chooses the service and
 * with it the form of every answer.
 *
 * @returns null when that cannot be told; never throws
 */
export function readCredentialScope(request: RawRequest): CredentialScope | null {
  const header = headerValues(request, 'authorization')[0];
  const credential =
    header === undefined
      ? new URLSearchParams(request.query).get('X-Amz-Credential')
      : /^AWS4-HMAC-SHA256[ \t].*?\bCredential=([^, \t]+)/.exec(header)?.[1];
  return toScope((credential ?? '').split('/'));
}

function toScope(parts: readonly string[]): CredentialScope | null {
  const [accessKeyId = '', date = '', region = '', service = ''] = parts;
  if (parts.length !== 5 || !/^\w{1,128}$/.test(accessKeyId) || !/^\d{8}$/.test(date)) return null;
  if (!/^[\w-]{1,64}$/.test(region) || !/^[\w-]{1,64}$/.test(service)) return null;
  return { accessKeyId, date, region, service };
}

/**
 * The request's signature.
 *
 * @throws SignatureFault `missing`, `incomplete` or `bad-scope`
 */
export function readSignature(request: RawRequest): CarriedSignature {
  const authorization = headerValues(request, 'authorization');
  const parameters = presignedParameters(request.query);
  if (authorization.length === 0 && parameters === null) {
    throw new SignatureFault('missing', 'Request is missing Authentication Token');
  }
  if (authorization.length + (parameters === null ? 0 : 1) > 1) {
    throw incomplete('Only one signature is allowed: one Authorization header, or the query');
  }
  if (parameters !== null) return readPresigned(parameters);
  return readAuthorization(request, authorization[0] ?? '');
}

function incomplete(message: string): SignatureFault {
  return new SignatureFault('incomplete', message);
}

function readAuthorization(request: RawRequest, authorization: string): CarriedSignature {
  const match = /^([^ \t]+)[ \t]+(.*)$/s.exec(authorization);
  if (match?.[1] !== ALGORITHM) {
    throw incomplete(`Authorization must begin with ${ALGORITHM}: other algorithms are not known`);
  }
  const parts = new Map<string, string>();
  for (const part of (match[2] ?? '').split(',')) {
    const [, name, value] =
      /^[ \t]*(Credential|SignedHeaders|Signature)=([^ \t]*)[ \t]*$/.exec(part) ?? [];
    if (name === undefined || value === undefined || parts.has(name)) {
      throw incomplete('Authorization must be Credential=..., SignedHeaders=..., Signature=...');
    }
    parts.set(name, value);
  }
  return toSignature({
    place: 'Authorization header',
    credential: parts.get('Credential'),
    signedHeaders: parts.get('SignedHeaders'),
    signature: parts.get('Signature'),
    date: headerDate(request),
    expiresSeconds: null,
    sessionToken: single(headerValues(request, 'x-amz-security-token'), 'X-Amz-Security-Token'),
  });
}

/** X-Amz-Date, or else Date, which may be an HTTP date. */
function headerDate(request: RawRequest): string | undefined {
  const amzDate = single(headerValues(request, 'x-amz-date'), 'X-Amz-Date');
  if (amzDate !== null) return amzDate;
  const date = single(headerValues(request, 'date'), 'Date') ?? undefined;
  if (date === undefined || !/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(date)) {
    return date;
  }
  const milliseconds = Date.parse(date);
  return Number.isNaN(milliseconds) ? date : basicIso(milliseconds);
}

function single(values: readonly string[], name: string): string | null {
  if (values.length > 1) throw incomplete(`${name} must be given once`);
  return values[0] ?? null;
}

const PRESIGNED_NAMES = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
] as const;

/** The parameters of a presigned address, or null when the query is something else. */
function presignedParameters(query: string): Map<string, readonly string[]> | null {
  if (!query.includes('X-Amz-')) return null;
  const all = new URLSearchParams(query);
  const found = PRESIGNED_NAMES.map((name) => [name, all.getAll(name)] as const);
  return found.some(([, values]) => values.length > 0) ? new Map(found) : null;
}

function readPresigned(parameters: ReadonlyMap<string, readonly string[]>): CarriedSignature {
  const read = (name: (typeof PRESIGNED_NAMES)[number]): string | undefined =>
    single(parameters.get(name) ?? [], name) ?? undefined;
  if (read('X-Amz-Algorithm') !== ALGORITHM) {
    throw incomplete(`X-Amz-Algorithm must be ${ALGORITHM}`);
  }
  const expires = read('X-Amz-Expires') ?? '';
  const expiresSeconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (expiresSeconds < 1 || expiresSeconds > EXPIRES_SECONDS_MAX) {
    throw incomplete(`X-Amz-Expires must be 1 to ${EXPIRES_SECONDS_MAX} seconds`);
  }
  return toSignature({
    place: 'Query',
    credential: read('X-Amz-Credential'),
    signedHeaders: read('X-Amz-SignedHeaders'),
    signature: read('X-Amz-Signature'),
    date: read('X-Amz-Date'),
    expiresSeconds,
    sessionToken: read('X-Amz-Security-Token') ?? null,
  });
}

interface SignatureParts {
  readonly place: string;
  readonly credential: string | undefined;
  readonly signedHeaders: string | undefined;
  readonly signature: string | undefined;
  readonly date: string | undefined;
  readonly expiresSeconds: number | null;
  readonly sessionToken: string | null;
}

function toSignature(parts: SignatureParts): CarriedSignature {
  const { place, credential, signature, date, expiresSeconds, sessionToken } = parts;
  if (credential === undefined) throw incomplete(`${place} requires 'Credential' parameter.`);
  if (parts.signedHeaders === undefined) {
    throw incomplete(`${place} requires 'SignedHeaders' parameter.`);
  }
  if (signature === undefined) throw incomplete(`${place} requires 'Signature' parameter.`);
  if (!/^[0-9a-f]{64}$/.test(signature)) {
    throw incomplete('The signature must be 64 hexadecimal digits in lower case');
  }
  if (date === undefined) {
    throw incomplete(`${place} requires existence of either a 'X-Amz-Date' or a 'Date' header.`);
  }
  const dateMs = parseBasicIso(date);
  if (dateMs === null) throw incomplete('The date must be of the form 20260131T235959Z');
  const scope = readScope(credential, date);
  const signedHeaders = readSignedHeaders(parts.signedHeaders);
  return { scope, signedHeaders, signature, date, dateMs, expiresSeconds, sessionToken };
}

function readScope(credential: string, date: string): CredentialScope {
  const parts = credential.split('/');
  const scope = toScope(parts);
  if (scope === null) {
    throw incomplete(
      'Credential must be <access-key-id>/<yyyymmdd>/<region>/<service>/aws4_request',
    );
  }
  if (parts[4] !== TERMINATOR) {
    throw new SignatureFault(
      'bad-scope',
      `Credential should be scoped with a valid terminator: '${TERMINATOR}'.`,
    );
  }
  if (scope.date !== date.slice(0, 8)) {
    throw new SignatureFault(
      'bad-scope',
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from ' +
        `HTTP: '${scope.date}' != '${date.slice(0, 8)}', from '${date}'.`,
    );
  }
  return scope;
}

function readSignedHeaders(text: string): readonly string[] {
  const names = text.split(';');
  const isOrdered = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
  const isToken = names.every((name) => /^[a-z0-9!#$%&'*+\-.^_`|~]+$/.test(name));
  if (isOrdered && isToken && names.length <= SIGNED_HEADERS_MAX) return names;
  throw incomplete('SignedHeaders must be names in lower case, each once, sorted, joined by ";"');
}

/** @returns Unix milliseconds, or null for a text or a day that is none */
function parseBasicIso(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) || basicIso(milliseconds) !== text ? null : milliseconds;
}

/** `20260131T235959Z`. */
export function basicIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}
