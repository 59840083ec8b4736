// The flow logs that exist, and the client tokens that created them: DATA/flow-logs.json. Every
// change is on the disk before it is seen by anybody; a crash leaves the old file or the new.
import { readFile } from 'node:fs/promises';

import type { FlowLog } from '../../aws/flow-log.ts';
import { writeFileDurably } from '../../config/durable-file.ts';
import { toOperationError } from '../../observe/operation-error.ts';
import { parseRegistryFile, renderRegistryFile, type RegistryContent } from './registry-file.ts';

export type RegistryState = RegistryContent;

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
  return parseRegistryFile(text, file);
}

async function writeState(file: string, state: RegistryState): Promise<void> {
  try {
    await writeFileDurably(file, renderRegistryFile(state));
  } catch (cause) {
    throw toOperationError(cause, `Cannot write the flow logs to "${file}"`);
  }
}
