// AWS's wire on the one HTTP port: bounded body, signature, service and operation, answer or error
// in the service's protocol. What operations mean is not known here; see api/operation.ts.
//
// Enters: every request of an AWS client (incoming.ts says which those are). Leaves: the answer
// with its request id, one log line `api.request`, two metrics.
// Bounds: each body by BODY_BYTES_MAX, all bodies and answers by BYTE_BOUNDS, calls at a time by
// IN_FLIGHT_MAX; the time to send a request by the server, to take an answer by ANSWER_IDLE_MS_MAX.
// Source: spec/api.md 1, 6, 9; the protocols' pages of the Smithy documentation
// (https://smithy.io/2.0/aws/protocols/).
import type { IncomingMessage, ServerResponse } from 'node:http';

import { AwsError } from '../../aws/aws-error.ts';
import { readCredentialScope, type RawRequest } from '../../aws/sigv4/index.ts';
import { encodeError, type WireBody } from '../../aws/wire/error-body.ts';
import type { Logger, Metrics } from '../../observe/index.ts';
import { OperationError } from '../../observe/operation-error.ts';
import type { HttpHandler } from '../control/index.ts';
import type { Service } from '../operation.ts';
import { createLane, type Lane } from '../slices.ts';
import { createByteBudget, type ByteBudget } from './byte-budget.ts';
import { dispatch, serviceOf, type DispatchDeps } from './dispatch.ts';
import { bodyTooLarge, internalFault, overloaded, unavailable } from './faults.ts';
import { createHeldAnswers, type HeldAnswers } from './held-answers.ts';
import { BODY_BYTES_MAX, isAwsRequest, linger, readBody, targetOf } from './incoming.ts';
import { createReport, type Outcome, type Trace } from './report.ts';
import { isNamedService } from './service-choice.ts';

export type { CallerKey, CallerKeys } from './authenticate.ts';
export { BODY_BYTES_MAX } from './incoming.ts';

/** Calls that are served at a time; one that still arrives is none: slow clients block nobody. */
export const IN_FLIGHT_MAX = 64;

/** What all requests together may hold, bytes. */
export interface ByteBounds {
  /** Of bodies that arrive or are served. */
  readonly bodiesMax: number;
  /** Of answers that clients have not taken. */
  readonly answersMax: number;
}

const BYTE_BOUNDS: ByteBounds = {
  bodiesMax: 64 * BODY_BYTES_MAX,
  answersMax: 128 * BODY_BYTES_MAX,
};
const ANSWER_IDLE_MS_MAX = 30_000;

const RETRY_AFTER_SECONDS = '1';

export interface EdgeDeps extends DispatchDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** A fresh UUID. */
  readonly newRequestId: () => string;
  /** Told of every answer of 500: a bug of ours. */
  readonly onBug: (fault: unknown) => void;
  /** Default BYTE_BOUNDS; for tests. */
  readonly byteBounds?: ByteBounds;
}

/** One request on its way. */
interface Exchange {
  /** Without the body. */
  readonly head: RawRequest;
  readonly trace: Trace;
  /** As far as known; the body of a request without signature may tell another. */
  service: Service;
}

interface Reply extends Outcome, WireBody {}

/** What all exchanges share. */
interface Shared extends EdgeDeps {
  readonly lane: Lane;
  readonly bodies: ByteBudget;
  readonly answers: HeldAnswers;
  readonly calls: { inFlightCount: number };
}

/** The handler of AWS's APIs. */
export function createEdge(deps: EdgeDeps): HttpHandler {
  const report = createReport(deps);
  const { bodiesMax, answersMax } = deps.byteBounds ?? BYTE_BOUNDS;
  const shared: Shared = {
    ...deps,
    lane: createLane(),
    bodies: createByteBudget(bodiesMax),
    answers: createHeldAnswers(answersMax),
    calls: { inFlightCount: 0 },
  };

  return async (request, response) => {
    if (!isAwsRequest(request)) return false;
    const exchange = beginExchange(request, deps);
    const answer = await serve(request, exchange, shared);
    if (answer === null) return true;
    const reply = holdAnswer(answer, exchange, request, response, shared);
    report(exchange.trace, reply);
    await send(request, response, reply, exchange.trace.requestId);
    return true;
  };
}

