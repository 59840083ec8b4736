// The CloudFormation template: a database, one partition loader with its role for all tables, and
// for each integration a work group, a table, named queries, a custom resource that adds the
// first partitions, and a schedule for the following ones.
//
//   schedule --+
//              +--> partition loader --> ALTER TABLE ADD PARTITION in the table's work group
//   stack -----+
//
// Functions are written in their long form (Ref: X), which every YAML reader understands.
// Source: CloudFormation Template Reference; spec/query.md 5.
import { stringify } from 'yaml';

import { athenaTable, athenaTableDdl, type AthenaTable } from '../../query/index.ts';
import type { FlowLog } from '../../aws/flow-log.ts';
import type { S3Destination } from '../../aws/s3-destination.ts';
import {
  athenaDatabaseName,
  athenaTableNames,
  athenaWorkGroupName,
  type AthenaIntegration,
  type PartitionLoadFrequency,
  type TemplatePart,
} from './athena-integration.ts';
import { loaderResources, LOADER_ARN } from './loader-resources.ts';
import { namedQueries } from './named-queries.ts';
import { partitionEvent } from './partition-event.ts';

const DATABASE = 'VpcFlowLogsDatabase';
const DATABASE_REF = { Ref: DATABASE };
const CATALOG = { Ref: 'AWS::AccountId' };

/** UTC; weeks begin on Monday, as the partition loader has them. */
const SCHEDULES: Readonly<Record<Exclude<PartitionLoadFrequency, 'none'>, string>> = {
  daily: 'cron(0 0 * * ? *)',
  weekly: 'cron(0 0 ? * MON *)',
  monthly: 'cron(0 0 1 * ? *)',
};

type Resources = Readonly<Record<string, object>>;

/**
 * The template as YAML.
 *
 * @param flowLog delivers to S3
 * @param nowMs Unix milliseconds; part of the names of tables without dates
 */
export function integrationTemplate(
  flowLog: FlowLog,
  integrations: readonly AthenaIntegration[],
  nowMs: number,
): string {
  const database = athenaDatabaseName(flowLog.flowLogId);
  const names = athenaTableNames(flowLog.flowLogId, integrations, nowMs);
  const parts = integrations.map((integration, index) => ({
    number: index + 1,
    integration,
    table: athenaTable(flowLog, { database, name: names[index] ?? '' }),
  }));
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Queries the VPC flow log ${flowLog.flowLogId} with Amazon Athena`,
    Resources: {
      [DATABASE]: {
        Type: 'AWS::Glue::Database',
        Properties: { CatalogId: CATALOG, DatabaseInput: { Name: database } },
      },
      ...loaderResources(flowLog, parts),
      ...merge(parts.map(integrationResources)),
    },
    Outputs: { Database: { Value: DATABASE_REF }, ...merge(parts.map(outputs)) },
  };
  // Long lines stay whole, and what YAML 1.1 would take for a number or a date is quoted.
  return stringify(template, {
    lineWidth: 0,
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
    blockQuote: 'literal',
  });
}

function integrationResources(part: TemplatePart): Resources {
  const { number, integration, table } = part;
  return {
    [`WorkGroup${number}`]: workGroup(table, integration.results),
    [`Table${number}`]: glueTable(table),
    [`Partitions${number}`]: {
      Type: 'Custom::VpcFlowLogsPartitions',
      DependsOn: [`Table${number}`, `WorkGroup${number}`],
      Properties: { ServiceToken: LOADER_ARN, ...partitionEvent(table, integration) },
    },
    ...scheduleResources(part),
    ...queryResources(part),
  };
}

function workGroup(table: AthenaTable, results: S3Destination): object {
  return {
    Type: 'AWS::Athena::WorkGroup',
    Properties: {
      Name: athenaWorkGroupName(table.name),
      // With its named queries and their history, when the stack is deleted.
      RecursiveDeleteOption: true,
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        ResultConfiguration: { OutputLocation: `s3://${results.bucket}/${results.folder}` },
      },
    },
  };
}

function glueTable(table: AthenaTable): object {
  const { storage } = table;
  return {
    Type: 'AWS::Glue::Table',
    // The same table for who makes it by hand.
    Metadata: { AthenaDdl: athenaTableDdl(table) },
    Properties: {
      CatalogId: CATALOG,
      DatabaseName: DATABASE_REF,
      TableInput: {
        Name: table.name,
        TableType: 'EXTERNAL_TABLE',
        Parameters: { EXTERNAL: 'TRUE', ...storage.tableProperties },
        PartitionKeys: table.partitionColumns.map(({ name, type }) => ({ Name: name, Type: type })),
        StorageDescriptor: {
          Columns: table.columns.map(({ name, type }) => ({ Name: name, Type: type })),
          Location: table.location,
          InputFormat: storage.inputFormat,
          OutputFormat: storage.outputFormat,
          SerdeInfo: {
            SerializationLibrary: storage.serde,
            Parameters: storage.serdeParameters,
          },
        },
      },
    },
  };
}

function scheduleResources({ number, integration, table }: TemplatePart): Resources {
  const { frequency } = integration;
  if (frequency === 'none') return {};
  return {
    [`Schedule${number}`]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Description: `Adds partitions to ${table.name}`,
        ScheduleExpression: SCHEDULES[frequency],
        State: 'ENABLED',
        Targets: [
          {
            Id: 'PartitionLoader',
            Arn: LOADER_ARN,
            Input: JSON.stringify(partitionEvent(table, integration)),
          },
        ],
      },
    },
    [`SchedulePermission${number}`]: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: LOADER_ARN,
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': [`Schedule${number}`, 'Arn'] },
      },
    },
  };
}

function queryResources({ number, table }: TemplatePart): Resources {
  const columns = table.columns.map(({ name }) => name);
  const entries = namedQueries(columns, table).map(({ name, description, sql }) => [
    `${name}${number}`,
    {
      Type: 'AWS::Athena::NamedQuery',
      Properties: {
        Name: name,
        Description: description,
        Database: DATABASE_REF,
        WorkGroup: { Ref: `WorkGroup${number}` },
        QueryString: sql,
      },
    },
  ]);
  return Object.fromEntries(entries) as Resources;
}

function outputs({ number }: TemplatePart): Resources {
  return {
    [`TableName${number}`]: { Value: { Ref: `Table${number}` } },
    [`WorkGroupName${number}`]: { Value: { Ref: `WorkGroup${number}` } },
  };
}

function merge(maps: readonly Resources[]): Resources {
  return Object.fromEntries(maps.flatMap((map) => Object.entries(map)));
}
