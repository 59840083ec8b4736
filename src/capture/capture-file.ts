// Capture files as a stream of bytes: what is compressed comes out undone, the rest as it is.
// A regular file, the fast way, is read synchronously straight into the caller's memory.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

import { OperationError, toOperationError } from '../observe/operation-error.ts';
import { fileChunks, streamChunks, withFirst, type ChunkSource } from './chunk-source.ts';
import { GzipInput } from './gzip-input.ts';

const MAGIC_BYTES = 6;
const GZIP_MAGIC = '1f8b';
const STDIN_DESCRIPTOR = 0;

/** Compressions that are not undone here, by their first bytes, with the program that does it. */
const FOREIGN: readonly (readonly [magic: string, program: string])[] = [
  ['28b52ffd', 'zstd -dc'],
  ['fd377a585a00', 'xz -dc'],
  ['425a68', 'bzip2 -dc'],
  ['04224d18', 'lz4 -dc'],
];

/** A capture's bytes, in order. */
export interface CaptureFile {
  /**
   * Reads up to `length` bytes to `offset` of `target`, as many as there are at the moment.
   *
   * @returns the number of bytes, at once for a regular file that is not compressed, otherwise as
   *   a promise; 0 at the end. One read at a time.
   * @throws OperationError `truncated-input` after the last byte of a gzip that was cut,
   *   `invalid-input` where a gzip is damaged, and what reading brings
   */
  read(target: Uint8Array, offset: number, length: number): number | Promise<number>;
  /** Size of the file as it lies on disk; null when it is a pipe or device. */
  readonly bytesTotal: number | null;
  /** How much of that has been read: compressed bytes for a gzip. */
  readonly bytesRead: number;
  close(): void;
}

/** An opened input: a descriptor that is read synchronously, or a stream. */
interface Opened {
  /** For messages: the quoted path, or `standard input`. */
  readonly label: string;
  readonly descriptor: number;
  readonly bytesTotal: number | null;
  /** Set for pipes and sockets, which must not block the thread. */
  readonly stream: Readable | null;
}

/**
 * Opens a capture file, plain or gzip (known by its first bytes, not its name), or `-`, the
 * standard input.
 *
 * @throws OperationError, one line, for a file that is missing, a directory, not permitted, or
 *   compressed in another way
 */
export async function openCaptureFile(path: string): Promise<CaptureFile> {
  const opened = openInput(path);
  let open = true;
  const close = (): void => {
    // Closing a number twice would close whatever has got it since.
    if (open) closeInput(opened);
    open = false;
  };
  try {
    const { source, first } = await readFirst(opened);
    const magic = first.toString('hex');
    refuseForeign(opened.label, magic);
    if (magic.startsWith(GZIP_MAGIC)) {
      return new GzipInput(withFirst(first, source), opened.label, opened.bytesTotal, close);
    }
    if (opened.stream === null) return new PlainFile(opened, first, close);
    return new StreamInput(withFirst(first, source), close);
  } catch (cause) {
    close();
    throw toOperationError(cause, `Cannot read ${opened.label}`);
  }
}

function openInput(path: string): Opened {
  const standardInput = path === '-';
  const label = standardInput ? 'standard input' : `"${path}"`;
  const descriptor = standardInput ? STDIN_DESCRIPTOR : openForReading(path);
  const stats = fstatSync(descriptor);
  if (stats.isDirectory()) {
    if (!standardInput) closeSync(descriptor);
    throw new OperationError(
      'invalid-input',
      `Cannot read ${label}: it is a directory, not a capture file`,
    );
  }
  if (stats.isFIFO() || stats.isSocket()) {
    const stream = standardInput
      ? process.stdin
      : new Socket({ fd: descriptor, readable: true, writable: false });
    return { label, descriptor, bytesTotal: null, stream };
  }
  if (standardInput && process.stdin.isTTY) {
    throw new OperationError(
      'invalid-input',
      'Cannot read standard input: it is a terminal; pipe a capture into it, e.g. tcpdump -w -',
    );
  }
  return { label, descriptor, bytesTotal: stats.isFile() ? stats.size : null, stream: null };
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot read "${path}"`);
    if (fault.code !== 'not-found' && fault.code !== 'not-permitted') throw fault;
    const reason = fault.code === 'not-found' ? 'no such file' : 'permission denied';
    throw new OperationError(fault.code, `Cannot read "${path}": ${reason}`, { cause });
  }
}

function closeInput({ descriptor, stream }: Opened): void {
  if (stream !== null) stream.destroy();
  else if (descriptor !== STDIN_DESCRIPTOR) closeSync(descriptor);
}

/** The first bytes, as many as the magics need or the input has, and the rest after them. */
async function readFirst(opened: Opened): Promise<{ source: ChunkSource; first: Buffer }> {
  if (opened.stream === null) {
    const first = Buffer.alloc(MAGIC_BYTES);
    const bytes = readSync(opened.descriptor, first, 0, MAGIC_BYTES, null);
    return { source: fileChunks(opened.descriptor), first: first.subarray(0, bytes) };
  }
  const source = streamChunks(opened.stream);
  let first: Buffer = Buffer.alloc(0);
  while (first.length < MAGIC_BYTES) {
    const chunk = await source.next();
    if (chunk === null) break;
    first = Buffer.concat([first, chunk]);
  }
  return { source, first };
}

function refuseForeign(label: string, magic: string): void {
  const program = FOREIGN.find(([start]) => magic.startsWith(start))?.[1];
  if (program === undefined) return;
  const undo = label.startsWith('"') ? `${program} ${label} | weir replay -` : program;
  throw new OperationError(
    'unsupported',
    `Cannot read ${label}: of the compressions only gzip is undone; run: ${undo}`,
  );
}

/** A file that lies uncompressed on disk. */
class PlainFile implements CaptureFile {
  readonly bytesTotal: number | null;
  bytesRead = 0;
  readonly close: () => void;
  readonly #label: string;
  readonly #descriptor: number;
  /** The first bytes, read when the file was opened and not yet passed on. */
  #first: Buffer;

  constructor({ label, descriptor, bytesTotal }: Opened, first: Buffer, close: () => void) {
    this.#label = label;
    this.#descriptor = descriptor;
    this.bytesTotal = bytesTotal;
    this.#first = first;
    this.close = close;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    const early = this.#first.copy(target, offset, 0, length);
    this.#first = this.#first.subarray(early);
    const more = early === length ? 0 : this.#readFile(target, offset + early, length - early);
    this.bytesRead += early + more;
    return early + more;
  }

  #readFile(target: Uint8Array, offset: number, length: number): number {
    try {
      return readSync(this.#descriptor, target, offset, length, null);
    } catch (cause) {
      throw toOperationError(cause, `Cannot read ${this.#label}`);
    }
  }
}

/** A pipe that carries uncompressed bytes. */
class StreamInput implements CaptureFile {
  readonly bytesTotal = null;
  bytesRead = 0;
  readonly close: () => void;
  readonly #source: ChunkSource;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(source: ChunkSource, close: () => void) {
    this.#source = source;
    this.close = close;
  }

  async read(target: Uint8Array, offset: number, length: number): Promise<number> {
    while (this.#chunk.length === 0) {
      const chunk = await this.#source.next();
      if (chunk === null) return 0;
      this.#chunk = chunk;
    }
    const copied = this.#chunk.copy(target, offset, 0, length);
    this.#chunk = this.#chunk.subarray(copied);
    this.bytesRead += copied;
    return copied;
  }
}
