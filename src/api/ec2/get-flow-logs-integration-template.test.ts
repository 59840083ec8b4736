import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { NOW_MS } from '../../../test/support/athena-fixture.ts';
import { FLOW_LOG } from '../../../test/support/delivery-fixture.ts';
import { decodeForm } from '../../aws/wire/form.ts';
import { decodeQuery } from '../../aws/wire/query-decoder.ts';
import { encodeEc2Xml } from '../../aws/wire/xml.ts';
import type { DestinationState } from '../flow-logs/index.ts';
import type { Call, Operation } from '../operation.ts';
import { getFlowLogsIntegrationTemplateOperation } from './get-flow-logs-integration-template.ts';

/** As the aws CLI sends it (spec/api.md 1), for the flow log of the fixture. */
const BODY =
  `FlowLogId=${FLOW_LOG.flowLogId}&ConfigDeliveryS3DestinationArn=arn%3Aaws%3As3%3A%3A%3Abucket` +
  '&IntegrateService.AthenaIntegration.1.IntegrationResultS3DestinationArn=' +
  'arn%3Aaws%3As3%3A%3A%3Aresults' +
  '&IntegrateService.AthenaIntegration.1.PartitionLoadFrequency=none' +
  '&IntegrateService.AthenaIntegration.1.PartitionStartDate=2021-07-21T00%3A40%3A00Z' +
  '&IntegrateService.AthenaIntegration.1.PartitionEndDate=2021-07-21T00%3A42%3A00Z';
const DATE = 'Fri Nov 20 13:00:00 UTC 2026';
const NAME = `VPCFlowLogsIntegrationTemplate_${FLOW_LOG.flowLogId}_${DATE}.yml`;
const CALL: Call = {
  requestId: '11111111-2222-3333-4444-555555555555',
  caller: {
    accountId: '000000000000',
    region: 'eu-west-1',
    accessKeyId: 'AKIAEXAMPLE',
    arn: 'arn:aws:iam::000000000000:user/one',
    userId: 'AIDAEXAMPLE',
  },
};

interface Stored {
  readonly bucket: string;
  readonly key: string;
  readonly text: string;
}

function operationWith(stored: Stored[], bucket: DestinationState = 'ok'): Operation {
  return getFlowLogsIntegrationTemplateOperation({
    flowLogs: () => [FLOW_LOG],
    destination: async () => bucket,
    now: () => NOW_MS,
    async putObject(name, key, bytes) {
      stored.push({ bucket: name, key, text: Buffer.from(bytes).toString() });
    },
  });
}

describe('GetFlowLogsIntegrationTemplate', () => {
  it('stores the template and answers where', async () => {
    const stored: Stored[] = [];
    const operation = operationWith(stored);

    const answer = await operation.run(decodeQuery(decodeForm(BODY), operation.input), CALL);
    const xml = encodeEc2Xml({
      action: operation.name,
      requestId: CALL.requestId,
      namespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
      shape: operation.output,
      answer,
    });

    const url = `https://bucket.s3.eu-west-1.amazonaws.com/${encodeURIComponent(NAME)}`;
    assert.ok(xml.includes(`<result>${url}</result>`), xml);
    assert.deepEqual(
      stored.map(({ bucket, key }) => [bucket, key]),
      [['bucket', NAME]],
    );
    assert.match(stored[0]?.text ?? '', /fl0123456789abcdef0none2021072120210721workgroup/);
  });

  it('stores nothing when the request is refused', async () => {
    const stored: Stored[] = [];
    const operation = operationWith(stored);
    const body = BODY.replace('2021-07-21T00%3A42', '2031-07-21T00%3A42');

    await assert.rejects(operation.run(decodeQuery(decodeForm(body), operation.input), CALL), {
      code: 'InvalidParameter',
    });

    assert.deepEqual(stored, []);
  });

  it('does not know a flow log of another region', async () => {
    const stored: Stored[] = [];
    const operation = operationWith(stored);
    const request = decodeQuery(decodeForm(BODY), operation.input);
    const elsewhere = { ...CALL, caller: { ...CALL.caller, region: 'us-east-1' } };

    await assert.rejects(operation.run(request, elsewhere), { code: 'InvalidFlowLogId.NotFound' });

    assert.deepEqual(stored, []);
  });

  it('makes no bucket, and tells why one takes no template', async () => {
    const told = new Map<DestinationState, string>([
      ['missing', 'The bucket bucket does not exist'],
      ['denied', 'Access Denied for the bucket bucket'],
      ['undeliverable', 'The bucket bucket takes no objects'],
    ]);
    for (const [state, reason] of told) {
      const stored: Stored[] = [];
      const operation = operationWith(stored, state);

      await assert.rejects(operation.run(decodeQuery(decodeForm(BODY), operation.input), CALL), {
        code: 'InvalidParameter',
        message: `ConfigDeliveryS3DestinationArn: ${reason}`,
      });

      assert.deepEqual(stored, []);
    }
  });

  it('needs to read the flow log and to write the object', () => {
    const operation = operationWith([]);
    const request = decodeQuery(decodeForm(BODY), operation.input);

    assert.deepEqual(operation.permissions(request, CALL.caller), [
      {
        action: 'ec2:GetFlowLogsIntegrationTemplate',
        resources: ['arn:aws:ec2:eu-west-1:123456789012:vpc-flow-log/fl-0123456789abcdef0'],
      },
      { action: 's3:PutObject', resources: [`arn:aws:s3:::bucket/${NAME}`] },
    ]);
    assert.deepEqual(operation.permissions({ FlowLogId: 'fl-1' }, CALL.caller), [
      {
        action: 'ec2:GetFlowLogsIntegrationTemplate',
        resources: ['arn:aws:ec2:eu-west-1:000000000000:vpc-flow-log/fl-1'],
      },
    ]);
  });
});
