// Speaks to the daemon of a data folder: finds it by DATA/daemon.json, sends its key.
import http from 'node:http';
import type { Socket } from 'node:net';

import { dataPaths, readDaemonNote } from '../config/data-folder.ts';
import type { DaemonNote, DataPaths } from '../config/data-folder.ts';
import { OperationError, toOperationError } from '../observe/operation-error.ts';
import { connectToDaemon, ForeignCertificateError, unreachable } from './daemon-connection.ts';

const ANSWER_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** A fault that the daemon answered; `code` is its own word, e.g. AWS's `FlowLogAlreadyExists`. */
export class ControlError extends OperationError {
  readonly controlCode: string;
  readonly status: number;

  constructor(controlCode: string, message: string, status: number) {
    super('failed', message);
    this.name = 'ControlError';
    this.controlCode = controlCode;
    this.status = status;
  }
}

/** A connection to one daemon; no state beyond its note. */
export interface ControlClient {
  /** As last read: it changes with the daemon's certificate. */
  note(): DaemonNote;
  /** GET that answers JSON. */
  get(path: string): Promise<unknown>;
  /** POST of a JSON body that answers JSON. */
  post(path: string, body: unknown): Promise<unknown>;
  /** GET that answers without end; resolves once the daemon has accepted. */
  stream(path: string, signal: AbortSignal): Promise<http.IncomingMessage>;
}

/**
 * The daemon that serves the data folder.
 *
 * @returns null when none runs
 */
export function findDaemon(data: string): ControlClient | null {
  const paths = dataPaths(data);
  const note = readDaemonNote(paths);
  if (note === null) return null;
  const daemon: Daemon = { paths, note };
  return {
    note: () => daemon.note,
    get: (path) => exchange(daemon, 'GET', path, null),
    post: (path, body) => exchange(daemon, 'POST', path, JSON.stringify(body)),
    stream: (path, signal) => openStream(daemon, path, signal),
  };
}

/**
 * Like findDaemon, for commands that cannot do without.
 *
 * @throws OperationError `unavailable` with the line to start one
 */
export function requireDaemon(data: string): ControlClient {
  const client = findDaemon(data);
  if (client === null) {
    throw new OperationError(
      'unavailable',
      `No weir is running on "${data}"; start one with: weir up --data ${data}`,
    );
  }
  return client;
}

interface Daemon {
  readonly paths: DataPaths;
  note: DaemonNote;
}

async function request(
  daemon: Daemon,
  method: string,
  path: string,
  signal: AbortSignal,
): Promise<http.ClientRequest> {
  const socket = await connect(daemon, signal);
  const { host, port, key } = daemon.note;
  return http.request({
    host,
    port,
    method,
    path,
    createConnection: () => socket,
    headers: { authorization: `Bearer ${key}` },
    signal,
  });
}

/** A command that runs for long outlives a certificate; the new one is in the note. */
async function connect(daemon: Daemon, signal: AbortSignal): Promise<Socket> {
  try {
    return await connectToDaemon(daemon.note, signal);
  } catch (fault) {
    const now = fault instanceof ForeignCertificateError ? readDaemonNote(daemon.paths) : null;
    if (now === null || now.tls?.fingerprint256 === daemon.note.tls?.fingerprint256) throw fault;
    daemon.note = now;
    return connectToDaemon(now, signal);
  }
}

async function exchange(
  daemon: Daemon,
  method: string,
  path: string,
  body: string | null,
): Promise<unknown> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const outgoing = await request(daemon, method, path, signal);
    if (body !== null) outgoing.setHeader('content-type', 'application/json');
    const answer = await send(outgoing, body);
    const text = await readText(answer);
    const parsed: unknown = text === '' ? null : JSON.parse(text);
    if (answer.statusCode !== 200) throw toControlError(parsed, answer.statusCode ?? 0);
    return parsed;
  } catch (cause) {
    if (!signal.aborted) throw toOperationError(cause, unreachable(daemon.note));
    const within = `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`;
    throw new OperationError('unavailable', `${unreachable(daemon.note)}: ${within}`, { cause });
  }
}

async function openStream(
  daemon: Daemon,
  path: string,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  try {
    const answer = await send(await request(daemon, 'GET', path, signal), null);
    if (answer.statusCode === 200) return answer;
    throw toControlError(JSON.parse(await readText(answer)), answer.statusCode ?? 0);
  } catch (cause) {
    throw toOperationError(cause, unreachable(daemon.note));
  }
}

function send(outgoing: http.ClientRequest, body: string | null): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end(body ?? undefined);
  });
}

async function readText(answer: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let byteCount = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    byteCount += part.length;
    if (byteCount > ANSWER_BYTES_MAX) throw new Error('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function toControlError(answer: unknown, status: number): ControlError {
  const object = typeof answer === 'object' && answer !== null ? answer : {};
  const code = 'code' in object && typeof object.code === 'string' ? object.code : 'Failed';
  const message =
    'message' in object && typeof object.message === 'string'
      ? object.message
      : `weir answered HTTP ${status}`;
  return new ControlError(code, message, status);
}
