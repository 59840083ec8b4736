// Refusals of signature, permission and load, and a fault of the disk.
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';

import type { ServingWeir } from '../../support/aws-daemon.ts';
import { send, sendForm, type Answer } from '../signed-request.ts';
import { DESCRIBE, type ErrorCase, type Parameters } from './error-case.ts';

export const EDGE_CASES: readonly ErrorCase[] = [
  {
    code: 'UnauthorizedOperation',
    message: /^You are not authorized to perform this operation\. .*ec2:CreateFlowLogs/,
    status: 403,
    change: {},
    note: "the key's policy allows ec2:Describe* only",
    as: 'reader',
  },
  {
    code: 'AuthFailure',
    message: /^AWS was not able to validate the provided access credentials/,
    status: 401,
    form: DESCRIBE,
    note: 'signed with a wrong secret',
    as: 'wrong-secret',
  },
  {
    code: 'AuthFailure',
    message: /us-west-2/,
    status: 401,
    form: DESCRIBE,
    note: 'signed for a region that is not served',
    sign: { region: 'us-west-2' },
  },
  {
    code: 'MissingAuthenticationToken',
    message: /./,
    status: 403,
    form: DESCRIBE,
    note: 'not signed',
    send: (weir, form) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      return send(weir.endpoint, 'POST', '/', type, new URLSearchParams(form).toString());
    },
  },
  {
    code: 'IncompleteSignature',
    message: /./,
    status: 403,
    form: DESCRIBE,
    note: 'Authorization without Signature',
    sign: {
      spoilHeaders: (headers) => ({
        ...headers,
        authorization: (headers['authorization'] ?? '').replace(/, Signature=.*$/, ''),
      }),
    },
  },
  {
    code: 'RequestExpired',
    message: /./,
    status: 400,
    form: DESCRIBE,
    note: 'signed 16 minutes ago',
    sign: { signedAt: new Date(Date.now() - 16 * 60_000) },
  },
  {
    code: 'InvalidClientTokenId',
    message: /./,
    status: 403,
    form: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    note: 'to STS, with an unknown access key',
    sign: {
      service: 'sts',
      credentials: { accessKeyId: 'AKIAWEIRNOBODY222222', secretAccessKey: 'any' },
    },
  },
  {
    code: 'SignatureDoesNotMatch',
    message: /./,
    status: 403,
    form: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    note: 'to STS, with another body than was signed',
    sign: { service: 'sts', sentBody: 'Action=GetCallerIdentity&Version=2011-06-15&A=1' },
  },
  {
    code: 'RequestLimitExceeded',
    message: /./,
    status: 503,
    form: DESCRIBE,
    note: '64 requests are under way',
    send: whileBusy,
  },
];

/** Holds 64 requests open whose bodies do not come, then sends. */
async function whileBusy(weir: ServingWeir, form: Parameters): Promise<Answer> {
  const { hostname, port } = new URL(weir.endpoint);
  const head =
    'POST / HTTP/1.1\r\nHost: weir\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
    'Content-Length: 100\r\n\r\nAction=';
  const sockets = Array.from({ length: 64 }, () => connect(Number(port), hostname));
  try {
    await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<void>((resolve, reject) => {
            socket.on('error', reject);
            socket.on('connect', () => socket.write(head, () => resolve()));
          }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    return await sendForm(weir, form);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** Breaks the registry's file, so it is the last one. */
export const LAST_CASES: readonly ErrorCase[] = [
  {
    code: 'Unavailable',
    message: 'This cannot be done now; the log of weir says why',
    status: 503,
    change: { LogDestination: 'arn:aws:s3:::records/full/' },
    note: 'the disk refuses flow-logs.json',
    async prepare(weir) {
      mkdirSync(path.join(weir.data, 'flow-logs.json.tmp'));
    },
  },
];
