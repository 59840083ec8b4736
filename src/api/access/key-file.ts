// DATA/access-keys.json: read whole and checked, written whole. Its content is secret, so no fault
// quotes it, and like ssh with a private key we refuse a file that other users may read.
import { z } from 'zod';

import { parsePolicy, type Policy } from '../../aws/iam-policy.ts';
import { writeFileDurably } from '../../config/durable-file.ts';
import { readPrivateFile } from '../../config/private-file.ts';
import { OperationError, toOperationError } from '../../observe/operation-error.ts';

const FILE_BYTES_MAX = 32 * 1024 * 1024;

const storedKey = z.strictObject({
  accessKeyId: z.string().regex(/^A[KS]IA[A-Z0-9]{12,124}$/),
  secretAccessKey: z.string().min(16).max(256),
  sessionToken: z.string().min(16).max(4096).nullable(),
  userName: z.string().regex(/^[\w+=,.@-]{1,64}$/),
  /** Unix milliseconds. */
  createdMs: z.number().int().nonnegative(),
  /** Unix milliseconds; null: never. */
  expiresMs: z.number().int().nonnegative().nullable(),
  policy: z.record(z.string(), z.unknown()),
});

const keyFile = z.strictObject({ version: z.literal(1), keys: z.array(storedKey) });

/** A key as it lies in the file. */
export type StoredKey = z.output<typeof storedKey>;

export interface ReadKey {
  readonly stored: StoredKey;
  readonly policy: Policy;
}

/**
 * Reads the keys.
 *
 * @returns null when there is no such file
 * @throws OperationError `not-permitted` when others may read it, `invalid-input` when damaged
 */
export async function readKeyFile(file: string): Promise<readonly ReadKey[] | null> {
  const text = await readPrivately(file);
  if (text === null) return null;
  const parsed = keyFile.safeParse(parseJson(text, file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw damaged(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { keys } = parsed.data;
  const ids = new Set(keys.map((key) => key.accessKeyId));
  if (ids.size < keys.length) throw damaged(file, 'it has an access key id twice');
  return keys.map((stored, index) => {
    try {
      return { stored, policy: parsePolicy(stored.policy) };
    } catch (cause) {
      const reason = cause instanceof OperationError ? cause.message : 'it has a wrong policy';
      throw damaged(file, `keys.${index}: ${reason}`);
    }
  });
}

async function readPrivately(file: string): Promise<string | null> {
  try {
    return await readPrivateFile({
      path: file,
      what: 'access keys',
      bytesMax: FILE_BYTES_MAX,
      afterwards: 'replace the keys',
    });
  } catch (fault) {
    if (fault instanceof OperationError && fault.code === 'not-found') return null;
    throw fault;
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the cause: its message quotes the content.
    throw damaged(file, 'it is not JSON');
  }
}

function damaged(file: string, reason: string): OperationError {
  return new OperationError(
    'invalid-input',
    `The access keys in "${file}" are damaged: ${reason}; restore the file, or move it away to ` +
      'begin with a new default key',
  );
}

/** Replaces the file; on the disk when it returns. @throws OperationError */
export async function writeKeyFile(file: string, keys: readonly StoredKey[]): Promise<void> {
  try {
    await writeFileDurably(file, `${JSON.stringify({ version: 1, keys }, null, 2)}\n`, 0o600);
  } catch (cause) {
    throw toOperationError(cause, `Cannot write the access keys to "${file}"`);
  }
}
