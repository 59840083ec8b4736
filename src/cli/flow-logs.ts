// `weir flow-logs create|list|delete`: the parameters of the aws CLI's create-flow-logs,
// describe-flow-logs and delete-flow-logs, answered as the aws CLI prints them. Goes to the daemon
// of the data folder, or to the folder itself when none runs.
import { InvalidArgumentError, type Command } from 'commander';

import type { CreateFlowLogsRequest, DescribeFlowLogsRequest } from '../aws/flow-log.ts';
import { DEFAULT_DATA_FOLDER } from '../config/data-folder.ts';
import { LogFormatError, parseLogFormat } from '../records/log-format.ts';
import type { CommandDeps } from './command-deps.ts';
import { openFlowLogCalls, type FlowLogCalls, type OpenFlowLogFolder } from './flow-log-calls.ts';
import { flowLogTable } from './flow-log-table.ts';
import { parseShorthand } from './aws-shorthand.ts';

/** `openFlowLogFolder` works on a folder without a daemon; without it a daemon is needed. */
export type FlowLogsDeps = CommandDeps & { readonly openFlowLogFolder?: OpenFlowLogFolder };

const DATA_OPTION = [
  '--data <dir>',
  'folder of everything that is kept (default ./weir-data)',
] as const;

/** Adds the command group to the program. */
export function registerFlowLogs(program: Command, deps: FlowLogsDeps): void {
  const group = program
    .command('flow-logs')
    .description(
      'Creates, lists and deletes flow logs, with the parameters of the aws CLI. A flow log\n' +
        'delivers the records of a VPC, a subnet or an interface to a destination.',
    );
  registerCreate(group, deps);
  registerList(group, deps);
  registerDelete(group, deps);
}

interface CreateFlags {
  readonly data?: string;
  readonly resourceIds: string[];
  readonly resourceType: string;
  readonly trafficType?: string;
  readonly logDestinationType?: string;
  readonly logDestination?: string;
  readonly logGroupName?: string;
  readonly deliverLogsPermissionArn?: string;
  readonly deliverCrossAccountRole?: string;
  readonly logFormat?: string;
  readonly maxAggregationInterval?: number;
  readonly destinationOptions?: CreateFlowLogsRequest['DestinationOptions'];
  readonly tagSpecifications?: CreateFlowLogsRequest['TagSpecifications'];
  readonly clientToken?: string;
  readonly dryRun?: boolean;
}

function registerCreate(group: Command, deps: FlowLogsDeps): void {
  group
    .command('create')
    .summary('begin to deliver the records of resources')
    .description('Creates one flow log per resource and prints their ids as JSON.')
    .requiredOption('--resource-type <type>', 'VPC, Subnet or NetworkInterface')
    .requiredOption('--resource-ids <id...>', 'vpc-..., subnet-... or eni-..., one or several')
    .option('--traffic-type <type>', 'ACCEPT, REJECT or ALL')
    .option('--log-destination-type <type>', 's3')
    .option('--log-destination <arn>', 'arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/FOLDER/')
    .option('--log-group-name <name>', 'for cloud-watch-logs')
    .option('--deliver-logs-permission-arn <arn>', 'for cloud-watch-logs')
    .option('--deliver-cross-account-role <arn>', 'for kinesis-data-firehose')
    .option('--log-format <format>', "default, all, or '${version} ${srcaddr} ...'", logFormat)
    .option('--max-aggregation-interval <seconds>', '60 or 600 (default 600)', wholeNumber)
    .option(
      '--destination-options <options>',
      'FileFormat=plain-text,HiveCompatiblePartitions=true,PerHourPartition=true, or JSON',
      destinationOptions,
    )
    .option(
      '--tag-specifications <tags...>',
      'ResourceType=vpc-flow-log,Tags=[{Key=Name,Value=mine}], or JSON',
      tagSpecifications,
    )
    .option('--client-token <token>', 'makes a repeated call answer the same ids')
    .option('--dry-run', 'only check whether the call would be allowed')
    .option(...DATA_OPTION)
    .addHelpText(
      'after',
      '\nExample:\n' +
        '  weir flow-logs create --resource-type VPC --resource-ids vpc-0123456789abcdef0 \\\n' +
        '    --traffic-type ALL --max-aggregation-interval 60 \\\n' +
        '    --log-destination-type s3 --log-destination arn:aws:s3:::my-bucket',
    )
    .action((flags: CreateFlags) => create(flags, deps));
}

async function create(flags: CreateFlags, deps: FlowLogsDeps): Promise<void> {
  const answer = await withCalls(flags.data, deps, (calls) => calls.create(toRequest(flags)));
  deps.stdout.write(json(answer));
  reportUnsuccessful(answer.Unsuccessful, deps);
}

function toRequest(flags: CreateFlags): CreateFlowLogsRequest {
  return {
    ResourceIds: flags.resourceIds,
    ResourceType: flags.resourceType,
    TrafficType: flags.trafficType,
    LogDestinationType: flags.logDestinationType,
    LogDestination: flags.logDestination,
    LogGroupName: flags.logGroupName,
    DeliverLogsPermissionArn: flags.deliverLogsPermissionArn,
    DeliverCrossAccountRole: flags.deliverCrossAccountRole,
    LogFormat: flags.logFormat,
    MaxAggregationInterval: flags.maxAggregationInterval,
    DestinationOptions: flags.destinationOptions,
    TagSpecifications: flags.tagSpecifications,
    ClientToken: flags.clientToken,
    DryRun: flags.dryRun,
  };
}

