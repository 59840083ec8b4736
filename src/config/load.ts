// Reads the three sources, lays them over each other and checks the result.
import { readFileSync } from 'node:fs';

import { LineCounter, isNode, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';

import { OperationError, toOperationError } from '../observe/operation-error.ts';
import { SETTINGS, configSchema } from './schema.ts';
import type { Config, Setting } from './schema.ts';

const FILE_BYTES_MAX = 1024 * 1024;

/** Settings given on a command line, by the path of the setting; undefined where not given. */
export interface ConfigFlags {
  readonly data?: string | undefined;
  readonly listen?: string | undefined;
  readonly interfaces?: readonly string[] | undefined;
  readonly netns?: readonly string[] | undefined;
  readonly inventory?: string | undefined;
}

/** One fault, e.g. path `capture.ringBytes`, source `weir.yaml line 3`. */
export interface ConfigFault {
  readonly path: string;
  readonly source: string;
  readonly message: string;
}

/** The configuration is wrong; the message states the first fault, `faults` has all of them. */
export class ConfigError extends OperationError {
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more: weir config check)` : '';
    super('invalid-input', `${faults.map(describe)[0] ?? 'Configuration is wrong'}${more}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

function describe(fault: ConfigFault): string {
  const place = fault.path === '' ? '' : `${fault.path}: `;
  return `Cannot use the configuration (${fault.source}): ${place}${fault.message}`;
}

export interface LoadedConfig {
  readonly config: Config;
  /** WEIR_* variables that name no setting and were left aside. */
  readonly ignoredVariables: readonly string[];
}

/** A tree of settings as given, not yet checked. */
type Layer = Record<string, unknown>;

/**
 * The effective configuration, frozen.
 *
 * @param file path of the YAML file, or null for none
 * @throws ConfigError on any fault, OperationError when the file cannot be read
 */
export function loadConfig(
  file: string | null,
  environment: Readonly<Record<string, string | undefined>>,
  flags: ConfigFlags,
): LoadedConfig {
  const source = file === null ? null : readFile(file);
  const variables = fromEnvironment(environment);
  const flagged = fromFlags(flags);
  const merged: Layer = {};
  for (const layer of [source?.layer ?? {}, variables.layer, flagged]) lay(merged, layer);

  const checked = configSchema.safeParse(merged);
  if (checked.success) {
    return { config: freeze(checked.data), ignoredVariables: variables.ignored };
  }
  const sourceOf = (path: readonly PropertyKey[]): string => {
    if (has(flagged, path)) return 'command line';
    if (has(variables.layer, path)) {
      const found = SETTINGS.find((setting) => startsWith(path, setting.path));
      return `environment ${found?.variable ?? ''}`;
    }
    return source?.locate(path) ?? 'defaults';
  };
  throw new ConfigError(checked.error.issues.flatMap((issue) => toFaults(issue, sourceOf)));
}

function toFaults(
  issue: z.core.$ZodIssue,
  sourceOf: (path: readonly PropertyKey[]) => string,
): ConfigFault[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: issue.path.join('.'), source: sourceOf(issue.path), message: issue.message }];
  }
  const known = [
    ...new Set(
      SETTINGS.filter((setting) => startsWith(setting.path, issue.path)).map(
        (setting) => setting.path[issue.path.length] ?? '',
      ),
    ),
  ];
  return issue.keys.map((key) => ({
    path: [...issue.path, key].join('.'),
    source: sourceOf([...issue.path, key]),
    message: `unknown key; known here are ${known.join(', ')}`,
  }));
}

function readFile(file: string): {
  layer: Layer;
  locate: (path: readonly PropertyKey[]) => string;
} {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw toOperationError(cause, `Cannot read the configuration "${file}"`);
  }
  if (text.length > FILE_BYTES_MAX) {
    throw fileFault(file, '', `is longer than ${FILE_BYTES_MAX} bytes`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw fileFault(file, ` line ${lines.linePos(broken.pos[0]).line}`, firstLine(broken.message));
  }
  const content: unknown = document.toJS({ maxAliasCount: 100 });
  if (content !== null && (typeof content !== 'object' || Array.isArray(content))) {
    throw fileFault(file, '', 'expected keys and values at the top');
  }
  return {
    layer: (content ?? {}) as Layer,
    locate: (path) => `${file}${lineOf(document, lines, path)}`,
  };
}

function fileFault(file: string, place: string, message: string): ConfigError {
  return new ConfigError([{ path: '', source: `${file}${place}`, message }]);
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? text;
}

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): string {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return ` line ${lines.linePos(node.range[0]).line}`;
  }
  return '';
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): {
  layer: Layer;
  ignored: string[];
} {
  const layer: Layer = {};
  const ignored: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || !name.startsWith('WEIR_') || name === 'WEIR_CONFIG') continue;
    const setting = SETTINGS.find((candidate) => candidate.variable === name);
    if (setting === undefined) ignored.push(name);
    else place(layer, setting.path, readText(text, setting.textForm));
  }
  return { layer, ignored };
}

function readText(text: string, form: Setting['textForm']): unknown {
  // An empty variable means "as if not set"; null is how the file says so for a nullable setting.
  if (text === '') return undefined;
  if (form === 'list') return text.split(',').map((part) => part.trim());
  if (form === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (form === 'number' && text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text);
  return text;
}

function fromFlags(flags: ConfigFlags): Layer {
  const layer: Layer = {};
  place(layer, ['data'], flags.data);
  place(layer, ['listen'], flags.listen);
  place(layer, ['capture', 'interfaces'], flags.interfaces);
  place(layer, ['capture', 'netns'], flags.netns);
  place(layer, ['inventory', 'file'], flags.inventory);
  return layer;
}

function place(layer: Layer, path: readonly string[], value: unknown): void {
  if (value === undefined) return;
  const [section, name] = path;
  if (section === undefined) return;
  if (name === undefined) layer[section] = value;
  else layer[section] = { ...(layer[section] as Layer | undefined), [name]: value };
}

/** Lays `over` on `under`, section by section; a section that is null counts as empty. */
function lay(under: Layer, over: Layer): void {
  for (const [key, value] of Object.entries(over)) {
    const before = under[key];
    if (isLayer(value) && isLayer(before)) under[key] = { ...before, ...value };
    else if (value === null && SETTINGS.some((setting) => isSection(setting.path, key))) continue;
    else under[key] = value;
  }
}

function isSection(path: readonly string[], key: string): boolean {
  return path.length === 2 && path[0] === key;
}

function isLayer(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function has(layer: Layer, path: readonly PropertyKey[]): boolean {
  const first = layer[String(path[0])];
  if (path.length < 2) return first !== undefined;
  return isLayer(first) && first[String(path[1])] !== undefined;
}

function startsWith(path: readonly PropertyKey[], start: readonly PropertyKey[]): boolean {
  return start.every((part, index) => path[index] === part);
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) freeze(member as object);
  }
  return Object.freeze(value);
}
