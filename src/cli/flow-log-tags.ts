// `weir flow-logs tag` and `untag`: the aws CLI's create-tags and delete-tags on flow logs.
import type { Command } from 'commander';

import type { TagsRequest } from '../aws/tag-shapes.ts';
import { withCalls, type FlowLogsDeps } from './flow-log-answer.ts';
import { DATA_OPTION, DRY_RUN_OPTION, tags } from './flow-log-options.ts';

interface TagFlags {
  readonly data?: string;
  readonly resources: string[];
  readonly tags?: TagsRequest['Tags'];
  readonly dryRun?: boolean;
}

export function registerTags(group: Command, deps: FlowLogsDeps): void {
  group
    .command('tag')
    .summary('add tags to flow logs, or change their values')
    .requiredOption('--resources <id...>', 'fl-..., one or several')
    .requiredOption('--tags <tag...>', 'Key=Name,Value=mine, or JSON', tags)
    .option(...DRY_RUN_OPTION)
    .option(...DATA_OPTION)
    .action(async (flags: TagFlags) => {
      await withCalls(flags.data, deps, (calls) => calls.createTags(toRequest(flags)));
    });
  group
    .command('untag')
    .summary('remove tags from flow logs')
    .requiredOption('--resources <id...>', 'fl-..., one or several')
    .option('--tags <tag...>', 'Key=Name, or Key=Name,Value=mine; all when not given', tags)
    .option(...DRY_RUN_OPTION)
    .option(...DATA_OPTION)
    .action(async (flags: TagFlags) => {
      await withCalls(flags.data, deps, (calls) => calls.deleteTags(toRequest(flags)));
    });
}

function toRequest(flags: TagFlags): TagsRequest {
  return { Resources: flags.resources, Tags: flags.tags, DryRun: flags.dryRun };
}
