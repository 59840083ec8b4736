// Files with secrets: read as ssh reads a private key, which is not at all while other users may
// read it too.
import { open } from 'node:fs/promises';

import { OperationError, toOperationError } from '../observe/operation-error.ts';

const OTHERS = 0o077;
/** Of a file of root's that reached us by its group, as secrets are handed to services. */
const OTHERS_BUT_GROUP_READS = 0o037;

export interface PrivateFile {
  readonly path: string;
  /** What it holds, in the plural, for messages: `access keys`. */
  readonly what: string;
  readonly bytesMax: number;
  /** What to do besides closing the file, since somebody may have read it. */
  readonly afterwards: string;
}

/**
 * The file's text; its faults never quote it. Only its owner may have rights on it; where root owns
 * it and we are somebody else, its group may read it, as PostgreSQL has it for its TLS key.
 *
 * @throws OperationError `not-permitted` when others have rights on it, `not-found`,
 *   `invalid-input` when it is too long
 */
export async function readPrivateFile(file: PrivateFile): Promise<string> {
  const action = `Cannot read the ${file.what} in "${file.path}"`;
  try {
    const handle = await open(file.path, 'r');
    try {
      const { mode, uid, size } = await handle.stat();
      checkMode(file, mode, uid);
      if (size > file.bytesMax) {
        throw new OperationError(
          'invalid-input',
          `${action}: it is longer than ${file.bytesMax} bytes`,
        );
      }
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw toOperationError(cause, action);
  }
}

function checkMode({ path, what, afterwards }: PrivateFile, mode: number, uid: number): void {
  const isGivenByRoot = uid === 0 && process.getuid?.() !== 0;
  if ((mode & (isGivenByRoot ? OTHERS_BUT_GROUP_READS : OTHERS)) === 0) return;
  throw new OperationError(
    'not-permitted',
    `Other users may read the ${what} in "${path}" (mode ${(mode & 0o777).toString(8)}); ` +
      `close it with: chmod 600 "${path}" (and ${afterwards} if somebody may have read it)`,
  );
}
