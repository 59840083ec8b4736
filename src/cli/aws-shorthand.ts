// The aws CLI's shorthand for structures, `Name=x,Values=a,b` and `Tags=[{Key=a,Value=b}]`, or JSON
// where the text begins with { or [. See "Using shorthand syntax", AWS CLI User Guide.

export type ShorthandValue =
  | string
  | readonly ShorthandValue[]
  | { readonly [key: string]: ShorthandValue };

const NESTING_MAX = 10;

/**
 * Parses one structure.
 *
 * @returns what the text means; from JSON anything that JSON holds
 * @throws SyntaxError with the 0-based character of the fault
 */
export function parseShorthand(text: string): unknown {
  if (/^\s*[{[]/.test(text)) return JSON.parse(text);
  const parser: Parser = { text, position: 0 };
  const structure = parsePairs(parser, '', 0);
  if (parser.position < text.length) throw unexpected(parser);
  return structure;
}

interface Parser {
  readonly text: string;
  position: number;
}

/** `key=value` pairs up to `close`; a value without a key continues the list of the last key. */
function parsePairs(parser: Parser, close: string, depth: number): ShorthandValue {
  const pairs = new Map<string, ShorthandValue>();
  let lastKey = '';
  for (;;) {
    const key = takeKey(parser);
    if (key !== null) {
      lastKey = key;
      pairs.set(key, parseValue(parser, depth));
    } else if (lastKey === '') {
      throw unexpected(parser, 'Key=Value');
    } else {
      const before = pairs.get(lastKey) ?? '';
      const list = Array.isArray(before) ? (before as ShorthandValue[]) : [before];
      pairs.set(lastKey, [...list, parseValue(parser, depth)]);
    }
    if (take(parser, ',')) continue;
    if (close === '' || take(parser, close)) return Object.fromEntries(pairs);
    throw unexpected(parser, `"," or "${close}"`);
  }
}

function takeKey(parser: Parser): string | null {
  const match = /^\s*([A-Za-z][A-Za-z0-9_.:-]*)\s*=/.exec(parser.text.slice(parser.position));
  if (match === null) return null;
  parser.position += match[0].length;
  return match[1] ?? null;
}

function parseValue(parser: Parser, depth: number): ShorthandValue {
  if (depth > NESTING_MAX) throw unexpected(parser, 'fewer brackets');
  if (take(parser, '{')) return take(parser, '}') ? {} : parsePairs(parser, '}', depth + 1);
  if (take(parser, '[')) return take(parser, ']') ? [] : parseItems(parser, depth + 1);
  return parseWord(parser);
}

function parseItems(parser: Parser, depth: number): ShorthandValue {
  const items = [parseValue(parser, depth)];
  while (take(parser, ',')) items.push(parseValue(parser, depth));
  if (!take(parser, ']')) throw unexpected(parser, '"," or "]"');
  return items;
}

/** A quoted text with backslash escapes, or everything up to the next separator. */
function parseWord(parser: Parser): string {
  const rest = parser.text.slice(parser.position);
  const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/.exec(rest);
  if (quoted !== null) {
    parser.position += quoted[0].length;
    return (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/g, '$1');
  }
  const word = /^[^,\]}]*/.exec(rest)?.[0] ?? '';
  parser.position += word.length;
  return word.trim();
}

function take(parser: Parser, character: string): boolean {
  if (parser.text[parser.position] !== character) return false;
  parser.position += 1;
  return true;
}

function unexpected(parser: Parser, wanted = 'the end'): SyntaxError {
  return new SyntaxError(`expected ${wanted} at character ${parser.position}`);
}
