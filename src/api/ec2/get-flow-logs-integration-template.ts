// GetFlowLogsIntegrationTemplate: stores a CloudFormation template that makes a flow log's objects
// queryable with Amazon Athena, and answers where it lies. S3 flow logs only, not those of
// transit gateways (spec/api.md 4).
import { AwsError } from '../../aws/aws-error.ts';
import type { FlowLog } from '../../aws/flow-log.ts';
import { parseS3Destination } from '../../aws/s3-destination.ts';
import { flag, list, member, structure, text, timestamp } from '../../aws/wire/shape.ts';
import type { DestinationState, FlowLogDeps } from '../flow-logs/index.ts';
import {
  generateIntegrationTemplate,
  templateKey,
  type IntegrationTemplateRequest,
} from '../integration-template/index.ts';
import { defineOperation, type Caller, type Operation, type Permission } from '../operation.ts';
import { flowLogArns } from './flow-log-permissions.ts';

export interface IntegrationTemplateDeps {
  readonly flowLogs: () => readonly FlowLog[];
  /** Whether the bucket takes objects. */
  readonly destination: FlowLogDeps['destination'];
  /**
   * Stores an object whole, replacing one of the same key.
   *
   * @throws OperationError when it cannot be stored
   */
  readonly putObject: (bucket: string, key: string, bytes: Uint8Array) => Promise<unknown>;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const input = structure({
  DryRun: member('DryRun', flag),
  FlowLogId: member('FlowLogId', text),
  ConfigDeliveryS3DestinationArn: member('ConfigDeliveryS3DestinationArn', text),
  IntegrateServices: member(
    'IntegrateService',
    structure({
      AthenaIntegrations: member(
        'AthenaIntegration',
        list(
          structure({
            IntegrationResultS3DestinationArn: member('IntegrationResultS3DestinationArn', text),
            PartitionLoadFrequency: member('PartitionLoadFrequency', text),
            PartitionStartDate: member('PartitionStartDate', timestamp),
            PartitionEndDate: member('PartitionEndDate', timestamp),
          }),
        ),
      ),
    }),
  ),
});

const output = structure({ Result: member('result', text) });

export function getFlowLogsIntegrationTemplateOperation(deps: IntegrationTemplateDeps): Operation {
  return defineOperation({
    name: 'GetFlowLogsIntegrationTemplate',
    input,
    output,
    permissions: (request, caller) => permissions(request, caller, deps),
    async run(request, { caller }) {
      // What is in another region does not exist for the call.
      const flowLogs = deps.flowLogs().filter(({ region }) => region === caller.region);
      const context = { flowLogs, nowMs: deps.now() };
      const template = generateIntegrationTemplate(request, context);
      const fault = bucketFault(template.bucket, await deps.destination(template.bucket));
      if (fault !== null) throw fault;
      await deps.putObject(template.bucket, template.key, Buffer.from(template.text));
      return { Result: template.url };
    },
  });
}

/** On the flow log, and on the object that is written in the caller's name. */
function permissions(
  request: IntegrationTemplateRequest,
  caller: Caller,
  deps: IntegrationTemplateDeps,
): readonly Permission[] {
  const { FlowLogId: flowLogId = '*', ConfigDeliveryS3DestinationArn: place = '' } = request;
  const read = {
    action: 'ec2:GetFlowLogsIntegrationTemplate',
    resources: flowLogArns([flowLogId], caller, deps.flowLogs()),
  };
  const destination = parseS3Destination(place);
  // A destination that is none is refused when the request is carried out.
  if ('fault' in destination) return [read];
  const key = templateKey(destination, flowLogId, deps.now());
  const object = `arn:${destination.partition}:s3:::${destination.bucket}/${key}`;
  return [read, { action: 's3:PutObject', resources: [object] }];
}

// Unverified: AWS's codes and texts for a bucket that does not take the template are not known.
function bucketFault(bucket: string, state: DestinationState): AwsError | null {
  switch (state) {
    case 'ok':
      return null;
    case 'missing':
      return refused(`The bucket ${bucket} does not exist`);
    case 'denied':
      return refused(`Access Denied for the bucket ${bucket}`);
    case 'undeliverable':
      return refused(`The bucket ${bucket} takes no objects`);
  }
}

function refused(reason: string): AwsError {
  return new AwsError('InvalidParameter', 400, `ConfigDeliveryS3DestinationArn: ${reason}`);
}
