// LogDestination of flow logs that go to CloudWatch Logs or Amazon Data Firehose:
//
//   arn:PARTITION:logs:REGION:ACCOUNT:log-group:NAME          also with `:*` behind it
//   arn:PARTITION:firehose:REGION:ACCOUNT:deliverystream/NAME
//
// Names follow the API references of CreateLogGroup and CreateDeliveryStream; buckets are in
// s3-destination.ts.
import { parseArn, type Arn } from './arn.ts';

/** Where a log group or delivery stream is. */
export type DestinationPlace = Pick<Arn, 'partition' | 'region' | 'accountId'>;

export interface LogGroupDestination extends DestinationPlace {
  readonly logGroupName: string;
}

export interface StreamDestination extends DestinationPlace {
  readonly streamName: string;
}

const LOG_GROUP_NAME = /^[\w./#-]{1,512}$/;
const STREAM_NAME = /^[\w.-]{1,64}$/;

export function isLogGroupName(text: string): boolean {
  return LOG_GROUP_NAME.test(text);
}

/**
 * Parses a log group's ARN. CloudFormation and Terraform write `:*` behind it; AWS takes that at
 * creation and fails at delivery (spec/delivery.md 2.1), here it names the same group.
 *
 * @returns null when the text is no such ARN
 */
export function parseLogGroupArn(text: string): LogGroupDestination | null {
  const arn = placed(text, 'logs');
  const [, logGroupName = ''] = /^log-group:([^:]+)(?::\*)?$/.exec(arn?.resource ?? '') ?? [];
  return arn === null || !isLogGroupName(logGroupName) ? null : { ...placeOf(arn), logGroupName };
}

/** Parses a delivery stream's ARN; null when the text is no such ARN. */
export function parseStreamArn(text: string): StreamDestination | null {
  const arn = placed(text, 'firehose');
  const [, streamName = ''] = /^deliverystream\/(.+)$/.exec(arn?.resource ?? '') ?? [];
  return arn === null || !STREAM_NAME.test(streamName) ? null : { ...placeOf(arn), streamName };
}

/** The ARN of a log group, as AWS writes it: without `:*`. */
export function logGroupArn({ partition, region, accountId }: DestinationPlace, name: string) {
  return `arn:${partition}:logs:${region}:${accountId}:log-group:${name}`;
}

function placed(text: string, service: string): Arn | null {
  const arn = parseArn(text);
  if (arn === null || arn.service !== service) return null;
  return arn.region === '' || arn.accountId === '' ? null : arn;
}

function placeOf({ partition, region, accountId }: Arn): DestinationPlace {
  return { partition, region, accountId };
}
