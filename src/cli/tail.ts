// `weir tail`: the last stored records, and with -f those of each window as it closes. The last
// ones come from the store itself; following goes through the daemon, or by looking at the store's
// folder when none runs here (it may be written by another container).
import { setTimeout as sleep } from 'node:timers/promises';
import { readdirSync } from 'node:fs';

import { InvalidArgumentError, type Command } from 'commander';

import { dataPaths } from '../config/index.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';
import { openReader, type Reader } from '../query/index.ts';
import { listSegments } from '../spine/segment.ts';
import type { CommandDeps } from './command-deps.ts';
import { findDaemon, type ControlClient } from './control-client.ts';
import { dataFolder } from './data-flag.ts';
import { readLineRequest } from './line-request.ts';
import { lastLines, linesOfCommits, type LineRequest } from './record-lines.ts';

const LINES_DEFAULT = 10;
const LINES_MAX = 1_000_000;
const LOOK_MS = 1000;

interface TailFlags {
  readonly data?: string;
  readonly follow?: boolean;
  readonly lines: number;
  readonly format: string;
  readonly output: 'text' | 'json';
}

export function registerTail(program: Command, deps: CommandDeps): void {
  program
    .command('tail')
    .argument('[filter...]', "e.g. 'dstport = 443 and action = REJECT'")
    .option('-f, --follow', 'go on with the records of each window as it closes')
    .option(
      '-n, --lines <count>',
      'how many of the last records to begin with',
      readCount,
      LINES_DEFAULT,
    )
    .option('--format <format>', "default, all or '${srcaddr} ${dstaddr} ...'", 'default')
    .option('--output <form>', 'text or json (one object per line)', readOutput, 'text')
    .option('--data <dir>', 'folder of the records (default ./weir-data)')
    .description('Shows the last records, oldest first.')
    .addHelpText(
      'after',
      "\nExamples:\n  weir tail -n 100\n  weir tail -f 'dstport = 53'\n" +
        "  weir tail -f --format '${srcaddr} ${dstaddr} ${bytes}'",
    )
    .action((words: string[], flags: TailFlags) => tail(words.join(' '), flags, deps));
}

function readCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= LINES_MAX) return count;
  throw new InvalidArgumentError(`It must be 0 to ${LINES_MAX}.`);
}

function readOutput(text: string): 'text' | 'json' {
  if (text === 'text' || text === 'json') return text;
  throw new InvalidArgumentError('It must be text or json.');
}

async function tail(filter: string, flags: TailFlags, deps: CommandDeps): Promise<void> {
  const data = dataFolder(flags.data, deps);
  const { store } = dataPaths(data);
  const request = readLineRequest({ ...flags, filter });
  const reader = await openReader({ storeDirectory: store });
  try {
    const lastSequence = lastSequenceOf(store);
    const stored = { ...request, where: upTo(lastSequence, request.where) };
    const lines = await lastLines(reader, stored, flags.lines);
    deps.stdout.write(lines.map((line) => `${line}\n`).join(''));
    if (flags.follow !== true) {
      if (lastSequence === 0) deps.stderr.write(emptyText(data));
      return;
    }
    const daemon = findDaemon(data);
    if (daemon === null) await followFolder(reader, store, request, lastSequence, deps);
    else await followDaemon(daemon, { ...flags, filter }, lastSequence, deps);
  } finally {
    reader.close();
  }
}

/** What is committed while the last records are read belongs to what follows. */
function upTo(lastSequence: number, where: string | null): string {
  return `sequence <= ${lastSequence} AND (${where ?? 'true'})`;
}

function emptyText(data: string): string {
  return `weir: Nothing is stored in "${data}" yet; start with: weir up --data ${data}\n`;
}

/** 0 when nothing is stored. */
function lastSequenceOf(store: string): number {
  try {
    return listSegments(readdirSync(store)).current.at(-1)?.lastSequence ?? 0;
  } catch (cause) {
    const fault = toOperationError(cause, `Cannot read the store "${store}"`);
    if (fault.code === 'not-found') return 0;
    throw fault;
  }
}

async function followDaemon(
  daemon: ControlClient,
  words: { readonly format: string; readonly filter: string; readonly output: string },
  after: number,
  deps: CommandDeps,
): Promise<void> {
  const { format, filter, output } = words;
  const query = new URLSearchParams({ format, filter, output, after: String(after) });
  const ended = new AbortController();
  const answer = await daemon.stream(`/control/tail?${query.toString()}`, ended.signal);
  const stopped = `weir (process ${daemon.note().pid}) has stopped`;
  try {
    for await (const text of answer as AsyncIterable<Buffer>) await write(deps, text);
  } catch (cause) {
    throw new OperationError('unavailable', stopped, { cause });
  }
  throw new OperationError('unavailable', stopped);
}

/** Until the command is interrupted. */
async function followFolder(
  reader: Reader,
  store: string,
  request: LineRequest,
  after: number,
  deps: CommandDeps,
): Promise<never> {
  let cursor = after;
  for (;;) {
    const last = lastSequenceOf(store);
    if (last > cursor) {
      for await (const text of linesOfCommits(reader, request, cursor + 1, last)) {
        await write(deps, text);
      }
      cursor = last;
    }
    await sleep(LOOK_MS);
  }
}

/** Waits for a reader that is slow. */
async function write({ stdout }: CommandDeps, text: string | Buffer): Promise<void> {
  if (stdout.write(text)) return;
  await new Promise((resolve) => stdout.once('drain', resolve));
}
