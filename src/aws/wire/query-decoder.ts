// Requests of the query protocols. EC2 writes lists flat (`ResourceId.1`, `Filter.1.Value.2`), the
// other query services with `member` in between (`Tags.member.1.Key`). A form is first sorted into
// a tree along the shape, so that an unknown parameter is refused whatever it holds, then read.
//
//   Filter.1.Name=a & Filter.1.Value.2=b & Filter.1.Value.7=c     members by wire name,
//   Filter -> { 1 -> { Name: a, Value -> { 2: b, 7: c } } }       list items by number
import { AwsError } from '../aws-error.ts';
import { LIST_ITEMS_MAX, quotable } from './bounds.ts';
import type { FormPair } from './form.ts';
import { readScalar } from './scalar.ts';
import type { Member, Shape, StructureShape, ValueOf } from './shape.ts';

/** `flat` is EC2's, `member` that of the other query services. */
export type ListStyle = 'flat' | 'member';

type AnyStructure = StructureShape<Readonly<Record<string, Member<Shape>>>>;

/** Of a scalar the text; of a list or structure what it holds, by number or wire name. */
interface Branch {
  text: string | null;
  readonly inner: Map<string, Branch>;
  /** The parameter's name up to here, for errors. */
  readonly path: string;
}

/**
 * Reads a request that has the shape. Numbers of list items order them and may have gaps.
 *
 * @param pairs without `Action`, `Version` and the parameters of a presigned signature
 * @throws AwsError `UnknownParameter`, `InvalidParameterValue`, `MalformedQueryString`
 */
export function decodeQuery<const S extends AnyStructure>(
  pairs: readonly FormPair[],
  shape: S,
  lists: ListStyle = 'flat',
): ValueOf<S> {
  const root: Branch = { text: null, inner: new Map(), path: '' };
  for (const pair of pairs) plant(root, pair, shape, lists);
  return readStructure(root, shape) as ValueOf<S>;
}

/** Walks the shape along the parts of the name and leaves the value there. */
function plant(root: Branch, pair: FormPair, shape: Shape, lists: ListStyle): void {
  const parts = pair.name.split('.');
  let branch = root;
  let current: Shape = shape;
  for (let index = 0; index < parts.length; index += 1) {
    let part = parts[index] ?? '';
    let next: Shape | undefined;
    if (current.kind === 'structure') {
      next = membersOf(current).get(part)?.shape;
    } else if (current.kind === 'list') {
      if (lists === 'member' && part === 'member') part = parts[(index += 1)] ?? '';
      else if (lists === 'member') part = '';
      // Unverified: that numbers begin with 1 and have no leading zero.
      next = /^[1-9][0-9]{0,5}$/.test(part) ? current.item : undefined;
    }
    if (next === undefined) throw unknown(pair.name);
    branch = innerOf(branch, part, current.kind === 'list' ? lists : 'flat');
    current = next;
  }
  if (current.kind === 'structure') throw unknown(pair.name);
  // `FlowLogId=` with nothing behind it is how query clients write a list without items.
  if (current.kind === 'list' && pair.value !== '') throw unknown(pair.name);
  if (branch.text !== null) {
    // Unverified: what AWS says of a parameter that comes twice.
    const message = `The parameter ${quotable(pair.name)} may only be specified once`;
    throw new AwsError('MalformedQueryString', 400, message);
  }
  branch.text = pair.value;
}

function innerOf(branch: Branch, part: string, lists: ListStyle): Branch {
  let inner = branch.inner.get(part);
  if (inner === undefined) {
    if (branch.inner.size === LIST_ITEMS_MAX) {
      throw new AwsError(
        'InvalidParameterValue',
        400,
        `The parameter ${quotable(branch.path)} has more than ${LIST_ITEMS_MAX} items`,
      );
    }
    const own = lists === 'member' ? `member.${part}` : part;
    const path = branch.path === '' ? own : `${branch.path}.${own}`;
    inner = { text: null, inner: new Map(), path };
    branch.inner.set(part, inner);
  }
  return inner;
}

function read(branch: Branch, shape: Shape): unknown {
  switch (shape.kind) {
    case 'structure':
      return readStructure(branch, shape);
    case 'list':
      return [...branch.inner]
        .sort(([first], [second]) => Number(first) - Number(second))
        .map(([, item]) => read(item, shape.item));
    default:
      return readScalar(shape.kind, branch.text ?? '', branch.path);
  }
}

/** Only names of the shape become properties, never a name that a client chose. */
function readStructure(branch: Branch, shape: AnyStructure): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [wire, inner] of branch.inner) {
    const found = membersOf(shape).get(wire);
    if (found !== undefined) value[found.name] = read(inner, found.shape);
  }
  return value;
}

interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

const membersByWire = new WeakMap<object, ReadonlyMap<string, NamedShape>>();

function membersOf(structure: AnyStructure): ReadonlyMap<string, NamedShape> {
  let members = membersByWire.get(structure);
  if (members === undefined) {
    const entries = Object.entries(structure.members);
    members = new Map(entries.map(([name, { wire, shape }]) => [wire, { name, shape }]));
    membersByWire.set(structure, members);
  }
  return members;
}

function unknown(name: string): AwsError {
  const message = `The parameter ${quotable(name)} is not recognized`;
  return new AwsError('UnknownParameter', 400, message);
}
