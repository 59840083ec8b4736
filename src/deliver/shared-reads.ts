// One read of the store for many flow logs. Most flow logs of a host ask for the same windows in
// the same format and differ in their resource only: a thousand small queries would each scan all
// records. The lines of all such resources are read at once and handed out from memory.
import type { RecordScope, RecordReader, LineChunk, ReadLinesRequest } from './record-reader.ts';

/** So many resources are worth a common read. */
const SCOPES_MIN = 4;
/** Records of all interfaces in the group that one query should render at most. */
const ROWS_PER_READ = 200_000;
/** A larger group is read for each flow log by itself, which needs no memory. */
const ROWS_MAX = 2_000_000;
/** Kept over all reads, besides what is being handed out. */
const CHARACTERS_MAX = 64 * 1024 * 1024;
/** What nobody has asked for so long is dropped. */
const IDLE_MS = 15_000;

export interface SharedReadsDeps {
  readonly reader: RecordReader;
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

interface HeldRead {
  readonly resourceIds: ReadonlySet<string>;
  readonly lines: Promise<ReadonlyMap<string, readonly LineChunk[]>>;
  /** 0 until it is read. */
  characters: number;
  usedMs: number;
}

export function createSharedReads(deps: SharedReadsDeps): SharedReads {
  return new HeldReads(deps);
}

class HeldReads implements SharedReads {
  readonly #deps: SharedReadsDeps;
  /** By key, the least recently used first. */
  readonly #held = new Map<string, HeldRead>();
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(deps: SharedReadsDeps) {
    this.#deps = deps;
  }

  async *readLines(read: GroupRead): AsyncGenerator<LineChunk, void, undefined> {
    const held = this.#heldFor(read);
    if (held === null) {
      yield* this.#deps.reader.readLines(read.request);
      return;
    }
    const lines = await held.lines;
    yield* lines.get(read.request.scope.resourceId) ?? [];
  }

  /** The common read that has the flow log's lines; null when it is better off by itself. */
  #heldFor({ request, rowCount, alike }: GroupRead): HeldRead | null {
    if (rowCount > ROWS_MAX) return null;
    const { scope, ...common } = request;
    const shares = Math.max(1, Math.ceil(rowCount / ROWS_PER_READ));
    const share = shareOf(scope.resourceId, shares);
    const key = `${share} ${JSON.stringify({ ...common, fields: common.fields.map(nameOf) })}`;
    const known = this.#held.get(key);
    if (known !== undefined) {
      if (!known.resourceIds.has(scope.resourceId)) return null;
      this.#touch(key, known);
      return known;
    }
    const scopes = new Map(
      alike()
        .filter(({ resourceId }) => shareOf(resourceId, shares) === share)
        .map((other) => [other.resourceId, other]),
    );
    if (scopes.size < SCOPES_MIN || !scopes.has(scope.resourceId)) return null;
    const held: HeldRead = {
      resourceIds: new Set(scopes.keys()),
      lines: this.#read(key, common, [...scopes.values()]),
      characters: 0,
      usedMs: this.#deps.clock(),
    };
    this.#touch(key, held);
    return held;
  }

  async #read(
    key: string,
    request: Omit<ReadLinesRequest, 'scope'>,
    scopes: readonly RecordScope[],
  ): Promise<ReadonlyMap<string, readonly LineChunk[]>> {
    const lines = new Map<string, LineChunk[]>();
    let characters = 0;
    try {
      for await (const { resourceId, ...chunk } of this.#deps.reader.readLinesOfMany(
        request,
        scopes,
      )) {
        const known = lines.get(resourceId);
        if (known === undefined) lines.set(resourceId, [chunk]);
        else known.push(chunk);
        characters += chunk.text.length;
      }
    } catch (cause) {
      // The next attempt reads anew.
      this.#held.delete(key);
      throw cause;
    }
    const held = this.#held.get(key);
    if (held !== undefined) held.characters = characters;
    this.#evict();
    return lines;
  }

  #touch(key: string, held: HeldRead): void {
    this.#held.delete(key);
    this.#held.set(key, held);
    held.usedMs = this.#deps.clock();
    this.#idleTimer ??= setInterval(() => this.#evict(), IDLE_MS).unref();
  }

  /** Drops what is idle, then the least recently used while all is too large; one always stays. */
  #evict(): void {
    const idleBefore = this.#deps.clock() - IDLE_MS;
    let characters = 0;
    for (const [key, held] of this.#held) {
      if (held.usedMs <= idleBefore) this.#held.delete(key);
      else characters += held.characters;
    }
    for (const [key, held] of this.#held) {
      if (characters <= CHARACTERS_MAX || this.#held.size === 1) break;
      this.#held.delete(key);
      characters -= held.characters;
    }
    if (this.#held.size > 0 || this.#idleTimer === null) return;
    clearInterval(this.#idleTimer);
    this.#idleTimer = null;
  }
}

function nameOf(field: { readonly name: string }): string {
  return field.name;
}

/** Which of the shares a resource belongs to; the same each time. */
function shareOf(resourceId: string, shares: number): number {
  if (shares === 1) return 0;
  let hash = 0;
  for (let at = 0; at < resourceId.length; at += 1) {
    hash = (Math.imul(hash, 31) + resourceId.charCodeAt(at)) | 0;
  }
  return (hash >>> 0) % shares;
}
