// Faults that AWS answers to a caller, with AWS's own codes and texts (spec/api.md 6). Texts that
// nobody has seen from AWS are marked Unverified.

/** The release that brings what this one refuses as unsupported. */
const DELIVERY_RELEASE = 'Weir 0.3';
const CONTRACT_RELEASE = 'Weir 0.2';

/** A caller's fault as AWS's APIs answer it. */
export class AwsError extends Error {
  /** AWS's error code, e.g. `InvalidParameter`. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** More elements of the error in the answer, by name, e.g. S3's `Region`. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(
    code: string,
    status: number,
    message: string,
    fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

function badRequest(code: string, message: string): AwsError {
  return new AwsError(code, 400, message);
}

/** Every fault that flow log operations answer. */
export const awsFaults = {
  alreadyExists: () =>
    badRequest(
      'FlowLogAlreadyExists',
      'Error. There is an existing Flow Log with the same configuration and log destination.',
    ),
  // Unverified: AWS's text for the quota is not known.
  limitExceeded: (resourceId: string, countMax: number) =>
    badRequest(
      'FlowLogsLimitExceeded',
      `The maximum number of flow logs (${countMax}) for ${resourceId} has been reached.`,
    ),
  destinationEmpty: () =>
    badRequest(
      'InvalidParameter',
      "LogDestination can't be empty if LogGroupName is not provided.",
    ),
  groupNameWithoutLogs: () =>
    badRequest(
      'InvalidParameter',
      'LogDestination type must be cloud-watch-logs if LogGroupName is provided.',
    ),
  roleNotApplicable: (parameter: string) =>
    badRequest('InvalidParameter', `${parameter} is not applicable for s3 delivery`),
  // Unverified: AWS's texts for a bad destination ARN are not known.
  destinationInvalid: (arn: string, reason: string) =>
    badRequest('InvalidParameter', `LogDestination ${arn} is invalid: ${reason}`),
  intervalInvalid: () =>
    badRequest('InvalidParameter', 'Invalid Flow Log Max Aggregation Interval'),
  resourceTypeMismatch: (resourceId: string, resourceType: string) =>
    badRequest(
      'InvalidParameter',
      `Invalid Resource id ${resourceId} for resource-type ${resourceType}`,
    ),
  // Unverified: AWS's text for an unknown or inapplicable field is not known.
  logFormatField: (reason: string) => badRequest('InvalidParameter', reason),
  formatInvalid: (value: string | null, parameter: string) =>
    badRequest(
      'InvalidParameterValue',
      `1 validation error detected: Value ${value === null ? 'null' : `'${value}'`} at ` +
        `'${parameter}' has an invalid format`,
    ),
  valueInvalid: (value: string, parameter: string, allowed: string) =>
    badRequest(
      'InvalidParameterValue',
      `Value (${value}) for parameter ${parameter} is invalid. ${allowed}`,
    ),
  filterInvalid: (name: string) =>
    badRequest('InvalidParameterValue', `The filter '${name}' is invalid`),
  parameterMissing: (parameter: string) =>
    badRequest(
      'MissingParameter',
      `The request must include the ${parameter} parameter. ` +
        'Add the required parameter and retry the request.',
    ),
  combinationInvalid: (first: string, second: string) =>
    badRequest(
      'InvalidParameterCombination',
      `The parameter ${first} cannot be used with the parameter ${second}`,
    ),
  nextTokenInvalid: () =>
    badRequest('InvalidNextToken', 'The provided NextToken is not valid for this request.'),
  vpcNotFound: (id: string) =>
    badRequest('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`),
  subnetNotFound: (id: string) =>
    badRequest('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`),
  interfaceNotFound: (id: string) =>
    badRequest(
      'InvalidNetworkInterfaceID.NotFound',
      `The networkInterface ID '${id}' does not exist`,
    ),
  flowLogsNotFound: (ids: readonly string[]) =>
    badRequest(
      'InvalidFlowLogId.NotFound',
      'These flow log ids in the input list are not found: ' +
        `[TotalCount: ${ids.length}] ${ids.join(' ')}`,
    ),
  tokenMismatch: () =>
    badRequest(
      'IdempotentParameterMismatch',
      'The client token was already used with different parameters; use another token.',
    ),
  tagLimitExceeded: (countMax: number) =>
    badRequest('TagLimitExceeded', `The maximum number of tags for a resource is ${countMax}.`),
  dryRun: () =>
    new AwsError('DryRunOperation', 412, 'Request would have succeeded, but DryRun flag is set.'),
  destinationTypeUnsupported: (type: string) =>
    badRequest(
      'UnsupportedOperation',
      `LogDestinationType ${type} comes with ${DELIVERY_RELEASE}; this release delivers to s3 ` +
        'only: set LogDestinationType to s3 and LogDestination to the ARN of a bucket',
    ),
  fileFormatUnsupported: (format: string) =>
    badRequest(
      'UnsupportedOperation',
      `FileFormat ${format} comes with ${DELIVERY_RELEASE}; this release writes plain-text only`,
    ),
  resourceTypeUnsupported: (type: string) =>
    badRequest(
      'UnsupportedOperation',
      `ResourceType ${type} comes with ${CONTRACT_RELEASE}; this release observes VPC, Subnet ` +
        'and NetworkInterface',
    ),
  tagFieldsUnsupported: (field: string) =>
    badRequest(
      'UnsupportedOperation',
      `The tag field \${${field}} comes with ${CONTRACT_RELEASE} (TagFieldSpecifications)`,
    ),
} as const;
