// How fast is `weir replay`, against the peers and against plain C? Whole processes on one core,
// in turn (A B A B), medians of the figures and of the ratios pair by pair.
//
//   npm run bench -- [--captures mixed,scan] [--programs weir,limit] [--rounds 3] [--json FILE]
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { captureFolder, captureOf } from './captures.ts';
import { machine } from './machine.ts';
import { comparedSeconds, type Measurement, measure, median } from './measurement.ts';
import { compile, type Program, programsFor } from './programs.ts';
import { MEMORY_PEERS, wantedRatio } from './targets.ts';
import { MODELS, type TrafficModel } from './traffic-model.ts';

interface Row {
  readonly capture: string;
  readonly program: string;
  readonly note: string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly spreadSeconds: number;
  readonly millionPacketsPerSecond: number;
  readonly peakMebibytes: number;
  /** The program's time by Weir's, median of pairs; null for Weir itself. */
  readonly ratio: number | null;
  readonly wanted: number | null;
  readonly met: boolean | null;
  /** Whether Weir's peak is at or under this program's; null where that is not asked. */
  readonly memoryMet: boolean | null;
}

interface Series {
  readonly program: Program;
  readonly runs: Measurement[];
}

function chosen(text: string | undefined, name: string): boolean {
  return text === undefined || text.split(',').includes(name);
}

/** Runs all programs in turn, `rounds` times. */
function runRounds(programs: readonly Program[], rounds: number, folder: string): Series[] {
  const series = programs.map((program) => ({ program, runs: [] as Measurement[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { program, runs } of series) {
      const run = measure(program, folder);
      runs.push(run);
      const seconds = comparedSeconds(program, run).toFixed(3);
      process.stderr.write(`  round ${round}: ${program.name} ${seconds} s\n`);
    }
  }
  return series;
}

/** Peer by Weir in each round, for what the peer is compared by. */
function pairRatio(weir: Series, other: Series): number {
  const ratios = other.runs.map((run, round) => {
    const own = weir.runs[round];
    if (own === undefined) return Number.NaN;
    return comparedSeconds(other.program, run) / comparedSeconds(other.program, own);
  });
  return median(ratios);
}

function rowOf(model: TrafficModel, one: Series, weir: Series | undefined): Row {
  const of = (pick: (run: Measurement) => number) => median(one.runs.map(pick));
  const seconds = one.runs.map((run) => comparedSeconds(one.program, run));
  const isWeir = one.program.name === 'weir';
  const ratio = isWeir || weir === undefined ? null : pairRatio(weir, one);
  const wanted = isWeir ? null : wantedRatio(model.name, one.program.name);
  const peakMebibytes = of((run) => run.peakMebibytes);
  const weirPeak = weir === undefined ? 0 : median(weir.runs.map((run) => run.peakMebibytes));
  const memoryMet = MEMORY_PEERS.includes(one.program.name) ? weirPeak <= peakMebibytes : null;
  return {
    capture: model.name,
    program: one.program.name,
    note: one.program.note,
    wallSeconds: of((run) => run.wallSeconds),
    cpuSeconds: of((run) => run.userSeconds + run.systemSeconds),
    spreadSeconds: Math.max(...seconds) - Math.min(...seconds),
    millionPacketsPerSecond: model.packetCount / 1e6 / median(seconds),
    peakMebibytes,
    ratio,
    wanted,
    met: ratio === null || wanted === null ? null : ratio >= wanted,
    memoryMet: weir === undefined ? null : memoryMet,
  };
}

/** Both count the same capture, so both must have found the same flows. */
function assertSameFlows(folder: string): void {
  const lines = (name: string) => {
    const bytes = readFileSync(path.join(folder, name));
    let count = 0;
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1;
    return count;
  };
  const weir = lines('weir.txt') - 1;
  const limit = lines('limit.txt');
  if (weir !== limit) throw new Error(`weir wrote ${weir} records, plain C ${limit}`);
}

function verdict(met: boolean | null): string {
  if (met === null) return '';
  return met ? 'met' : 'missed';
}

function markdown(rows: readonly Row[]): string {
  const fixed = (value: number, digits: number) => value.toFixed(digits);
  const lines = rows.map((row) => {
    const cells = [
      row.capture,
      row.program,
      fixed(row.wallSeconds, 3),
      fixed(row.cpuSeconds, 3),
      fixed(row.spreadSeconds, 3),
      fixed(row.millionPacketsPerSecond, 2),
      fixed(row.peakMebibytes, 0),
      row.ratio === null ? '' : `${fixed(row.ratio, 2)}x`,
      row.wanted === null ? '' : `${fixed(row.wanted, 1)}x`,
      verdict(row.met),
      verdict(row.memoryMet),
      row.note,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = [
    ...['capture', 'program', 'wall s', 'CPU s', 'spread s', 'M packets/s', 'peak MiB'],
    ...["time by Weir's", 'wanted', 'speed', 'memory', 'writes'],
  ];
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...lines].join('\n');
}

function main(): void {
  const { values } = parseArgs({
    options: {
      captures: { type: 'string' },
      programs: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'string' },
    },
  });
  const folder = captureFolder();
  compile('measure', folder);
  compile('limit', folder);
  const rows: Row[] = [];
  for (const model of MODELS.filter(({ name }) => chosen(values.captures, name))) {
    process.stderr.write(`${model.name}: ${model.packetCount} packets, ${model.flowCount} flows\n`);
    const programs = programsFor(captureOf(model), folder);
    const wanted = programs.filter(({ name }) => chosen(values.programs, name));
    const series = runRounds(wanted, Number(values.rounds), folder);
    const weir = series.find(({ program }) => program.name === 'weir');
    const limit = series.find(({ program }) => program.name === 'limit');
    if (weir !== undefined && limit !== undefined) assertSameFlows(folder);
    rows.push(...series.map((one) => rowOf(model, one, weir)));
  }
  const host = machine();
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine: host, rows }, null, 2)}\n`);
  }
  const told = `${host.processor}, one core, Linux ${host.kernel}, Node ${host.node}`;
  process.stdout.write(`${told}, commit ${host.commit}\n\n${markdown(rows)}\n`);
}

main();
