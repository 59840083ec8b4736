// What CreateFlowLogs accepts, checked in the order of spec/api.md 2.1: parameters, destination,
// interval, format. Whether the resources exist is checked per resource by the operation.
import { awsFaults } from '../../aws/aws-error.ts';
import {
  LOG_DESTINATION_TYPES,
  RESOURCE_TYPES,
  TRAFFIC_TYPES,
  type AggregationSeconds,
  type CreateFlowLogsRequest,
  type FlowLog,
  type FlowLogResourceType,
  type Tag,
  type TrafficType,
} from '../../aws/flow-log.ts';
import { parseS3Destination } from '../../aws/s3-destination.ts';
import { LogFormatError, parseLogFormat } from '../../records/log-format.ts';

const RESOURCE_IDS_MAX = 1000;
const CLIENT_TOKEN_CHARACTERS_MAX = 64;
const TAGS_MAX = 50;
const TAG_KEY_CHARACTERS_MAX = 128;
const TAG_VALUE_CHARACTERS_MAX = 256;
const TAG_RESOURCE_TYPE = 'vpc-flow-log';

const ID_PREFIX: Readonly<Record<FlowLogResourceType, string>> = {
  VPC: 'vpc-',
  Subnet: 'subnet-',
  NetworkInterface: 'eni-',
  TransitGateway: 'tgw-',
  TransitGatewayAttachment: 'tgw-attach-',
  RegionalNatGateway: 'nat-',
};

const OTHER_AWS_RESOURCE_TYPES = [
  'TransitGateway',
  'TransitGatewayAttachment',
  'RegionalNatGateway',
];

const TAG_FIELD = /^(instance|interface|asg)-tag(-2)?$/;

/** What all flow logs of one request have in common. */
export type FlowLogSettings = Omit<
  FlowLog,
  'flowLogId' | 'creationTimeMs' | 'accountId' | 'region' | 'resourceId' | 'startSequence'
>;

export interface CheckedCreate {
  readonly resourceIds: readonly string[];
  readonly settings: FlowLogSettings;
}

/**
 * Checks the request's parameters and fills in AWS's defaults.
 *
 * @throws AwsError of the first fault
 */
export function checkCreateRequest(request: CreateFlowLogsRequest): CheckedCreate {
  const resourceIds = checkResourceIds(request);
  const resourceType = checkResourceType(request.ResourceType);
  const trafficType = checkTrafficType(request.TrafficType);
  checkIdPrefixes(resourceIds, resourceType);
  checkClientToken(request.ClientToken);
  const tags = checkTags(request);
  const logDestination = checkDestination(request);
  const options = checkDestinationOptions(request);
  const maxAggregationInterval = checkInterval(request.MaxAggregationInterval);
  const logFormat = checkLogFormat(request.LogFormat ?? 'default');
  return {
    resourceIds,
    settings: {
      resourceType,
      trafficType,
      logDestinationType: 's3',
      logDestination,
      logFormat,
      maxAggregationInterval,
      ...options,
      tags,
      fileFormat: 'plain-text',
      tagFieldSpecifications: [],
      logGroupName: null,
      deliverLogsPermissionArn: null,
      deliverCrossAccountRole: null,
      formerSettings: [],
    },
  };
}

function checkResourceIds(request: CreateFlowLogsRequest): readonly string[] {
  const ids = request.ResourceIds ?? [];
  if (ids.length === 0) throw awsFaults.parameterMissing('ResourceIds');
  if (ids.length <= RESOURCE_IDS_MAX) return ids;
  const allowed = `At most ${RESOURCE_IDS_MAX} resources per request.`;
  throw awsFaults.valueInvalid(`${ids.length} ids`, 'ResourceIds', allowed);
}

function checkResourceType(type: string | undefined): FlowLogResourceType {
  if (type === undefined) throw awsFaults.parameterMissing('ResourceType');
  const known = RESOURCE_TYPES.find((candidate) => candidate === type);
  if (OTHER_AWS_RESOURCE_TYPES.includes(type)) throw awsFaults.resourceTypeUnsupported(type);
  if (known !== undefined) return known;
  throw awsFaults.valueInvalid(type, 'ResourceType', oneOf(RESOURCE_TYPES));
}

function checkTrafficType(type: string | undefined): TrafficType {
  if (type === undefined) throw awsFaults.parameterMissing('TrafficType');
  const known = TRAFFIC_TYPES.find((candidate) => candidate === type);
  if (known === undefined) throw awsFaults.valueInvalid(type, 'TrafficType', oneOf(TRAFFIC_TYPES));
  return known;
}

function checkIdPrefixes(ids: readonly string[], type: FlowLogResourceType): void {
  const stranger = ids.find((id) => !id.startsWith(ID_PREFIX[type]));
  if (stranger !== undefined) throw awsFaults.resourceTypeMismatch(stranger, type);
}

