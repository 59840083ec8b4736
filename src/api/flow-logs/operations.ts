// The operations as the control port and the command line call them: JSON in, AWS's answer out.
import {
  createFlowLogsInput,
  deleteFlowLogsInput,
  describeFlowLogsInput,
  modifyFlowLogsInput,
  type CreateFlowLogsResult,
  type DeleteFlowLogsResult,
  type DescribeFlowLogsResult,
  type ModifyFlowLogsResult,
} from '../../aws/flow-log-shapes.ts';
import { tagsInput, type ReturnResult } from '../../aws/tag-shapes.ts';
import { decodeJson } from '../../aws/wire/json.ts';
import type { Member, Shape, StructureShape, ValueOf } from '../../aws/wire/shape.ts';
import { OWN_COMMANDS } from './call-scope.ts';
import { createFlowLogs } from './create.ts';
import { deleteFlowLogs } from './delete.ts';
import { describeFlowLogs } from './describe.ts';
import type { FlowLogDeps } from './flow-log-deps.ts';
import { modifyFlowLogs } from './modify.ts';
import { createTags, deleteTags } from './tags.ts';

/** Bodies are unknown JSON; every method throws AwsError for a fault of the caller. */
export interface FlowLogOperations {
  create(body: unknown): Promise<CreateFlowLogsResult>;
  describe(body: unknown): Promise<DescribeFlowLogsResult>;
  delete(body: unknown): Promise<DeleteFlowLogsResult>;
  modify(body: unknown): Promise<ModifyFlowLogsResult>;
  createTags(body: unknown): Promise<ReturnResult>;
  deleteTags(body: unknown): Promise<ReturnResult>;
}

export function createFlowLogOperations(deps: FlowLogDeps): FlowLogOperations {
  const scope = OWN_COMMANDS;
  return {
    create: async (body) => createFlowLogs(read(body, createFlowLogsInput), scope, deps),
    describe: async (body) => describeFlowLogs(read(body, describeFlowLogsInput), scope, deps),
    delete: async (body) => deleteFlowLogs(read(body, deleteFlowLogsInput), scope, deps),
    modify: async (body) => modifyFlowLogs(read(body, modifyFlowLogsInput), scope, deps),
    createTags: async (body) => createTags(read(body, tagsInput), scope, deps),
    deleteTags: async (body) => deleteTags(read(body, tagsInput), scope, deps),
  };
}

/** Members that are undefined are gone after the way through text, as after the way over HTTP. */
function read<const S extends StructureShape<Readonly<Record<string, Member<Shape>>>>>(
  body: unknown,
  shape: S,
): ValueOf<S> {
  return decodeJson(JSON.stringify(body ?? {}), shape, 'control');
}
