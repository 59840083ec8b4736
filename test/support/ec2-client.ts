// The newest SDK's EC2 client over operations in this process: the SDK encodes the request and
// decodes the answer, our wire does the other half, and no network, signature or policy is between.
import { EC2Client } from '@aws-sdk/client-ec2';

import type { Caller, Operation } from '../../src/api/operation.ts';
import { AwsError } from '../../src/aws/aws-error.ts';
import { encodeError } from '../../src/aws/wire/error-body.ts';
import { decodeForm } from '../../src/aws/wire/form.ts';
import { decodeQuery } from '../../src/aws/wire/query-decoder.ts';
import { encodeEc2Xml } from '../../src/aws/wire/xml.ts';

const REQUEST_ID = '2d96dae3-504b-4fc4-bf50-266000000000';
const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** A client of account 123456789012 in the region. */
export function clientOver(operations: readonly Operation[], region: string): EC2Client {
  const caller: Caller = {
    accountId: '123456789012',
    region,
    accessKeyId: 'AKIAEXAMPLE',
    arn: 'arn:aws:iam::123456789012:user/test',
    userId: 'AIDAEXAMPLE',
  };
  return new EC2Client({
    region,
    endpoint: 'http://127.0.0.1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { readonly body?: unknown }) => ({
        response: await answer(String(request.body), operations, caller),
      }),
    },
  });
}

async function answer(
  form: string,
  operations: readonly Operation[],
  caller: Caller,
): Promise<HttpAnswer> {
  const pairs = decodeForm(form);
  const action = pairs.find((pair) => pair.name === 'Action')?.value ?? '';
  const parameters = pairs.filter(({ name }) => name !== 'Action' && name !== 'Version');
  try {
    const operation = operations.find(({ name }) => name === action);
    if (operation === undefined) throw new AwsError('InvalidAction', 400, `No action ${action}`);
    const request = decodeQuery(parameters, operation.input);
    const result = await operation.run(request, { caller, requestId: REQUEST_ID });
    const shape = operation.output;
    const body = { action, requestId: REQUEST_ID, namespace: NAMESPACE, shape, answer: result };
    return toAnswer(200, encodeEc2Xml(body));
  } catch (fault) {
    if (!(fault instanceof AwsError)) throw fault;
    return toAnswer(fault.status, encodeError('ec2', fault, REQUEST_ID, NAMESPACE).body);
  }
}

function toAnswer(statusCode: number, xml: string): HttpAnswer {
  return { statusCode, headers: { 'content-type': 'text/xml' }, body: Buffer.from(xml) };
}
