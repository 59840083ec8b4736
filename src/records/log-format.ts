// LogFormat: the text that says which fields a flow log's records have, `${version} ${bytes} ...`.
// Rules as observed on AWS (spec/api.md 2.2): fields in `${}`, separated by one or more spaces; a
// trailing space is refused, and a leading one alike. Pure, and quick to load: replay uses it.

import {
  ALL_FIELDS,
  DEFAULT_FIELDS,
  findField,
  TGW_FIELDS,
  VPC_FIELDS,
  type Field,
} from '../spine/fields.ts';

/** The kind of resource the format is for: VPC, subnet and interface, or transit gateway. */
export type LogFormatScope = 'vpc' | 'tgw';

export interface LogFormat {
  /** The format as written, spacing kept; for the words `default` and `all` written out. */
  readonly text: string;
  readonly fields: readonly Field[];
  /** Value of the `version` field: the highest version among the fields, at least 2. */
  readonly version: number;
}

/** A fault in a LogFormat and where it is. */
export class LogFormatError extends Error {
  /** 0-based index of the offending character. */
  readonly position: number;
  /** Whether the text is malformed, or names a field that may not stand there. */
  readonly kind: 'syntax' | 'field';

  constructor(message: string, position: number, kind: 'syntax' | 'field' = 'syntax') {
    super(`Log format: ${message} at character ${position}`);
    this.name = 'LogFormatError';
    this.position = position;
    this.kind = kind;
  }
}

const VERSION_MIN = 2;
/** A longer name is not quoted whole, nor is a suggestion looked for. */
const QUOTED_CHARACTERS_MAX = 40;

/**
 * Parses a LogFormat.
 *
 * @param text `default`, `all` (every VPC field, v2 to v11, in AWS's order), or `${a} ${b} ...`
 * @throws LogFormatError with the position of the first fault
 */
export function parseLogFormat(text: string, scope: LogFormatScope): LogFormat {
  if (text === 'default') return formatOf(scope === 'tgw' ? TGW_FIELDS : DEFAULT_FIELDS);
  if (text === 'all') return formatOf(scope === 'tgw' ? TGW_FIELDS : VPC_FIELDS);
  if (text === '') throw new LogFormatError('no field; write at least one, as in ${srcaddr},', 0);
  const fields: Field[] = [];
  let position = 0;
  while (position < text.length) {
    const close = parseToken(text, position);
    fields.push(fieldAt(text.slice(position + 2, close), scope, position + 2));
    position = skipSeparator(text, close + 1);
  }
  return { text, fields, version: versionOf(fields) };
}

/** The format's text with one space between the fields; what `parseLogFormat` reads back. */
export function renderLogFormat(fields: readonly Field[]): string {
  return fields.map((field) => `\${${field.name}}`).join(' ');
}

function formatOf(fields: readonly Field[]): LogFormat {
  return { text: renderLogFormat(fields), fields, version: versionOf(fields) };
}

function versionOf(fields: readonly Field[]): number {
  let version = VERSION_MIN;
  for (const field of fields) version = Math.max(version, field.version);
  return version;
}

/** Checks that `${name}` stands at `position`; returns the index of its closing brace. */
function parseToken(text: string, position: number): number {
  if (!text.startsWith('${', position)) throw notToken(text, position);
  let close = position + 2;
  while (close < text.length && isNameCharacter(text.charCodeAt(close))) close += 1;
  if (text[close] !== '}') {
    if (close >= text.length) throw new LogFormatError('missing } to close the field', close);
    throw new LogFormatError(`unexpected ${quote(text.charAt(close))} inside \${}`, close);
  }
  if (close === position + 2) throw new LogFormatError('no field name inside ${}', close);
  return close;
}

/** Explains what stands where a `${name}` should; each case is a mistake that people make. */
function notToken(text: string, position: number): LogFormatError {
  const rest = text.slice(position);
  if (rest.startsWith(' ')) return new LogFormatError('leading space', position);
  if (/^(\$\$|\\\$)\{/.test(rest)) {
    return new LogFormatError('write one $ with nothing before it, as in ${srcaddr};', position);
  }
  const word = /^[A-Za-z0-9_-]+/.exec(rest)?.[0];
  if (word !== undefined) {
    const name = findField(word) === undefined ? 'srcaddr' : word;
    const found = quote(word);
    return new LogFormatError(`fields are written as \${${name}}, found ${found}`, position);
  }
  return new LogFormatError(`expected \${, found ${quote(rest.charAt(0))}`, position);
}

/** Skips the spaces between two fields; returns the index of the next one, or the end. */
function skipSeparator(text: string, position: number): number {
  if (position === text.length) return position;
  let next = position;
  while (text[next] === ' ') next += 1;
  if (next === text.length) throw new LogFormatError('trailing space', position);
  if (next === position) {
    const found = quote(text.charAt(position));
    throw new LogFormatError(`fields are separated by spaces only, found ${found}`, position);
  }
  return next;
}

function fieldAt(name: string, scope: LogFormatScope, position: number): Field {
  const field = findField(name);
  if (field === undefined) {
    const nearest = nearestName(name, scope);
    const advice = nearest === null ? '' : `; did you mean \${${nearest}}?`;
    throw new LogFormatError(`unknown field ${quote(name)}${advice}`, position, 'field');
  }
  if (!isInScope(field, scope)) {
    const owner = scope === 'vpc' ? 'transit gateway' : 'VPC, subnet and interface';
    const reason = `field ${quote(name)} is for ${owner} flow logs only,`;
    throw new LogFormatError(reason, position, 'field');
  }
  return field;
}

function isInScope(field: Field, scope: LogFormatScope): boolean {
  return field.scope === 'both' || field.scope === scope;
}

function isNameCharacter(code: number): boolean {
  const letter = code | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return true;
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x5f;
}

function quote(text: string): string {
  const long = text.length > QUOTED_CHARACTERS_MAX;
  return JSON.stringify(long ? `${text.slice(0, QUOTED_CHARACTERS_MAX)}...` : text);
}

/** The field most like `name`, or null when none is near enough to be meant. */
function nearestName(name: string, scope: LogFormatScope): string | null {
  if (name.length > QUOTED_CHARACTERS_MAX) return null;
  const wanted = name.toLowerCase().replaceAll('_', '-');
  let nearest: string | null = null;
  let best = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const field of ALL_FIELDS) {
    if (!isInScope(field, scope)) continue;
    const edits = editDistance(wanted, field.name);
    if (edits < best) [best, nearest] = [edits, field.name];
  }
  return nearest;
}

/** Levenshtein distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
