// Words of the filter language. A word is anything up to a blank, bracket, comma or operator, so
// that names with hyphens, addresses and CIDR blocks need no quotes.

/** A fault in the text of a filter. */
export class FilterError extends Error {
  /** Index of the character at which the fault begins, from 0. */
  readonly position: number;
  /** What would have been right there. */
  readonly expected: string;

  constructor(position: number, found: string, expected: string) {
    super(`Wrong filter at character ${position + 1}: expected ${expected}, found ${found}`);
    this.name = 'FilterError';
    this.position = position;
    this.expected = expected;
  }
}

export interface Token {
  readonly kind: 'word' | 'quoted' | 'symbol' | 'end';
  /** Without quotes. */
  readonly text: string;
  readonly position: number;
}

const TOKEN =
  /\s*(?:(!~|<>|[!<>=]=?|[()~,])|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|([^\s()!<>=~,'"]+))/y;
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Longest filter that is looked at. */
const CHARACTERS_MAX = 10_000;

/**
 * The tokens of the text, closed by one of kind `end`.
 *
 * @throws FilterError for an open quote, and for control characters in quotes
 */
export function tokenize(text: string): Token[] {
  if (text.length > CHARACTERS_MAX) {
    throw new FilterError(CHARACTERS_MAX, 'more', `at most ${CHARACTERS_MAX} characters`);
  }
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    const start = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
    if (match === null) throw new FilterError(start, 'the end of the filter', 'a closing quote');
    const [, symbol, single, double, word] = match;
    if (symbol !== undefined) {
      tokens.push({ kind: 'symbol', text: symbol, position: start });
    } else if (word !== undefined) {
      tokens.push({ kind: 'word', text: word, position: start });
    } else {
      const quoted = single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? '';
      if (CONTROL.test(quoted)) {
        throw new FilterError(start, 'a control character', 'printable text in quotes');
      }
      tokens.push({ kind: 'quoted', text: quoted, position: start });
    }
  }
  tokens.push({ kind: 'end', text: '', position: end });
  return tokens;
}

/** How a message names the token. */
export function describeToken(token: Token): string {
  return token.kind === 'end' ? 'the end of the filter' : `"${token.text}"`;
}
