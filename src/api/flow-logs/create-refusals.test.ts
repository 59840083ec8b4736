// Requests that CreateFlowLogs refuses as a whole: code, text and status (spec/api.md 6).
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  faultOf,
  IN_REGION,
  openFlowLogs,
  REQUEST,
  ROLE,
} from '../../../test/support/flow-log-fixture.ts';
import { createFlowLogs } from './index.ts';

type Refusal = readonly [change: object, code: string, message: string | RegExp];

const GATEWAY = {
  ResourceType: 'TransitGateway',
  ResourceIds: ['tgw-1'],
  TrafficType: undefined,
};
const LOGS = {
  LogDestinationType: 'cloud-watch-logs',
  LogDestination: undefined,
  LogGroupName: 'flows',
  DeliverLogsPermissionArn: ROLE,
};
const STREAM = {
  LogDestinationType: 'kinesis-data-firehose',
  LogDestination: 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/s',
};
const FAR_ROLE = 'arn:aws:iam::210987654321:role/AWSLogDeliveryFirehoseCrossAccountRole';
const OTHER_REGION = 'LogDestination must be in the same region as the API caller.';

const PARAMETERS: readonly Refusal[] = [
  [{ DryRun: true }, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.'],
  [
    { ResourceIds: undefined },
    'MissingParameter',
    'The request must include the ResourceIds parameter. ' +
      'Add the required parameter and retry the request.',
  ],
  [{ ResourceType: undefined }, 'MissingParameter', /ResourceType/],
  [{ TrafficType: undefined }, 'MissingParameter', /TrafficType/],
  [{ TrafficType: 'all' }, 'InvalidParameterValue', /Valid values: ACCEPT, REJECT, ALL/],
  [{ ResourceType: 'Instance' }, 'InvalidParameterValue', /Value \(Instance\) for .*ResourceType/],
  [{ ResourceType: 'CoreNetwork' }, 'InvalidParameterValue', /Value \(CoreNetwork\) for/],
  [{ ResourceType: 'CoreNetworkAttachment' }, 'InvalidParameterValue', /ResourceType/],
  [
    { ResourceIds: ['subnet-1'] },
    'InvalidParameter',
    'Invalid Resource id subnet-1 for resource-type VPC',
  ],
  [
    { ...GATEWAY, ResourceType: 'TransitGatewayAttachment' },
    'InvalidParameter',
    'Invalid Resource id tgw-1 for resource-type TransitGatewayAttachment',
  ],
  [
    { ...GATEWAY, ResourceIds: ['tgw-attach-1'] },
    'InvalidParameter',
    'Invalid Resource id tgw-attach-1 for resource-type TransitGateway',
  ],
  [{ ResourceIds: ['bogus'] }, 'InvalidID', "The ID 'bogus' is not valid"],
  [{ ResourceIds: ['vpc-'] }, 'InvalidVpcID.Malformed', 'Invalid id: "vpc-"'],
  [
    { ResourceIds: ['nat-a b'], ResourceType: 'RegionalNatGateway' },
    'NatGatewayMalformed',
    'Invalid id: "nat-a b"',
  ],
  [
    { ResourceIds: Array.from({ length: 301 }, (_, index) => `vpc-${index}`) },
    'InvalidParameterValue',
    /301 ids.*At most 300/,
  ],
  [
    { ...GATEWAY, ResourceIds: Array.from({ length: 26 }, (_, index) => `tgw-${index}`) },
    'InvalidParameterValue',
    /26 ids.*At most 25/,
  ],
  [{ ...GATEWAY, TrafficType: 'ALL' }, 'InvalidParameter', /^traffic-type is not supported/],
  [{ ClientToken: 'é' }, 'InvalidParameterValue', /ASCII/],
  [{ ClientToken: '' }, 'InvalidParameterValue', /ASCII/],
  [{ ClientToken: 'x'.repeat(65) }, 'InvalidParameterValue', /64/],
  [{ StartTime: '2026-11-20T12:00:00.006Z' }, 'InvalidParameterValue', /has passed/],
  [{ StartTime: '1969-12-31T00:00:00Z' }, 'InvalidParameterValue', /since 1970/],
  [{ MaxAggregationInterval: 61 }, 'InvalidParameter', 'Invalid Flow Log Max Aggregation Interval'],
  [
    { ...GATEWAY, MaxAggregationInterval: 600 },
    'InvalidParameter',
    /^max-aggregation-interval other than 60 sec/,
  ],
];

const DESTINATIONS: readonly Refusal[] = [
  [{ LogDestinationType: 'S3' }, 'InvalidParameterValue', /Valid values: cloud-watch-logs, s3/],
  [
    { LogGroupName: 'group' },
    'InvalidParameter',
    'LogDestination type must be cloud-watch-logs if LogGroupName is provided.',
  ],
  [
    { ...STREAM, LogGroupName: 'group' },
    'InvalidParameter',
    'LogDestination type must be cloud-watch-logs if LogGroupName is provided.',
  ],
  [
    { LogDestination: undefined },
    'InvalidParameter',
    "LogDestination can't be empty if LogGroupName is not provided.",
  ],
  [
    { ...LOGS, LogGroupName: '' },
    'InvalidParameter',
    "LogDestination can't be empty if LogGroupName is not provided.",
  ],
  [
    { ...STREAM, LogDestination: '' },
    'InvalidParameter',
    "LogDestination can't be empty if LogGroupName is not provided.",
  ],
  [
    { ...LOGS, LogDestination: 'arn:aws:logs:eu-west-1:123456789012:log-group:flows' },
    'InvalidParameter',
    'Please only provide LogGroupName or only provide LogDestination.',
  ],
  [
    { LogDestinationType: undefined, LogDestination: undefined, LogGroupName: 'group' },
    'InvalidParameter',
    "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
  ],
  [
    { ...LOGS, DeliverCrossAccountRole: FAR_ROLE },
    'InvalidParameter',
    'DeliverCrossAccountRole is not applicable for cloud-watch-logs delivery',
  ],
  [{ ...LOGS, LogGroupName: 'a b' }, 'InvalidParameterValue', /LogGroupName/],
  [{ ...LOGS, LogGroupName: 'x'.repeat(513) }, 'InvalidParameterValue', /1 to 512/],
  [
    { ...LOGS, LogGroupName: undefined, LogDestination: 'arn:aws:s3:::my-bucket' },
    'InvalidParameter',
    /is invalid: expected arn:aws:logs/,
  ],
  [
    {
      ...LOGS,
      LogGroupName: undefined,
      LogDestination: 'arn:aws:logs:us-east-1:123456789012:log-group:flows',
    },
    'InvalidParameter',
    OTHER_REGION,
  ],
  // Before it is asked whether the resource exists.
  [
    {
      ...{ ...LOGS, LogGroupName: undefined, ResourceIds: ['vpc-9'] },
      LogDestination: 'arn:aws:logs:us-east-1:123456789012:log-group:flows',
    },
    'InvalidParameter',
    OTHER_REGION,
  ],
  [
    { ...STREAM, LogDestination: 'arn:aws:firehose:us-east-1:123456789012:deliverystream/s' },
    'InvalidParameter',
    OTHER_REGION,
  ],
  [
    { ...STREAM, LogDestination: 'arn:aws:firehose:eu-west-1:123456789012:stream/s' },
    'InvalidParameter',
    /is invalid: expected arn:aws:firehose/,
  ],
  [
    { ...STREAM, LogDestination: 'arn:aws:firehose:eu-west-1:210987654321:deliverystream/s' },
    'InvalidParameter',
    "DeliverCrossAccountRole can't be empty if LogDestination is in another account.",
  ],
  [
    { ...STREAM, DeliverLogsPermissionArn: ROLE },
    'InvalidParameter',
    /^DeliverLogsPermissionArn is not applicable for same-account kinesis-data-firehose/,
  ],
  [
    { ...STREAM, DeliverCrossAccountRole: FAR_ROLE },
    'InvalidParameter',
    /^DeliverLogsPermissionArn can't be empty if DeliverCrossAccountRole is/,
  ],
  [
    { DeliverLogsPermissionArn: ROLE },
    'InvalidParameter',
    'DeliverLogsPermissionArn is not applicable for s3 delivery',
  ],
  [
    { DeliverCrossAccountRole: FAR_ROLE },
    'InvalidParameter',
    'DeliverCrossAccountRole is not applicable for s3 delivery',
  ],
  [{ LogDestination: 'arn:aws:s3:::b/AWSLogs/' }, 'InvalidParameter', /invalid/],
  [{ LogDestination: 'arn:aws-cn:s3:::my-bucket' }, 'InvalidParameter', /expected partition aws /],
  [{ DestinationOptions: { FileFormat: 'csv' } }, 'InvalidParameterValue', /plain-text, parquet/],
  [
    { ...LOGS, DestinationOptions: { FileFormat: 'parquet' } },
    'InvalidParameter',
    'DestinationOptions is not applicable for cloud-watch-logs delivery',
  ],
  [
    { ...STREAM, DestinationOptions: { PerHourPartition: true } },
    'InvalidParameter',
    'DestinationOptions is not applicable for kinesis-data-firehose delivery',
  ],
  [
    { ...LOGS, DeliverLogsPermissionArn: 'flow-logs' },
    'InvalidParameterValue',
    /Value \(flow-logs\) for parameter DeliverLogsPermissionArn is invalid/,
  ],
  [
    { ...LOGS, DeliverLogsPermissionArn: 'arn:aws:iam::123456789012:user/a' },
    'InvalidParameterValue',
    /DeliverLogsPermissionArn/,
  ],
  [
    { ...STREAM, DeliverLogsPermissionArn: ROLE, DeliverCrossAccountRole: ROLE },
    'InvalidParameterValue',
    /DeliverCrossAccountRole .*role\/AWSLogDeliveryFirehoseCrossAccountRole/,
  ],
];

const TAG_FIELDS_MISSING =
  'The TagFieldSpecifications parameter must be set when including tag fields in the log format';
const INSTANCE = { ResourceType: 'instance', TagKeys: ['Name'] };

const FORMATS: readonly Refusal[] = [
  [
    { LogFormat: '${version} ' },
    'InvalidParameterValue',
    "1 validation error detected: Value '${version} ' at 'logFormat' has an invalid format",
  ],
  [{ LogFormat: '' }, 'InvalidParameterValue', /Value '' at 'logFormat'/],
  [{ LogFormat: 'default' }, 'InvalidParameterValue', /Value 'default' at 'logFormat'/],
  [{ LogFormat: '${version},${bytes}' }, 'InvalidParameterValue', /at 'logFormat'/],
  [{ LogFormat: ' '.repeat(5000) }, 'InvalidParameterValue', /^.{0,1200}$/],
  [{ LogFormat: '${srcadr}' }, 'InvalidParameter', /did you mean \$\{srcaddr\}/],
  [{ LogFormat: '${version} ${tgw-id}' }, 'InvalidParameter', /transit gateway/],
  [{ ...GATEWAY, LogFormat: '${action}' }, 'InvalidParameter', /VPC, subnet and interface/],
  [{ LogFormat: '${instance-tag}' }, 'InvalidParameter', TAG_FIELDS_MISSING],
  [
    { LogFormat: '${asg-tag}', TagFieldSpecifications: [INSTANCE] },
    'InvalidParameter',
    /1 tag key\(s\) of resource type auto-scaling-group when including the field asg-tag/,
  ],
  [
    { LogFormat: '${instance-tag-2}', TagFieldSpecifications: [INSTANCE] },
    'InvalidParameter',
    /2 tag key\(s\) of resource type instance/,
  ],
  [{ TagFieldSpecifications: [INSTANCE] }, 'InvalidParameter', /must not be set without/],
  [
    { LogFormat: '${instance-tag}', TagFieldSpecifications: [INSTANCE, INSTANCE] },
    'InvalidParameterValue',
    /may be given once/,
  ],
  [
    { TagFieldSpecifications: [INSTANCE, INSTANCE, INSTANCE, INSTANCE] },
    'InvalidParameterValue',
    /At most 3/,
  ],
  [
    { TagFieldSpecifications: [{ ResourceType: 'vpc', TagKeys: ['a'] }] },
    'InvalidParameterValue',
    /network-interface, instance, auto-scaling-group/,
  ],
  [{ TagFieldSpecifications: [{ TagKeys: ['a'] }] }, 'InvalidParameterValue', /\(null\)/],
  [{ TagFieldSpecifications: [{ ...INSTANCE, TagKeys: [] }] }, 'InvalidParameterValue', /0 keys/],
  [
    { TagFieldSpecifications: [{ ...INSTANCE, TagKeys: ['a', 'b', 'c'] }] },
    'InvalidParameterValue',
    /3 keys/,
  ],
  [
    { TagFieldSpecifications: [{ ...INSTANCE, TagKeys: ['x'.repeat(129)] }] },
    'InvalidParameterValue',
    /1 to 128/,
  ],
  [{ TagFieldSpecifications: [{ ...INSTANCE, TagKeys: [''] }] }, 'InvalidParameterValue', /128/],
];

function tagged(...Tags: readonly object[]): object {
  return { TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags }] };
}

