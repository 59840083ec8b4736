// The access key calls of a data folder, answered by the daemon that serves it or, when none runs,
// on the folder itself.
import { z } from 'zod';

import { findDaemon, requireDaemon, type ControlClient } from './control-client.ts';

const describedKey = z.object({
  AccessKeyId: z.string(),
  UserName: z.string(),
  CreateDate: z.string(),
  Expiration: z.string().optional(),
  Policy: z.record(z.string(), z.unknown()),
});

const secretKey = describedKey.extend({
  SecretAccessKey: z.string(),
  SessionToken: z.string().optional(),
});

const keyList = z.object({ AccessKeys: z.array(describedKey) });

const environmentKey = secretKey.extend({ Region: z.string() });

/** A key without its secret. */
export type DescribedKey = z.output<typeof describedKey>;
export type SecretKey = z.output<typeof secretKey>;
export type EnvironmentKey = z.output<typeof environmentKey>;

export interface NewKeyRequest {
  readonly UserName?: string;
  readonly Policy?: unknown;
  readonly ExpiresInSeconds?: number;
}

/** The operations on a folder that no daemon serves; bodies and answers as of /control/keys. */
export interface KeyFolder {
  create(body: unknown): Promise<unknown>;
  list(): Promise<unknown>;
  revoke(body: unknown): Promise<unknown>;
  /** Gives up the folder's lock. */
  close(): Promise<void>;
}

/** Opens a folder; takes its lock. @throws OperationError */
export type OpenKeyFolder = (data: string) => Promise<KeyFolder>;

export interface KeyCalls {
  create(request: NewKeyRequest): Promise<SecretKey>;
  list(): Promise<readonly DescribedKey[]>;
  revoke(accessKeyId: string): Promise<DescribedKey>;
  close(): Promise<void>;
}

/**
 * The calls of the data folder.
 *
 * @param openFolder used when no daemon serves the folder
 * @throws OperationError when neither is to be had; so do refused calls
 */
export async function openKeyCalls(
  data: string,
  openFolder: OpenKeyFolder | undefined,
): Promise<KeyCalls> {
  const daemon = openFolder === undefined ? requireDaemon(data) : findDaemon(data);
  const folder = daemon === null ? await openFolder?.(data) : overControl(daemon);
  if (folder === undefined) throw new Error('no daemon, and no way to open the folder');
  return {
    create: async (request) => secretKey.parse(await folder.create(request)),
    list: async () => keyList.parse(await folder.list()).AccessKeys,
    revoke: async (accessKeyId) =>
      describedKey.parse(await folder.revoke({ AccessKeyId: accessKeyId })),
    close: () => folder.close(),
  };
}

function overControl(client: ControlClient): KeyFolder {
  return {
    create: (body) => client.post('/control/keys/create', body),
    list: () => client.post('/control/keys/list', {}),
    revoke: (body) => client.post('/control/keys/revoke', body),
    close: async () => undefined,
  };
}

/**
 * Region and key pair for a shell, of a running daemon.
 *
 * @param accessKeyId null for the usual one
 * @throws OperationError `not-found` when there is no such key
 */
export async function readEnvironmentKey(
  client: ControlClient,
  accessKeyId: string | null,
): Promise<EnvironmentKey> {
  const query = accessKeyId === null ? '' : `?access-key-id=${encodeURIComponent(accessKeyId)}`;
  return environmentKey.parse(await client.get(`/control/environment${query}`));
}
