// The EC2 model that the newest SDK carries, against which our shapes are held: names of members,
// their names on the wire, their types.
import * as sdk from '@aws-sdk/client-ec2';

import type { Operation } from '../../src/api/operation.ts';
import type { Shape } from '../../src/aws/wire/shape.ts';

// A schema of the SDK: a number for a scalar, or [kind, namespace, name, traits, ...]; kinds and
// bits as in @smithy/types, schema/sentinels.
const LIST = 1;
const STRUCTURE = 3;
const LIST_OF = 64;
const SCALARS: ReadonlyMap<number, Shape['kind']> = new Map([
  [0, 'string'],
  [1, 'integer'],
  [2, 'boolean'],
  [4, 'timestamp'],
]);

interface Traits {
  readonly ec2QueryName?: string;
  readonly xmlName?: string;
}

/** What of an operation's request and answer the SDK has not, or otherwise. */
export function faultsAgainstSdk(operation: Operation): string[] {
  const { name, input, output } = operation;
  return [
    ...compare(input, schemaOf(`${name}Request$`), `${name}Request`, 'request'),
    ...compare(output, schemaOf(`${name}Result$`), `${name}Result`, 'answer'),
  ];
}

function schemaOf(name: string): unknown {
  return (sdk as Readonly<Record<string, unknown>>)[name];
}

type Side = 'request' | 'answer';

function compare(shape: Shape, schema: unknown, path: string, side: Side): string[] {
  const model: unknown = typeof schema === 'function' ? schema() : schema;
  if (typeof model === 'number') return compareNumber(shape, model, path);
  if (!Array.isArray(model)) return [`${path}: the SDK does not know it`];
  const [kind, , , , first, second] = model as readonly unknown[];
  if (kind === LIST) {
    if (shape.kind !== 'list') return [`${path}: the SDK has a list`];
    const [item] = withTraits(first);
    return compare(shape.item, item, `${path}[]`, side);
  }
  if (kind !== STRUCTURE) return [`${path}: the SDK has something else`];
  if (shape.kind !== 'structure') return [`${path}: the SDK has a structure`];
  const names = first as readonly string[];
  const schemas = second as readonly unknown[];
  return Object.entries(shape.members).flatMap(([name, member]) => {
    const index = names.indexOf(name);
    if (index < 0) return [`${path}.${name}: the SDK has no such member`];
    const [inner, traits] = withTraits(schemas[index]);
    const wire = wireName(name, traits, side);
    return [
      ...(wire === member.wire ? [] : [`${path}.${name}: "${member.wire}", the SDK has "${wire}"`]),
      ...compare(member.shape, inner, `${path}.${name}`, side),
    ];
  });
}

function compareNumber(shape: Shape, model: number, path: string): string[] {
  if (model < LIST_OF) {
    const kind = SCALARS.get(model);
    return shape.kind === kind ? [] : [`${path}: ${shape.kind}, the SDK has ${kind}`];
  }
  if (shape.kind !== 'list') return [`${path}: the SDK has a list`];
  return compareNumber(shape.item, model - LIST_OF, `${path}[]`);
}

/** A member or item, which may be written with traits: `[schema, traits]`. */
function withTraits(written: unknown): [schema: unknown, traits: Traits] {
  if (!Array.isArray(written) || written.length !== 2) return [written, {}];
  const [schema, traits] = written as readonly unknown[];
  return [schema, typeof traits === 'object' ? (traits as Traits) : {}];
}

/** Requests: ec2QueryName, else xmlName with a capital (Smithy, "AWS EC2 query protocol"). */
function wireName(name: string, { ec2QueryName, xmlName }: Traits, side: Side): string {
  if (side === 'answer') return xmlName ?? name;
  const fromXml = xmlName === undefined ? name : xmlName[0]?.toUpperCase() + xmlName.slice(1);
  return ec2QueryName ?? fromXml;
}
