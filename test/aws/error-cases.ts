// Every error of spec/api.md 6, each with the request that provokes it. errors.test.ts sends them
// and writes docs/reference/errors.md from the answers.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';

import type { ServingWeir } from '../support/aws-daemon.ts';
import { send, sendForm, type Answer, type SignOptions } from './signed-request.ts';

export const VPC = 'vpc-0e770000000000001';
export const SUBNET = 'subnet-0e770000000000001';
export const ENI = 'eni-0e770000000000001';
export const TGW = 'tgw-0e770000000000001';
/** A VPC in the region without ECS cluster, which the calls are made to. */
export const INVENTORY = `
vpcs: [{id: ${VPC}, account: 123456789012, region: eu-west-1, cidrs: [10.0.0.0/16]}]
subnets: [{id: ${SUBNET}, vpc: ${VPC}, cidrs: [10.0.1.0/24]}]
enis: [{id: ${ENI}, subnet: ${SUBNET}, ipv4: [10.0.1.5]}]
transit-gateways: [{id: ${TGW}, account: 123456789012, region: eu-west-1}]
`;

type Parameters = Readonly<Record<string, string>>;

/** What the cases call "the base request": a flow log to a bucket that exists. */
export const BASE: Parameters = {
  Action: 'CreateFlowLogs',
  Version: '2016-11-15',
  'ResourceId.1': VPC,
  ResourceType: 'VPC',
  TrafficType: 'ALL',
  LogDestinationType: 's3',
  LogDestination: 'arn:aws:s3:::records',
};

export interface ErrorCase {
  readonly code: string;
  /** Its beginning, or all of it. */
  readonly message: RegExp;
  readonly status: number;
  /** In `unsuccessful` of an answer of 200, instead of an error as a whole. */
  readonly perResource?: true;
  /** Parameters over the base request; null takes one away. Or a whole form without Action. */
  readonly change?: Readonly<Record<string, string | null>>;
  /** Parameters in place of the base request. */
  readonly form?: Parameters;
  /** What is special besides the parameters, for the table. */
  readonly note?: string;
  readonly sign?: SignOptions;
  /** The default key with another secret, or the key of a user who may only describe. */
  readonly as?: 'wrong-secret' | 'reader';
  /** How it is sent, when that is the point. */
  readonly send?: (weir: ServingWeir, form: Parameters) => Promise<Answer>;
  /** What has to be so before. */
  readonly prepare?: (weir: ServingWeir, form: Parameters) => Promise<void>;
}

const TGW_BASE = { 'ResourceId.1': TGW, ResourceType: 'TransitGateway', TrafficType: null };
const DESCRIBE = { Action: 'DescribeFlowLogs', Version: '2016-11-15' };
const DELETE = { Action: 'DeleteFlowLogs', Version: '2016-11-15' };
const ROLE = 'arn:aws:iam::123456789012:role/flow-logs';
const TO_LOGS = {
  LogDestinationType: 'cloud-watch-logs',
  LogDestination: null,
  DeliverLogsPermissionArn: ROLE,
};

/** The request of a case, whole. */
export function formOf(errorCase: ErrorCase): Parameters {
  if (errorCase.form !== undefined) return errorCase.form;
  const merged = { ...BASE, ...errorCase.change };
  const kept = Object.entries(merged).filter(([, value]) => value !== null);
  return Object.fromEntries(kept) as Parameters;
}

function numbered(
  name: string,
  count: number,
  value: (number: number) => string,
  suffix = '',
): Parameters {
  const pairs = Array.from({ length: count }, (_, index) => [
    `${name}.${index + 1}${suffix}`,
    value(index + 1),
  ]);
  return Object.fromEntries(pairs) as Parameters;
}

/** Sends a form that must be answered with 200. */
async function succeed(weir: ServingWeir, form: Parameters): Promise<void> {
  const answer = await sendForm(weir, form);
  if (answer.status !== 200) throw new Error(`Preparing failed: ${answer.body}`);
}

