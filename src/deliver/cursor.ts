// The cursor of a flow log: DATA/cursors/FLOWLOGID.json. It says up to which sequence everything
// is delivered, and, while a group of several commits is under way, where that group ends: commits
// that arrive later must not change what a second attempt writes.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { writeFileDurably } from '../config/durable-file.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';

const cursorSchema = z.object({
  version: z.literal(1),
  deliveredSequence: z.number().int().min(0),
  groupEndSequence: z.number().int().min(0).nullable(),
});

export interface Cursor {
  /** All commits up to and with this one are delivered. */
  readonly deliveredSequence: number;
  /** Last sequence of the group under way, or null. */
  readonly groupEndSequence: number | null;
}

/** The cursors of a data folder. */
export interface CursorFolder {
  /**
   * @param startSequence where a flow log without a cursor begins
   * @throws OperationError when the file is damaged or cannot be read
   */
  read(flowLogId: string, startSequence: number): Promise<Cursor>;
  /** Durable on return. @throws OperationError */
  write(flowLogId: string, cursor: Cursor): Promise<void>;
  /** Nothing happens when there is none. @throws OperationError */
  remove(flowLogId: string): Promise<void>;
}

/** @param folder DATA/cursors; exists */
export function openCursorFolder(folder: string): CursorFolder {
  const fileOf = (flowLogId: string): string => path.join(folder, `${flowLogId}.json`);
  return {
    async read(flowLogId, startSequence) {
      const file = fileOf(flowLogId);
      const text = await readText(file);
      if (text === null) return { deliveredSequence: startSequence, groupEndSequence: null };
      const parsed = cursorSchema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      throw new OperationError(
        'invalid-input',
        `The cursor "${file}" is damaged; write it anew as ` +
          '{"version":1,"deliveredSequence":N,"groupEndSequence":null}, or remove it to deliver ' +
          'again from the creation of the flow log',
      );
    },
    async write(flowLogId, cursor) {
      const file = fileOf(flowLogId);
      try {
        await writeFileDurably(file, `${JSON.stringify({ version: 1, ...cursor })}\n`);
      } catch (cause) {
        throw toOperationError(cause, `Cannot write the cursor "${file}"`);
      }
    },
    async remove(flowLogId) {
      const file = fileOf(flowLogId);
      try {
        await rm(file, { force: true });
      } catch (cause) {
        throw toOperationError(cause, `Cannot remove the cursor "${file}"`);
      }
    },
  };
}

async function readText(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot read the cursor "${file}"`);
    if (fault.code === 'not-found') return null;
    throw fault;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one of the ways to be damaged; the schema refuses it.
    return null;
  }
}
