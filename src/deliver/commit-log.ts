// The store's recent commits in memory, asked by every flow log at every commit: which follow a
// sequence, and whether any of a resource's interfaces has records in them. Older ones are read
// from the store once and remembered.
//
// Whom a commit concerns is one bit per resource: ids are numbered as they come, so a commit of
// 10,000 interfaces takes a few kilobytes.
import type { InterfaceIdentity } from '../spine/record.ts';
import type {
  AnnouncedCommit,
  CommitFeed,
  CommittedWindow,
  RecordReader,
} from './record-reader.ts';

/** A day of windows of one minute. */
const COMMITS_MAX = 1440;
/** Resource ids that are numbered; beyond, all is forgotten and begins anew. */
const IDS_MAX = 100_000;

/** Whose id a flow log's resource can be. */
const SCOPE_KEYS = [
  'interfaceId',
  'subnetId',
  'vpcId',
  'resourceId',
  'transitGatewayId',
  'transitGatewayAttachmentId',
] as const satisfies readonly (keyof InterfaceIdentity)[];

interface Remembered {
  readonly commit: CommittedWindow;
  /** Bit n: the resource of number n has records; null when that is not known. */
  bits: Uint32Array | null;
}

/** The commits of the store as delivery sees them. */
export interface CommitLog {
  /** Of the newest commit that `after` can tell of. */
  readonly lastSequence: number;
  /**
   * At most `limit` commits with records that follow the sequence, in ascending order.
   *
   * @throws OperationError when older ones cannot be read
   */
  after(sequence: number, limit: number): Promise<readonly CommittedWindow[]>;
  /** False when it is certain that no record of these commits belongs to the resource. */
  mayConcern(resourceId: string, fromSequence: number, toSequence: number): boolean;
  /** Takes note of a new commit. */
  note(commit: AnnouncedCommit): void;
}

export function createCommitLog(feed: CommitFeed, reader: RecordReader): CommitLog {
  return new RecentCommits(feed.lastSequence, reader);
}

class RecentCommits implements CommitLog {
  lastSequence: number;
  readonly #reader: RecordReader;
  /** Every commit with records from `#firstSequence` to `lastSequence`, ascending. */
  #remembered: Remembered[] = [];
  #firstSequence: number;
  #numbers = new Map<string, number>();
  #loading: Promise<unknown> = Promise.resolve();

  constructor(lastSequence: number, reader: RecordReader) {
    this.#reader = reader;
    this.lastSequence = lastSequence;
    this.#firstSequence = lastSequence + 1;
  }

  after(sequence: number, limit: number): Promise<readonly CommittedWindow[]> {
    const known = this.#knownAfter(sequence, limit);
    if (known !== null) return Promise.resolve(known);
    // One at a time: what one flow log waits for, a thousand others want next.
    const turn = this.#loading.then(
      () => this.#knownAfter(sequence, limit) ?? this.#load(sequence, limit),
    );
    this.#loading = turn.catch(() => undefined);
    return turn;
  }

  mayConcern(resourceId: string, fromSequence: number, toSequence: number): boolean {
    if (fromSequence < this.#firstSequence) return true;
    const number = this.#numbers.get(resourceId);
    for (let at = this.#indexAfter(fromSequence - 1); at < this.#remembered.length; at += 1) {
      const entry = this.#remembered[at];
      if (entry === undefined || entry.commit.sequence > toSequence) return false;
      if (entry.bits === null) return true;
      if (number !== undefined && hasBit(entry.bits, number)) return true;
    }
    return false;
  }

  note(commit: AnnouncedCommit): void {
    const { sequence, windowStart, windowSeconds, rowCount } = commit;
    if (sequence <= this.lastSequence) return;
    if (sequence > this.lastSequence + 1) {
      // Some were not announced to us; the store knows them.
      this.#remembered = [];
      this.#firstSequence = sequence;
    }
    this.lastSequence = sequence;
    if (rowCount === 0) return;
    const bits = this.#bitsOf(commit.interfaces);
    this.#remembered.push({ commit: { sequence, windowStart, windowSeconds, rowCount }, bits });
    if (this.#remembered.length <= COMMITS_MAX) return;
    const forgotten = this.#remembered.splice(0, this.#remembered.length - COMMITS_MAX).at(-1);
    if (forgotten !== undefined) this.#firstSequence = forgotten.commit.sequence + 1;
  }

  #knownAfter(sequence: number, limit: number): readonly CommittedWindow[] | null {
    if (sequence + 1 < this.#firstSequence) return null;
    const from = this.#indexAfter(sequence);
    return this.#remembered.slice(from, from + limit).map(({ commit }) => commit);
  }

  /** Index of the first remembered commit after the sequence. */
  #indexAfter(sequence: number): number {
    let low = 0;
    let high = this.#remembered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#remembered[middle]?.commit.sequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async #load(sequence: number, limit: number): Promise<readonly CommittedWindow[]> {
    const commits = await this.#reader.commitsAfter(sequence, limit);
    const older = commits.filter((commit) => commit.sequence < this.#firstSequence);
    const isWhole = commits.length < limit || older.length < commits.length;
    if (isWhole && older.length + this.#remembered.length <= COMMITS_MAX) {
      this.#remembered.unshift(...older.map((commit) => ({ commit, bits: null })));
      this.#firstSequence = sequence + 1;
    }
    return commits;
  }

  #bitsOf(interfaces: readonly InterfaceIdentity[]): Uint32Array {
    if (this.#numbers.size > IDS_MAX) {
      this.#numbers = new Map();
      for (const entry of this.#remembered) entry.bits = null;
    }
    const numbers = new Set<number>();
    for (const identity of interfaces) {
      for (const key of SCOPE_KEYS) {
        const id = identity[key];
        if (id !== null) numbers.add(this.#numberOf(id));
      }
    }
    const bits = new Uint32Array((this.#numbers.size >>> 5) + 1);
    for (const number of numbers) bits[number >>> 5]! |= 1 << (number & 31);
    return bits;
  }

  #numberOf(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    this.#numbers.set(id, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

function hasBit(bits: Uint32Array, number: number): boolean {
  return ((bits[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0;
}
