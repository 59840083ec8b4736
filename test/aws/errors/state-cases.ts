// Faults of what exists, or does not.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { DELETE, ENI, succeed, TGW_BASE, type ErrorCase } from './error-case.ts';

export const STATE_CASES: readonly ErrorCase[] = [
  {
    code: 'FlowLogAlreadyExists',
    message:
      'Error. There is an existing Flow Log with the same configuration and log destination.',
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
    message: "The vpc ID 'vpc-0e770000000000009' does not exist",
    status: 200,
    perResource: true,
    change: { 'ResourceId.1': 'vpc-0e770000000000009' },
  },
  {
    code: 'InvalidSubnetID.NotFound',
    message: "The subnet ID 'subnet-0e770000000000009' does not exist",
    status: 200,
    perResource: true,
    change: { 'ResourceId.1': 'subnet-0e770000000000009', ResourceType: 'Subnet' },
  },
  {
    code: 'InvalidNetworkInterfaceID.NotFound',
    message: "The networkInterface ID 'eni-0e770000000000009' does not exist",
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
    message: 'LogDestination: nowhere does not exist.',
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
      'Caller is not authorized to obtain ECS field(s). Failed with error: {A minimum ' +
      'of 1 ECS Cluster is required to Create Flow Logs with ECS Fields}',
    status: 403,
    change: { LogFormat: '${version} ${ecs-task-id}' },
  },
];
