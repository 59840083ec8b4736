import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { FlowLog } from '../../aws/flow-log.ts';
import { NOW_MS, type IntegrationRequest } from '../../../test/support/athena-fixture.ts';
import { FLOW_LOG } from '../../../test/support/delivery-fixture.ts';
import {
  generateIntegrationTemplate,
  type GeneratedTemplate,
  type IntegrationTemplateRequest,
} from './index.ts';

const DAILY: IntegrationRequest = {
  IntegrationResultS3DestinationArn: 'arn:aws:s3:::results',
  PartitionLoadFrequency: 'daily',
};
const VALID: IntegrationTemplateRequest = {
  FlowLogId: FLOW_LOG.flowLogId,
  ConfigDeliveryS3DestinationArn: 'arn:aws:s3:::templates/athena',
  IntegrateServices: { AthenaIntegrations: [DAILY] },
};

function generate(
  request: IntegrationTemplateRequest,
  flowLog: Partial<FlowLog> = {},
): GeneratedTemplate {
  const flowLogs = [{ ...FLOW_LOG, ...flowLog }];
  return generateIntegrationTemplate(request, { flowLogs, nowMs: NOW_MS });
}

function withIntegration(change: Partial<IntegrationRequest>): IntegrationTemplateRequest {
  return { ...VALID, IntegrateServices: { AthenaIntegrations: [{ ...DAILY, ...change }] } };
}

function withCount(count: number): IntegrationTemplateRequest {
  const AthenaIntegrations = Array.from({ length: count }, () => DAILY);
  return { ...VALID, IntegrateServices: { AthenaIntegrations } };
}

const DATES = {
  PartitionStartDate: '2026-11-01T00:00:00.000Z',
  PartitionEndDate: '2026-11-02T00:00:00.000Z',
};
const NONE = { PartitionLoadFrequency: 'none' };
const TODAY = '2026-11-20T13:00:00.000Z';
const MISSING = (parameter: string): string =>
  `The request must include the ${parameter} parameter. ` +
  'Add the required parameter and retry the request.';
const FORMAT = (value: string, parameter: string): string =>
  `1 validation error detected: Value '${value}' at '${parameter}' has an invalid format`;

