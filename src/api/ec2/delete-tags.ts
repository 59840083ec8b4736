import { returnOutput, tagsInput } from '../../aws/tag-shapes.ts';
import { deleteTags, type FlowLogDeps } from '../flow-logs/index.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { flowLogArns } from './flow-log-permissions.ts';

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html */
export function deleteTagsOperation(deps: FlowLogDeps): Operation {
  return defineOperation({
    name: 'DeleteTags',
    input: tagsInput,
    output: returnOutput,
    permissions: (request, caller) => {
      const resources = flowLogArns(request.Resources, caller, deps.registry.list());
      return [{ action: 'ec2:DeleteTags', resources }];
    },
    run: (request, { caller }) => deleteTags(request, caller, deps),
  });
}
