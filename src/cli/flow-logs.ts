// `weir flow-logs ...`: the parameters of the aws CLI's create-flow-logs, describe-flow-logs and
// delete-flow-logs, answered as the aws CLI prints them, and more beyond AWS. Goes to the daemon of
// the data folder, or to the folder itself when none runs.
import { InvalidArgumentError, type Command } from 'commander';

import type { DescribeFlowLogsRequest } from '../aws/flow-log-shapes.ts';
import { printJson, reportUnsuccessful, withCalls, type FlowLogsDeps } from './flow-log-answer.ts';
import { registerCreate, registerModify } from './flow-log-create.ts';
import { DATA_OPTION, DRY_RUN_OPTION, filters } from './flow-log-options.ts';
import { flowLogTable } from './flow-log-table.ts';
import { registerTags } from './flow-log-tags.ts';

export type { FlowLogsDeps } from './flow-log-answer.ts';

/** Adds the command group to the program. */
export function registerFlowLogs(program: Command, deps: FlowLogsDeps): void {
  const group = program
    .command('flow-logs')
    .description(
      'Creates, lists, modifies, tags and deletes flow logs, with parameters as the aws CLI has ' +
        'them. A flow log delivers the records of a VPC, subnet, interface or gateway.',
    );
  registerCreate(group, deps);
  registerList(group, deps);
  registerModify(group, deps);
  registerTags(group, deps);
  registerDelete(group, deps);
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
  if (flags.output === 'json') printJson(answer, deps);
  else deps.stdout.write(flowLogTable(answer.FlowLogs));
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
    .option(...DRY_RUN_OPTION)
    .option(...DATA_OPTION)
    .action(async (flags: DeleteFlags) => {
      const request = { FlowLogIds: flags.flowLogIds, DryRun: flags.dryRun };
      const answer = await withCalls(flags.data, deps, (calls) => calls.delete(request));
      printJson(answer, deps);
      reportUnsuccessful(answer.Unsuccessful, deps);
    });
}

function outputForm(text: string): string {
  if (text === 'json' || text === 'table') return text;
  throw new InvalidArgumentError('It must be json or table');
}
