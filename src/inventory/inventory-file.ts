// The `file` source: text of an inventory file (YAML, or JSON) to a topology, or to faults with
// path and line.
import { LineCounter, isMap, isNode, isScalar, parseDocument, type Document } from 'yaml';

import type { FileDefaults } from './file-reading.ts';
import { inventoryFileSchema } from './file-schema.ts';
import { buildTopology } from './file-topology.ts';
import {
  InventoryError,
  pathText,
  type FilePath,
  type InventoryFault,
} from './inventory-faults.ts';
import type { Topology } from './topology.ts';

export interface FileSource extends FileDefaults {
  /** The file's path, for messages. */
  readonly path: string;
}

/**
 * Reads the text of an inventory file.
 *
 * @throws InventoryError with every fault that was found
 */
export function parseInventory(text: string, source: FileSource): Topology {
  // JSON is YAML too, but its own parser is some twenty times faster (bench/inventory.ts).
  const quick = text.trimStart().startsWith('{') ? parseJson(text) : undefined;
  if (quick !== undefined) {
    const result = check(quick, source);
    if (result.faults.length === 0) return result.topology;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines });
  const lineOf = (path: FilePath): number | null => findLine(document, lines, path);
  const syntax = document.errors.map((error): InventoryFault => {
    const message = (error.message.split(/ at line \d+/)[0] ?? '').replaceAll(/\s+/g, ' ');
    return { path: '', line: error.linePos?.[0].line ?? null, message: `is no YAML: ${message}` };
  });
  if (syntax.length > 0) throw new InventoryError(source.path, syntax);
  const { topology, faults } = check(quick ?? toTexts(document.toJS()), source);
  if (faults.length === 0) return topology;
  const told = faults.map(({ path, message }) => ({
    path: pathText(path),
    line: lineOf(path),
    message,
  }));
  told.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  throw new InventoryError(source.path, told);
}

interface PathFault {
  readonly path: FilePath;
  readonly message: string;
}

function check(value: unknown, source: FileSource): { topology: Topology; faults: PathFault[] } {
  const faults: PathFault[] = [];
  const add = (path: FilePath, message: string): void => void faults.push({ path, message });
  // An empty file is an empty inventory.
  const shape = inventoryFileSchema.safeParse(value === '' || value === null ? {} : value);
  if (shape.success) return { topology: buildTopology(shape.data, source, { add }), faults };
  for (const issue of shape.error.issues) {
    const path = issue.path.filter((part) => typeof part !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) add([...path, key], 'is no key of an inventory file');
    } else if (issue.code === 'invalid_type') {
      const isMissing = issue.input === undefined && hasNone(value, path);
      add(path, isMissing ? 'is missing' : `is not ${WANTED[issue.expected] ?? issue.expected}`);
    } else {
      add(path, issue.message);
    }
  }
  return { topology: buildTopology(inventoryFileSchema.parse({}), source, { add }), faults };
}

const WANTED: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys and texts',
};

function hasNone(value: unknown, path: FilePath): boolean {
  let place: unknown = value;
  for (const part of path) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, part)) return true;
    place = (place as Record<string | number, unknown>)[part];
  }
  return false;
}

/** The value of a JSON text in the shape that the failsafe schema of YAML gives. */
function parseJson(text: string): unknown {
  try {
    return toTexts(JSON.parse(text));
  } catch {
    // The YAML parser says what is wrong, and where.
    return undefined;
  }
}

/**
 * Scalars as texts; keys without a value (`instance:`) are left out, but for tags, whose value may
 * be empty.
 */
function toTexts(value: unknown, isTags = false): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => toTexts(item));
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .map(([key, entry]) => [key, toTexts(entry, key === 'tags' || key === 'asg-tags')] as const)
    .filter(([, entry]) => isTags || entry !== '');
  return Object.fromEntries(entries);
}

/** The line of the path, or of the nearest place above it that the file has. */
function findLine(document: Document, lines: LineCounter, path: FilePath): number | null {
  for (let length = path.length; length >= 0; length--) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    if (isMap(parent) && length > 0) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === last);
      if (pair !== undefined && isNode(pair.key)) return lineAt(lines, pair.key.range?.[0]);
    }
    const node: unknown =
      length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node)) return lineAt(lines, node.range?.[0]);
  }
  return null;
}

function lineAt(lines: LineCounter, offset: number | undefined): number | null {
  return offset === undefined ? null : lines.linePos(offset).line;
}
