// The filter language of `weir tail` and `weir top` (and later the console):
//
//   dstport = 443 and not addr in (10.0.0.0/8, 192.168.0.0/16)
//   action = REJECT and (protocol = udp or tcp-flags ~ syn) and bytes > 10M
//
//   filter      any = all { "or" all }             all = one { "and" one }
//   one         "not" one | "(" any ")" | field operator value | field ["not"] "in" list
//   operator    = != > >= < <= ~ !~                list = value | "(" value { "," value } ")"
//
// A field is AWS's name (hyphens or underscores) or addr, host (either address), port (either
// port). A value is a number (443, 10M), a name (tcp, REJECT, syn), an address, a CIDR block, text,
// or `-`. `~` asks whether text contains the value, and whether tcp-flags has all its flags.
//
// A comparison with a field that is `-` is false, unless the value is `-` too; `!=` is "not =".
import { OperationError } from '../observe/operation-error.ts';
import {
  FILTER_FIELD_NAMES,
  type FilterField,
  type FilterValue,
  expectedValue,
  fieldValue,
  findFilterField,
} from './filter-fields.ts';
import { FilterError, type Token, describeToken, tokenize } from './filter-tokens.ts';

export { FilterError } from './filter-tokens.ts';

export const COMPARISONS = ['=', '!=', '>', '>=', '<', '<=', '~', '!~'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A filter, parsed and checked: every field exists and every value fits its field. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly operand: FilterNode }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: Comparison;
      readonly value: FilterValue;
    }
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly FilterValue[] };

const DEPTH_MAX = 100;
const SYNONYMS: Readonly<Record<string, Comparison>> = { '==': '=', '<>': '!=' };
const WORDS = new Set(['and', 'or', 'not', 'in']);

/**
 * Parses the text of a filter.
 *
 * @returns null for text that is blank: no filter
 * @throws FilterError with the position of the fault and what was expected there
 */
export function parseFilter(text: string): FilterNode | null {
  const tokens = tokenize(text);
  if (tokens.length === 1) return null;
  const parser = new FilterParser(tokens);
  return parser.parseWhole();
}

/**
 * Like `parseFilter`, for text that a user wrote on a command line.
 *
 * @throws OperationError `invalid-input` with the position of the fault
 */
export function readFilter(text: string): FilterNode | null {
  try {
    return parseFilter(text);
  } catch (cause) {
    if (!(cause instanceof FilterError)) throw cause;
    throw new OperationError('invalid-input', cause.message, { cause });
  }
}

/** The filter as text; parsing it again gives the same filter. */
export function printFilter(node: FilterNode): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.operands.map(printOperand).join(` ${node.kind} `);
    case 'not':
      return `not ${printOperand(node.operand)}`;
    case 'compare':
      return `${node.field} ${node.operator} ${printValue(node.field, node.value)}`;
    case 'in':
      return `${node.field} in (${node.values.map((v) => printValue(node.field, v)).join(', ')})`;
  }
}

function printOperand(node: FilterNode): string {
  return node.kind === 'and' || node.kind === 'or' ? `(${printFilter(node)})` : printFilter(node);
}

