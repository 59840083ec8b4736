// Control: the HTTP endpoints that Weir's own commands and a scraper use.
//
//   GET  /healthz                              without a key, for everybody
//   GET  /metrics                              without a key, for this machine, or for all
//   GET  /control/status                       DaemonStatus
//   GET  /control/top?limit=N&filter=           TopAnswer
//   GET  /control/tail?format=&filter=&output= lines without end, as windows close
//   POST /control/flow-logs/{create,describe,delete,modify,tag,untag}   AWS's members as JSON
//   POST /control/keys/{create,list,revoke}    access keys; create answers the secret
//   GET  /control/environment?access-key-id=   region and key pair for a shell
//
// Everything under /control wants `Authorization: Bearer KEY` with the key of DATA/daemon.json, and
// is for this machine only: nobody else can have that file.
// Errors are {code, message}. Bounded: bodies by BODY_BYTES_MAX, tails by TAILS_MAX, rows of top
// by TOP_ROWS_MAX.
import type { IncomingMessage, ServerResponse } from 'node:http';

import { isSameMachine } from '../../config/listen.ts';
import type { DaemonStatus, TopAnswer } from '../../observe/daemon-status.ts';
import type { KeyOperations } from '../access/index.ts';
import { hasBearerKey } from './bearer-key.ts';
import { readBody } from './body.ts';
import { ControlFault, toAnswer } from './control-fault.ts';
import { streamTail } from './tail.ts';
import type { TailRequest } from './tail.ts';

export { createBearerKey } from './bearer-key.ts';
export { BODY_BYTES_MAX } from './body.ts';
export type { TailRequest } from './tail.ts';

const TOP_ROWS_MAX = 10_000;
const TAILS_MAX = 32;

/** What the flow-log registry must offer; the members are AWS's. */
export interface FlowLogOperations {
  create(request: Record<string, unknown>): unknown;
  describe(request: Record<string, unknown>): unknown;
  delete(request: Record<string, unknown>): unknown;
  modify(request: Record<string, unknown>): unknown;
  createTags(request: Record<string, unknown>): unknown;
  deleteTags(request: Record<string, unknown>): unknown;
}

export interface ControlDeps {
  readonly key: string;
  /** Null when all is well, else one line about what is not. */
  readonly health: () => string | null;
  readonly metricsText: () => string;
  /** Other machines may read /metrics too. */
  readonly openMetrics: boolean;
  readonly status: () => Promise<DaemonStatus>;
  /** The largest live flows; an empty filter takes all. */
  readonly top: (limit: number, filter: string) => Promise<TopAnswer>;
  /** Lines of records stored from now on, until the signal. Throws at once on a wrong request. */
  readonly tail: (request: TailRequest, signal: AbortSignal) => Promise<AsyncIterable<string>>;
  readonly flowLogs: FlowLogOperations;
  readonly keys: KeyOperations;
  /** Told of every answer of 500: a bug of ours. */
  readonly onBug: (fault: unknown) => void;
}

/** Handles a request whose path is its own; false when the path is somebody else's. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

type Route = (
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
) => Promise<void>;

/** The handler of the control endpoints. */
export function createControl(deps: ControlDeps): HttpHandler {
  const open = openRoutes(deps);
  const closed = keyedRoutes(deps);

  return async (request, response) => {
    const target = request.url ?? '/';
    // A path such as `//?x` is no URL, and nothing of ours.
    if (!URL.canParse(target, 'http://localhost')) return false;
    const url = new URL(target, 'http://localhost');
    const path = url.pathname;
    if (!path.startsWith('/control/') && !open.has(`GET ${path}`)) return false;
    try {
      const name = `${request.method === 'HEAD' ? 'GET' : request.method} ${path}`;
      const isOpen = open.has(`GET ${path}`);
      if (!isSameMachine(request.socket)) refuseElsewhere(path, deps);
      if (!isOpen && !hasBearerKey(request.headers.authorization, deps.key)) {
        throw new ControlFault(401, 'Unauthorized', 'The key of DATA/daemon.json is wanted');
      }
      const route = open.get(name) ?? closed.get(name);
      if (route === undefined) throw noSuchRoute(request.method ?? '', path, [open, closed]);
      await route(request, response, url.searchParams);
    } catch (fault) {
      answerFault(request, response, fault, deps.onBug);
    }
    return true;
  };
}

