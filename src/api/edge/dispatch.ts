// From a whole request to the answer's body. Faults are told in this order: signature, region,
// version, action, parameters that cannot be read, permissions, DryRun, and last what the operation
// itself finds. Permissions come after reading since they name resources that parameters name.
import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import { readCredentialScope, type RawRequest } from '../../aws/sigv4/index.ts';
import { JSON_TYPE, XML_TYPE, type WireBody } from '../../aws/wire/error-body.ts';
import { decodeForm, type FormPair } from '../../aws/wire/form.ts';
import { decodeJson, encodeJson } from '../../aws/wire/json.ts';
import { decodeQuery } from '../../aws/wire/query-decoder.ts';
import { ec2XmlPieces, encodeQueryXml } from '../../aws/wire/xml.ts';
import type { Operation, Service } from '../operation.ts';
import { authenticate, authorize, type AuthenticationDeps } from './authenticate.ts';
import { createSlices, type Lane } from '../slices.ts';
import { actionMissing, actionRefusal, overloaded, versionRefusal } from './faults.ts';
import { chooseService } from './service-choice.ts';
import type { Trace } from './report.ts';

export interface DispatchDeps extends AuthenticationDeps {
  readonly services: readonly Service[];
}

/** Large calls that are served or wait; others keep places of their own among those in flight. */
export const LARGE_CALLS_MAX = 32;

/** The service of a request, as far as its address, headers and, if it is read, body tell. */
export function serviceOf(raw: RawRequest, services: readonly Service[]): Service {
  const scopedService = readCredentialScope(raw)?.service ?? null;
  const target = targetHeader(raw);
  const isForm = scopedService === null && target === undefined;
  const version = isForm ? readFormQuietly(raw).find(({ name }) => name === 'Version') : undefined;
  return chooseService(services, {
    scopedService,
    path: raw.path,
    target,
    version: version?.value,
  });
}

/**
 * Answers a request of the service. What becomes known on the way is noted in the trace.
 *
 * @throws AwsError in the words of the service's protocol; anything else as the operation threw it
 */
export async function dispatch(
  raw: RawRequest,
  service: Service,
  trace: Trace,
  deps: DispatchDeps & { readonly lane: Lane },
): Promise<WireBody> {
  const authenticated = authenticate(raw, service.protocol, deps);
  trace.isAuthentic = true;
  const { operation, request } = readRequest(raw, service, trace);
  const { caller } = authenticated;
  authorize(authenticated, operation.permissions(request, caller), service.protocol);
  if (service.protocol === 'ec2' && isDryRun(request)) throw awsFaults.dryRun();
  const work = async (): Promise<WireBody> => {
    const answer = await operation.run(request, { caller, requestId: trace.requestId });
    return encodeAnswer(operation, service, answer, trace.requestId);
  };
  if (operation.isLarge !== true) return work();
  if (deps.lane.length >= LARGE_CALLS_MAX) throw overloaded(service.protocol);
  return deps.lane.take(work);
}

interface ReadRequest {
  readonly operation: Operation;
  /** Of the shape `operation.input`. */
  readonly request: object;
}

function readRequest(raw: RawRequest, service: Service, trace: Trace): ReadRequest {
  switch (service.protocol) {
    case 'ec2':
    case 'query':
      return readFormRequest(raw, service, trace);
    case 'json':
      return readJsonRequest(raw, service, trace);
    case 's3':
      throw actionRefusal('s3', '');
  }
}

function readFormRequest(raw: RawRequest, service: Service, trace: Trace): ReadRequest {
  const pairs = readForm(raw);
  const action = single(pairs, 'Action');
  if (action === undefined) throw actionMissing();
  trace.action = action;
  const version = single(pairs, 'Version') ?? '';
  if (service.operations.size > 0 && version !== service.version) {
    throw versionRefusal(service.protocol, version);
  }
  const operation = operationOf(service, action, trace);
  const parameters = pairs.filter(({ name }) => !/^(?:Action|Version|X-Amz-.*)$/i.test(name));
  const lists = service.protocol === 'ec2' ? 'flat' : 'member';
  return { operation, request: decodeQuery(parameters, operation.input, lists) };
}

function readJsonRequest(raw: RawRequest, service: Service, trace: Trace): ReadRequest {
  const target = targetHeader(raw) ?? '';
  const action = target.slice(target.lastIndexOf('.') + 1);
  trace.action = action;
  if (raw.method !== 'POST') throw actionRefusal('json', action);
  const operation = operationOf(service, action, trace);
  const text = utf8Text(raw.body);
  if (text === null) {
    throw new AwsError('SerializationException', 400, 'The request is malformed: expecting UTF-8');
  }
  return { operation, request: decodeJson(text, operation.input) };
}

function operationOf(service: Service, action: string, trace: Trace): Operation {
  const operation = service.operations.get(action);
  if (operation === undefined) throw actionRefusal(service.protocol, action.slice(0, 128));
  trace.operation = operation.name;
  return operation;
}

/** The pairs of the address and, of a POST, those of the body after them. */
function readForm(raw: RawRequest): FormPair[] {
  const pairs = decodeForm(raw.query);
  if (raw.method !== 'POST') return pairs;
  const text = utf8Text(raw.body);
  if (text === null) {
    throw new AwsError('MalformedQueryString', 400, 'The body is not UTF-8');
  }
  return [...pairs, ...decodeForm(text)];
}

/** For a request without signature, of which only the answer's form is to be known. */
function readFormQuietly(raw: RawRequest): FormPair[] {
  try {
    return readForm(raw);
  } catch {
    return [];
  }
}

function single(pairs: readonly FormPair[], name: string): string | undefined {
  const values = pairs.filter((pair) => pair.name === name);
  if (values.length > 1) {
    const message = `The parameter ${name} may only be specified once`;
    throw new AwsError('MalformedQueryString', 400, message);
  }
  return values[0]?.value;
}

function targetHeader(raw: RawRequest): string | undefined {
  return raw.headers.find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1];
}

function utf8Text(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function isDryRun(request: object): boolean {
  return 'DryRun' in request && request.DryRun === true;
}

async function encodeAnswer(
  operation: Operation,
  service: Service,
  answer: object,
  requestId: string,
): Promise<WireBody> {
  const { name: action, output: shape } = operation;
  const parts = { action, requestId, namespace: service.xmlNamespace, shape, answer };
  switch (service.protocol) {
    case 'ec2':
      return { headers: { 'content-type': XML_TYPE }, body: await joinSliced(ec2XmlPieces(parts)) };
    case 'json':
      return { headers: { 'content-type': JSON_TYPE }, body: encodeJson(answer, shape) };
    default:
      return { headers: { 'content-type': XML_TYPE }, body: encodeQueryXml(parts) };
  }
}

async function joinSliced(pieces: Iterable<string>): Promise<string> {
  const slices = createSlices();
  const parts: string[] = [];
  for (const piece of pieces) {
    if (slices.isOver()) await slices.pause();
    parts.push(piece);
  }
  return parts.join('');
}
