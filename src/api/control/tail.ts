// The stream of GET /control/tail. A reader that is slow is waited for: the source reads from the
// store by sequence, so waiting costs no memory.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

import { ControlFault } from './control-fault.ts';

export interface TailRequest {
  /** LogFormat, `default` or `all`. */
  readonly format: string;
  /** Filter expression; empty takes every record. */
  readonly filter: string;
  readonly output: 'text' | 'json';
  /** Begin after this sequence; null begins with what is stored from now on. */
  readonly after: number | null;
}

const TEXT_MAX = 8192;

/** Answers with lines until the reader goes or the daemon stops. */
export async function streamTail(
  open: (request: TailRequest, signal: AbortSignal) => Promise<AsyncIterable<string>>,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const request = readRequest(query);
  const lines = await open(request, gone.signal);
  response.writeHead(200, {
    'content-type': request.output === 'json' ? 'application/x-ndjson' : 'text/plain',
    'cache-control': 'no-store',
  });
  // Windows may be silent for hours: the server's bound on idle connections is not for tails.
  response.setTimeout(0);
  response.flushHeaders();
  for await (const text of lines) {
    if (gone.signal.aborted) return;
    if (!response.write(text)) await drained(response, gone.signal);
  }
  response.end();
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal });
  } catch (cause) {
    // The reader left while we waited; the loop above ends on the same signal.
    if (!signal.aborted) throw cause;
  }
}

function readRequest(query: URLSearchParams): TailRequest {
  const format = query.get('format') ?? 'default';
  const filter = query.get('filter') ?? '';
  const output = query.get('output') ?? 'text';
  if (output !== 'text' && output !== 'json') {
    throw new ControlFault(400, 'InvalidRequest', 'output must be text or json');
  }
  if (format.length > TEXT_MAX || filter.length > TEXT_MAX) {
    throw new ControlFault(400, 'InvalidRequest', `format and filter take ${TEXT_MAX} characters`);
  }
  return { format, filter, output, after: readAfter(query.get('after')) };
}

function readAfter(text: string | null): number | null {
  if (text === null) return null;
  const after = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(after)) return after;
  throw new ControlFault(400, 'InvalidRequest', 'after must be a sequence, 0 or more');
}
