// The flow logs that exist, and the client tokens that created them: DATA/flow-logs.json. Every
// change is on the disk before it is seen by anybody; a crash leaves the old file or the new.
import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { TRAFFIC_TYPES, RESOURCE_TYPES, type FlowLog } from '../../aws/flow-log.ts';
import { writeFileDurably } from '../../config/durable-file.ts';
import { OperationError, toOperationError } from '../../observe/operation-error.ts';

const FILE_VERSION = 1;

const flowLogSchema = z.object({
  flowLogId: z.string(),
  creationTimeMs: z.number(),
  accountId: z.string(),
  region: z.string(),
  resourceType: z.enum(RESOURCE_TYPES),
  resourceId: z.string(),
  trafficType: z.enum(TRAFFIC_TYPES),
  logDestinationType: z.literal('s3'),
  logDestination: z.string(),
  logFormat: z.string(),
  maxAggregationInterval: z.union([z.literal(60), z.literal(600)]),
  hiveCompatiblePartitions: z.boolean(),
  perHourPartition: z.boolean(),
  tags: z.array(z.object({ Key: z.string(), Value: z.string() })),
  startSequence: z.number().int().min(0),
}) satisfies z.ZodType<FlowLog>;

const usedTokenSchema = z.object({
  token: z.string(),
  /** SHA-256 of the request's parameters. */
  fingerprint: z.string(),
  flowLogIds: z.array(z.string()),
});

const fileSchema = z.object({
  version: z.literal(FILE_VERSION),
  flowLogs: z.array(flowLogSchema),
  usedTokens: z.array(usedTokenSchema),
});

/** A client token and what it created; answers a repeated request. */
export type UsedToken = Readonly<z.infer<typeof usedTokenSchema>>;

export interface RegistryState {
  /** In the order of creation. */
  readonly flowLogs: readonly FlowLog[];
  /** The oldest first. */
  readonly usedTokens: readonly UsedToken[];
}

export interface FlowLogRegistry {
  state(): RegistryState;
  /** The flow logs in the order of creation. */
  list(): readonly FlowLog[];
  /**
   * Changes the registry; changes run one after the other, each seeing the result of the last.
   *
   * @param edit gives the new state (the same object for no change) and the caller's result
   * @throws OperationError when the file cannot be written; nothing has changed then
   */
  update<Result>(
    edit: (state: RegistryState) => { readonly state: RegistryState; readonly result: Result },
  ): Promise<Result>;
  /** Calls the listener after every change; returns how to stop that. */
  onChange(listener: () => void): () => void;
}

/**
 * Opens the registry of a data folder; a missing file is an empty registry. At most one process
 * may change it at a time: hold the data folder's lock.
 *
 * @throws OperationError when the file is damaged or cannot be read
 */
export async function openFlowLogRegistry(file: string): Promise<FlowLogRegistry> {
  let state = await readState(file);
  let lastChange: Promise<unknown> = Promise.resolve();
  const listeners = new Set<() => void>();

  async function apply<Result>(
    edit: (state: RegistryState) => { readonly state: RegistryState; readonly result: Result },
  ): Promise<Result> {
    const edited = edit(state);
    if (edited.state === state) return edited.result;
    await writeState(file, edited.state);
    state = edited.state;
    for (const listener of listeners) listener();
    return edited.result;
  }

  return {
    state: () => state,
    list: () => state.flowLogs,
    update(edit) {
      const change = lastChange.then(() => apply(edit));
      lastChange = change.catch(() => undefined);
      return change;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function readState(file: string): Promise<RegistryState> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot read the flow logs in "${file}"`);
    if (fault.code === 'not-found') return { flowLogs: [], usedTokens: [] };
    throw fault;
  }
  const content = parseJson(text);
  if (isNewer(content)) {
    throw new OperationError(
      'unsupported',
      `The flow logs in "${file}" were written by a newer Weir; start that release instead`,
    );
  }
  const parsed = fileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new OperationError(
    'invalid-input',
    `The flow logs in "${file}" are damaged${place}; restore the file, or move it away to begin ` +
      'without flow logs',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one of the ways to be damaged; the schema refuses it below.
    return null;
  }
}

function isNewer(content: unknown): boolean {
  if (typeof content !== 'object' || content === null || !('version' in content)) return false;
  return typeof content.version === 'number' && content.version > FILE_VERSION;
}

async function writeState(file: string, state: RegistryState): Promise<void> {
  const text = `${JSON.stringify({ version: FILE_VERSION, ...state }, null, 1)}\n`;
  try {
    await writeFileDurably(file, text);
  } catch (cause) {
    throw toOperationError(cause, `Cannot write the flow logs to "${file}"`);
  }
}
