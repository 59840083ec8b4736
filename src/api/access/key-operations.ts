// What the control endpoints and the command line do with access keys, as JSON. A secret leaves
// by create, once, and by environment, to whoever holds the daemon's key: the owner of the folder.
import { z } from 'zod';

import { ALLOW_EVERYTHING } from '../../aws/iam-policy.ts';
import { OperationError } from '../../observe/operation-error.ts';
import { DEFAULT_USER, type AccessKey, type AccessKeys } from './access-keys.ts';

export interface KeyOperations {
  /** `{UserName?, Policy?, ExpiresInSeconds?}`; by default a lasting key that may do everything. */
  create(body: unknown): Promise<unknown>;
  list(): unknown;
  /** `{AccessKeyId}`. */
  revoke(body: unknown): Promise<unknown>;
  /** A key pair for a shell: that of the id, or else the oldest lasting one of user `default`. */
  environment(accessKeyId: string | null): unknown;
}

const createBody = z.strictObject({
  UserName: z.string().default(DEFAULT_USER),
  Policy: z.record(z.string(), z.unknown()).optional(),
  ExpiresInSeconds: z.number().int().positive().optional(),
});

const revokeBody = z.strictObject({ AccessKeyId: z.string().max(256) });

/** @param region that of the daemon, which `environment` tells */
export function createKeyOperations(
  keys: AccessKeys,
  settings: { readonly region: string; readonly now: () => number },
): KeyOperations {
  return {
    async create(body) {
      const { UserName, Policy, ExpiresInSeconds } = parseBody(createBody, body);
      const key = await keys.create({
        userName: UserName,
        policy: Policy ?? ALLOW_EVERYTHING,
        expiresMs: ExpiresInSeconds === undefined ? null : settings.now() + ExpiresInSeconds * 1000,
      });
      return { ...describeKey(key), ...secretsOf(key) };
    },
    list: () => ({ AccessKeys: keys.list().map(describeKey) }),
    async revoke(body) {
      const key = await keys.revoke(parseBody(revokeBody, body).AccessKeyId);
      return describeKey(key);
    },
    environment(accessKeyId) {
      const key = accessKeyId === null ? usualKey(keys, settings.now()) : keys.find(accessKeyId);
      if (key !== null) return { Region: settings.region, ...describeKey(key), ...secretsOf(key) };
      const missing = accessKeyId === null ? 'No access key is left' : 'No such access key';
      throw new OperationError('not-found', `${missing}; create one with: weir keys create`);
    },
  };
}

function parseBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path = [], message } = parsed.error.issues[0] ?? { message: 'It is no request' };
  const place = path.length === 0 ? '' : `${path.join('.')}: `;
  throw new OperationError('invalid-input', `${place}${message}`);
}

function usualKey(keys: AccessKeys, nowMs: number): AccessKey | null {
  const current = keys.list().filter(({ expiresMs }) => expiresMs === null || expiresMs > nowMs);
  const rank = (key: AccessKey): number =>
    (key.expiresMs === null ? 0 : 2) + (key.userName === DEFAULT_USER ? 0 : 1);
  return [...current].sort((one, other) => rank(one) - rank(other))[0] ?? null;
}

function describeKey(key: AccessKey): Record<string, unknown> {
  const { accessKeyId, userName, createdMs, expiresMs, policyDocument } = key;
  return {
    AccessKeyId: accessKeyId,
    UserName: userName,
    CreateDate: new Date(createdMs).toISOString(),
    ...(expiresMs === null ? {} : { Expiration: new Date(expiresMs).toISOString() }),
    Policy: policyDocument,
  };
}

function secretsOf(key: AccessKey): Record<string, unknown> {
  return {
    SecretAccessKey: key.secretAccessKey,
    ...(key.sessionToken === null ? {} : { SessionToken: key.sessionToken }),
  };
}
