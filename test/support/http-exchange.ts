// One HTTP request as it is, and its whole answer.
import { request as httpRequest, type Agent } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent?: Agent | undefined;
}

const ANSWER_WITHIN_MS = 20_000;

/** Sends the body with its length, unless the headers say how it is transferred. */
export function exchange(
  url: string,
  { method, headers, agent }: Exchange,
  body: string | Uint8Array,
): Promise<Answer> {
  const length =
    headers['transfer-encoding'] === undefined ? { 'content-length': Buffer.byteLength(body) } : {};
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...headers, ...length }, agent };
    const request = httpRequest(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    request.on('error', reject);
    request.setTimeout(ANSWER_WITHIN_MS, () => request.destroy(new Error('No answer')));
    request.end(body);
  });
}
