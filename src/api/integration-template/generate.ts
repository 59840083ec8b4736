// GetFlowLogsIntegrationTemplate: which flow log, which integrations, and where the template goes.
// Faults come in the order of spec/api.md 2.1: syntax first, then whether things exist and fit.
//
// Unverified: the texts of faults that only this operation has are not known from AWS.
import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import type { FlowLog } from '../../aws/flow-log.ts';
import { parseS3Destination, type S3Destination } from '../../aws/s3-destination.ts';
import {
  PARTITION_LOAD_FREQUENCIES,
  type AthenaIntegration,
  type PartitionLoadFrequency,
} from './athena-integration.ts';
import { integrationTemplate } from './template.ts';
import { templateKey, templateUrl } from './template-object.ts';

const INTEGRATIONS_MAX = 10;

export interface AthenaIntegrationRequest {
  readonly IntegrationResultS3DestinationArn?: string | undefined;
  readonly PartitionLoadFrequency?: string | undefined;
  /** ISO 8601. */
  readonly PartitionStartDate?: string | undefined;
  readonly PartitionEndDate?: string | undefined;
}

/** As it comes from a client: nothing is checked yet but the types. */
export interface IntegrationTemplateRequest {
  readonly FlowLogId?: string | undefined;
  readonly ConfigDeliveryS3DestinationArn?: string | undefined;
  readonly IntegrateServices?:
    | { readonly AthenaIntegrations?: readonly AthenaIntegrationRequest[] | undefined }
    | undefined;
  readonly DryRun?: boolean | undefined;
}

/** A template and the object that it is to be stored as. */
export interface GeneratedTemplate {
  readonly bucket: string;
  readonly key: string;
  /** Where AWS would have it: the answer's `result`. */
  readonly url: string;
  /** YAML. */
  readonly text: string;
}

/**
 * Makes the template that the request asks for.
 *
 * @param nowMs Unix milliseconds
 * @throws AwsError for a fault of the caller; `DryRunOperation` for a dry run
 */
export function generateIntegrationTemplate(
  request: IntegrationTemplateRequest,
  context: { readonly flowLogs: readonly FlowLog[]; readonly nowMs: number },
): GeneratedTemplate {
  if (request.DryRun === true) throw awsFaults.dryRun();
  const flowLogId = required(request.FlowLogId, 'FlowLogId');
  const destination = bucketAndFolder(
    required(request.ConfigDeliveryS3DestinationArn, 'ConfigDeliveryS3DestinationArn'),
    'configDeliveryS3DestinationArn',
  );
  const integrations = athenaIntegrations(request).map((integration) =>
    readIntegration(integration, context.nowMs),
  );
  const flowLog = findFlowLog(flowLogId, context.flowLogs);
  const key = templateKey(destination, flowLogId, context.nowMs);
  return {
    bucket: destination.bucket,
    key,
    url: templateUrl(destination, key, flowLog.region),
    text: integrationTemplate(flowLog, withoutRepeats(integrations), context.nowMs),
  };
}

function findFlowLog(flowLogId: string, flowLogs: readonly FlowLog[]): FlowLog {
  const flowLog = flowLogs.find((candidate) => candidate.flowLogId === flowLogId);
  if (flowLog === undefined) throw awsFaults.flowLogsNotFound([flowLogId]);
  if (flowLog.resourceType.startsWith('TransitGateway')) {
    throw invalid(`Flow log ${flowLogId} is of a transit gateway, which has no Athena integration`);
  }
  if (flowLog.logDestinationType !== 's3') {
    throw invalid(`Flow log ${flowLogId} does not publish to Amazon S3`);
  }
  return flowLog;
}

function athenaIntegrations(
  request: IntegrationTemplateRequest,
): readonly AthenaIntegrationRequest[] {
  const integrations = required(request.IntegrateServices, 'IntegrateServices').AthenaIntegrations;
  if (integrations === undefined || integrations.length === 0) {
    throw awsFaults.parameterMissing('AthenaIntegrations');
  }
  if (integrations.length <= INTEGRATIONS_MAX) return integrations;
  throw awsFaults.valueInvalid(
    `${integrations.length} integrations`,
    'AthenaIntegrations',
    `At most ${INTEGRATIONS_MAX} are allowed.`,
  );
}

function readIntegration(request: AthenaIntegrationRequest, nowMs: number): AthenaIntegration {
  const results = bucketAndFolder(
    required(request.IntegrationResultS3DestinationArn, 'IntegrationResultS3DestinationArn'),
    'integrationResultS3DestinationArn',
  );
  const frequency = readFrequency(
    required(request.PartitionLoadFrequency, 'PartitionLoadFrequency'),
  );
  const startMs = readDate(request.PartitionStartDate, 'partitionStartDate');
  const endMs = readDate(request.PartitionEndDate, 'partitionEndDate');
  checkDates(frequency, startMs, endMs, nowMs);
  return { results, frequency, startMs, endMs };
}

function checkDates(
  frequency: PartitionLoadFrequency,
  startMs: number | null,
  endMs: number | null,
  nowMs: number,
): void {
  if (startMs !== null && endMs !== null && startMs > endMs) {
    throw invalid('PartitionStartDate must not be after PartitionEndDate');
  }
  if (frequency !== 'none') return;
  const dates = 'PartitionStartDate and PartitionEndDate must be';
  const condition = 'if PartitionLoadFrequency is none';
  if (startMs === null || endMs === null) throw invalid(`${dates} provided ${condition}`);
  if (endMs >= nowMs) throw invalid(`${dates} in the past ${condition}`);
}

function readFrequency(text: string): PartitionLoadFrequency {
  const known = PARTITION_LOAD_FREQUENCIES.find((frequency) => frequency === text);
  if (known !== undefined) return known;
  const allowed = `Allowed values are ${PARTITION_LOAD_FREQUENCIES.join(', ')}.`;
  throw awsFaults.valueInvalid(text, 'PartitionLoadFrequency', allowed);
}

function readDate(text: string | undefined, parameter: string): number | null {
  if (text === undefined) return null;
  const ms = Date.parse(text);
  // Names and layouts have four digits for the year.
  if (ms >= 0 && new Date(ms).getUTCFullYear() <= 9999) return ms;
  throw awsFaults.formatInvalid(text, parameter);
}

function bucketAndFolder(arn: string, parameter: string): S3Destination {
  const destination = parseS3Destination(arn);
  if ('fault' in destination) throw awsFaults.formatInvalid(arn, parameter);
  return destination;
}

/** AWS's own example asks twice for the same integration, which can only be made once. */
function withoutRepeats(integrations: readonly AthenaIntegration[]): readonly AthenaIntegration[] {
  const distinct = new Map(integrations.map((entry) => [JSON.stringify(entry), entry]));
  return [...distinct.values()];
}

function required<Value>(value: Value | undefined, parameter: string): Value {
  if (value === undefined || value === '') throw awsFaults.parameterMissing(parameter);
  return value;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameter', 400, message);
}