const PARAMETER_CASES: readonly ErrorCase[] = [
  {
    code: 'InvalidParameter',
    message: /^LogDestination can't be empty if LogGroupName is not provided\.$/,
    status: 400,
    change: TO_LOGS,
  },
  {
    code: 'InvalidParameter',
    message: /^LogDestination type must be cloud-watch-logs if LogGroupName is provided\.$/,
    status: 400,
    change: { LogGroupName: 'flow-logs' },
  },
  {
    code: 'InvalidParameter',
    message:
      /^DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs\.$/,
    status: 400,
    change: { ...TO_LOGS, LogGroupName: 'flow-logs', DeliverLogsPermissionArn: null },
  },
  {
    code: 'InvalidParameter',
    message: /^Invalid Flow Log Max Aggregation Interval$/,
    status: 400,
    change: { MaxAggregationInterval: '120' },
  },
  {
    code: 'InvalidParameter',
    message: /^Invalid Flow Log Max Aggregation Interval$/,
    status: 400,
    change: { ...TGW_BASE, MaxAggregationInterval: '600' },
  },
  {
    code: 'InvalidParameter',
    message: /^DeliverLogsPermissionArn is not applicable for s3 delivery$/,
    status: 400,
    change: { DeliverLogsPermissionArn: ROLE },
  },
  {
    code: 'InvalidParameter',
    message: /^LogDestination must be in the same region as the API caller\.$/,
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
      /^The TagFieldSpecifications parameter must be set when including tag fields in the log format$/,
    status: 400,
    change: { LogFormat: '${version} ${instance-tag}' },
  },
  {
    code: 'InvalidParameterValue',
    message:
      /^1 validation error detected: Value '\$\{version\} ' at 'logFormat' has an invalid format$/,
    status: 400,
    change: { LogFormat: '${version} ' },
    note: 'a space at the end',
  },
  {
    code: 'InvalidParameterValue',
    message: /^1 validation error detected: Value null at 'flowLogId' has an invalid format$/,
    status: 400,
    form: DELETE,
  },
  {
    code: 'InvalidParameterValue',
    message: /^The filter 'vpc' is invalid$/,
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
    code: 'MissingParameter',
    message:
      /^The request must include the ResourceIds parameter\. Add the required parameter and retry the request\.$/,
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
    message: /^The action DescribeKeyPairs is not valid for this web service\.$/,
    status: 400,
    form: { Action: 'DescribeKeyPairs', Version: '2016-11-15' },
  },
  {
    code: 'DryRunOperation',
    message: /^Request would have succeeded, but DryRun flag is set\.$/,
    status: 412,
    change: { DryRun: 'true' },
  },
];