/** What another machine may not ask is refused before its key is looked at. */
function refuseElsewhere(path: string, { openMetrics }: ControlDeps): void {
  if (path === '/healthz' || (path === '/metrics' && openMetrics)) return;
  const remedy = path === '/metrics' ? ' unless the setting openMetrics is true' : '';
  throw new ControlFault(403, 'Forbidden', `"${path}" is for Weir's own machine${remedy}`);
}

function openRoutes(deps: ControlDeps): Map<string, Route> {
  return new Map<string, Route>([
    [
      'GET /healthz',
      async (request, response) => {
        const fault = deps.health();
        // The line names files, which are nobody's business elsewhere.
        const told = isSameMachine(request.socket) ? fault : 'failing; weir doctor says why';
        if (fault === null) sendText(response, 200, 'ok', 'text/plain');
        else sendText(response, 503, told ?? fault, 'text/plain');
      },
    ],
    [
      'GET /metrics',
      async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
        response.end(deps.metricsText());
      },
    ],
  ]);
}

function keyedRoutes(deps: ControlDeps): Map<string, Route> {
  let tailCount = 0;
  const post =
    (operation: (body: Record<string, unknown>) => unknown): Route =>
    async (request, response) => {
      sendJson(response, 200, await operation(await readBody(request)));
    };
  return new Map<string, Route>([
    [
      'GET /control/status',
      async (_request, response) => {
        sendJson(response, 200, await deps.status());
      },
    ],
    [
      'GET /control/top',
      async (_request, response, query) => {
        sendJson(
          response,
          200,
          await deps.top(readLimit(query.get('limit')), query.get('filter') ?? ''),
        );
      },
    ],
    [
      'GET /control/tail',
      async (_request, response, query) => {
        if (tailCount >= TAILS_MAX) {
          throw new ControlFault(429, 'TooManyTails', `At most ${TAILS_MAX} tails run at a time`);
        }
        tailCount += 1;
        try {
          await streamTail(deps.tail, query, response);
        } finally {
          tailCount -= 1;
        }
      },
    ],
    ['POST /control/flow-logs/create', post((body) => deps.flowLogs.create(body))],
    ['POST /control/flow-logs/describe', post((body) => deps.flowLogs.describe(body))],
    ['POST /control/flow-logs/delete', post((body) => deps.flowLogs.delete(body))],
    ['POST /control/flow-logs/modify', post((body) => deps.flowLogs.modify(body))],
    ['POST /control/flow-logs/tag', post((body) => deps.flowLogs.createTags(body))],
    ['POST /control/flow-logs/untag', post((body) => deps.flowLogs.deleteTags(body))],
    ['POST /control/keys/create', post((body) => deps.keys.create(body))],
    ['POST /control/keys/list', post(() => deps.keys.list())],
    ['POST /control/keys/revoke', post((body) => deps.keys.revoke(body))],
    [
      'GET /control/environment',
      async (_request, response, query) => {
        sendJson(response, 200, deps.keys.environment(query.get('access-key-id')));
      },
    ],
  ]);
}

function readLimit(text: string | null): number {
  const limit = Number(text ?? '50');
  if (Number.isInteger(limit) && limit >= 1 && limit <= TOP_ROWS_MAX) return limit;
  throw new ControlFault(400, 'InvalidRequest', `limit must be 1 to ${TOP_ROWS_MAX}`);
}

function noSuchRoute(
  method: string,
  path: string,
  tables: readonly ReadonlyMap<string, Route>[],
): ControlFault {
  const others = tables
    .flatMap((table) => [...table.keys()])
    .filter((name) => name.endsWith(` ${path}`));
  if (others.length === 0) return new ControlFault(404, 'NotFound', `There is no "${path}"`);
  return new ControlFault(405, 'MethodNotAllowed', `"${path}" does not take ${method}`);
}

function answerFault(
  request: IncomingMessage,
  response: ServerResponse,
  fault: unknown,
  onBug: (fault: unknown) => void,
): void {
  const answer = toAnswer(fault);
  if (answer.status === 500) onBug(fault);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The rest of a refused body is not read: the connection ends with the answer.
  if (!request.complete) response.setHeader('connection', 'close');
  sendJson(response, answer.status, answer.body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, JSON.stringify(body ?? null), 'application/json');
}

function sendText(response: ServerResponse, status: number, text: string, type: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${text}\n`);
}
