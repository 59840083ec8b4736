// The access keys that exist. Every change is on the disk before anybody sees it; from then on a
// new key is known and a revoked one is not, at the very next call.
import { ALLOW_EVERYTHING, parsePolicy, type Policy } from '../../aws/iam-policy.ts';
import type { RandomBytes } from '../../aws/ids.ts';
import { OperationError } from '../../observe/operation-error.ts';
import { readKeyFile, writeKeyFile, type ReadKey } from './key-file.ts';
import { newKeyPair } from './new-key.ts';

const KEYS_MAX = 1000;
const LIFETIME_MS_MIN = 15 * 60 * 1000;
const LIFETIME_MS_MAX = 36 * 60 * 60 * 1000;
/** For so long a key past its time is answered as expired, then as unknown. */
const EXPIRED_KEPT_MS = 24 * 60 * 60 * 1000;
export const DEFAULT_USER = 'default';

/** Also what SigV4 needs of it (SigningKey of aws/sigv4). */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** Unix milliseconds. */
  readonly createdMs: number;
  /** Unix milliseconds; null: never. A key past its time is still found, for a day. */
  readonly expiresMs: number | null;
  readonly userName: string;
  readonly policy: Policy;
  /** What `policy` was parsed from. */
  readonly policyDocument: Readonly<Record<string, unknown>>;
}

export interface NewAccessKey {
  /** As IAM allows it: 1 to 64 of letters, digits and `+=,.@-_`. */
  readonly userName: string;
  /** A policy document: what JSON.parse gives, or its text. */
  readonly policy: unknown;
  /** Unix milliseconds, 15 minutes to 36 hours from now, of a temporary key; null: lasting. */
  readonly expiresMs: number | null;
}

export interface AccessKeys {
  find(accessKeyId: string): AccessKey | null;
  /** In the order of creation. */
  list(): readonly AccessKey[];
  /** @throws OperationError `invalid-input`, or that of the disk; nothing has changed then */
  create(request: NewAccessKey): Promise<AccessKey>;
  /** @throws OperationError `not-found`, or that of the disk; nothing has changed then */
  revoke(accessKeyId: string): Promise<AccessKey>;
  /**
   * Creates the first key, which may do everything, where no key was ever created.
   *
   * @returns null when the file exists, also when all its keys were revoked
   */
  ensureDefault(): Promise<AccessKey | null>;
}

export interface AccessKeyDeps {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

/**
 * Opens the access keys of a data folder; hold its lock before a change.
 *
 * @param file DATA/access-keys.json, which need not exist
 * @throws OperationError when others may read the file, when it is damaged or cannot be read
 */
export async function openAccessKeys(file: string, deps: AccessKeyDeps): Promise<AccessKeys> {
  const found = await readKeyFile(file);
  let fileExists = found !== null;
  let keys = byId((found ?? []).map(toAccessKey));
  let lastChange: Promise<unknown> = Promise.resolve();

  /** One change after the other, each seeing the result of the last. */
  function change<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = lastChange.then(work);
    lastChange = done.catch(() => undefined);
    return done;
  }

  async function replace(next: readonly AccessKey[]): Promise<void> {
    await writeKeyFile(file, next.map(toStored));
    fileExists = true;
    keys = byId(next);
  }

  async function add(request: NewAccessKey): Promise<AccessKey> {
    const nowMs = deps.now();
    const key = newAccessKey(request, nowMs, deps.randomBytes);
    const kept = [...keys.values()].filter(
      ({ expiresMs }) => expiresMs === null || nowMs - expiresMs < EXPIRED_KEPT_MS,
    );
    if (kept.length >= KEYS_MAX) {
      throw refused(`There are ${KEYS_MAX} access keys already; revoke one first`);
    }
    await replace([...kept, key]);
    return key;
  }

  return {
    find: (accessKeyId) => keys.get(accessKeyId) ?? null,
    list: () => [...keys.values()],
    create: (request) => change(() => add(request)),
    revoke: (accessKeyId) =>
      change(async () => {
        const key = keys.get(accessKeyId);
        if (key === undefined) throw noSuchKey(accessKeyId);
        await replace([...keys.values()].filter((other) => other !== key));
        return key;
      }),
    ensureDefault: () =>
      change(async () => {
        if (fileExists) return null;
        return add({ userName: DEFAULT_USER, policy: ALLOW_EVERYTHING, expiresMs: null });
      }),
  };
}

function byId(keys: readonly AccessKey[]): ReadonlyMap<string, AccessKey> {
  return new Map(keys.map((key) => [key.accessKeyId, key]));
}

function toAccessKey({ stored, policy }: ReadKey): AccessKey {
  const { policy: policyDocument, ...others } = stored;
  return { ...others, policy, policyDocument };
}

function toStored(key: AccessKey): ReadKey['stored'] {
  const { policy: _parsed, policyDocument, ...others } = key;
  return { ...others, policy: { ...policyDocument } };
}

function newAccessKey(request: NewAccessKey, nowMs: number, randomBytes: RandomBytes): AccessKey {
  const { userName, expiresMs } = request;
  if (!/^[\w+=,.@-]{1,64}$/.test(userName)) {
    throw refused('A user name has 1 to 64 letters, digits and +=,.@-_');
  }
  const lifetimeMs = expiresMs === null ? LIFETIME_MS_MAX : expiresMs - nowMs;
  if (!(lifetimeMs >= LIFETIME_MS_MIN && lifetimeMs <= LIFETIME_MS_MAX)) {
    throw refused('A temporary access key lives 15 minutes to 36 hours');
  }
  const policy = parsePolicy(request.policy);
  const document: unknown =
    typeof request.policy === 'string' ? JSON.parse(request.policy) : request.policy;
  return {
    ...newKeyPair(expiresMs !== null, randomBytes),
    createdMs: nowMs,
    expiresMs,
    userName,
    policy,
    policyDocument: document as Readonly<Record<string, unknown>>,
  };
}

function refused(message: string): OperationError {
  return new OperationError('invalid-input', message);
}

function noSuchKey(accessKeyId: string): OperationError {
  return new OperationError(
    'not-found',
    `There is no access key "${accessKeyId}"; see: weir keys list`,
  );
}