const STATE_CASES: readonly ErrorCase[] = [
  {
    code: 'FlowLogAlreadyExists',
    message:
      /^Error\. There is an existing Flow Log with the same configuration and log destination\.$/,
    status: 200,
    perResource: true,
    change: {},
    note: 'sent twice',
    prepare: succeed,
  },
  {
    code: 'FlowLogsLimitExceeded',
    message: /./,
    status: 200,
    perResource: true,
    change: { 'ResourceId.1': ENI, ResourceType: 'NetworkInterface' },
    note: 'the interface has 250 flow logs, to folders of the bucket',
    async prepare(weir, form) {
      for (let number = 1; number <= 250; number++) {
        await succeed(weir, { ...form, LogDestination: `${form['LogDestination']}/${number}/` });
      }
    },
  },
  {
    code: 'InvalidVpcID.NotFound',
    message: /^The vpc ID 'vpc-0e770000000000009' does not exist$/,
    status: 200,
    perResource: true,
    change: { 'ResourceId.1': 'vpc-0e770000000000009' },
  },
  {
    code: 'InvalidSubnetID.NotFound',
    message: /^The subnet ID 'subnet-0e770000000000009' does not exist$/,
    status: 200,
    perResource: true,
    change: { 'ResourceId.1': 'subnet-0e770000000000009', ResourceType: 'Subnet' },
  },
  {
    code: 'InvalidNetworkInterfaceID.NotFound',
    message: /^The networkInterface ID 'eni-0e770000000000009' does not exist$/,
    status: 200,
    perResource: true,
    change: { 'ResourceId.1': 'eni-0e770000000000009', ResourceType: 'NetworkInterface' },
  },
  {
    code: 'InvalidTransitGatewayID.NotFound',
    message: /tgw-0e770000000000009/,
    status: 200,
    perResource: true,
    change: { ...TGW_BASE, 'ResourceId.1': 'tgw-0e770000000000009' },
  },
  {
    code: 'InvalidTransitGatewayAttachmentID.NotFound',
    message: /tgw-attach-0e7700000000009/,
    status: 200,
    perResource: true,
    change: {
      ...TGW_BASE,
      'ResourceId.1': 'tgw-attach-0e7700000000009',
      ResourceType: 'TransitGatewayAttachment',
    },
  },
  {
    code: 'InvalidFlowLogId.NotFound',
    message:
      /^These flow log ids in the input list are not found: \[TotalCount: 2\] fl-\w+ fl-\w+$/,
    status: 400,
    form: {
      ...DELETE,
      'FlowLogId.1': 'fl-00000000000000001',
      'FlowLogId.2': 'fl-00000000000000002',
    },
  },
  {
    code: '400',
    message: /^LogDestination: nowhere does not exist\.$/,
    status: 200,
    perResource: true,
    change: { LogDestination: 'arn:aws:s3:::nowhere' },
    note: 'with `deliver.createBuckets: false`',
  },
  {
    code: '400',
    message: /^Access Denied for LogDestination: locked\. Please check LogDestination permission/,
    status: 200,
    perResource: true,
    change: { LogDestination: 'arn:aws:s3:::locked' },
    note: 'Weir may not write to the folder of the bucket',
    async prepare(weir) {
      const folder = path.join(weir.data, 's3/locked');
      mkdirSync(folder);
      chmodSync(folder, 0o500);
    },
  },
  {
    code: '400',
    message: /^LogDestination broken is undeliverable/,
    status: 200,
    perResource: true,
    change: { LogDestination: 'arn:aws:s3:::broken' },
    note: 'a file lies where the bucket should be',
    async prepare(weir) {
      writeFileSync(path.join(weir.data, 's3/broken'), 'no folder');
    },
  },
  {
    code: 'IdempotentParameterMismatch',
    message: /./,
    status: 400,
    change: { ClientToken: 'once', LogDestination: 'arn:aws:s3:::records/second/' },
    note: 'the token was used with another destination',
    async prepare(weir, form) {
      await succeed(weir, { ...form, LogDestination: 'arn:aws:s3:::records/first/' });
    },
  },
  {
    code: 'UnauthorizedOperation',
    message:
      /^Caller is not authorized to obtain ECS field\(s\)\. Failed with error: \{A minimum of 1 ECS Cluster is required to Create Flow Logs with ECS Fields\}$/,
    status: 403,
    change: { LogFormat: '${version} ${ecs-task-id}' },
  },
];

const EDGE_CASES: readonly ErrorCase[] = [
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
const LAST_CASES: readonly ErrorCase[] = [
  {
    code: 'Unavailable',
    message: /flow logs/i,
    status: 503,
    change: { LogDestination: 'arn:aws:s3:::records/full/' },
    note: 'the disk refuses flow-logs.json',
    async prepare(weir) {
      mkdirSync(path.join(weir.data, 'flow-logs.json.tmp'));
    },
  },
];

export const ERROR_CASES: readonly ErrorCase[] = [
  ...PARAMETER_CASES,
  ...STATE_CASES,
  ...EDGE_CASES,
  ...LAST_CASES,
];

/** What AWS may answer and Weir never does. */
export const NEVER_ANSWERED: readonly (readonly [string, string])[] = [
  [
    'InvalidParameter: Unable to assume given IAM role',
    'roles are names here; only the syntax of their ARN is checked',
  ],
  [
    'IncorrectState: FlowLogs Service Linked Role is not yet available',
    'tags come from the inventory, not through a service-linked role',
  ],
  [
    'LogDestinationNotFoundException, LogDestinationPermissionIssueException',
    'such destinations are reported per resource, with code 400',
  ],
  ['OptInRequired, Blocked', 'there are no subscriptions'],
  ['InternalError', 'only by a fault of Weir itself; its log then says which'],
];
