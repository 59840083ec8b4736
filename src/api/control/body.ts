import type { IncomingMessage } from 'node:http';

import { ControlFault } from './control-fault.ts';

/** Longest body of a request; AWS's own limit for these calls is below it. */
export const BODY_BYTES_MAX = 1024 * 1024;

/**
 * Reads the JSON object in a request's body; an empty body is an empty object.
 *
 * @throws ControlFault 413 when longer than BODY_BYTES_MAX, 400 when it is no JSON object
 */
export async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let byteCount = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    byteCount += part.length;
    if (byteCount > BODY_BYTES_MAX) {
      throw new ControlFault(413, 'RequestTooLarge', `The body exceeds ${BODY_BYTES_MAX} bytes`);
    }
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  if (text.trim() === '') return {};
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new ControlFault(400, 'InvalidRequest', 'The body is not JSON');
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ControlFault(400, 'InvalidRequest', 'The body must be a JSON object');
  }
  return content as Record<string, unknown>;
}
