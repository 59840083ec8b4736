// Filters of the Describe operations: any value of one filter, all filters together; names and
// values are case-sensitive, `*` and `?` are wildcards (EC2 User Guide, "List and filter your
// resources"; spec/api.md 3).
import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import type { Tag } from '../../aws/flow-log.ts';
import { list, member, structure, text } from '../../aws/wire/shape.ts';

const FILTER_VALUES_MAX = 200;
const TAG_PREFIX = 'tag:';

/** The member `Filters` of a request; on the wire `Filter.1.Name`, `Filter.1.Value.1`. */
export const FILTERS = member(
  'Filter',
  list(structure({ Name: member('Name', text), Values: member('Value', list(text)) })),
);

export interface FilterEntry {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

/** What filters of an operation look at. */
export interface FilterTable<Item> {
  /** By filter name, the values of an item of which one must match; none never matches. */
  readonly values: Readonly<Record<string, (item: Item) => readonly string[]>>;
  /** For `tag:KEY` and `tag-key`, where the operation has them. */
  readonly tags?: (item: Item) => readonly Tag[];
}

/**
 * Makes one test of all filters.
 *
 * @throws AwsError for an unknown filter, or more than 200 values in all
 */
export function compileFilters<Item>(
  entries: readonly FilterEntry[],
  table: FilterTable<Item>,
): (item: Item) => boolean {
  const count = entries.reduce((sum, entry) => sum + (entry.Values ?? []).length, 0);
  if (count > FILTER_VALUES_MAX) throw tooManyValues();
  const filters = entries.map(({ Name: name, Values: values }) => {
    const valuesOf = lookUp(name, table);
    // AWS: a filter without values is no fault and matches nothing (getmoto/moto#8570).
    const matches = compileValues(values ?? []);
    return (item: Item) => valuesOf(item).some(matches);
  });
  return (item) => filters.every((filter) => filter(item));
}

function tooManyValues(): AwsError {
  return new AwsError(
    'FilterLimitExceeded',
    400,
    `The maximum number of filter values specified on a single call is ${FILTER_VALUES_MAX}`,
  );
}

function lookUp<Item>(
  name: string | undefined,
  { values, tags }: FilterTable<Item>,
): (item: Item) => readonly string[] {
  // Unverified: AWS's answer to a filter without a name is remembered, not recorded.
  if (name === undefined) throw awsFaults.filterInvalid('null');
  const valuesOf = Object.hasOwn(values, name) ? values[name] : undefined;
  if (valuesOf !== undefined) return valuesOf;
  if (tags !== undefined && name === 'tag-key') return (item) => tags(item).map((tag) => tag.Key);
  // AWS: no more in the API reference, but in the aws CLI's examples of describe-instances.
  if (tags !== undefined && name === 'tag-value') {
    return (item) => tags(item).map((tag) => tag.Value);
  }
  if (tags !== undefined && name.startsWith(TAG_PREFIX)) {
    const key = name.slice(TAG_PREFIX.length);
    return (item) =>
      tags(item)
        .filter((tag) => tag.Key === key)
        .map((tag) => tag.Value);
  }
  throw awsFaults.filterInvalid(name);
}

function compileValues(values: readonly string[]): (value: string) => boolean {
  const exact = new Set(values.filter((value) => !/[*?\\]/.test(value)));
  const patterns = values.filter((value) => !exact.has(value)).map(compilePattern);
  return (value) => exact.has(value) || patterns.some((matches) => matches(value));
}

const ANY_RUN = Symbol('*');
const ANY_ONE = Symbol('?');
type PatternPart = string | typeof ANY_RUN | typeof ANY_ONE;

/**
 * Makes a test of a whole text against a pattern: `*` is any text, `?` any one character, a
 * backslash takes the next character as it is. Not a regular expression, whose time a caller could
 * drive up by many `*`; this one takes at most pattern times text.
 */
export function compilePattern(pattern: string): (value: string) => boolean {
  const parts = [...pattern.matchAll(/\\?./gsu)].map(([part]): PatternPart => {
    if (part === '*') return ANY_RUN;
    if (part === '?') return ANY_ONE;
    return part.length > 1 && part.startsWith('\\') ? part.slice(1) : part;
  });
  return parts.includes(ANY_ONE) ? byCharacter(parts) : byPieces(piecesOf(parts));
}

/** The literal texts before, between and behind the `*`. */
function piecesOf(parts: readonly PatternPart[]): readonly string[] {
  const pieces = [''];
  for (const part of parts) {
    if (part === ANY_RUN) pieces.push('');
    else pieces.push(`${pieces.pop() ?? ''}${String(part)}`);
  }
  return pieces;
}

/** Without `?`: pieces are found by the engine's own search, a hundred times as fast as below. */
function byPieces(pieces: readonly string[]): (value: string) => boolean {
  const [first = '', ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return (value) => value === first;
  const middle = others.filter((piece) => piece !== '');
  return (value) => {
    if (!value.startsWith(first) || !value.endsWith(last)) return false;
    let from = first.length;
    for (const piece of middle) {
      const at = value.indexOf(piece, from);
      if (at === -1) return false;
      from = at + piece.length;
    }
    return from <= value.length - last.length;
  };
}

function byCharacter(parts: readonly PatternPart[]): (value: string) => boolean {
  const lengthMin = parts.filter((part) => part !== ANY_RUN).length;
  return (value) => {
    // Characters, not halves of them, where there are any of two halves.
    const characters = /[\ud800-\udfff]/.test(value) ? Array.from(value) : value;
    // Also bounds the time: a long pattern is not even tried on a short text.
    return characters.length >= lengthMin && matchesParts(parts, characters);
  };
}

function matchesParts(
  parts: readonly PatternPart[],
  characters: string | readonly string[],
): boolean {
  let part = 0;
  let at = 0;
  // Where the last `*` stands, and up to where it has taken characters so far.
  let run = -1;
  let runEnd = 0;
  while (at < characters.length) {
    const wanted = parts[part];
    if (wanted === ANY_RUN) {
      run = part++;
      runEnd = at;
    } else if (wanted !== undefined && (wanted === ANY_ONE || wanted === characters[at])) {
      part++;
      at++;
    } else if (run >= 0) {
      part = run + 1;
      at = ++runEnd;
    } else {
      return false;
    }
  }
  return parts.slice(part).every((rest) => rest === ANY_RUN);
}
