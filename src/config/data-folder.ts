// The data folder: which file lies where, and the note by which commands find the daemon that
// serves it. The note is 0600 because it carries the control key.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import { toOperationError } from '../observe/operation-error.ts';

export const DEFAULT_DATA_FOLDER = './weir-data';

/** Absolute paths inside one data folder. */
export interface DataPaths {
  readonly root: string;
  readonly lock: string;
  readonly daemon: string;
  readonly accessKeys: string;
  readonly flowLogs: string;
  readonly cursors: string;
  readonly store: string;
  readonly s3: string;
}

/** Where everything lies in the data folder `root`. */
export function dataPaths(root: string): DataPaths {
  const absolute = path.resolve(root);
  return {
    root: absolute,
    lock: path.join(absolute, 'lock'),
    daemon: path.join(absolute, 'daemon.json'),
    accessKeys: path.join(absolute, 'access-keys.json'),
    flowLogs: path.join(absolute, 'flow-logs.json'),
    cursors: path.join(absolute, 'cursors'),
    store: path.join(absolute, 'store'),
    s3: path.join(absolute, 's3'),
  };
}

/**
 * Creates the data folder, readable by its owner only; an existing folder keeps its mode.
 *
 * @throws OperationError when the folder cannot be created or is a file
 */
export function createDataFolder(root: string): DataPaths {
  const paths = dataPaths(root);
  try {
    for (const folder of [paths.root, paths.cursors, paths.store, paths.s3]) makeFolder(folder);
  } catch (cause) {
    throw toOperationError(cause, `Cannot create the data folder "${root}"`);
  }
  return paths;
}

/** Not by mkdir's `recursive`, which never returns for a folder that /proc refuses (Node 20). */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at); at = path.dirname(at)) missing.push(at);
  for (const at of missing.toReversed()) mkdirSync(at, { mode: 0o700 });
  // Also when something of that name is there already, which need not be a folder.
  readdirSync(folder);
}

const tlsNote = z.object({
  /** SHA-256 of the server's certificate, `AB:CD:...`; commands speak to no other. */
  fingerprint256: z.string().regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/),
  /** A name or address of the certificate, by which AWS clients reach the daemon. */
  name: z.string().min(1),
  /** File that makes AWS clients trust the certificate; null: their own authorities must do. */
  trustFile: z.string().nullable(),
});

const daemonNote = z.object({
  pid: z.number().int().positive(),
  /** Where this machine reaches it. */
  host: z.string(),
  port: z.number().int().min(1).max(65535),
  key: z.string().min(16),
  /** Missing where the port speaks plain HTTP. */
  tls: tlsNote.optional(),
});

/** What a client needs to know of the daemon's certificate. */
export type TlsNote = z.infer<typeof tlsNote>;

/** How to reach the daemon of a data folder. */
export type DaemonNote = z.infer<typeof daemonNote>;

/** Writes DATA/daemon.json with mode 0600, whole or not at all. */
export function writeDaemonNote(paths: DataPaths, note: DaemonNote): void {
  const temporary = `${paths.daemon}.tmp`;
  try {
    rmSync(temporary, { force: true });
    writeFileSync(temporary, `${JSON.stringify(note)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, paths.daemon);
  } catch (cause) {
    throw toOperationError(cause, `Cannot write "${paths.daemon}"`);
  }
}

/** Removes DATA/daemon.json; nothing happens when there is none. */
export function removeDaemonNote(paths: DataPaths): void {
  rmSync(paths.daemon, { force: true });
}

/**
 * Reads DATA/daemon.json.
 *
 * @returns null when there is none or when the process it names is gone (kill -9 leaves it)
 * @throws OperationError when it exists and cannot be read, e.g. written by another user
 */
export function readDaemonNote(paths: DataPaths): DaemonNote | null {
  let text: string;
  try {
    text = readFileSync(paths.daemon, 'utf8');
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot read "${paths.daemon}"`);
    if (fault.code === 'not-found') return null;
    throw fault;
  }
  const parsed = daemonNote.safeParse(parseJson(text));
  if (!parsed.success || !isAlive(parsed.data.pid)) return null;
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A note cut by a crash is as good as none.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}
