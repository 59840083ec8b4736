// Compiles a log format into the op-codes of assembly/text.ts.
import type { Field } from '../spine/fields.ts';

/** Op-codes and arguments as assembly/text.ts numbers them. */
const OP = {
  end: 0,
  literal: 1,
  constant: 2,
  srcaddr: 3,
  dstaddr: 4,
  'pkt-srcaddr': 5,
  'pkt-dstaddr': 6,
  srcport: 7,
  dstport: 8,
  protocol: 9,
  packets: 10,
  bytes: 11,
  start: 12,
  end_: 13,
  'tcp-flags': 14,
  type: 15,
  'flow-direction': 16,
  'traffic-path': 17,
  action: 18,
  'x-start-ms': 19,
  'x-end-ms': 20,
} as const;

const OPS_MAX = 250;
const SLOTS_MAX = 64;

/** The fields whose value differs from flow to flow, with their op-code. */
const OP_OF_FIELD: ReadonlyMap<string, number> = new Map(
  Object.entries(OP)
    .filter(([name]) => name !== 'literal' && name !== 'constant' && name !== 'end')
    .map(([name, op]) => [name === 'end_' ? 'end' : name, op]),
);

export type TextStyle = 'text' | 'json';

/** One part of a constant: text as it is, or a field whose value the point decides. */
export type ConstantPart = string | Field;

export interface TextProgram {
  readonly style: TextStyle;
  /** Pairs of op-code and argument; the argument of a literal is an index into `literals`. */
  readonly ops: readonly (readonly [op: number, argument: number])[];
  readonly literals: readonly string[];
  /** Per constant slot the parts whose concatenation is the point's string. */
  readonly constants: readonly (readonly ConstantPart[])[];
}

export const LITERAL_OP = OP.literal;

/**
 * @param fields the format's fields, in order
 * @param style AWS's text line, or one JSON object per line with AWS's names as keys
 * @throws Error when the format has more parts than a line may have
 */
export function compileText(fields: readonly Field[], style: TextStyle): TextProgram {
  const program = new ProgramWriter(style);
  fields.forEach((field, index) => {
    const op = OP_OF_FIELD.get(field.name);
    if (style === 'json')
      program.addText((index === 0 ? '{' : ',') + JSON.stringify(field.name) + ':');
    if (op === undefined) program.addConstant(field);
    else program.addOp(op, field);
  });
  if (style === 'json') program.addText('}');
  return program.finish();
}

/** JSON writes these as strings; direction brings its own quotes, since it may be null. */
const UNQUOTED = new Set(['flow-direction', 'traffic-path']);

class ProgramWriter {
  readonly #style: TextStyle;
  readonly #ops: [number, number][] = [];
  readonly #literals: string[] = [];
  readonly #constants: (readonly ConstantPart[])[] = [];
  #pending: ConstantPart[] = [];

  constructor(style: TextStyle) {
    this.#style = style;
  }

  addText(text: string): void {
    this.#pending.push(text);
  }

  addConstant(field: Field): void {
    // In text the values of one constant are joined by the separator here.
    if (this.#style === 'text' && this.#pending.length > 0) this.#pending.push(' ');
    this.#pending.push(field);
  }

  addOp(op: number, field: Field): void {
    const json = this.#style === 'json';
    const quoted = json && field.type === 'string' && !UNQUOTED.has(field.name);
    if (quoted) this.#pending.push('"');
    this.#flush();
    this.#ops.push([op, json ? 1 : 0]);
    if (quoted) this.#pending.push('"');
  }

  finish(): TextProgram {
    this.#flush();
    if (this.#ops.length > OPS_MAX || this.#constants.length > SLOTS_MAX) {
      throw new Error(`Format has too many parts: at most ${OPS_MAX} fields in a line`);
    }
    this.#ops.push([OP.end, 0]);
    return {
      style: this.#style,
      ops: this.#ops,
      literals: this.#literals,
      constants: this.#constants,
    };
  }

  #flush(): void {
    const parts = this.#pending;
    if (parts.length === 0) return;
    this.#pending = [];
    if (parts.every((part) => typeof part === 'string')) {
      this.#ops.push([OP.literal, this.#literals.push(parts.join('')) - 1]);
    } else {
      this.#ops.push([OP.constant, this.#constants.push(parts) - 1]);
    }
  }
}
