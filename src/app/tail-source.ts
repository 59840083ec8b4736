// The lines of /control/tail: read from the store by sequence whenever a window was committed, so
// a slow reader falls behind without any queue.
import type { TailRequest } from '../api/control/index.ts';
import { readLineRequest } from '../cli/line-request.ts';
import { linesOfCommits, type LineRequest, type RowReader } from '../cli/record-lines.ts';

export interface TailFeed {
  readonly lastSequence: number;
  onCommit(listener: () => void): () => void;
}

export type TailSource = (
  request: TailRequest,
  signal: AbortSignal,
) => Promise<AsyncIterable<string>>;

/** @param feed the store */
export function createTailSource(reader: RowReader, feed: TailFeed): TailSource {
  return async (request, signal) => {
    const lines = readLineRequest(request);
    return follow(reader, feed, { lines, after: request.after ?? feed.lastSequence }, signal);
  };
}

async function* follow(
  reader: RowReader,
  feed: TailFeed,
  from: { readonly lines: LineRequest; readonly after: number },
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let cursor = from.after;
  while (!signal.aborted) {
    const last = feed.lastSequence;
    if (last > cursor) {
      yield* linesOfCommits(reader, from.lines, cursor + 1, last);
      cursor = last;
    } else {
      await nextCommit(feed, signal);
    }
  }
}

function nextCommit(feed: TailFeed, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      unsubscribe();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const unsubscribe = feed.onCommit(done);
    signal.addEventListener('abort', done);
  });
}