function checkClientToken(token: string | undefined): void {
  if (token === undefined) return;
  const ascii = /^[\x20-\x7e]+$/.test(token);
  if (ascii && token.length <= CLIENT_TOKEN_CHARACTERS_MAX) return;
  const allowed = `1 to ${CLIENT_TOKEN_CHARACTERS_MAX} ASCII characters.`;
  throw awsFaults.valueInvalid(token, 'ClientToken', allowed);
}

function checkTags(request: CreateFlowLogsRequest): readonly Tag[] {
  const tags = new Map<string, string>();
  for (const specification of request.TagSpecifications ?? []) {
    const type = specification.ResourceType;
    if (type !== TAG_RESOURCE_TYPE) {
      throw awsFaults.valueInvalid(
        type ?? 'null',
        'TagSpecification.ResourceType',
        oneOf([TAG_RESOURCE_TYPE]),
      );
    }
    for (const tag of specification.Tags ?? []) {
      checkTag(tag.Key, tag.Value ?? '');
      if (tags.has(tag.Key)) {
        throw awsFaults.valueInvalid(tag.Key, 'Tag.Key', 'Each tag key may be given once.');
      }
      tags.set(tag.Key, tag.Value ?? '');
    }
  }
  if (tags.size > TAGS_MAX) throw awsFaults.tagLimitExceeded(TAGS_MAX);
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

function checkTag(key: string, value: string): void {
  if (key === '' || key.length > TAG_KEY_CHARACTERS_MAX || /^aws:/i.test(key)) {
    const allowed = `1 to ${TAG_KEY_CHARACTERS_MAX} characters, not beginning with aws:.`;
    throw awsFaults.valueInvalid(key, 'Tag.Key', allowed);
  }
  if (value.length > TAG_VALUE_CHARACTERS_MAX) {
    const allowed = `At most ${TAG_VALUE_CHARACTERS_MAX} characters.`;
    throw awsFaults.valueInvalid(value, 'Tag.Value', allowed);
  }
}

/** The ARN as written, when it names a bucket that can be delivered to. */
function checkDestination(request: CreateFlowLogsRequest): string {
  const type = request.LogDestinationType ?? 'cloud-watch-logs';
  if (!LOG_DESTINATION_TYPES.some((known) => known === type)) {
    throw awsFaults.valueInvalid(type, 'LogDestinationType', oneOf(LOG_DESTINATION_TYPES));
  }
  if (type !== 's3') throw awsFaults.destinationTypeUnsupported(type);
  if (request.LogGroupName !== undefined) throw awsFaults.groupNameWithoutLogs();
  const arn = request.LogDestination ?? '';
  if (arn === '') throw awsFaults.destinationEmpty();
  if (request.DeliverLogsPermissionArn !== undefined) {
    throw awsFaults.roleNotApplicable('DeliverLogsPermissionArn');
  }
  if (request.DeliverCrossAccountRole !== undefined) {
    throw awsFaults.roleNotApplicable('DeliverCrossAccountRole');
  }
  const destination = parseS3Destination(arn);
  if ('fault' in destination) throw awsFaults.destinationInvalid(arn, destination.fault);
  return arn;
}

function checkDestinationOptions(
  request: CreateFlowLogsRequest,
): Pick<FlowLog, 'hiveCompatiblePartitions' | 'perHourPartition'> {
  const options = request.DestinationOptions ?? {};
  const fileFormat = options.FileFormat ?? 'plain-text';
  if (fileFormat === 'parquet') throw awsFaults.fileFormatUnsupported(fileFormat);
  if (fileFormat !== 'plain-text') {
    const allowed = oneOf(['plain-text', 'parquet']);
    throw awsFaults.valueInvalid(fileFormat, 'DestinationOptions.FileFormat', allowed);
  }
  return {
    hiveCompatiblePartitions: options.HiveCompatiblePartitions ?? false,
    perHourPartition: options.PerHourPartition ?? false,
  };
}

function checkInterval(seconds = 600): AggregationSeconds {
  if (seconds === 60 || seconds === 600) return seconds;
  throw awsFaults.intervalInvalid();
}

/** The format's text, `default` and `all` (Weir's words, not AWS's) written out. */
function checkLogFormat(text: string): string {
  try {
    const format = parseLogFormat(text, 'vpc');
    const tagField = format.fields.find((field) => TAG_FIELD.test(field.name));
    // `all` takes them along: without chosen tag keys there is no such tag, hence `-`.
    if (tagField !== undefined && text !== 'all') {
      throw awsFaults.tagFieldsUnsupported(tagField.name);
    }
    return format.text;
  } catch (cause) {
    if (!(cause instanceof LogFormatError)) throw cause;
    if (cause.kind === 'field') throw awsFaults.logFormatField(cause.message);
    throw awsFaults.formatInvalid(text, 'logFormat');
  }
}

function oneOf(values: readonly string[]): string {
  return `Valid values: ${values.join(', ')}.`;
}
