import { createGunzip } from 'node:zlib';

import { OperationError, toOperationError } from '../observe/operation-error.ts';
import type { CaptureFile } from './capture-file.ts';
import type { ChunkSource } from './chunk-source.ts';

/** zlib hands over this much at a time; with less it stalls behind a busy thread. */
const INFLATED_CHUNK_BYTES = 1024 * 1024;

/**
 * A gzip of one or more members. Inflating runs on zlib's own thread, one chunk ahead of the
 * reader. Only when everything that was inflated has been read is zlib told of the input's end,
 * because its complaint about a cut file throws away what it still holds.
 */
export class GzipInput implements CaptureFile {
  readonly bytesTotal: number | null;
  bytesRead = 0;
  readonly #source: ChunkSource;
  readonly #label: string;
  readonly #closeSource: () => void;
  readonly #gunzip = createGunzip({ chunkSize: INFLATED_CHUNK_BYTES });
  readonly #inflated: Buffer[] = [];
  #state: 'idle' | 'feeding' | 'fed' | 'ending' | 'ended' = 'idle';
  #fault: OperationError | null = null;
  #wake: () => void = () => undefined;

  constructor(
    source: ChunkSource,
    label: string,
    bytesTotal: number | null,
    closeSource: () => void,
  ) {
    this.#source = source;
    this.#label = label;
    this.bytesTotal = bytesTotal;
    this.#closeSource = closeSource;
    this.#gunzip.on('data', (chunk: Buffer) => {
      this.#inflated.push(chunk);
      this.#gunzip.pause();
      this.#wake();
    });
    this.#gunzip.on('end', () => this.#finish(null));
    this.#gunzip.on('error', (cause) => this.#finish(this.#explain(cause)));
  }

  async read(target: Uint8Array, offset: number, length: number): Promise<number> {
    if (this.#state === 'idle') void this.#feed();
    for (;;) {
      const chunk = this.#inflated[0];
      if (chunk !== undefined) return this.#take(chunk, target, offset, length);
      if (this.#state === 'ended') {
        if (this.#fault !== null) throw this.#fault;
        return 0;
      }
      await this.#advance();
    }
  }

  close(): void {
    this.#finish(null);
    this.#gunzip.destroy();
    this.#closeSource();
  }

  #take(chunk: Buffer, target: Uint8Array, offset: number, length: number): number {
    const copied = chunk.copy(target, offset, 0, length);
    if (copied === chunk.length) this.#inflated.shift();
    else this.#inflated[0] = chunk.subarray(copied);
    return copied;
  }

  /** Waits until there are bytes or the end. */
  #advance(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#state === 'fed' && this.#gunzip.readableLength === 0) {
      this.#state = 'ending';
      this.#gunzip.end();
    }
    this.#gunzip.resume();
    return woken;
  }

  /** Writes the whole input, each chunk when the one before has been inflated and taken. */
  async #feed(): Promise<void> {
    this.#state = 'feeding';
    try {
      while (this.#isFeeding()) {
        const chunk = await this.#source.next();
        if (!this.#isFeeding()) return;
        if (chunk === null) {
          this.#state = 'fed';
          this.#wake();
          return;
        }
        this.bytesRead += chunk.length;
        await new Promise<void>((resolve) => this.#gunzip.write(chunk, () => resolve()));
      }
    } catch (cause) {
      this.#finish(toOperationError(cause, `Cannot read ${this.#label}`));
    }
  }

  /** False once it is closed, damaged or at an end before the input is: nothing is read then. */
  #isFeeding(): boolean {
    return this.#state === 'feeding';
  }

  #finish(fault: OperationError | null): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#fault = fault;
    this.#wake();
  }

  #explain(cause: Error): OperationError {
    const cut = 'code' in cause && cause.code === 'Z_BUF_ERROR';
    return new OperationError(
      cut ? 'truncated-input' : 'invalid-input',
      cut
        ? `Cannot read ${this.#label} to its end: the gzip data is cut off`
        : `Cannot read ${this.#label} further: the gzip data is damaged (${cause.message})`,
      { cause },
    );
  }
}
