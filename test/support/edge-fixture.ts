// The edge on a loopback port with services of its own: operations that echo, fail, and count.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { callerIdentity } from '../../src/api/access/index.ts';
import { createEdge, type ByteBounds, type CallerKey } from '../../src/api/edge/index.ts';
import { createSts } from '../../src/api/sts/index.ts';
import { ALLOW_EVERYTHING, parsePolicy } from '../../src/aws/iam-policy.ts';
import { createLogger, createMetrics } from '../../src/observe/index.ts';
import type { Metrics } from '../../src/observe/index.ts';
import { createEc2 } from './edge-services.ts';

export const ACCOUNT_ID = '123456789012';
export const REGION = 'eu-west-1';

interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface EdgeFixture {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** Of a key that may do everything. */
  readonly credentials: KeyPair;
  /** Makes a key; `policy` may be any document. */
  newKey(
    policy: unknown,
    temporary?: { readonly sessionToken: string; expiresMs: number },
  ): KeyPair;
  revoke(accessKeyId: string): void;
  /** Requests that CreateFlowLogs got. */
  readonly created: unknown[];
  /** Log lines, as JSON. */
  readonly lines: string[];
  readonly bugs: unknown[];
  readonly metrics: Metrics;
  /** Ends the calls that wait in DescribeRegions and DescribeInstances. */
  release(): void;
  /** How many do. */
  waitingCount(): number;
  close(): Promise<void>;
}

function keyMaker(keys: Map<string, CallerKey>): EdgeFixture['newKey'] {
  return (policy, temporary) => {
    const accessKeyId = `AKIAEDGE${String(keys.size).padStart(12, '2')}`;
    const secretAccessKey = `Secret/of+${accessKeyId}/${'s'.repeat(12)}`;
    const { sessionToken = null, expiresMs = null } = temporary ?? {};
    const parsed = parsePolicy(policy);
    const userName = `user-${keys.size}`;
    const key = { accessKeyId, secretAccessKey, sessionToken, expiresMs, userName, policy: parsed };
    keys.set(accessKeyId, key);
    return { accessKeyId, secretAccessKey };
  };
}

/** Starts it; the clock is the machine's. */
export async function startEdge(byteBounds?: ByteBounds): Promise<EdgeFixture> {
  const keys = new Map<string, CallerKey>();
  const newKey = keyMaker(keys);
  const created: unknown[] = [];
  const waiting: (() => void)[] = [];
  const lines: string[] = [];
  const bugs: unknown[] = [];
  const metrics = createMetrics();
  let requestCount = 0;
  const edge = createEdge({
    services: [createEc2(created, waiting), createSts()],
    keys: { find: (accessKeyId) => keys.get(accessKeyId) ?? null },
    accountId: ACCOUNT_ID,
    servedRegions: () => new Set([REGION, 'eu-north-1']),
    log: createLogger({
      level: 'debug',
      write: (line) => lines.push(line),
      pretty: false,
      now: Date.now,
      limitCount: Number.POSITIVE_INFINITY,
    }),
    metrics,
    now: Date.now,
    newRequestId: () => {
      requestCount += 1;
      return `00000000-0000-4000-8000-${String(requestCount).padStart(12, '0')}`;
    },
    onBug: (fault) => bugs.push(fault),
    ...(byteBounds === undefined ? {} : { byteBounds }),
  });
  const server = createServer((request, response) => {
    edge(request, response).then(
      (taken) => {
        if (!taken) response.writeHead(418).end('not for AWS');
      },
      (fault: unknown) => {
        bugs.push(fault);
        response.destroy();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    region: REGION,
    credentials: newKey(ALLOW_EVERYTHING),
    newKey,
    revoke: (accessKeyId) => keys.delete(accessKeyId),
    created,
    lines,
    bugs,
    metrics,
    release: () => {
      for (const end of waiting.splice(0)) end();
    },
    waitingCount: () => waiting.length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** ARN of the user whose key was made first. */
export const FIRST_IDENTITY = callerIdentity(ACCOUNT_ID, 'user-0');
