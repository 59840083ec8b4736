// Refusals of signature, permission and load, and a fault of the disk.
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import type { ServingWeir } from '../../support/aws-daemon.ts';
import { exchange, type Answer } from '../../support/http-exchange.ts';
import { sendForm } from '../signed-request.ts';
import { DESCRIBE, SUBNET, type ErrorCase, type Parameters } from './error-case.ts';

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
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams(form).toString();
      return exchange(`${weir.endpoint}/`, { method: 'POST', headers }, body);
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
    change: { 'ResourceId.1': SUBNET, ResourceType: 'Subnet' },
    note: 'the 65th of calls that come together',
    send: together,
  },
];

/** Sends calls that wait for the disk all at once, and gives the first that was refused for it. */
async function together(weir: ServingWeir, form: Parameters): Promise<Answer> {
  const calls = Array.from({ length: 200 }, (_, index) =>
    sendForm(weir, { ...form, LogDestination: `arn:aws:s3:::records/together/${index}/` }),
  );
  const answers = await Promise.all(calls);
  return answers.find(({ status }) => status === 503) ?? sendForm(weir, form);
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