/** What is wrong, the request, AWS's code and our text. */
const FAULTS: readonly (readonly [string, IntegrationTemplateRequest, string, string])[] = [
  ['no flow log', { ...VALID, FlowLogId: undefined }, 'MissingParameter', MISSING('FlowLogId')],
  [
    'no place for the template',
    { ...VALID, ConfigDeliveryS3DestinationArn: '' },
    'MissingParameter',
    MISSING('ConfigDeliveryS3DestinationArn'),
  ],
  [
    'no services',
    { ...VALID, IntegrateServices: undefined },
    'MissingParameter',
    MISSING('IntegrateServices'),
  ],
  ['no integration', withCount(0), 'MissingParameter', MISSING('AthenaIntegrations')],
  [
    'too many integrations',
    withCount(11),
    'InvalidParameterValue',
    'Value (11 integrations) for parameter AthenaIntegrations is invalid. At most 10 are allowed.',
  ],
  [
    'a place that is no bucket',
    { ...VALID, ConfigDeliveryS3DestinationArn: 's3://templates' },
    'InvalidParameterValue',
    FORMAT('s3://templates', 'configDeliveryS3DestinationArn'),
  ],
  [
    'results that go to no bucket',
    withIntegration({ IntegrationResultS3DestinationArn: 'arn:aws:s3:::X' }),
    'InvalidParameterValue',
    FORMAT('arn:aws:s3:::X', 'integrationResultS3DestinationArn'),
  ],
  [
    'no results',
    withIntegration({ IntegrationResultS3DestinationArn: undefined }),
    'MissingParameter',
    MISSING('IntegrationResultS3DestinationArn'),
  ],
  [
    'no frequency',
    withIntegration({ PartitionLoadFrequency: undefined }),
    'MissingParameter',
    MISSING('PartitionLoadFrequency'),
  ],
  [
    'an unknown frequency',
    withIntegration({ PartitionLoadFrequency: 'Daily' }),
    'InvalidParameterValue',
    'Value (Daily) for parameter PartitionLoadFrequency is invalid. ' +
      'Allowed values are none, daily, weekly, monthly.',
  ],
  [
    'a date that is none',
    withIntegration({ PartitionStartDate: 'yesterday' }),
    'InvalidParameterValue',
    FORMAT('yesterday', 'partitionStartDate'),
  ],
  [
    'start after end',
    withIntegration({ ...DATES, PartitionStartDate: '2026-11-03T00:00:00.000Z' }),
    'InvalidParameter',
    'PartitionStartDate must not be after PartitionEndDate',
  ],
  [
    'none without an end',
    withIntegration({ ...NONE, ...DATES, PartitionEndDate: undefined }),
    'InvalidParameter',
    'PartitionStartDate and PartitionEndDate must be provided if PartitionLoadFrequency is none',
  ],
  [
    'none without a start',
    withIntegration({ ...NONE, ...DATES, PartitionStartDate: undefined }),
    'InvalidParameter',
    'PartitionStartDate and PartitionEndDate must be provided if PartitionLoadFrequency is none',
  ],
  [
    'none up to now',
    withIntegration({ ...NONE, ...DATES, PartitionEndDate: TODAY }),
    'InvalidParameter',
    'PartitionStartDate and PartitionEndDate must be in the past if PartitionLoadFrequency is none',
  ],
  [
    'an unknown flow log',
    { ...VALID, FlowLogId: 'fl-00000000000000000' },
    'InvalidFlowLogId.NotFound',
    'These flow log ids in the input list are not found: [TotalCount: 1] fl-00000000000000000',
  ],
];

describe('generateIntegrationTemplate', () => {
  for (const [what, request, code, message] of FAULTS) {
    it(`refuses ${what}`, () => {
      assert.throws(() => generate(request), { name: 'AwsError', code, message, status: 400 });
    });
  }

  it('refuses flow logs that have no Athena integration', () => {
    const id = FLOW_LOG.flowLogId;

    assert.throws(() => generate(VALID, { resourceType: 'TransitGatewayAttachment' }), {
      code: 'InvalidParameter',
      message: `Flow log ${id} is of a transit gateway, which has no Athena integration`,
    });
    assert.throws(() => generate(VALID, { logDestinationType: 'cloud-watch-logs' }), {
      code: 'InvalidParameter',
      message: `Flow log ${id} does not publish to Amazon S3`,
    });
  });

  it('a dry run generates nothing', () => {
    assert.throws(() => generate({ ...VALID, DryRun: true }), {
      code: 'DryRunOperation',
      status: 412,
    });
  });

  it('takes ten integrations, dates with any frequency, and none in the past', () => {
    generate(withCount(10));
    generate(withIntegration({ PartitionEndDate: '2027-01-01T00:00:00.000Z' }));
    generate(withIntegration({ ...DATES, ...NONE }));
    const { PartitionStartDate: moment } = DATES;
    generate(withIntegration({ ...NONE, ...DATES, PartitionEndDate: moment }));
    const none = { ...NONE, ...DATES, PartitionEndDate: '2026-11-20T12:59:59.999Z' };
    generate(withIntegration(none));
  });

  it('names the object and its address as AWS does', () => {
    const { bucket, key, url } = generate(VALID);

    const name = 'VPCFlowLogsIntegrationTemplate_fl-0123456789abcdef0_';
    assert.equal(bucket, 'templates');
    assert.equal(key, `athena/${name}Fri Nov 20 13:00:00 UTC 2026.yml`);
    assert.equal(
      url,
      'https://templates.s3.eu-west-1.amazonaws.com/athena/' +
        `${name}Fri%20Nov%2020%2013%3A00%3A00%20UTC%202026.yml`,
    );
  });
});
