// Answers in XML. EC2 puts the members of the answer right into the root; the other query services
// wrap them into `<ActionResult>` and tell the request's id after it (spec/api.md 1).
import type { Member, ScalarKind, Shape, StructureShape } from './shape.ts';

type AnyStructure = StructureShape<Readonly<Record<string, Member<Shape>>>>;

export const XML_PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What an answer in XML is made of. */
export interface XmlAnswer {
  /** Name of the operation. */
  readonly action: string;
  readonly requestId: string;
  /** Of the root; must need no escaping. */
  readonly namespace: string;
  readonly shape: AnyStructure;
  /** Has the shape; members that are undefined or null are left out. */
  readonly answer: object;
}

/**
 * An answer of EC2: `<ActionResponse><requestId>…`, list items as `<item>`.
 *
 * @throws TypeError when the answer has not the shape: a bug of the operation
 */
export function encodeEc2Xml(parts: XmlAnswer): string {
  return [...ec2XmlPieces(parts)].join('');
}

/** The same in pieces, one for each item of the answer's lists: a long answer can wait between. */
export function* ec2XmlPieces(parts: XmlAnswer): Generator<string, void> {
  const { action, requestId, namespace, shape, answer } = parts;
  yield `${XML_PROLOG}<${action}Response xmlns="${namespace}">`;
  yield xmlElement('requestId', escapeXml(requestId));
  const values = valuesOf(answer);
  for (const { name, wire, shape: inner } of membersOf(shape)) {
    const content = values[name];
    if (content === undefined || content === null) continue;
    if (inner.kind === 'list' && Array.isArray(content) && content.length > 0) {
      yield `<${wire}>`;
      for (const item of content as readonly unknown[]) {
        yield xmlElement('item', write(item, inner.item, 'item', name));
      }
      yield `</${wire}>`;
    } else {
      yield xmlElement(wire, write(content, inner, 'item', name));
    }
  }
  yield `</${action}Response>`;
}

/**
 * An answer of another query service, list items as `<member>`.
 *
 * @throws TypeError when the answer has not the shape: a bug of the operation
 */
export function encodeQueryXml({ action, requestId, namespace, shape, answer }: XmlAnswer): string {
  const result = xmlElement(`${action}Result`, writeMembers(answer, shape, 'member'));
  const metadata = xmlElement('RequestId', escapeXml(requestId));
  return (
    `${XML_PROLOG}<${action}Response xmlns="${namespace}">${result}` +
    `${xmlElement('ResponseMetadata', metadata)}</${action}Response>`
  );
}

/** An element of content that is already XML; an empty one closes itself. */
export function xmlElement(name: string, content: string): string {
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser would make it a line feed.
  '\r': '&#xD;',
};

/**
 * Text as the content of an element. What XML 1.0 cannot carry at all (control characters, halves
 * of surrogate pairs, U+FFFE and U+FFFF) becomes U+FFFD.
 */
export function escapeXml(text: string): string {
  // Most texts need none of it, and answers have hundred thousands of them.
  if (/^[ !#-%'-;=?-~]*$/.test(text)) return text;
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, '\ufffd')
    .replaceAll(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);
}

function writeMembers(value: unknown, shape: AnyStructure, itemName: string): string {
  const values = valuesOf(value);
  let xml = '';
  for (const { name, wire, shape: inner } of membersOf(shape)) {
    const content = values[name];
    if (content === undefined || content === null) continue;
    xml += xmlElement(wire, write(content, inner, itemName, name));
  }
  return xml;
}

function valuesOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('An answer is no object');
  return value as Readonly<Record<string, unknown>>;
}

interface NamedMember extends Member<Shape> {
  readonly name: string;
}

const membersByShape = new WeakMap<object, readonly NamedMember[]>();

/** Listed once for a shape, not once for each of ten thousand items. */
function membersOf({ members }: AnyStructure): readonly NamedMember[] {
  let named = membersByShape.get(members);
  if (named === undefined) {
    named = Object.entries(members).map(([name, { wire, shape }]) => ({ name, wire, shape }));
    membersByShape.set(members, named);
  }
  return named;
}

function write(value: unknown, shape: Shape, itemName: string, name: string): string {
  switch (shape.kind) {
    case 'structure':
      return writeMembers(value, shape, itemName);
    case 'list':
      if (!Array.isArray(value)) throw new TypeError(`${name} of an answer is no list`);
      return value
        .map((item: unknown) => xmlElement(itemName, write(item, shape.item, itemName, name)))
        .join('');
    default:
      return escapeXml(scalarText(value, shape.kind, name));
  }
}

const SCALAR_TYPES: Readonly<Record<ScalarKind, string>> = {
  string: 'string',
  integer: 'number',
  boolean: 'boolean',
  timestamp: 'string',
};

function scalarText(value: unknown, kind: ScalarKind, name: string): string {
  if (typeof value === SCALAR_TYPES[kind]) return String(value);
  throw new TypeError(`${name} of an answer is no ${kind}`);
}
