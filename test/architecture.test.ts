// The house rules that a machine can check: levels of the folders, walls around FFI and DuckDB,
// sizes, names, and dead files. A rule may be broken only by a line in EXCEPTIONS, with its reason.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { ROOT } from './support/weir.ts';

/** A room may import from rooms of lower levels only (ARCHITECTURE.md). */
const LEVELS: readonly (readonly string[])[] = [
  ['spine'],
  ['hotpath', 'records', 'aws', 'kernel', 'config', 'observe'],
  ['capture', 'meter', 'verdict', 'inventory', 'enrich', 'store', 'deliver', 'query'],
  ['api', 'console', 'cli'],
  ['app'],
];

/** `rule: place` to the reason why it stands. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['level: observe/operation-error', 'a fault of the world has one shape in every room'],
  ['columns: src/spine/flow.ts', 'the drawing of the 64 bytes'],
  ['function: src/hotpath/assembly/text.ts', 'one switch with a few lines per op-code'],
  ['function: src/hotpath/assembly/text.ts', 'one switch over the op-codes of a format'],
]);

const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;
/** Lines that cannot be broken: a URL, an import of one name from a file of a long name. */
const UNBREAKABLE = /https?:\/\/|^import \{ [\w ]+ \} from '/;
const BANNED_NAMES = /(^|[-/])(utils?|helpers?|common|manager|data|info|misc|lib)(\.|\/|$)/;
const THIS_FILE = 'test/architecture.test.ts';

interface Source {
  /** Path from the repository's root. */
  readonly file: string;
  readonly lines: readonly string[];
  readonly isTest: boolean;
  /** AssemblyScript, which has its own compiler and imports without extension. */
  readonly isAssembly: boolean;
}

function sourcesUnder(folder: string): Source[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, name))
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => ({
      file,
      lines: readFileSync(path.join(ROOT, file), 'utf8').split('\n'),
      isTest: file.endsWith('.test.ts'),
      isAssembly: /^src\/hotpath\/(assembly|decode)\b/.test(file),
    }));
}

const SOURCES = sourcesUnder('src');
const ALL_SOURCES = [...SOURCES, ...sourcesUnder('test'), ...sourcesUnder('bench')];

const IMPORT = /(?:\bfrom|\bimport|\bimport\(|new URL\()\s*'([^']+)'/g;

/** What the file names in import, export from, import() and new URL(). */
function importsOf(source: Source): string[] {
  return [...source.lines.join('\n').matchAll(IMPORT)].map((match) => match[1] ?? '');
}

/** The imported file as a path from the root, or null for a package. */
function resolve(source: Source, name: string): string | null {
  if (!name.startsWith('.')) return null;
  const target = path.posix.join(path.posix.dirname(source.file), name);
  if (source.isAssembly) return `${target}.ts`;
  return target.replace(/\.js$/, '.ts');
}

function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

function levelOf(room: string): number {
  return LEVELS.findIndex((rooms) => rooms.includes(room));
}

function isExcepted(rule: string, place: string): boolean {
  return [...EXCEPTIONS.keys()].some((key) => key === `${rule}: ${place}`);
}

/** Fails with all faults at once, one per line. */
function assertNone(faults: readonly string[]): void {
  assert.equal(faults.length, 0, `\n${faults.join('\n')}`);
}

function faultsOfLevel(source: Source): string[] {
  const room = roomOf(source.file);
  return importsOf(source).flatMap((name) => {
    const target = resolve(source, name);
    if (target === null || !target.startsWith('src/')) return [];
    const other = roomOf(target);
    if (other === room || levelOf(other) < levelOf(room)) return [];
    if (isExcepted('level', target.replace(/^src\/|\.ts$/g, ''))) return [];
    if (isExcepted('level', source.file.replace(/^src\//, ''))) return [];
    return [`${source.file} imports ${target}, which is not of a lower level`];
  });
}

/** Packages that only one room may import, and rooms that may not touch node:*. */
function faultsOfWalls(source: Source): string[] {
  const room = roomOf(source.file);
  const isPure = ['spine', 'records', 'hotpath'].includes(room) && !source.isTest;
  const readsWasm = source.file === 'src/hotpath/instance.ts';
  return importsOf(source).flatMap((name) => {
    if (name === 'koffi' && room !== 'kernel') return [`${source.file}: koffi belongs to kernel/`];
    if (name.startsWith('@duckdb/') && room !== 'query') {
      return [`${source.file}: DuckDB belongs to query/`];
    }
    if (isPure && !readsWasm && name.startsWith('node:')) return [`${source.file}: uses ${name}`];
    if (room === 'spine' && !source.isTest && !/^\.\/[\w-]+\.ts$/.test(name)) {
      return [`${source.file}: spine imports nothing, but ${name}`];
    }
    return [];
  });
}

const FUNCTION_START = /^ *(export )?(async )?function\b/;
const METHOD_START = /^ +((static|async|get|set|override) )*\*?#?\w+(<.*>)?\(/;
const SIGNATURE_END = /\)(: [^=]+)? \{$/;
const CONTROL_WORD = /^ *(if|for|while|switch|catch|return|new|await|it|describe|test)\b/;

/** True when a function or method begins on that line, whose signature may span several. */
function beginsFunction(lines: readonly string[], start: number): boolean {
  const line = lines[start] ?? '';
  if (FUNCTION_START.test(line)) return true;
  if (!METHOD_START.test(line) || CONTROL_WORD.test(line)) return false;
  if (!line.endsWith('(')) return SIGNATURE_END.test(line);
  const indent = line.search(/\S/);
  const close = lines.find((other, index) => index > start && other.search(/\S/) <= indent);
  return close !== undefined && SIGNATURE_END.test(close);
}

/**
 * Functions by indentation, which the formatter guarantees: from the line that opens one to the
 * next line that closes at the same column.
 */
function longFunctions(source: Source): string[] {
  return source.lines.flatMap((line, start) => {
    if (!beginsFunction(source.lines, start)) return [];
    const close = `${' '.repeat(line.search(/\S/))}}`;
    const end = source.lines.findIndex((other, index) => index > start && other === close);
    const length = end - start + 1;
    if (length <= FUNCTION_LINES_MAX || isExcepted('function', source.file)) return [];
    return [`${source.file}:${start + 1}: function of ${length} lines`];
  });
}

/** Faults of each line that matches, outside comments and strings. */
function linesThat(source: Source, pattern: RegExp, what: string): string[] {
  if (source.file === THIS_FILE) return [];
  return source.lines.flatMap((line, index) => {
    const code = line.replace(
      /'(\\.|[^'\\])*'|`[^`]*`|\/(\\.|[^/\\\s])+\/|\/\/.*|^\s*\/?\*.*/g,
      "''",
    );
    return pattern.test(code) ? [`${source.file}:${index + 1}: ${what}`] : [];
  });
}

/** Files named by import, by bin/weir or by asconfig.json, and what these name in turn. */
function reachable(): Set<string> {
  const bySource = new Map(SOURCES.map((source) => [source.file, source]));
  const launcher = readFileSync(path.join(ROOT, 'bin/weir'), 'utf8');
  const entries = [...launcher.matchAll(/'\.\.\/dist\/(src\/[\w/-]+)\.js'/g)];
  const assembly = JSON.parse(readFileSync(path.join(ROOT, 'asconfig.json'), 'utf8')) as {
    readonly entries: readonly string[];
  };
  const queue = [...entries.map((entry) => `${entry[1]}.ts`), ...assembly.entries];
  const seen = new Set<string>();
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const source = bySource.get(file);
    if (source === undefined || seen.has(file)) continue;
    seen.add(file);
    for (const name of importsOf(source)) {
      const target = resolve(source, name);
      if (target !== null) queue.push(target);
    }
  }
  return seen;
}