const TAGS: readonly Refusal[] = [
  [{ TagSpecifications: [{ ResourceType: 'vpc' }] }, 'InvalidParameterValue', /vpc-flow-log/],
  [{ TagSpecifications: [{ Tags: [] }] }, 'InvalidParameterValue', /\(null\)/],
  [tagged({ Key: 'AWS:x' }), 'InvalidParameterValue', /starting with 'aws:' are reserved/],
  [tagged({ Key: 'a' }, { Key: 'a' }), 'InvalidParameterValue', "Duplicate tag key 'a' specified."],
  [tagged({ Key: 'x'.repeat(129) }), 'InvalidParameterValue', /1 to 128/],
  [tagged({ Key: '' }), 'InvalidParameterValue', /1 to 128/],
  [tagged({ Key: 'a', Value: 'x'.repeat(257) }), 'InvalidParameterValue', /at most 256/],
  [tagged({ Value: 'x' }), 'MissingParameter', /Tag\.Key/],
  [
    tagged(...Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}` }))),
    'TagLimitExceeded',
    'The maximum number of tags for a resource is 50.',
  ],
];

for (const [change, code, message] of [...PARAMETERS, ...DESTINATIONS, ...FORMATS, ...TAGS]) {
  test(`${JSON.stringify(change).slice(0, 100)} is refused with ${code}`, async (t) => {
    const { deps, registry } = await openFlowLogs(t);

    const fault = await faultOf(createFlowLogs({ ...REQUEST, ...change }, IN_REGION, deps));

    if (typeof message === 'string') assert.equal(fault.message, message);
    else assert.match(fault.message, message);
    assert.equal(fault.code, code);
    assert.equal(fault.status, code === 'DryRunOperation' ? 412 : 400);
    assert.ok(fault.message.length < 1600);
    assert.deepEqual(registry.list(), []);
  });
}

test('JSON that has not the shape is refused', async (t) => {
  const { operations } = await openFlowLogs(t);

  const unknown = await faultOf(operations.create({ ...REQUEST, Surprise: 1 }));
  const wrong = await faultOf(operations.create({ ...REQUEST, ResourceIds: 'vpc-1' }));

  assert.equal(unknown.code, 'UnknownParameter');
  assert.match(unknown.message, /Surprise/);
  assert.equal(wrong.code, 'InvalidParameterValue');
  assert.match(wrong.message, /ResourceIds/);
});
