// Small files of the data folder, written so that a crash or power loss at any moment leaves
// either the old content or the new, never a part of one.
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Replaces the file's content and returns once it is on the disk: temporary file, fsync, rename,
 * fsync of the folder. One writer per file at a time; the caller sees to that.
 *
 * @param mode permission bits of the new file
 * @throws the system's error; the old content is then still in place
 */
export async function writeFileDurably(file: string, text: string, mode = 0o600): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    const handle = await open(temporary, 'w', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    // A full disk must not stay full because of our own leftovers.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  }
  await syncFolder(path.dirname(file));
}

/** Makes the folder's entries (names created, renamed, removed) durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
