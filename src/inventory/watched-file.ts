import { watch, type FSWatcher } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { toOperationError, type OperationError } from '../observe/operation-error.ts';

export interface WatchedFileOptions {
  readonly path: string;
  /** How the file is called in messages, e.g. `inventory`. */
  readonly what: string;
  /** Editors write in several steps: how long it must be quiet before the file is read. */
  readonly debounceMs: number;
  /** For file systems that tell nothing (NFS, mounted volumes): how often to look. */
  readonly pollIntervalMs: number;
  /**
   * Gets the text, whenever it has changed; throws when it is of no use.
   */
  readonly onText: (text: string) => void;
  /** A later reading failed; what was read before stays valid. Told once per fault. */
  readonly onError: (error: OperationError) => void;
}

export interface WatchedFile {
  /** Stops watching; no callback comes after. */
  close(): void;
}

/**
 * Reads a file now and again whenever it changes.
 *
 * @throws OperationError when the first reading fails; then nothing is watched
 */
export async function watchFile(options: WatchedFileOptions): Promise<WatchedFile> {
  const reader = createReader(options);
  await reader.readFirst();
  let quiet: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(() => void reader.read(), options.debounceMs);
    quiet.unref();
  };
  const watcher = watchFolder(options.path, soon);
  const poll = setInterval(() => void reader.readIfTouched(), options.pollIntervalMs);
  poll.unref();
  return {
    close() {
      reader.close();
      clearTimeout(quiet);
      clearInterval(poll);
      watcher?.close();
    },
  };
}

/** Watches the folder, since a file that is replaced by renaming loses its own watch. */
function watchFolder(file: string, onEvent: () => void): FSWatcher | undefined {
  try {
    const name = path.basename(file);
    const watcher = watch(path.dirname(file), { persistent: false }, (_event, changed) => {
      if (changed === null || changed === name) onEvent();
    });
    // The poll goes on without it.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // No inotify watches left, or none on this file system: the poll is enough.
    return undefined;
  }
}

interface Reader {
  readFirst(): Promise<void>;
  read(): Promise<void>;
  readIfTouched(): Promise<void>;
  close(): void;
}

function createReader(options: WatchedFileOptions): Reader {
  let text: string | undefined;
  let touched = '';
  let lastFault = '';
  let closed = false;
  let reading: Promise<void> = Promise.resolve();

  const readNow = async (): Promise<void> => {
    const seen = await touchMark(options.path);
    const now = await readFile(options.path, 'utf8');
    touched = seen;
    if (closed || now === text) return;
    text = now;
    options.onText(now);
  };
  const tell = (cause: unknown): void => {
    const error = toOperationError(cause, `Cannot read ${options.what} "${options.path}"`);
    if (!closed && error.message !== lastFault) options.onError(error);
    lastFault = error.message;
  };
  const read = (): Promise<void> => {
    // One reading after the other, so that the newest text is the last one told.
    reading = reading.then(readNow).then(() => void (lastFault = ''), tell);
    return reading;
  };
  return {
    readFirst: async () => {
      try {
        await readNow();
      } catch (cause) {
        throw toOperationError(cause, `Cannot read ${options.what} "${options.path}"`);
      }
    },
    read,
    readIfTouched: async () => {
      if ((await touchMark(options.path)) !== touched) await read();
    },
    close: () => {
      closed = true;
    },
  };
}

/** Changes whenever the file may have changed; empty when there is none. */
async function touchMark(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}
