// `weir flow-logs create` and `modify`: the parameters of the aws CLI's create-flow-logs, and what
// goes beyond AWS: --since, and modify itself.
import type { Command } from 'commander';

import type { CreateFlowLogsRequest } from '../aws/flow-log-shapes.ts';
import { printJson, reportUnsuccessful, withCalls, type FlowLogsDeps } from './flow-log-answer.ts';
import {
  DATA_OPTION,
  DRY_RUN_OPTION,
  settingMembers,
  tagSpecifications,
  withSettingOptions,
  type SettingFlags,
} from './flow-log-options.ts';
import { sinceTime } from './since-time.ts';

interface CreateFlags extends SettingFlags {
  readonly data?: string;
  readonly resourceIds: string[];
  readonly resourceType: string;
  readonly logDestinationType?: string;
  readonly logDestination?: string;
  readonly logGroupName?: string;
  readonly deliverLogsPermissionArn?: string;
  readonly deliverCrossAccountRole?: string;
  readonly tagSpecifications?: CreateFlowLogsRequest['TagSpecifications'];
  readonly since?: string;
  readonly clientToken?: string;
  readonly dryRun?: boolean;
}

const CREATE_EXAMPLES = `
Examples:
  weir flow-logs create --resource-type VPC --resource-ids vpc-0123456789abcdef0 \\
    --traffic-type ALL --max-aggregation-interval 60 \\
    --log-destination-type s3 --log-destination arn:aws:s3:::my-bucket

  weir flow-logs create --resource-type TransitGateway --resource-ids tgw-0123456789abcdef0 \\
    --log-destination-type s3 --log-destination arn:aws:s3:::my-bucket/gateways/ --since 2d

Beyond AWS: --since, and the words default and all for --log-format.`;

export function registerCreate(group: Command, deps: FlowLogsDeps): void {
  const command = group
    .command('create')
    .summary('begin to deliver the records of resources')
    .description('Creates one flow log per resource and prints their ids as JSON.')
    .requiredOption(
      '--resource-type <type>',
      'VPC, Subnet, NetworkInterface, TransitGateway, TransitGatewayAttachment\n' +
        'or RegionalNatGateway',
    )
    .requiredOption('--resource-ids <id...>', 'vpc-..., subnet-..., eni-..., one or several');
  withSettingOptions(command)
    .option('--log-destination-type <type>', 's3, cloud-watch-logs or kinesis-data-firehose')
    .option(
      '--log-destination <arn>',
      'arn:aws:s3:::BUCKET, arn:aws:s3:::BUCKET/FOLDER/,\n' +
        'arn:aws:logs:REGION:ACCOUNT:log-group:NAME or\n' +
        'arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME',
    )
    .option('--log-group-name <name>', 'for cloud-watch-logs, instead of its ARN')
    .option('--deliver-logs-permission-arn <arn>', 'role; for cloud-watch-logs')
    .option(
      '--deliver-cross-account-role <arn>',
      'role; for kinesis-data-firehose of another account',
    )
    .option(
      '--tag-specifications <tags...>',
      'ResourceType=vpc-flow-log,Tags=[{Key=Name,Value=mine}], or JSON',
      tagSpecifications,
    )
    .option(
      '--since <time>',
      'deliver what is stored from then on, too: 1h, 2d, 2026-11-20T12:00:00Z',
      (text) => sinceTime(text, deps.now()),
    )
    .option('--client-token <token>', 'makes a repeated call answer the same ids')
    .option(...DRY_RUN_OPTION)
    .option(...DATA_OPTION)
    .addHelpText('after', CREATE_EXAMPLES)
    .action((flags: CreateFlags) => create(flags, deps));
}

async function create(flags: CreateFlags, deps: FlowLogsDeps): Promise<void> {
  const answer = await withCalls(flags.data, deps, (calls) => calls.create(toRequest(flags)));
  printJson(answer, deps);
  reportUnsuccessful(answer.Unsuccessful, deps);
}

function toRequest(flags: CreateFlags): CreateFlowLogsRequest {
  return {
    ResourceIds: flags.resourceIds,
    ResourceType: flags.resourceType,
    LogDestinationType: flags.logDestinationType,
    LogDestination: flags.logDestination,
    LogGroupName: flags.logGroupName,
    DeliverLogsPermissionArn: flags.deliverLogsPermissionArn,
    DeliverCrossAccountRole: flags.deliverCrossAccountRole,
    ...settingMembers(flags),
    TagSpecifications: flags.tagSpecifications,
    StartTime: flags.since,
    ClientToken: flags.clientToken,
    DryRun: flags.dryRun,
  };
}

interface ModifyFlags extends SettingFlags {
  readonly data?: string;
  readonly flowLogIds: string[];
  readonly dryRun?: boolean;
}

const MODIFY_HELP = `
Example:
  weir flow-logs modify --flow-log-ids fl-0123456789abcdef0 \\
    --log-format '\${version} \${srcaddr} \${dstaddr} \${bytes}' --max-aggregation-interval 60

Beyond AWS, where a flow log has to be deleted and created again: the flow log keeps its id, what it
has delivered, and its place; records from before are still delivered as they were wanted then.`;

export function registerModify(group: Command, deps: FlowLogsDeps): void {
  const command = group
    .command('modify')
    .summary('change what flow logs deliver, from the next window on')
    .description('Changes settings of flow logs in place; what is not given stays.')
    .requiredOption('--flow-log-ids <id...>', 'fl-..., one or several');
  withSettingOptions(command)
    .option(...DRY_RUN_OPTION)
    .option(...DATA_OPTION)
    .addHelpText('after', MODIFY_HELP)
    .action(async (flags: ModifyFlags) => {
      const request = {
        FlowLogIds: flags.flowLogIds,
        ...settingMembers(flags),
        DryRun: flags.dryRun,
      };
      const answer = await withCalls(flags.data, deps, (calls) => calls.modify(request));
      printJson(answer, deps);
      reportUnsuccessful(answer.Unsuccessful, deps);
    });
}
