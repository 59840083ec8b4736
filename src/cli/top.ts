// `weir top`: the largest flows of this moment, once a second; one plain table when the output is
// no terminal.
import { setTimeout as sleep } from 'node:timers/promises';

import type { Command } from 'commander';

import { OperationError, topAnswerSchema } from '../observe/index.ts';
import type { CommandDeps } from './command-deps.ts';
import { requireDaemon } from './control-client.ts';
import type { ControlClient } from './control-client.ts';
import { dataFolder } from './data-flag.ts';
import { openScreen } from './terminal-screen.ts';
import type { Screen } from './terminal-screen.ts';
import { createPainter } from './terminal-text.ts';
import type { Painter } from './terminal-text.ts';
import { createTopRates } from './top-rates.ts';
import type { TopRates, TopSample } from './top-rates.ts';
import { headLines, helpLines, screenLines, tableLines } from './top-view.ts';
import type { ActionChoice, TopOrder, TopView } from './top-view.ts';

const REFRESH_MS = 1000;
const ROWS_MAX = 500;
const PLAIN_WIDTH = 132;
const PLAIN_ROWS = 40;

export function registerTop(program: Command, deps: CommandDeps): void {
  program
    .command('top')
    .argument('[filter...]', "e.g. 'dstport = 443 and bytes > 1M'")
    .option('--data <dir>', 'folder of the running weir (default ./weir-data)')
    .description('Shows the largest flows of this moment; needs a running weir.')
    .addHelpText('after', "\nExamples:\n  weir top\n  weir top 'protocol = udp'\n  weir top | head")
    .action(async (words: string[], flags: { data?: string }) => {
      const client = requireDaemon(dataFolder(flags.data, deps));
      const filter = words.join(' ');
      if (deps.stdout.isTTY === true) await runScreen(client, filter, deps);
      else await printOnce(client, filter, deps);
    });
}

async function ask(client: ControlClient, filter: string): Promise<TopSource> {
  const query = new URLSearchParams({ limit: String(ROWS_MAX), filter });
  return topAnswerSchema.parse(await client.get(`/control/top?${query.toString()}`));
}
type TopSource = ReturnType<typeof topAnswerSchema.parse>;

async function printOnce(client: ControlClient, filter: string, deps: CommandDeps): Promise<void> {
  const rates = createTopRates();
  rates.take(await ask(client, filter));
  await sleep(REFRESH_MS);
  const view = viewOf(rates.take(await ask(client, filter)), rates, startState(filter));
  const paint = createPainter(false);
  const [totals = ''] = headLines(view, PLAIN_WIDTH, paint);
  const lines = [totals.trimEnd(), ...tableLines(view, PLAIN_WIDTH, PLAIN_ROWS, paint)];
  deps.stdout.write(`${lines.map((line) => line.trimEnd()).join('\n')}\n`);
}

/** What the keys change. */
interface TopState {
  readonly filter: string;
  order: TopOrder;
  action: ActionChoice;
  isPaused: boolean;
  isHelp: boolean;
  notice: string | null;
}

function startState(filter: string): TopState {
  return {
    filter,
    order: 'bytes',
    action: 'ALL',
    isPaused: false,
    isHelp: false,
    notice: null,
  };
}

function viewOf(sample: TopSample, rates: TopRates, state: TopState): TopView {
  return { ...state, sample, history: rates.history };
}

async function runScreen(client: ControlClient, filter: string, deps: CommandDeps): Promise<void> {
  const rates = createTopRates();
  const state = startState(filter);
  // Asked before the screen is taken, so that a wrong filter is a plain line.
  let sample = rates.take(await ask(client, filter));
  const paint = createPainter(deps.environment['NO_COLOR'] === undefined);
  const ended = new AbortController();
  const redraw = (): void => drawScreen(screen, viewOf(sample, rates, state), state, paint);
  const screen = openScreen(deps.stdin, deps.stdout, {
    onKey: (key) => {
      if (pressKey(key, state)) redraw();
      else ended.abort();
    },
    onResize: () => redraw(),
    onSignal: (signal) => {
      // As a shell would see a command that the signal ended.
      if (signal !== 'SIGINT') deps.setExitCode(signal === 'SIGTERM' ? 143 : 129);
      ended.abort();
    },
  });
  try {
    redraw();
    while (!ended.signal.aborted) {
      await pause(ended.signal);
      if (ended.signal.aborted || state.isPaused) continue;
      const answer = await askAgain(client, filter, state);
      if (answer !== null) sample = rates.take(answer);
      redraw();
    }
  } finally {
    screen.close();
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await sleep(REFRESH_MS, undefined, { signal });
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
}

/** A daemon that does not answer is said on the screen; it may come back. */
async function askAgain(
  client: ControlClient,
  filter: string,
  state: TopState,
): Promise<TopSource | null> {
  try {
    const answer = await ask(client, filter);
    state.notice = null;
    return answer;
  } catch (cause) {
    if (!(cause instanceof OperationError)) throw cause;
    state.notice = cause.message;
    return null;
  }
}

function drawScreen(screen: Screen, view: TopView, state: TopState, paint: Painter): void {
  const { columns, rows } = screen;
  const lines = state.isHelp ? helpLines(paint) : screenLines(view, columns, rows, paint);
  screen.draw(lines.slice(0, rows));
}

const NEXT_ACTION = { ALL: 'ACCEPT', ACCEPT: 'REJECT', REJECT: 'ALL' } as const;

/** Changes the state; false when the key leaves. */
function pressKey(key: string, state: TopState): boolean {
  if (key === 'interrupt') return false;
  if (state.isHelp) {
    state.isHelp = false;
    return true;
  }
  switch (key) {
    case 'q':
    case 'escape':
      return false;
    case 'b':
      state.order = 'bytes';
      break;
    case 'p':
      state.order = 'packets';
      break;
    case 'r':
      state.order = 'rate';
      break;
    case 'a':
      state.action = NEXT_ACTION[state.action];
      break;
    case ' ':
      state.isPaused = !state.isPaused;
      break;
    case '?':
      state.isHelp = true;
      break;
    default:
  }
  return true;
}
