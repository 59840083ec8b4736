// An `ec2` for tests of the edge: operations that echo, wait and fail.
import { defineOperation, type Operation, type Service } from '../../src/api/operation.ts';
import { AwsError } from '../../src/aws/aws-error.ts';
import {
  flag,
  integer,
  list,
  member,
  structure,
  text,
  timestamp,
} from '../../src/aws/wire/shape.ts';
import { OperationError } from '../../src/observe/index.ts';

const tags = list(structure({ Key: member('Key', text), Value: member('Value', text) }));

const createFlowLogsInput = structure({
  ResourceIds: member('ResourceId', list(text)),
  ResourceType: member('ResourceType', text),
  TrafficType: member('TrafficType', text),
  LogDestinationType: member('LogDestinationType', text),
  LogDestination: member('LogDestination', text),
  LogFormat: member('LogFormat', text),
  MaxAggregationInterval: member('MaxAggregationInterval', integer),
  TagSpecifications: member(
    'TagSpecification',
    list(structure({ ResourceType: member('ResourceType', text), Tags: member('Tag', tags) })),
  ),
  DestinationOptions: member(
    'DestinationOptions',
    structure({
      FileFormat: member('FileFormat', text),
      PerHourPartition: member('PerHourPartition', flag),
    }),
  ),
  ClientToken: member('ClientToken', text),
  DryRun: member('DryRun', flag),
});

const createFlowLogsOutput = structure({
  ClientToken: member('clientToken', text),
  FlowLogIds: member('flowLogIdSet', list(text)),
  Unsuccessful: member('unsuccessful', list(structure({ ResourceId: member('resourceId', text) }))),
});

/** Answers one flow log, made of the filters: name and first value are its format and id. */
const describeFlowLogs = defineOperation({
  name: 'DescribeFlowLogs',
  input: structure({
    Filter: member(
      'Filter',
      list(structure({ Name: member('Name', text), Values: member('Value', list(text)) })),
    ),
    FlowLogIds: member('FlowLogId', list(text)),
    MaxResults: member('MaxResults', integer),
    NextToken: member('NextToken', text),
    DryRun: member('DryRun', flag),
  }),
  output: structure({
    FlowLogs: member(
      'flowLogSet',
      list(
        structure({
          CreationTime: member('creationTime', timestamp),
          FlowLogId: member('flowLogId', text),
          LogFormat: member('logFormat', text),
          MaxAggregationInterval: member('maxAggregationInterval', integer),
          Tags: member(
            'tagSet',
            list(structure({ Key: member('key', text), Value: member('value', text) })),
          ),
        }),
      ),
    ),
    NextToken: member('nextToken', text),
  }),
  permissions: () => [{ action: 'ec2:DescribeFlowLogs', resources: ['*'] }],
  run: async (request) => ({
    FlowLogs: (request.Filter ?? []).map((filter) => ({
      CreationTime: '2026-01-31T10:00:00.250Z',
      FlowLogId: filter.Values?.[0],
      LogFormat: filter.Name,
      MaxAggregationInterval: 600,
      Tags: [],
    })),
    NextToken: request.NextToken,
  }),
});

const empty = structure({});

/**
 * @param created gets the requests of CreateFlowLogs
 * @param waiting gets what ends the calls of DescribeRegions and DescribeInstances
 */
export function createEc2(created: unknown[], waiting: (() => void)[]): Service {
  const failing = (name: string, fault: () => unknown): Operation =>
    defineOperation({
      name,
      input: empty,
      output: empty,
      permissions: () => [],
      run: async () => {
        throw fault();
      },
    });
  const operations: readonly Operation[] = [
    describeFlowLogs,
    defineOperation({
      name: 'CreateFlowLogs',
      input: createFlowLogsInput,
      output: createFlowLogsOutput,
      permissions: (request, caller) => [
        {
          action: 'ec2:CreateFlowLogs',
          resources: (request.ResourceIds ?? []).map(
            (id) => `arn:aws:ec2:${caller.region}:${caller.accountId}:vpc/${id}`,
          ),
        },
      ],
      run: async (request) => {
        created.push(request);
        return { ClientToken: request.ClientToken, FlowLogIds: ['fl-1'], Unsuccessful: [] };
      },
    }),
    defineOperation({
      name: 'DescribeRegions',
      input: empty,
      output: empty,
      permissions: () => [],
      run: () => new Promise<object>((resolve) => waiting.push(() => resolve({}))),
    }),
    defineOperation({
      name: 'DescribeInstances',
      isLarge: true,
      input: empty,
      output: empty,
      permissions: () => [],
      run: () => new Promise<object>((resolve) => waiting.push(() => resolve({}))),
    }),
    failing('DeleteFlowLogs', () => new AwsError('InvalidFlowLogId.NotFound', 400, 'gone: <fl>')),
    failing('DescribeVpcs', () => new Error('a bug that knows the secret')),
    failing('DescribeTags', () => new OperationError('disk-full', 'Cannot write "x": no space')),
  ];
  return {
    name: 'ec2',
    protocol: 'ec2',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    operations: new Map(operations.map((operation) => [operation.name, operation])),
  };
}