describe('architecture', () => {
  it('every folder of src has a level', () => {
    const rooms = readdirSync(path.join(ROOT, 'src'));

    assert.deepEqual(
      rooms.filter((room) => levelOf(room) === -1),
      [],
    );
  });

  it('a room imports only from rooms of lower levels', () => {
    assertNone(SOURCES.filter((source) => !source.isTest).flatMap(faultsOfLevel));
  });

  it('koffi stays in kernel, DuckDB in query, node:* out of the pure rooms', () => {
    assertNone(SOURCES.flatMap(faultsOfWalls));
  });

  it(`files have at most ${LINES_MAX} lines of ${COLUMNS_MAX} columns`, () => {
    const faults = ALL_SOURCES.flatMap(({ file, lines }) => [
      ...(lines.length > LINES_MAX + 1 ? [`${file}: ${lines.length - 1} lines`] : []),
      ...lines.flatMap((line, index) =>
        line.length > COLUMNS_MAX && !UNBREAKABLE.test(line) && !isExcepted('columns', file)
          ? [`${file}:${index + 1}: ${line.length} columns`]
          : [],
      ),
    ]);

    assertNone(faults);
  });

  it(`functions have at most ${FUNCTION_LINES_MAX} lines`, () => {
    const bound = ALL_SOURCES.filter(({ file }) => !isExcepted('function', file));

    assertNone(bound.flatMap(longFunctions));
  });

  it('no file or folder has a name that says nothing', () => {
    assertNone(ALL_SOURCES.map((source) => source.file).filter((file) => BANNED_NAMES.test(file)));
  });

  it('no any, no default export, no enum, no `!` but on an element read', () => {
    const faults = ALL_SOURCES.flatMap((source) => [
      ...linesThat(source, /\bas any\b|[:<|,(] ?any\b(?! of)|\bany\[\]/, 'any'),
      ...linesThat(source, /^export default\b/, 'default export'),
      ...(source.isAssembly ? [] : linesThat(source, /^(export )?(const )?enum\b/, 'enum')),
      ...linesThat(source, /[\w)]!(?!=)([.;,)\s[]|$)/, '`!` on something else than an element'),
    ]);

    assertNone(faults);
  });

  it('nothing is left to do without the number of an issue', () => {
    const faults = ALL_SOURCES.filter(({ file }) => file !== THIS_FILE).flatMap((source) =>
      source.lines.flatMap((line, index) =>
        /\b(TODO|FIXME|XXX)\b(?!.*issue \d+)/.test(line) ? [`${source.file}:${index + 1}`] : [],
      ),
    );

    assertNone(faults);
  });

  it('tests run all or none: no only', () => {
    assertNone(
      ALL_SOURCES.flatMap((source) =>
        linesThat(source, /\b(it|test|describe)\.(only|todo)\(|\{ only: true/, 'only or todo'),
      ),
    );
  });

  it('every file is reached from the launcher', () => {
    const used = reachable();
    const dead = SOURCES.filter(
      ({ file, isTest }) => !isTest && !file.endsWith('.d.ts') && !used.has(file),
    );

    assertNone(dead.map((source) => source.file));
  });

  it('every relative import names a file', () => {
    const faults = ALL_SOURCES.flatMap((source) =>
      importsOf(source).flatMap((name) => {
        const target = resolve(source, name);
        if (target === null || !target.endsWith('.ts')) return [];
        if (target.startsWith('dist/') || existsSync(path.join(ROOT, target))) return [];
        return [`${source.file}: ${name}`];
      }),
    );

    assertNone(faults.filter((fault) => !fault.startsWith(THIS_FILE)));
  });
});
