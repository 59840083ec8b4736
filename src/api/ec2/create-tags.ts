import { returnOutput, tagsInput } from '../../aws/tag-shapes.ts';
import { createTags, type FlowLogDeps } from '../flow-logs/index.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { flowLogArns } from './flow-log-permissions.ts';

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html */
export function createTagsOperation(deps: FlowLogDeps): Operation {
  return defineOperation({
    name: 'CreateTags',
    input: tagsInput,
    output: returnOutput,
    permissions: (request, caller) => {
      const resources = flowLogArns(request.Resources, caller, deps.registry.list());
      return [{ action: 'ec2:CreateTags', resources }];
    },
    run: (request, { caller }) => createTags(request, caller, deps),
  });
}
