// Filter tables as data: a filter's name, and where in a described resource its values are.
import assert from 'node:assert/strict';

import type { Tag } from '../../aws/flow-log.ts';
import type { Member, Shape, StructureShape, ValueOf } from '../../aws/wire/shape.ts';
import type { FilterTable } from './filters.ts';

type AnyStructure = StructureShape<Readonly<Record<string, Member<Shape>>>>;

/**
 * The filters of an operation that looks at what it shows.
 *
 * @param paths by filter name, names of members joined by dots, e.g. `Attachment.InstanceId`; a
 *   list on the way gives the values of all its items
 * @param tagsMember the member with the resource's tags, or null where it has none
 */
export function filtersOver<Structure extends AnyStructure>(
  shape: Structure,
  paths: Readonly<Record<string, string>>,
  tagsMember: string | null,
): FilterTable<ValueOf<Structure>> {
  const values = Object.entries(paths).map(([name, path]) => {
    const parts = path.split('.');
    assert.ok(isScalarAt(shape, parts), `No member ${path} for the filter ${name}`);
    return [name, (item: unknown) => valuesAt(item, parts)] as const;
  });
  const table = { values: Object.fromEntries(values) };
  if (tagsMember === null) return table;
  return { ...table, tags: (item) => tagsAt(item, tagsMember) };
}

function isScalarAt(shape: Shape, parts: readonly string[]): boolean {
  if (shape.kind === 'list') return isScalarAt(shape.item, parts);
  const [name, ...rest] = parts;
  if (shape.kind !== 'structure') return name === undefined;
  const member = name === undefined ? undefined : shape.members[name];
  return member !== undefined && isScalarAt(member.shape, rest);
}

function valuesAt(value: unknown, parts: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, parts));
  const [name, ...rest] = parts;
  if (name !== undefined) return valuesAt(memberOf(value, name), rest);
  if (typeof value === 'string') return [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function tagsAt(item: unknown, tagsMember: string): readonly Tag[] {
  const tags = memberOf(item, tagsMember);
  // Every tag set is made by tagSetOf.
  return Array.isArray(tags) ? (tags as readonly Tag[]) : [];
}
