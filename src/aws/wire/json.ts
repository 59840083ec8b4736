// JSON bodies along shapes: AWS's JSON 1.1 protocol, and the same members at our control endpoints,
// where instants are ISO 8601 text and faults carry EC2's codes.
import { AwsError } from '../aws-error.ts';
import { LIST_ITEMS_MAX, quotable, TEXT_CHARACTERS_MAX } from './bounds.ts';
import { instantOfSeconds, readInstant } from './scalar.ts';
import type { Member, ScalarKind, Shape, StructureShape, ValueOf } from './shape.ts';

/** `aws`: instants are seconds since 1970, faults SerializationException. */
export type JsonDialect = 'aws' | 'control';

type AnyStructure = StructureShape<Readonly<Record<string, Member<Shape>>>>;

/**
 * Reads the text of a body; an empty one is an empty object. Members of value null are left out.
 *
 * @throws AwsError `SerializationException` (aws), `UnknownParameter` or `InvalidParameterValue`
 */
export function decodeJson<const S extends AnyStructure>(
  body: string,
  shape: S,
  dialect: JsonDialect = 'aws',
): ValueOf<S> {
  if (body.trim() === '') return {} as ValueOf<S>;
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    throw mismatch('', 'JSON', dialect);
  }
  return readStructure(content, shape, '', dialect) as ValueOf<S>;
}

function read(content: unknown, shape: Shape, path: string, dialect: JsonDialect): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(content, shape, path, dialect);
    case 'list':
      if (!Array.isArray(content)) throw mismatch(path, 'a list', dialect);
      if (content.length > LIST_ITEMS_MAX) {
        throw mismatch(path, `a list of at most ${LIST_ITEMS_MAX} items`, dialect);
      }
      return content.map((item: unknown, index) =>
        read(item, shape.item, `${path}.${index + 1}`, dialect),
      );
    default:
      return readScalar(content, shape.kind, path, dialect);
  }
}

/** Only names of the shape become properties, never a name that a client chose. */
function readStructure(
  content: unknown,
  shape: AnyStructure,
  path: string,
  dialect: JsonDialect,
): Record<string, unknown> {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw mismatch(path, 'an object', dialect);
  }
  const value: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(content)) {
    const own = path === '' ? name : `${path}.${name}`;
    const member = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
    if (member === undefined) throw unknown(own, dialect);
    if (inner !== null) value[name] = read(inner, member.shape, own, dialect);
  }
  return value;
}

function readScalar(
  content: unknown,
  kind: ScalarKind,
  path: string,
  dialect: JsonDialect,
): string | number | boolean {
  switch (kind) {
    case 'string':
      if (typeof content !== 'string') throw mismatch(path, 'a string', dialect);
      if (content.length > TEXT_CHARACTERS_MAX) {
        throw mismatch(path, `at most ${TEXT_CHARACTERS_MAX} characters`, dialect);
      }
      return content;
    case 'boolean':
      if (typeof content !== 'boolean') throw mismatch(path, 'true or false', dialect);
      return content;
    case 'integer':
      if (!Number.isSafeInteger(content)) throw mismatch(path, 'an integer', dialect);
      return content as number;
    case 'timestamp': {
      const text = typeof content === 'string' ? readInstant(content) : null;
      const instant = typeof content === 'number' ? instantOfSeconds(content) : text;
      if (instant === null) throw mismatch(path, 'a timestamp', dialect);
      return instant;
    }
  }
}

/**
 * Writes an answer that has the shape; members that are undefined are left out.
 *
 * @throws TypeError when the answer has not the shape: a bug of the operation
 */
export function encodeJson(
  answer: object,
  shape: AnyStructure,
  dialect: JsonDialect = 'aws',
): string {
  return JSON.stringify(write(answer, shape, dialect));
}

function write(value: unknown, shape: Shape, dialect: JsonDialect): unknown {
  switch (shape.kind) {
    case 'structure': {
      const members = value as Readonly<Record<string, unknown>>;
      const present = Object.entries(shape.members).filter(
        ([name]) => members[name] !== undefined && members[name] !== null,
      );
      return Object.fromEntries(
        present.map(([name, member]) => [name, write(members[name], member.shape, dialect)]),
      );
    }
    case 'list':
      if (!Array.isArray(value)) throw new TypeError('An answer has no list where one belongs');
      return value.map((item: unknown) => write(item, shape.item, dialect));
    case 'timestamp':
      return dialect === 'aws' ? Date.parse(value as string) / 1000 : value;
    default:
      return value;
  }
}

// Unverified: AWS's services skip members they do not know; here nothing that a client asks for
// is passed over in silence.
function unknown(path: string, dialect: JsonDialect): AwsError {
  if (dialect === 'aws') return serializationFault(`Unknown member ${quotable(path)}`);
  const message = `The parameter ${quotable(path)} is not recognized`;
  return new AwsError('UnknownParameter', 400, message);
}

function mismatch(path: string, expected: string, dialect: JsonDialect): AwsError {
  const place = path === '' ? 'The request' : `The parameter ${quotable(path)}`;
  const message = `${place} is malformed: expecting ${expected}`;
  if (dialect === 'aws') return serializationFault(message);
  return new AwsError('InvalidParameterValue', 400, message);
}

function serializationFault(message: string): AwsError {
  return new AwsError('SerializationException', 400, message);
}
