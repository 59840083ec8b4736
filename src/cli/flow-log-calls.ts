// The flow log calls of a data folder, wherever they are answered: by the daemon that serves the
// folder, or on the folder itself.
import { z } from 'zod';

import { AwsError } from '../aws/aws-error.ts';
import type {
  CreateFlowLogsRequest,
  DeleteFlowLogsRequest,
  DescribeFlowLogsRequest,
  ModifyFlowLogsRequest,
} from '../aws/flow-log-shapes.ts';
import type { TagsRequest } from '../aws/tag-shapes.ts';
import { OperationError } from '../observe/operation-error.ts';
import { ControlError, findDaemon, requireDaemon, type ControlClient } from './control-client.ts';

const unsuccessful = z.array(
  z.object({ ResourceId: z.string(), Error: z.object({ Code: z.string(), Message: z.string() }) }),
);

const createAnswer = z.object({
  ClientToken: z.string(),
  FlowLogIds: z.array(z.string()),
  Unsuccessful: unsuccessful,
});

const describeAnswer = z.object({
  FlowLogs: z.array(
    z.looseObject({
      FlowLogId: z.string(),
      ResourceId: z.string(),
      TrafficType: z.string().optional(),
      MaxAggregationInterval: z.number(),
      LogDestination: z.string(),
      DeliverLogsStatus: z.string(),
      DeliverLogsErrorMessage: z.string().optional(),
      CreationTime: z.string(),
      Tags: z.array(z.object({ Key: z.string(), Value: z.string() })),
    }),
  ),
});

const deleteAnswer = z.object({ Unsuccessful: unsuccessful });

const modifyAnswer = z.object({ FlowLogIds: z.array(z.string()), Unsuccessful: unsuccessful });

const tagAnswer = z.object({ Return: z.boolean() });

export type ListedFlowLog = z.infer<typeof describeAnswer>['FlowLogs'][number];

/** The operations on a folder that no daemon serves; bodies and answers are AWS's JSON. */
export interface FlowLogFolder {
  create(body: unknown): Promise<unknown>;
  describe(body: unknown): Promise<unknown>;
  delete(body: unknown): Promise<unknown>;
  modify(body: unknown): Promise<unknown>;
  createTags(body: unknown): Promise<unknown>;
  deleteTags(body: unknown): Promise<unknown>;
  /** Gives up the folder's lock. */
  close(): Promise<void>;
}

/** Opens a folder; takes its lock. @throws OperationError */
export type OpenFlowLogFolder = (data: string) => Promise<FlowLogFolder>;

export interface FlowLogCalls {
  create(request: CreateFlowLogsRequest): Promise<z.infer<typeof createAnswer>>;
  describe(request: DescribeFlowLogsRequest): Promise<z.infer<typeof describeAnswer>>;
  delete(request: DeleteFlowLogsRequest): Promise<z.infer<typeof deleteAnswer>>;
  modify(request: ModifyFlowLogsRequest): Promise<z.infer<typeof modifyAnswer>>;
  createTags(request: TagsRequest): Promise<z.infer<typeof tagAnswer>>;
  deleteTags(request: TagsRequest): Promise<z.infer<typeof tagAnswer>>;
  close(): Promise<void>;
}

/**
 * The calls of the data folder.
 *
 * @param openFolder used when no daemon serves the folder
 * @throws OperationError when neither is to be had; refused calls throw one with AWS's text
 */
export async function openFlowLogCalls(
  data: string,
  openFolder: OpenFlowLogFolder | undefined,
): Promise<FlowLogCalls> {
  const folder = await openEither(data, openFolder);
  return {
    create: (body) => answered('CreateFlowLogs', createAnswer, () => folder.create(body)),
    describe: (body) => answered('DescribeFlowLogs', describeAnswer, () => folder.describe(body)),
    delete: (body) => answered('DeleteFlowLogs', deleteAnswer, () => folder.delete(body)),
    modify: (body) => answered('ModifyFlowLogs', modifyAnswer, () => folder.modify(body)),
    createTags: (body) => answered('CreateTags', tagAnswer, () => folder.createTags(body)),
    deleteTags: (body) => answered('DeleteTags', tagAnswer, () => folder.deleteTags(body)),
    close: () => folder.close(),
  };
}

async function openEither(
  data: string,
  openFolder: OpenFlowLogFolder | undefined,
): Promise<FlowLogFolder> {
  const daemon = findDaemon(data);
  if (daemon !== null) return overControl(daemon);
  return openFolder === undefined ? overControl(requireDaemon(data)) : openFolder(data);
}

function overControl(client: ControlClient): FlowLogFolder {
  return {
    create: (body) => client.post('/control/flow-logs/create', body),
    describe: (body) => client.post('/control/flow-logs/describe', body),
    delete: (body) => client.post('/control/flow-logs/delete', body),
    modify: (body) => client.post('/control/flow-logs/modify', body),
    createTags: (body) => client.post('/control/flow-logs/tag', body),
    deleteTags: (body) => client.post('/control/flow-logs/untag', body),
    close: async () => undefined,
  };
}

async function answered<Answer>(
  operation: string,
  schema: z.ZodType<Answer>,
  call: () => Promise<unknown>,
): Promise<Answer> {
  try {
    return schema.parse(await call());
  } catch (cause) {
    const code = codeOf(cause);
    if (code === null || !(cause instanceof Error)) throw cause;
    // The aws CLI's own words for a refused call.
    throw new OperationError(
      'invalid-input',
      `An error occurred (${code}) when calling the ${operation} operation: ${cause.message}`,
      { cause },
    );
  }
}

function codeOf(cause: unknown): string | null {
  if (cause instanceof AwsError) return cause.code;
  return cause instanceof ControlError ? cause.controlCode : null;
}
