// The Lambda function that adds partitions, and the role that it runs with: it may run statements
// in the template's work groups, change the template's tables, list the flow log's bucket and keep
// Athena's results. Nothing else.
import type { FlowLog } from '../../aws/flow-log.ts';
import { parseS3Destination, type S3Destination } from '../../aws/s3-destination.ts';
import {
  athenaDatabaseName,
  athenaWorkGroupName,
  type TemplatePart,
} from './athena-integration.ts';
import { PARTITION_LOADER } from './partition-loader.ts';

const LOADER = 'PartitionLoader';
const LOADER_ROLE = 'PartitionLoaderRole';
const RUNTIME = 'python3.13';
/** Lambda's longest, for ranges of years by the hour. */
const TIMEOUT_SECONDS = 900;
const MEMORY_MIB = 256;

/** The function's ARN, within the template. */
export const LOADER_ARN = { 'Fn::GetAtt': [LOADER, 'Arn'] };

/** The two resources by logical id. */
export function loaderResources(
  flowLog: FlowLog,
  parts: readonly TemplatePart[],
): Readonly<Record<string, object>> {
  return {
    [LOADER_ROLE]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: policy([
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ]),
        ManagedPolicyArns: [arn('iam::aws:policy/service-role/AWSLambdaBasicExecutionRole')],
        Policies: [
          { PolicyName: 'AddPartitions', PolicyDocument: policy(statements(flowLog, parts)) },
        ],
      },
    },
    [LOADER]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Description: `Adds partitions to the Athena tables of ${flowLog.flowLogId}`,
        Runtime: RUNTIME,
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': [LOADER_ROLE, 'Arn'] },
        Timeout: TIMEOUT_SECONDS,
        MemorySize: MEMORY_MIB,
        Code: { ZipFile: PARTITION_LOADER },
      },
    },
  };
}

function statements(flowLog: FlowLog, parts: readonly TemplatePart[]): readonly object[] {
  const database = athenaDatabaseName(flowLog.flowLogId);
  const results = distinctResults(parts);
  return [
    {
      Effect: 'Allow',
      Action: ['athena:StartQueryExecution', 'athena:GetQueryExecution'],
      Resource: parts.map(({ table }) =>
        inAccount('athena', `workgroup/${athenaWorkGroupName(table.name)}`),
      ),
    },
    {
      Effect: 'Allow',
      Action: [
        'glue:GetDatabase',
        'glue:GetTable',
        'glue:GetPartition',
        'glue:GetPartitions',
        'glue:BatchGetPartition',
        'glue:CreatePartition',
        'glue:BatchCreatePartition',
      ],
      Resource: [
        inAccount('glue', 'catalog'),
        inAccount('glue', `database/${database}`),
        ...parts.map(({ table }) => inAccount('glue', `table/${database}/${table.name}`)),
      ],
    },
    {
      Effect: 'Allow',
      Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
      Resource: bucketArns(flowLog, results),
    },
    {
      Effect: 'Allow',
      Action: [
        's3:GetObject',
        's3:PutObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      Resource: results.map(({ bucket, folder }) => arn(`s3:::${bucket}/${literal(folder)}*`)),
    },
  ];
}

function distinctResults(parts: readonly TemplatePart[]): readonly S3Destination[] {
  const found = new Map<string, S3Destination>();
  for (const { results } of parts.map(({ integration }) => integration)) {
    found.set(`${results.bucket}/${results.folder}`, results);
  }
  return [...found.values()];
}

function bucketArns(flowLog: FlowLog, results: readonly S3Destination[]): readonly object[] {
  const buckets = new Set(results.map(({ bucket }) => bucket));
  const destination = parseS3Destination(flowLog.logDestination);
  if (!('fault' in destination)) buckets.add(destination.bucket);
  return [...buckets].map((bucket) => arn(`s3:::${bucket}`));
}

function policy(entries: readonly object[]): object {
  return { Version: '2012-10-17', Statement: entries };
}

function inAccount(service: string, resource: string): object {
  return arn(`${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
}

/** `${` in a folder's name is no reference to Fn::Sub. */
function literal(text: string): string {
  return text.replaceAll('${', '${!');
}

/** An ARN in the partition of the stack; `rest` may hold references. */
function arn(rest: string): object {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:${rest}` };
}