function printValue(fieldName: string, value: FilterValue): string {
  if (value === null) return '-';
  const text = String(value);
  const field = findFilterField(fieldName);
  const isPlain =
    /^[\w.:/*+-]+$/.test(text) &&
    !WORDS.has(text.toLowerCase()) &&
    (field === undefined || fieldValue(field, text, false) === value);
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

class FilterParser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parseWhole(): FilterNode {
    const node = this.#parseChain('or');
    if (this.#peek().kind !== 'end') this.#fail('"and", "or" or the end of the filter');
    return node;
  }

  #parseChain(word: 'and' | 'or'): FilterNode {
    const parseNext = (): FilterNode =>
      word === 'or' ? this.#parseChain('and') : this.#parseOne();
    const operands = [parseNext()];
    while (this.#takeWord(word)) operands.push(parseNext());
    const [first] = operands;
    return operands.length === 1 && first !== undefined ? first : { kind: word, operands };
  }

  #parseOne(): FilterNode {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) this.#fail(`at most ${DEPTH_MAX} levels of brackets and "not"`);
    try {
      if (this.#takeWord('not')) return { kind: 'not', operand: this.#parseOne() };
      if (this.#takeSymbol('(')) {
        const node = this.#parseChain('or');
        if (!this.#takeSymbol(')')) this.#fail('"and", "or" or ")"');
        return node;
      }
      return this.#parseComparison();
    } finally {
      this.#depth -= 1;
    }
  }

  #parseComparison(): FilterNode {
    const field = this.#parseField();
    if (this.#takeWord('not')) {
      if (!this.#takeWord('in')) this.#fail('"in"');
      return { kind: 'not', operand: this.#parseIn(field) };
    }
    if (this.#takeWord('in')) return this.#parseIn(field);
    const operators = operatorsOf(field);
    const operator = this.#parseOperator(operators);
    const isSearch = field.kind === 'address' && (operator === '~' || operator === '!~');
    const value = isSearch ? this.#parseText() : this.#parseValue(field);
    if (value === null && operator !== '=' && operator !== '!=') {
      this.#index -= 1;
      this.#fail(expectedValue(field));
    }
    return { kind: 'compare', field: field.name, operator, value };
  }

  #parseField(): FilterField {
    const token = this.#peek();
    const field = token.kind === 'word' ? findFilterField(token.text) : undefined;
    if (field === undefined) {
      const isName = token.kind === 'word' && !WORDS.has(token.text.toLowerCase());
      const near = isName ? nearNames(token.text) : [];
      this.#fail(near.length > 0 ? `a field (${near.join(', ')}?)` : 'a field such as dstport');
    }
    this.#index += 1;
    return field;
  }

  #parseOperator(allowed: readonly Comparison[]): Comparison {
    const token = this.#peek();
    const text = SYNONYMS[token.text] ?? token.text;
    const operator = allowed.find((candidate) => candidate === text);
    if (token.kind !== 'symbol' || operator === undefined) {
      this.#fail(`one of ${allowed.join(' ')} in`);
    }
    this.#index += 1;
    return operator;
  }

  #parseIn(field: FilterField): FilterNode {
    if (!this.#takeSymbol('(')) {
      return { kind: 'in', field: field.name, values: [this.#parseValue(field)] };
    }
    const values = [this.#parseValue(field)];
    while (this.#takeSymbol(',')) values.push(this.#parseValue(field));
    if (!this.#takeSymbol(')')) this.#fail('"," or ")"');
    return { kind: 'in', field: field.name, values };
  }

  #parseValue(field: FilterField): FilterValue {
    const token = this.#peek();
    const isValue = token.kind === 'word' || token.kind === 'quoted';
    const value = isValue ? fieldValue(field, token.text, token.kind === 'quoted') : undefined;
    if (value === undefined) this.#fail(expectedValue(field));
    this.#index += 1;
    return value;
  }

  #parseText(): string {
    const token = this.#peek();
    if (token.kind !== 'word' && token.kind !== 'quoted') this.#fail('text');
    this.#index += 1;
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', position: 0 };
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#index += 1;
    return true;
  }

  #takeSymbol(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.#index += 1;
    return true;
  }

  #fail(expected: string): never {
    const token = this.#peek();
    throw new FilterError(token.position, describeToken(token), expected);
  }
}

/** The comparisons that have a meaning for the field. */
export function operatorsOf(field: FilterField): readonly Comparison[] {
  switch (field.kind) {
    case 'address':
    case 'text':
      return ['=', '!=', '~', '!~'];
    case 'integer':
      return ['=', '!=', '>', '>=', '<', '<='];
    case 'flags':
      return COMPARISONS;
  }
}

function nearNames(written: string): readonly string[] {
  const start = written.toLowerCase().replaceAll('_', '-').slice(0, 3);
  return FILTER_FIELD_NAMES.filter((name) => name.startsWith(start)).slice(0, 4);
}
