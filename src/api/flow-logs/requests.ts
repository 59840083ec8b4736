// JSON bodies of the three operations, read into typed requests. Only the shape is checked here;
// what the values mean is for the operations, so that faults come in AWS's order and words.
import { z } from 'zod';

import { AwsError } from '../../aws/aws-error.ts';
import type {
  CreateFlowLogsRequest,
  DeleteFlowLogsRequest,
  DescribeFlowLogsRequest,
} from '../../aws/flow-log.ts';

/** Long enough for every parameter that exists; keeps error texts and the registry bounded. */
const TEXT_CHARACTERS_MAX = 16_384;
const LIST_ITEMS_MAX = 1000;

const text = z.string().max(TEXT_CHARACTERS_MAX);
const optionalText = text.optional();
const optionalTexts = z.array(text).max(LIST_ITEMS_MAX).optional();

const createRequest = z.strictObject({
  ResourceIds: optionalTexts,
  ResourceType: optionalText,
  TrafficType: optionalText,
  LogDestinationType: optionalText,
  LogDestination: optionalText,
  LogGroupName: optionalText,
  DeliverLogsPermissionArn: optionalText,
  DeliverCrossAccountRole: optionalText,
  LogFormat: optionalText,
  MaxAggregationInterval: z.number().optional(),
  DestinationOptions: z
    .strictObject({
      FileFormat: text,
      HiveCompatiblePartitions: z.boolean(),
      PerHourPartition: z.boolean(),
    })
    .partial()
    .optional(),
  TagSpecifications: z
    .array(
      z.strictObject({
        ResourceType: optionalText,
        Tags: z
          .array(z.strictObject({ Key: text, Value: optionalText }))
          .max(LIST_ITEMS_MAX)
          .optional(),
      }),
    )
    .max(LIST_ITEMS_MAX)
    .optional(),
  ClientToken: optionalText,
  DryRun: z.boolean().optional(),
});

const describeRequest = z.strictObject({
  FlowLogIds: optionalTexts,
  Filter: z
    .array(z.strictObject({ Name: text, Values: z.array(text).max(200) }))
    .max(LIST_ITEMS_MAX)
    .optional(),
  MaxResults: z.number().optional(),
  NextToken: optionalText,
  DryRun: z.boolean().optional(),
});

const deleteRequest = z.strictObject({
  FlowLogIds: optionalTexts,
  DryRun: z.boolean().optional(),
});

/** @throws AwsError `UnknownParameter` or `InvalidParameterValue` */
export function readCreateFlowLogsRequest(body: unknown): CreateFlowLogsRequest {
  return read(createRequest, body);
}

/** @throws AwsError `UnknownParameter` or `InvalidParameterValue` */
export function readDescribeFlowLogsRequest(body: unknown): DescribeFlowLogsRequest {
  return read(describeRequest, body);
}

/** @throws AwsError `UnknownParameter` or `InvalidParameterValue` */
export function readDeleteFlowLogsRequest(body: unknown): DeleteFlowLogsRequest {
  return read(deleteRequest, body);
}

function read<Shape>(schema: z.ZodType<Shape>, body: unknown): Shape {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const parameter = issue?.path.join('.') ?? '';
  if (issue?.code === 'unrecognized_keys') {
    const key = [...issue.path, ...issue.keys.slice(0, 1)].join('.');
    throw new AwsError('UnknownParameter', 400, `The parameter ${key} is not recognized`);
  }
  const reason = issue?.message ?? 'not an object';
  const name = parameter === '' ? 'The request' : `The parameter ${parameter}`;
  throw new AwsError('InvalidParameterValue', 400, `${name} is malformed: ${reason}`);
}
