// Faults that AWS answers to a caller, with AWS's own codes and texts (spec/api.md 6). Texts that
// nobody has seen from AWS are marked Unverified.

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
  // AWS: seen for DeliverLogsPermissionArn with s3. Unverified: the others, by analogy.
  notApplicable: (parameter: string, destinationType: string) =>
    badRequest(
      'InvalidParameter',
      `${parameter} is not applicable for ${destinationType} delivery`,
    ),
  // AWS: seen for DeliverLogsPermissionArn with cloud-watch-logs. Unverified: the others.
  parameterEmpty: (parameter: string, given: string, value: string) =>
    badRequest('InvalidParameter', `${parameter} can't be empty if ${given} is ${value}.`),
  // Unverified: the text is remembered, not recorded.
  nameAndDestination: () =>
    badRequest(
      'InvalidParameter',
      'Please only provide LogGroupName or only provide LogDestination.',
    ),
  otherRegion: () =>
    badRequest('InvalidParameter', 'LogDestination must be in the same region as the API caller.'),
  // Unverified: AWS's texts for a bad destination ARN are not known.
  destinationInvalid: (arn: string, reason: string) =>
    badRequest('InvalidParameter', `LogDestination ${arn} is invalid: ${reason}`),
  intervalInvalid: () =>
    badRequest('InvalidParameter', 'Invalid Flow Log Max Aggregation Interval'),
  // AWS's own answer, as quoted in hashicorp/terraform-provider-aws#26169.
  gatewayIntervalInvalid: () =>
    badRequest(
      'InvalidParameter',
      'max-aggregation-interval other than 60 sec / 1 min is not supported when the ' +
        'resource-type is TransitGateway or TransitGatewayAttachment',
    ),
  // Unverified: AWS's text, by analogy with the one above.
  trafficTypeUnsupported: () =>
    badRequest(
      'InvalidParameter',
      'traffic-type is not supported when the resource-type is TransitGateway or ' +
        'TransitGatewayAttachment',
    ),
  tagFieldsNotSet: () =>
    badRequest(
      'InvalidParameter',
      'The TagFieldSpecifications parameter must be set when including tag fields in the log ' +
        'format',
    ),
  // Unverified: AWS's texts for specifications that do not fit the format are not known.
  tagFieldsUnused: () =>
    badRequest(
      'InvalidParameter',
      'The TagFieldSpecifications parameter must not be set without tag fields in the log format',
    ),
  tagFieldUnfed: (field: string, resourceType: string, keyCount: number) =>
    badRequest(
      'InvalidParameter',
      `The TagFieldSpecifications parameter must have ${keyCount} tag key(s) of resource type ` +
        `${resourceType} when including the field ${field} in the log format`,
    ),
  // AWS: the sentence. Unverified: its code.
  ecsClusterMissing: () =>
    new AwsError(
      'UnauthorizedOperation',
      403,
      'Caller is not authorized to obtain ECS field(s). Failed with error: {A minimum of 1 ECS ' +
        'Cluster is required to Create Flow Logs with ECS Fields}',
    ),
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
  idMalformed: (code: string, id: string) => badRequest(code, `Invalid id: "${id}"`),
  idInvalid: (id: string) => badRequest('InvalidID', `The ID '${id}' is not valid`),
  vpcNotFound: (id: string) =>
    badRequest('InvalidVpcID.NotFound', `The vpc ID '${id}' does not exist`),
  subnetNotFound: (id: string) =>
    badRequest('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`),
  interfaceNotFound: (id: string) =>
    badRequest(
      'InvalidNetworkInterfaceID.NotFound',
      `The networkInterface ID '${id}' does not exist`,
    ),
  // Unverified: these three texts are those of other EC2 calls.
  transitGatewayNotFound: (id: string) =>
    badRequest(
      'InvalidTransitGatewayID.NotFound',
      `Transit Gateway ${id} was deleted or does not exist.`,
    ),
  transitGatewayAttachmentNotFound: (id: string) =>
    badRequest(
      'InvalidTransitGatewayAttachmentID.NotFound',
      `Transit Gateway Attachment ${id} was deleted or does not exist.`,
    ),
  natGatewayNotFound: (id: string) =>
    badRequest('NatGatewayNotFound', `NatGateway ${id} was not found`),
  bucketMissing: (bucket: string) => badRequest('400', `LogDestination: ${bucket} does not exist.`),
  bucketDenied: (bucket: string) =>
    badRequest(
      '400',
      `Access Denied for LogDestination: ${bucket}. Please check LogDestination permission`,
    ),
  bucketUndeliverable: (bucket: string) =>
    badRequest('400', `LogDestination ${bucket} is undeliverable`),
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
  // Unverified: EC2's words in other calls.
  tagKeyReserved: (key: string) =>
    badRequest(
      'InvalidParameterValue',
      `Value ( ${key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved ` +
        'for internal use',
    ),
  tagKeyRepeated: (key: string) =>
    badRequest('InvalidParameterValue', `Duplicate tag key '${key}' specified.`),
  // Beyond AWS: there the caller may tag them.
  inventoryTags: (id: string) =>
    badRequest(
      'UnsupportedOperation',
      `The tags of ${id} are those of the inventory; change them in the inventory file`,
    ),
  // Beyond AWS: there no flow log can be modified.
  modifiedTooOften: (flowLogId: string, countMax: number) =>
    badRequest(
      'IncorrectState',
      `${flowLogId} was modified ${countMax} times since its last delivery; retry when it has ` +
        'delivered',
    ),
  dryRun: () =>
    new AwsError('DryRunOperation', 412, 'Request would have succeeded, but DryRun flag is set.'),
} as const;