interface ListFlags {
  readonly data?: string;
  readonly flowLogIds?: string[];
  readonly filter?: DescribeFlowLogsRequest['Filter'];
  readonly output: 'json' | 'table';
}

function registerList(group: Command, deps: FlowLogsDeps): void {
  group
    .command('list')
    .alias('describe')
    .summary('show the flow logs and how their delivery goes')
    .option('--flow-log-ids <id...>', 'only these')
    .option(
      '--filter <filter...>',
      'Name=resource-id,Values=vpc-1,vpc-2: any of the values, all of the filters',
      filters,
    )
    .option('--output <form>', 'json, as the aws CLI prints it, or table', outputForm, 'json')
    .option(...DATA_OPTION)
    .action((flags: ListFlags) => list(flags, deps));
}

async function list(flags: ListFlags, deps: FlowLogsDeps): Promise<void> {
  const request = { FlowLogIds: flags.flowLogIds, Filter: flags.filter };
  const answer = await withCalls(flags.data, deps, (calls) => calls.describe(request));
  deps.stdout.write(flags.output === 'json' ? json(answer) : flowLogTable(answer.FlowLogs));
}

interface DeleteFlags {
  readonly data?: string;
  readonly flowLogIds: string[];
  readonly dryRun?: boolean;
}

function registerDelete(group: Command, deps: FlowLogsDeps): void {
  group
    .command('delete')
    .summary('end the delivery; what is delivered stays')
    .requiredOption('--flow-log-ids <id...>', 'fl-..., one or several')
    .option('--dry-run', 'only check whether the call would be allowed')
    .option(...DATA_OPTION)
    .action(async (flags: DeleteFlags) => {
      const request = { FlowLogIds: flags.flowLogIds, DryRun: flags.dryRun };
      const answer = await withCalls(flags.data, deps, (calls) => calls.delete(request));
      deps.stdout.write(json(answer));
      reportUnsuccessful(answer.Unsuccessful, deps);
    });
}

async function withCalls<Answer>(
  data: string | undefined,
  deps: FlowLogsDeps,
  call: (calls: FlowLogCalls) => Promise<Answer>,
): Promise<Answer> {
  const folder = data ?? deps.environment['WEIR_DATA'] ?? DEFAULT_DATA_FOLDER;
  const calls = await openFlowLogCalls(folder, deps.openFlowLogFolder);
  try {
    return await call(calls);
  } finally {
    await calls.close();
  }
}

function reportUnsuccessful(
  items: readonly { ResourceId: string; Error: { Code: string; Message: string } }[],
  deps: CommandDeps,
): void {
  for (const item of items) {
    deps.stderr.write(`weir: ${item.ResourceId}: ${item.Error.Message} (${item.Error.Code})\n`);
  }
  if (items.length > 0) deps.setExitCode(1);
}

/** Indented as the aws CLI prints it. */
function json(answer: unknown): string {
  return `${JSON.stringify(answer, null, 4)}\n`;
}

function logFormat(text: string): string {
  try {
    parseLogFormat(text, 'vpc');
    return text;
  } catch (cause) {
    if (cause instanceof LogFormatError) throw new InvalidArgumentError(cause.message);
    throw cause;
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number');
}

function outputForm(text: string): string {
  if (text === 'json' || text === 'table') return text;
  throw new InvalidArgumentError('It must be json or table');
}

function destinationOptions(text: string): CreateFlowLogsRequest['DestinationOptions'] {
  const known = ['FileFormat', 'HiveCompatiblePartitions', 'PerHourPartition'];
  const entries = Object.entries(structure(text)).map(([name, value]) => {
    if (!known.includes(name))
      throw new InvalidArgumentError(`"${name}" is none of ${known.join(', ')}`);
    if (name === 'FileFormat') return [name, String(value)];
    if (!/^(true|false)$/i.test(String(value))) {
      throw new InvalidArgumentError(`${name} must be true or false`);
    }
    return [name, String(value).toLowerCase() === 'true'];
  });
  return Object.fromEntries(entries) as CreateFlowLogsRequest['DestinationOptions'];
}

// Only the outer form is checked here and below: what a specification or filter may hold is the
// callee's to say, in AWS's words.
function tagSpecifications(
  text: string,
  before: CreateFlowLogsRequest['TagSpecifications'],
): CreateFlowLogsRequest['TagSpecifications'] {
  const specifications = structures(text).map(({ Tags: tags, ...specification }) => ({
    ...specification,
    Tags: tags === undefined || Array.isArray(tags) ? tags : [tags],
  }));
  return [...(before ?? []), ...specifications] as CreateFlowLogsRequest['TagSpecifications'];
}

function filters(
  text: string,
  before: DescribeFlowLogsRequest['Filter'],
): DescribeFlowLogsRequest['Filter'] {
  const added = structures(text).map(({ Values: values, ...filter }) => ({
    ...filter,
    Values: values === undefined || Array.isArray(values) ? (values ?? []) : [values],
  }));
  return [...(before ?? []), ...added] as DescribeFlowLogsRequest['Filter'];
}

function structure(text: string): Record<string, unknown> {
  const [first, ...others] = structures(text);
  if (first !== undefined && others.length === 0) return first;
  throw new InvalidArgumentError('It must be one structure');
}

/** One structure, or a JSON array of them. */
function structures(text: string): readonly Record<string, unknown>[] {
  let parsed: unknown;
  try {
    parsed = parseShorthand(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new InvalidArgumentError(cause.message);
    throw cause;
  }
  const list: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return list.map((item) => {
    if (typeof item === 'object' && item !== null) return item as Record<string, unknown>;
    throw new InvalidArgumentError('It must be Key=Value pairs or a JSON object');
  });
}
