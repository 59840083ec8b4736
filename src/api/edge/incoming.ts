// What arrives: whether a request is AWS's at all, its address as the client wrote it, and its body
// within a bound. No URL class: a signature covers the raw text.
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ByteBudget } from './byte-budget.ts';

/** Longest body; AWS's own limit for these calls is below it. */
export const BODY_BYTES_MAX = 1024 * 1024;

/** How much, and how long, of a refused body is read so that the client can read the answer. */
const LINGER_BYTES_MAX = 8 * 1024 * 1024;
const LINGER_MS_MAX = 2000;

const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;

/** The parts of an address, still encoded. */
export interface Target {
  readonly path: string;
  /** Without the `?`; empty when there is none. */
  readonly query: string;
}

/** Splits the request line's address, in origin form or, as proxies write it, in absolute form. */
export function targetOf(url: string): Target {
  const origin = url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = origin.indexOf('?');
  const path = mark === -1 ? origin : origin.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark === -1 ? '' : origin.slice(mark + 1) };
}

/**
 * Says whether a request is one of AWS's clients': signed (also wrongly), of the JSON protocol, or
 * a form of the query protocol at `/`. Everything else belongs to other rooms.
 */
export function isAwsRequest(request: IncomingMessage): boolean {
  const { headers, method, url = '/' } = request;
  if (/^AWS4-|^AWS /.test(headers.authorization ?? '')) return true;
  if (headers['x-amz-target'] !== undefined) return true;
  const { path, query } = targetOf(url);
  if (/(?:^|&)X-Amz-(?:Algorithm|Credential|Signature)=/i.test(query)) return true;
  if (path !== '/') return false;
  if (/(?:^|&)Action=/.test(query)) return true;
  return method === 'POST' && isForm(request);
}

function isForm(request: IncomingMessage): boolean {
  const type = request.headers['content-type'];
  return type === undefined || FORM_TYPE.test(type);
}

/**
 * Why there is no body. `gone`: the client left in the middle, and nobody waits for an answer;
 * `no-room`: all bodies together would be too large.
 */
export type BodyFault = 'too-large' | 'no-room' | 'gone';

/**
 * Reads the whole body, or says why not. What is read of a body that is refused is let go.
 *
 * @param budget holds the body's bytes until the caller releases them
 */
export async function readBody(
  request: IncomingMessage,
  budget: ByteBudget,
): Promise<Buffer | BodyFault> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return 'too-large';
  const parts: Buffer[] = [];
  let byteCount = 0;
  return new Promise((resolve) => {
    const settle = (result: Buffer | BodyFault): void => {
      request.off('data', take).off('end', finish).off('error', leave).off('close', leave);
      request.pause();
      if (typeof result === 'string') budget.release(byteCount);
      resolve(result);
    };
    const take = (part: Buffer): void => {
      if (byteCount + part.length > BODY_BYTES_MAX) {
        settle('too-large');
      } else if (budget.take(part.length)) {
        byteCount += part.length;
        parts.push(part);
      } else {
        settle('no-room');
      }
    };
    const finish = (): void => settle(Buffer.concat(parts));
    const leave = (): void => settle('gone');
    request.on('data', take).on('end', finish).on('error', leave).on('close', leave);
  });
}

/**
 * Reads on, to nowhere, after the answer to a body that was refused: a connection closed with
 * bytes unread is reset, and many a client then never sees the answer.
 */
export async function linger(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let byteCount = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS_MAX);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.on('data', (part: Buffer) => {
      byteCount += part.length;
      if (byteCount > LINGER_BYTES_MAX) finish();
    });
    request.once('end', finish).once('error', finish).once('close', finish);
    request.resume();
  });
  response.end();
}
