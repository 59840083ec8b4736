// Faults of the parameters themselves.
import { DELETE, DESCRIBE, numbered, TGW, TGW_BASE, VPC, type ErrorCase } from './error-case.ts';

const ROLE = 'arn:aws:iam::123456789012:role/flow-logs';
const TO_LOGS = {
  LogDestinationType: 'cloud-watch-logs',
  LogDestination: null,
  DeliverLogsPermissionArn: ROLE,
};

export const PARAMETER_CASES: readonly ErrorCase[] = [
  {
    code: 'InvalidParameter',
    message: "LogDestination can't be empty if LogGroupName is not provided.",
    status: 400,
    change: TO_LOGS,
  },
  {
    code: 'InvalidParameter',
    message: 'LogDestination type must be cloud-watch-logs if LogGroupName is provided.',
    status: 400,
    change: { LogGroupName: 'flow-logs' },
  },
  {
    code: 'InvalidParameter',
    message: "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.",
    status: 400,
    change: { ...TO_LOGS, LogGroupName: 'flow-logs', DeliverLogsPermissionArn: null },
  },
  {
    code: 'InvalidParameter',
    message: 'Invalid Flow Log Max Aggregation Interval',
    status: 400,
    change: { MaxAggregationInterval: '120' },
  },
  {
    code: 'InvalidParameter',
    message:
      'max-aggregation-interval other than 60 sec / 1 min is not supported when the ' +
      'resource-type is TransitGateway or TransitGatewayAttachment',
    status: 400,
    change: { ...TGW_BASE, MaxAggregationInterval: '600' },
  },
  {
    code: 'InvalidParameter',
    message: 'DeliverLogsPermissionArn is not applicable for s3 delivery',
    status: 400,
    change: { DeliverLogsPermissionArn: ROLE },
  },
  {
    code: 'InvalidParameter',
    message: 'LogDestination must be in the same region as the API caller.',
    status: 400,
    change: { ...TO_LOGS, LogDestination: 'arn:aws:logs:us-west-2:123456789012:log-group:flow' },
  },
  {
    code: 'InvalidParameter',
    message: new RegExp(`^Invalid Resource id ${TGW} for resource-type TransitGatewayAttachment$`),
    status: 400,
    change: { ...TGW_BASE, ResourceType: 'TransitGatewayAttachment' },
  },
  {
    code: 'InvalidParameter',
    message:
      'The TagFieldSpecifications parameter must be set when including tag fields in ' +
      'the log format',
    status: 400,
    change: { LogFormat: '${version} ${instance-tag}' },
  },
  {
    code: 'InvalidParameterValue',
    message:
      "1 validation error detected: Value '${version} ' at 'logFormat' has an invalid format",
    status: 400,
    change: { LogFormat: '${version} ' },
    note: 'a space at the end',
  },
  {
    code: 'InvalidParameterValue',
    message: "1 validation error detected: Value null at 'flowLogId' has an invalid format",
    status: 400,
    form: DELETE,
  },
  {
    code: 'InvalidParameterValue',
    message: "The filter 'vpc' is invalid",
    status: 400,
    form: { ...DESCRIBE, 'Filter.1.Name': 'vpc', 'Filter.1.Value.1': VPC },
  },
  {
    code: 'InvalidParameterValue',
    message: /CoreNetwork/,
    status: 400,
    change: { ResourceType: 'CoreNetwork' },
  },
  {
    code: 'InvalidID',
    message: "The ID 'bogus' is not valid",
    status: 400,
    change: { 'ResourceId.1': 'bogus' },
  },
  {
    code: 'InvalidVpcID.Malformed',
    message: /bogus/,
    status: 400,
    form: { Action: 'DescribeVpcs', Version: '2016-11-15', 'VpcId.1': 'bogus' },
  },
  {
    code: 'InvalidParameterValue',
    message: /25/,
    status: 400,
    change: { ...TGW_BASE, ...numbered('ResourceId', 26, (number) => `tgw-${number}`) },
    note: '26 transit gateways',
  },
  {
    code: 'InvalidParameterValue',
    message: /^Value \(me\) for parameter DeliverLogsPermissionArn is invalid\./,
    status: 400,
    change: { ...TO_LOGS, LogGroupName: 'flow-logs', DeliverLogsPermissionArn: 'me' },
  },
  {
    code: 'InvalidParameter',
    message: /colour/,
    status: 400,
    change: { LogFormat: '${version} ${colour}' },
  },
  {
    code: 'MissingParameter',
    message:
      'The request must include the ResourceIds parameter. Add the required parameter ' +
      'and retry the request.',
    status: 400,
    change: { 'ResourceId.1': null },
  },
  {
    code: 'InvalidParameterCombination',
    message: /MaxResults/,
    status: 400,
    form: { ...DESCRIBE, 'FlowLogId.1': 'fl-0123456789abcdef0', MaxResults: '5' },
  },
  {
    code: 'InvalidNextToken',
    message: /token/i,
    status: 400,
    form: { ...DESCRIBE, NextToken: 'nonsense' },
  },
  {
    code: 'FilterLimitExceeded',
    message: /./,
    status: 400,
    form: {
      ...DESCRIBE,
      'Filter.1.Name': 'resource-id',
      ...numbered('Filter.1.Value', 201, (number) => `vpc-${number}`),
    },
  },
  {
    code: 'TagLimitExceeded',
    message: /50/,
    status: 400,
    change: {
      'TagSpecification.1.ResourceType': 'vpc-flow-log',
      ...numbered('TagSpecification.1.Tag', 51, (number) => `key-${number}`, '.Key'),
    },
    note: '51 tags',
  },
  {
    code: 'UnknownParameter',
    message: /^The parameter Colour is not recognized/,
    status: 400,
    change: { Colour: 'blue' },
  },
  {
    code: 'InvalidAction',
    message: 'The action DescribeKeyPairs is not valid for this web service.',
    status: 400,
    form: { Action: 'DescribeKeyPairs', Version: '2016-11-15' },
  },
  {
    code: 'DryRunOperation',
    message: 'Request would have succeeded, but DryRun flag is set.',
    status: 412,
    change: { DryRun: 'true' },
  },
];
