// Where a flow log may deliver: which of LogDestination, LogGroupName and the two roles each type
// of destination wants, and what its ARN must look like (spec/api.md 2 and 6, spec/delivery.md 0).
// Roles are names here: their ARN is checked, nothing is assumed with them.
import { parseRoleArn, partitionOf } from '../../aws/arn.ts';
import { awsFaults } from '../../aws/aws-error.ts';
import {
  LOG_DESTINATION_TYPES,
  type FlowLog,
  type LogDestinationType,
} from '../../aws/flow-log.ts';
import type { CreateFlowLogsRequest } from '../../aws/flow-log-shapes.ts';
import {
  isLogGroupName,
  logGroupArn,
  parseLogGroupArn,
  parseStreamArn,
  type DestinationPlace,
} from '../../aws/log-destination.ts';
import { parseS3Destination } from '../../aws/s3-destination.ts';
import type { Owner } from './observed-resource.ts';

/** spec/delivery.md 4.1: the service looks for roles of that name. */
const CROSS_ACCOUNT_ROLE_PREFIX = 'AWSLogDeliveryFirehoseCrossAccountRole';

/** Where a request wants its records. */
export interface Destination {
  readonly type: LogDestinationType;
  /** As the client wrote it; null for a log group given by its name. */
  readonly arn: string | null;
  readonly logGroupName: string | null;
  /** Bucket to probe; null where there is none. */
  readonly bucket: string | null;
  readonly partition: string | null;
  /** What the ARN says, for log groups and streams. */
  readonly place: DestinationPlace | null;
  readonly deliverLogsPermissionArn: string | null;
  readonly deliverCrossAccountRole: string | null;
}

/** What of a flow log says where it delivers. */
export type DestinationFields = Pick<
  FlowLog,
  | 'logDestinationType'
  | 'logDestination'
  | 'logGroupName'
  | 'deliverLogsPermissionArn'
  | 'deliverCrossAccountRole'
>;

/**
 * Checks the combination of parameters and the syntax of the destination.
 *
 * @throws AwsError of the first fault
 */
export function checkDestination(request: CreateFlowLogsRequest): Destination {
  const given = request.LogDestinationType ?? 'cloud-watch-logs';
  const type = LOG_DESTINATION_TYPES.find((known) => known === given);
  if (type === undefined) {
    const allowed = `Valid values: ${LOG_DESTINATION_TYPES.join(', ')}.`;
    throw awsFaults.valueInvalid(given.slice(0, 80), 'LogDestinationType', allowed);
  }
  if (type === 'cloud-watch-logs') return checkLogGroup(request);
  if (isGiven(request.LogGroupName)) throw awsFaults.groupNameWithoutLogs();
  if (!isGiven(request.LogDestination)) throw awsFaults.destinationEmpty();
  return type === 's3' ? checkBucket(request) : checkStream(request);
}

function checkBucket(request: CreateFlowLogsRequest): Destination {
  for (const role of ['DeliverLogsPermissionArn', 'DeliverCrossAccountRole'] as const) {
    if (isGiven(request[role])) throw awsFaults.notApplicable(role, 's3');
  }
  const arn = request.LogDestination ?? '';
  const parsed = parseS3Destination(arn);
  if ('fault' in parsed) throw awsFaults.destinationInvalid(arn.slice(0, 1024), parsed.fault);
  const { bucket, partition } = parsed;
  return { ...NOTHING, type: 's3', arn, bucket, partition };
}

function checkLogGroup(request: CreateFlowLogsRequest): Destination {
  const type = 'cloud-watch-logs';
  const role = request.DeliverLogsPermissionArn;
  const { LogGroupName: name, LogDestination: arn } = request;
  if (isGiven(name) && isGiven(arn)) throw awsFaults.nameAndDestination();
  if (!isGiven(name) && !isGiven(arn)) throw awsFaults.destinationEmpty();
  if (!isGiven(role)) {
    throw awsFaults.parameterEmpty('DeliverLogsPermissionArn', 'LogDestinationType', type);
  }
  if (isGiven(request.DeliverCrossAccountRole)) {
    throw awsFaults.notApplicable('DeliverCrossAccountRole', type);
  }
  if (isGiven(name)) {
    if (!isLogGroupName(name)) {
      const allowed = '1 to 512 letters, digits and the characters _ - / . #';
      throw awsFaults.valueInvalid(name.slice(0, 600), 'LogGroupName', `${allowed}.`);
    }
    return { ...NOTHING, type, logGroupName: name, deliverLogsPermissionArn: role };
  }
  const place = parseLogGroupArn(arn ?? '');
  if (place === null || !isGiven(arn)) {
    const wanted = 'expected arn:aws:logs:REGION:ACCOUNT:log-group:NAME';
    throw awsFaults.destinationInvalid((arn ?? '').slice(0, 1024), wanted);
  }
  const { logGroupName, partition } = place;
  return { ...NOTHING, type, arn, logGroupName, partition, place, deliverLogsPermissionArn: role };
}

