// The store's folder on disk: listing it after a crash, and making files appear and vanish so that
// kill -9 or power loss at any moment leaves either the old state or the new.
//
//   000000000001-000000000060_....parquet   a segment (spine/segment.ts)
//   ....parquet.tmp                         a segment being written; removed on opening
//   ....parquet.unreadable                  a segment that is no Parquet file; set aside, kept
//   000000000999.last-sequence              empty; sequences go on after 999 (see writeMarker)
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { syncFolder } from '../config/durable-file.ts';
import { listSegments, parseSegmentName } from '../spine/segment.ts';
import type { Segment } from './segment.ts';

const TEMPORARY = '.tmp';
const UNREADABLE = '.unreadable';
const MARKER = /^(\d{12})\.last-sequence$/;
const PARQUET_MAGIC = 'PAR1';

/** What was found on opening. */
export interface FolderContent {
  /** By ascending sequence. */
  readonly segments: readonly Segment[];
  /** Highest sequence ever given to a commit that was kept; 0 when there was none. */
  readonly lastSequence: number;
  /** Names that are none of the store's. */
  readonly foreign: readonly string[];
  /** Segments that were set aside just now. */
  readonly unreadable: readonly string[];
}

/** Lists the folder, creates it when missing, and clears away what a crash left behind. */
export async function openFolder(directory: string): Promise<FolderContent> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const bytesByName = new Map<string, number>();
  const others: string[] = [];
  const unreadable: string[] = [];
  let lastSequence = 0;
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    const range = parseSegmentName(name.replace(/\.unreadable$/, ''));
    const marker = MARKER.exec(name);
    // A sequence once used is never used again, not even when its segment is spoilt.
    lastSequence = Math.max(lastSequence, range?.lastSequence ?? 0, Number(marker?.[1] ?? 0));
    if (name.endsWith(TEMPORARY)) {
      rmSync(file, { force: true });
    } else if (marker === null && (range === null || range.name === name)) {
      const bytes = range === null ? null : parquetBytes(file);
      if (range === null) others.push(name);
      else if (bytes !== null) bytesByName.set(name, bytes);
      else unreadable.push(name);
    }
  }
  for (const name of unreadable) {
    renameSync(path.join(directory, name), path.join(directory, name + UNREADABLE));
  }
  const listing = listSegments([...bytesByName.keys()]);
  for (const { name } of listing.superseded) rmSync(path.join(directory, name), { force: true });
  await syncFolder(directory);
  const segments = listing.current.map((range) => ({
    ...range,
    path: path.join(directory, range.name),
    bytes: bytesByName.get(range.name) ?? 0,
  }));
  return { segments, lastSequence, foreign: [...others, ...listing.foreign], unreadable };
}

/**
 * Makes a new file durable under its name: what `write` wrote to the temporary path is synced,
 * renamed, and the folder synced. On any failure both names are gone again.
 *
 * @param onRenamed called when the file has got its name, before that is durable
 * @returns the file's size
 */
export async function commitFile(
  file: string,
  write: (temporary: string) => Promise<void>,
  onRenamed: () => void = () => undefined,
): Promise<number> {
  const temporary = file + TEMPORARY;
  let renamed = false;
  try {
    await write(temporary);
    const handle = await open(temporary, 'r+');
    let bytes: number;
    try {
      await handle.sync();
      bytes = (await handle.stat()).size;
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    renamed = true;
    onRenamed();
    await syncFolder(path.dirname(file));
    return bytes;
  } catch (cause) {
    await rm(renamed ? file : temporary, { force: true });
    throw cause;
  }
}

/** Unlinks files; those that are gone already do not matter. */
export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const file of paths) await rm(file, { force: true });
}

/**
 * Remembers the highest sequence for the time when no segment bears it any more. The name is the
 * content, so the file is there whole or not at all; older markers go only once it is durable.
 */
export async function writeMarker(directory: string, lastSequence: number): Promise<void> {
  const name = `${String(lastSequence).padStart(12, '0')}.last-sequence`;
  const handle = await open(path.join(directory, name), 'a', 0o600);
  await handle.close();
  await syncFolder(directory);
  const older = readdirSync(directory).filter((other) => MARKER.test(other) && other < name);
  await removeFiles(older.map((other) => path.join(directory, other)));
}

/** The size of the file, or null when it is not a whole Parquet file. */
function parquetBytes(file: string): number | null {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size < 2 * PARQUET_MAGIC.length) return null;
    const end = Buffer.alloc(PARQUET_MAGIC.length);
    readSync(descriptor, end, 0, end.length, size - end.length);
    return end.toString('latin1') === PARQUET_MAGIC ? size : null;
  } finally {
    closeSync(descriptor);
  }
}
