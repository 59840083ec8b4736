// One read of the store for many flow logs. Most flow logs of a host ask for the same windows in
// the same format and differ in their resource only: a thousand small queries would each scan all
// records. The lines of such resources are read together and handed out from memory.
//
// A group with many records is cut into shares of about equal size, in the order of the flow logs,
// which is the order in which they come for their lines. What is large by itself is not shared.
import type { Logger } from '../observe/index.ts';
import { toOperationError } from '../observe/operation-error.ts';
import type { LineChunk, ReadLinesRequest, RecordReader, RecordScope } from './record-reader.ts';

/** So many resources are worth a common read. */
const SCOPES_MIN = 4;
/** Records that one query should sort and render: some 30 MB of DuckDB's memory. */
const ROWS_PER_SHARE = 50_000;
/** Lines kept besides those that are being handed out. */
const CHARACTERS_MAX = 64 * 1024 * 1024;
/** What nobody has asked for so long is dropped. */
const IDLE_MS = 15_000;

export interface SharedReadsDeps {
  readonly reader: RecordReader;
  readonly log: Logger;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
}

/** A flow log's want to read its records of one group. */
export interface GroupRead {
  readonly request: ReadLinesRequest;
  /** Of all interfaces in these commits. */
  readonly rowCount: number;
  /** Scopes that others ask for with the same request otherwise, this one included. */
  readonly alike: () => readonly RecordScope[];
}

export interface SharedReads {
  /** The same lines as `RecordReader.readLines` gives. */
  readLines(read: GroupRead): AsyncIterable<LineChunk>;
}

type LinesByResource = ReadonlyMap<string, readonly LineChunk[]>;

/** Resources that are read together. */
interface Share {
  readonly scopes: RecordScope[];
  /** Null until somebody asks; it gives null when the read failed, perhaps for want of memory. */
  lines: Promise<LinesByResource | null> | null;
  characters: number;
}

/** All that look alike in one group. */
interface HeldGroup {
  /** By resource; one that is missing reads for itself. */
  readonly shares: Promise<ReadonlyMap<string, Share>>;
  usedMs: number;
}

export function createSharedReads(deps: SharedReadsDeps): SharedReads {
  return new HeldReads(deps);
}

class HeldReads implements SharedReads {
  readonly #deps: SharedReadsDeps;
  readonly #groups = new Map<string, HeldGroup>();
  /** Shares with lines, the least recently used first. */
  readonly #held = new Set<Share>();
  /** One at a time: each may take much of DuckDB's memory. */
  #reading: Promise<unknown> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(deps: SharedReadsDeps) {
    this.#deps = deps;
  }

  async *readLines(read: GroupRead): AsyncGenerator<LineChunk, void, undefined> {
    const { request } = read;
    const { resourceId } = request.scope;
    const share = (await this.#groupOf(read).shares).get(resourceId);
    const lines = share === undefined ? null : await this.#linesOf(share, request);
    if (lines === null) yield* this.#deps.reader.readLines(request);
    else yield* lines.get(resourceId) ?? [];
  }

  #groupOf(read: GroupRead): HeldGroup {
    const { scope: _, ...common } = read.request;
    const fields = common.fields.map((field) => field.name);
    const key = JSON.stringify({ ...common, fields });
    let group = this.#groups.get(key);
    if (group === undefined) {
      this.#dropIdle();
      group = { shares: this.#cut(read), usedMs: 0 };
      this.#groups.set(key, group);
    }
    group.usedMs = this.#deps.clock();
    this.#idleTimer ??= setInterval(() => this.#dropIdle(), IDLE_MS).unref();
    return group;
  }

  async #cut({ request, rowCount, alike }: GroupRead): Promise<ReadonlyMap<string, Share>> {
    const scopes = new Map(alike().map((scope) => [scope.resourceId, scope]));
    const shares = new Map<string, Share>();
    if (scopes.size < SCOPES_MIN) return shares;
    const counts = await this.#countsOf(request, rowCount, [...scopes.values()]);
    let share: Share = { scopes: [], lines: null, characters: 0 };
    let rows = 0;
    for (const scope of scopes.values()) {
      const count = counts?.get(scope.resourceId) ?? 0;
      if (count > ROWS_PER_SHARE) continue;
      if (rows + count > ROWS_PER_SHARE) {
        share = { scopes: [], lines: null, characters: 0 };
        rows = 0;
      }
      share.scopes.push(scope);
      rows += count;
      shares.set(scope.resourceId, share);
    }
    return shares;
  }

  /** Null where all records fit one share, or nothing can be told. */
  async #countsOf(
    { fromSequence, toSequence }: ReadLinesRequest,
    rowCount: number,
    scopes: readonly RecordScope[],
  ): Promise<ReadonlyMap<string, number> | null> {
    if (rowCount <= ROWS_PER_SHARE) return null;
    const types = [...new Set(scopes.map(({ resourceType }) => resourceType))];
    try {
      return await this.#deps.reader.rowCounts({ fromSequence, toSequence }, types);
    } catch (cause) {
      this.#noteFault(cause, scopes.length);
      return new Map(scopes.map(({ resourceId }) => [resourceId, Infinity]));
    }
  }

  async #linesOf(share: Share, request: ReadLinesRequest): Promise<LinesByResource | null> {
    if (share.lines === null) {
      const { scope: _, ...common } = request;
      share.lines = this.#reading.then(() => this.#read(share, common));
      this.#reading = share.lines;
    }
    const lines = await share.lines;
    // The newest goes to the end.
    this.#held.delete(share);
    this.#held.add(share);
    this.#dropBeyondLimit(share);
    return lines;
  }

  async #read(
    share: Share,
    request: Omit<ReadLinesRequest, 'scope'>,
  ): Promise<LinesByResource | null> {
    const lines = new Map<string, LineChunk[]>();
    share.characters = 0;
    try {
      const chunks = this.#deps.reader.readLinesOfMany(request, share.scopes);
      for await (const { resourceId, ...chunk } of chunks) {
        const known = lines.get(resourceId);
        if (known === undefined) lines.set(resourceId, [chunk]);
        else known.push(chunk);
        share.characters += chunk.text.length;
      }
      return lines;
    } catch (cause) {
      share.characters = 0;
      this.#noteFault(cause, share.scopes.length);
      return null;
    }
  }

  #noteFault(cause: unknown, scopeCount: number): void {
    const fault = toOperationError(cause, 'Cannot read records for several flow logs at once');
    this.#deps.log.warn('deliver.shared-read', fault.message, { resources: scopeCount });
  }

  #dropBeyondLimit(kept: Share): void {
    let characters = 0;
    for (const share of this.#held) characters += share.characters;
    for (const share of this.#held) {
      if (characters <= CHARACTERS_MAX) return;
      if (share === kept) continue;
      characters -= share.characters;
      share.lines = null;
      this.#held.delete(share);
    }
  }

  #dropIdle(): void {
    const idleBefore = this.#deps.clock() - IDLE_MS;
    for (const [key, group] of this.#groups) {
      if (group.usedMs > idleBefore) continue;
      this.#groups.delete(key);
      void group.shares.then((shares) => {
        for (const share of shares.values()) this.#held.delete(share);
      });
    }
    if (this.#groups.size > 0 || this.#idleTimer === null) return;
    clearInterval(this.#idleTimer);
    this.#idleTimer = null;
  }
}