/** The reply, its bytes held until the client has them or is gone; or one that says: too many. */
function holdAnswer(
  reply: Reply,
  exchange: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
  shared: Shared,
): Reply {
  if (shared.answers.hold(request, response, Buffer.byteLength(reply.body))) return reply;
  return refuse(exchange, overloaded(exchange.service.protocol), shared);
}

function beginExchange(request: IncomingMessage, deps: EdgeDeps): Exchange {
  const { path, query } = targetOf(request.url ?? '/');
  const { rawHeaders } = request;
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  );
  const head = { method: request.method ?? 'GET', path, query, headers, body: new Uint8Array() };
  const scope = readCredentialScope(head);
  const trace: Trace = {
    requestId: deps.newRequestId(),
    startedMs: deps.now(),
    service: '',
    isNamedService: false,
    region: scope?.region ?? null,
    accessKeyId: scope?.accessKeyId ?? null,
    isAuthentic: false,
    action: null,
    operation: null,
  };
  const exchange = { head, trace, service: serviceOf(head, deps.services) };
  noteService(exchange, deps);
  return exchange;
}

function noteService({ service, trace }: Exchange, { services }: EdgeDeps): void {
  trace.service = service.name;
  trace.isNamedService = isNamedService(services, service.name);
}

/** Null when the client has left. */
async function serve(
  request: IncomingMessage,
  exchange: Exchange,
  shared: Shared,
): Promise<Reply | null> {
  const { protocol } = exchange.service;
  const body = await readBody(request, shared.bodies);
  if (body === 'gone') return null;
  if (body === 'too-large') return refuse(exchange, bodyTooLarge(protocol, BODY_BYTES_MAX), shared);
  if (body === 'no-room') return refuse(exchange, overloaded(protocol), shared);
  const { calls } = shared;
  try {
    if (calls.inFlightCount >= IN_FLIGHT_MAX) {
      return refuse(exchange, overloaded(protocol), shared);
    }
    calls.inFlightCount += 1;
    try {
      return await serveWhole(body, exchange, shared);
    } finally {
      calls.inFlightCount -= 1;
    }
  } finally {
    shared.bodies.release(body.length);
  }
}

async function serveWhole(body: Buffer, exchange: Exchange, shared: Shared): Promise<Reply> {
  try {
    const raw = { ...exchange.head, body };
    exchange.service = serviceOf(raw, shared.services);
    noteService(exchange, shared);
    const answer = await dispatch(raw, exchange.service, exchange.trace, shared);
    return { ...answer, status: 200, code: 'OK', reason: null };
  } catch (fault) {
    return refuse(exchange, fault, shared);
  }
}

/** The answer to anything thrown. */
function refuse({ service, trace }: Exchange, fault: unknown, deps: EdgeDeps): Reply {
  const { protocol, xmlNamespace } = service;
  const known = knownFault(fault, service);
  if (known === null) deps.onBug(fault);
  const told = known ?? internalFault(protocol);
  const reason = fault instanceof OperationError ? fault.message : null;
  const body = encodeError(protocol, told, trace.requestId, xmlNamespace);
  return { ...body, status: told.status, code: told.code, reason };
}

function knownFault(fault: unknown, { protocol }: Service): AwsError | null {
  if (fault instanceof AwsError) return fault;
  return fault instanceof OperationError ? unavailable(protocol, fault.code) : null;
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  requestId: string,
): Promise<void> {
  const body = Buffer.from(reply.body, 'utf8');
  const isWhole = request.complete;
  // A client that takes nothing of its answer for so long has gone without saying so.
  response.setTimeout(ANSWER_IDLE_MS_MAX, () => response.destroy());
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': body.length,
    'cache-control': 'no-cache, no-store',
    'x-content-type-options': 'nosniff',
    'x-amzn-RequestId': requestId,
    ...(reply.status === 503 || isThrottle(reply.code)
      ? { 'retry-after': RETRY_AFTER_SECONDS }
      : {}),
    // What is left of a refused body is not read: the connection ends with the answer.
    ...(isWhole ? {} : { connection: 'close' }),
  });
  if (isWhole) {
    response.end(body);
  } else {
    response.write(body);
    await linger(request, response);
  }
}

function isThrottle(code: string): boolean {
  return code.startsWith('Throttling');
}