function checkStream(request: CreateFlowLogsRequest): Destination {
  const type = 'kinesis-data-firehose';
  const arn = request.LogDestination ?? '';
  const role = isGiven(request.DeliverLogsPermissionArn) ? request.DeliverLogsPermissionArn : null;
  const otherRole = isGiven(request.DeliverCrossAccountRole)
    ? request.DeliverCrossAccountRole
    : null;
  if (role !== null && otherRole === null) {
    throw awsFaults.notApplicable('DeliverLogsPermissionArn', `same-account ${type}`);
  }
  if (role === null && otherRole !== null) {
    const value = otherRole.slice(0, 300);
    throw awsFaults.parameterEmpty('DeliverLogsPermissionArn', 'DeliverCrossAccountRole', value);
  }
  const place = parseStreamArn(arn);
  if (place === null) {
    const wanted = 'expected arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME';
    throw awsFaults.destinationInvalid(arn.slice(0, 1024), wanted);
  }
  const roles = { deliverLogsPermissionArn: role, deliverCrossAccountRole: otherRole };
  return { ...NOTHING, type, arn, partition: place.partition, place, ...roles };
}

const NOTHING = {
  arn: null,
  logGroupName: null,
  bucket: null,
  partition: null,
  place: null,
  deliverLogsPermissionArn: null,
  deliverCrossAccountRole: null,
} as const;

/**
 * Checks that the destination can be reached from a region: buckets by partition, log groups and
 * streams by region.
 *
 * @throws AwsError
 */
export function checkDestinationRegion(destination: Destination, region: string): void {
  const { place, partition, arn } = destination;
  if (place !== null && place.region !== region) throw awsFaults.otherRegion();
  if (partition === null || partition === partitionOf(region)) return;
  // Unverified: AWS's text for another partition is not known.
  const wanted = `expected partition ${partitionOf(region)} for the region ${region}`;
  throw awsFaults.destinationInvalid(arn ?? '', wanted);
}

/** A stream of another account than the flow log's wants the two roles. @throws AwsError */
export function checkDestinationAccount(destination: Destination, accountId: string): void {
  if (destination.type !== 'kinesis-data-firehose') return;
  if (destination.place?.accountId === accountId) return;
  if (destination.deliverCrossAccountRole !== null) return;
  const role = 'DeliverCrossAccountRole';
  throw awsFaults.parameterEmpty(role, 'LogDestination', 'in another account');
}

/** @throws AwsError for what is no ARN of a role, or not one of the name that AWS wants */
export function checkRoles(destination: Destination): void {
  const { deliverLogsPermissionArn: role, deliverCrossAccountRole: otherRole } = destination;
  const allowed = 'Expected arn:aws:iam::ACCOUNT:role/NAME.';
  // Unverified: AWS's texts for malformed roles are not known.
  if (role !== null && parseRoleArn(role) === null) {
    throw awsFaults.valueInvalid(role.slice(0, 300), 'DeliverLogsPermissionArn', allowed);
  }
  if (otherRole === null) return;
  const name = parseRoleArn(otherRole)?.resource.split('/').at(-1) ?? '';
  if (!name.startsWith(CROSS_ACCOUNT_ROLE_PREFIX)) {
    const wanted = `${allowed.slice(0, -5)}${CROSS_ACCOUNT_ROLE_PREFIX}...`;
    throw awsFaults.valueInvalid(otherRole.slice(0, 300), 'DeliverCrossAccountRole', wanted);
  }
}

/** What a flow log of the owner keeps of the destination. */
export function destinationFields(destination: Destination, owner: Owner): DestinationFields {
  const { type, logGroupName, deliverLogsPermissionArn, deliverCrossAccountRole } = destination;
  const place = { ...owner, partition: partitionOf(owner.region) };
  return {
    logDestinationType: type,
    logDestination: destination.arn ?? logGroupArn(place, logGroupName ?? ''),
    logGroupName,
    deliverLogsPermissionArn,
    deliverCrossAccountRole,
  };
}

/** The destination without the differences that mean nothing; equal texts are one place. */
export function placeOf(fields: DestinationFields): string {
  const { logDestinationType: type, logDestination: arn } = fields;
  if (type === 's3') {
    const parsed = parseS3Destination(arn);
    return 'fault' in parsed ? arn : `${parsed.bucket}/${parsed.folder}`;
  }
  const group = type === 'cloud-watch-logs' ? parseLogGroupArn(arn) : null;
  return group === null ? arn : logGroupArn(group, group.logGroupName);
}

/** AWS's clients write an empty text for a parameter that is not there. */
function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
