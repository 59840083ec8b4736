// Options that several `weir flow-logs` commands have, and how their values are read. Only the
// outer form is checked here: what a format, specification or filter may hold is the callee's to
// say, in AWS's words.
import { InvalidArgumentError, type Command } from 'commander';

import type {
  CreateFlowLogsRequest,
  DescribeFlowLogsRequest,
  ModifyFlowLogsRequest,
} from '../aws/flow-log-shapes.ts';
import type { TagsRequest } from '../aws/tag-shapes.ts';
import { LogFormatError, parseLogFormat } from '../records/log-format.ts';
import { parseShorthand } from './aws-shorthand.ts';

export const DATA_OPTION = [
  '--data <dir>',
  'folder of everything that is kept (default ./weir-data)',
] as const;

export const DRY_RUN_OPTION = [
  '--dry-run',
  'only check whether the call would be allowed',
] as const;

/** Flags of the settings that can be chosen at creation and changed later. */
export interface SettingFlags {
  readonly trafficType?: string;
  readonly logFormat?: string;
  readonly maxAggregationInterval?: number;
  readonly destinationOptions?: CreateFlowLogsRequest['DestinationOptions'];
  readonly tagFieldSpecifications?: CreateFlowLogsRequest['TagFieldSpecifications'];
}

/** Adds the options of SettingFlags. */
export function withSettingOptions(command: Command): Command {
  return command
    .option('--traffic-type <type>', 'ACCEPT, REJECT or ALL; not for transit gateways')
    .option('--log-format <format>', "default, all, or '${version} ${srcaddr} ...'", logFormat)
    .option(
      '--max-aggregation-interval <seconds>',
      '60 or 600 (default 600); transit gateways 60',
      wholeNumber,
    )
    .option(
      '--destination-options <options>',
      'of s3: FileFormat=plain-text,HiveCompatiblePartitions=true,PerHourPartition=true, or JSON',
      destinationOptions,
    )
    .option(
      '--tag-field-specifications <specifications...>',
      'tags that ${instance-tag} and the like show:\n' +
        'ResourceType=instance,TagKeys=Name,team, or JSON',
      tagFieldSpecifications,
    );
}

/** The members of a request that the flags name. */
export function settingMembers(
  flags: SettingFlags,
): Pick<
  ModifyFlowLogsRequest,
  | 'TrafficType'
  | 'LogFormat'
  | 'MaxAggregationInterval'
  | 'DestinationOptions'
  | 'TagFieldSpecifications'
> {
  return {
    TrafficType: flags.trafficType,
    LogFormat: flags.logFormat,
    MaxAggregationInterval: flags.maxAggregationInterval,
    DestinationOptions: flags.destinationOptions,
    TagFieldSpecifications: flags.tagFieldSpecifications,
  };
}

/** Shows where a format is wrong; a transit gateway's format is one, too. */
function logFormat(text: string): string {
  const fault = formatFault(text, 'vpc');
  if (fault === null || formatFault(text, 'tgw') === null) return text;
  throw new InvalidArgumentError(fault.message);
}

function formatFault(text: string, scope: 'vpc' | 'tgw'): LogFormatError | null {
  try {
    parseLogFormat(text, scope);
    return null;
  } catch (cause) {
    if (cause instanceof LogFormatError) return cause;
    throw cause;
  }
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number');
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

function tagFieldSpecifications(
  text: string,
  before: CreateFlowLogsRequest['TagFieldSpecifications'],
): CreateFlowLogsRequest['TagFieldSpecifications'] {
  return [...(before ?? []), ...structuresWithList(text, 'TagKeys')];
}

export function tagSpecifications(
  text: string,
  before: CreateFlowLogsRequest['TagSpecifications'],
): CreateFlowLogsRequest['TagSpecifications'] {
  return [...(before ?? []), ...structuresWithList(text, 'Tags')];
}

export function tags(text: string, before: TagsRequest['Tags']): TagsRequest['Tags'] {
  return [...(before ?? []), ...structures(text)];
}

export function filters(
  text: string,
  before: DescribeFlowLogsRequest['Filter'],
): DescribeFlowLogsRequest['Filter'] {
  return [...(before ?? []), ...structuresWithList(text, 'Values')];
}

function structure(text: string): Record<string, unknown> {
  const [first, ...others] = structures(text);
  if (first !== undefined && others.length === 0) return first;
  throw new InvalidArgumentError('It must be one structure');
}

/** Structures with one member that is a list, where shorthand may write a single value. */
function structuresWithList(text: string, name: string): readonly Record<string, unknown>[] {
  return structures(text).map((entry) => {
    const value = entry[name];
    if (value === undefined || Array.isArray(value)) return entry;
    return { ...entry, [name]: [value] };
  });
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
