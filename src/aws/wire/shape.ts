// Shapes: what a request or an answer of an AWS operation consists of, stated once. The decoders of
// the query and JSON protocols, the XML and JSON encoders and the TypeScript types of the
// operations derive from it. Terms follow the Smithy models of AWS's SDKs.

export type ScalarKind = 'string' | 'integer' | 'boolean' | 'timestamp';

/** A timestamp is ISO 8601 text with milliseconds, UTC, on our side of the wire. */
export interface ScalarShape<Kind extends ScalarKind = ScalarKind> {
  readonly kind: Kind;
}

export interface ListShape<Item = unknown> {
  readonly kind: 'list';
  readonly item: Item;
}

export interface StructureShape<M = Readonly<Record<string, Member>>> {
  readonly kind: 'structure';
  /** By the name that SDKs and the JSON protocol use, e.g. `ResourceIds`. */
  readonly members: M;
}

export interface Member<S = unknown> {
  /** Name in the query protocol (`ResourceId`, of `ResourceId.1`), or the answer's XML element. */
  readonly wire: string;
  readonly shape: S;
}

export type Shape =
  | ScalarShape
  | ListShape<Shape>
  | StructureShape<Readonly<Record<string, ShapeMember>>>;
type ShapeMember = Member<Shape>;

/** The value that has the shape; every member of a structure may be missing. */
export type ValueOf<S> =
  S extends ScalarShape<infer Kind>
    ? ScalarValue<Kind>
    : S extends ListShape<infer Item>
      ? readonly ValueOf<Item>[]
      : S extends StructureShape<infer M>
        ? { readonly [Name in keyof M]?: MemberValue<M[Name]> | undefined }
        : never;

type MemberValue<M> = M extends Member<infer S> ? ValueOf<S> : never;

type ScalarValue<Kind> = Kind extends 'integer'
  ? number
  : Kind extends 'boolean'
    ? boolean
    : string;

export const text: ScalarShape<'string'> = { kind: 'string' };
export const integer: ScalarShape<'integer'> = { kind: 'integer' };
export const flag: ScalarShape<'boolean'> = { kind: 'boolean' };
export const timestamp: ScalarShape<'timestamp'> = { kind: 'timestamp' };

export function list<const Item extends Shape>(item: Item): ListShape<Item> {
  return { kind: 'list', item };
}

export function member<const S extends Shape>(wire: string, shape: S): Member<S> {
  return { wire, shape };
}

export function structure<const M extends Readonly<Record<string, ShapeMember>>>(
  members: M,
): StructureShape<M> {
  return { kind: 'structure', members };
}
