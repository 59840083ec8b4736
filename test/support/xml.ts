// A strict reader of the XML that AWS's APIs answer: elements, one xmlns, text. What is not
// well-formed fails; so does anything that these answers never hold.
import assert from 'node:assert/strict';

export interface XmlElement {
  readonly name: string;
  readonly xmlns: string | null;
  readonly children: readonly XmlElement[];
  /** Of an element without children; entities resolved. */
  readonly text: string;
}

const PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n';
const TOKEN = /<(\/?)([A-Za-z][A-Za-z0-9]*)(?: xmlns="([^"<&]*)")?(\/?)>|([^<]+)/y;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#xD;': '\r',
};

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text: string;
}

/** Parses a whole document; its root is returned. */
export function parseXml(document: string): XmlElement {
  assert.ok(document.startsWith(PROLOG), document.slice(0, 60));
  const root: OpenElement = { name: '', xmlns: null, children: [], text: '' };
  const open = [root];
  TOKEN.lastIndex = PROLOG.length;
  while (TOKEN.lastIndex < document.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(document);
    assert.ok(match !== null, `not well-formed at ${at}: ${document.slice(at, at + 60)}`);
    const [, end, name = '', xmlns, empty, text] = match;
    const parent = open.at(-1);
    assert.ok(parent !== undefined);
    if (text !== undefined) {
      parent.text += resolve(text);
    } else if (end === '/') {
      assert.equal(open.pop()?.name, name);
    } else {
      const element: OpenElement = { name, xmlns: xmlns ?? null, children: [], text: '' };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  assert.equal(open.length, 1, 'an element is not closed');
  assert.equal(root.text, '', 'text outside the root');
  const [only, ...others] = root.children;
  assert.ok(only !== undefined && others.length === 0, 'one root is wanted');
  return only;
}

function resolve(text: string): string {
  assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]|\]\]>/u);
  return text.replaceAll(/&[^;]*;?/g, (entity) => {
    const character = ENTITIES[entity];
    assert.ok(character !== undefined, `unknown entity ${entity}`);
    return character;
  });
}

/** The text at a path of element names, or null when there is none. */
export function textAt(root: XmlElement, ...names: readonly string[]): string | null {
  let element: XmlElement | undefined = root;
  for (const name of names) element = element?.children.find((child) => child.name === name);
  return element?.text ?? null;
}
