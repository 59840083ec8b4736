// `weir replay`: captures to records on standard output, in one thread, without the daemon's
// parts. Everything it imports is loaded at start, so nothing here may be heavy; the inventory,
// gzip and the progress bar are loaded only when asked for.
import { writeSync } from 'node:fs';
import { CaptureReader, type CaptureInterface } from '../capture/capture-reader.ts';
import { openCaptureFile } from '../capture/capture-file.ts';
import {
  parseReplayArguments,
  REPLAY_HELP,
  UsageError,
  type ReplayArguments,
} from '../cli/replay-arguments.ts';
import { compileText, HotPath, LINK_POLICY, type TextProgram } from '../hotpath/index.ts';
import { Meter, type ClosedTable } from '../meter/meter.ts';
import { type OperationError, toOperationError } from '../observe/operation-error.ts';
import { bareIdentity, interfaceValue } from '../records/identity-values.ts';
import { LogFormatError, parseLogFormat, type LogFormat } from '../records/log-format.ts';
import { EXCLUSIONS, VERDICT } from '../spine/flow.ts';
import type { InterfaceIdentity } from '../spine/record.ts';
import type { ReplayInventory } from './replay-inventory.ts';

const FLOWS_MAX = 1 << 22;
const LATENESS_SECONDS = 1;

/** Runs the command; returns its exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const parsed = parseReplayArguments(argv);
    if (parsed === null) {
      writeAll(1, Buffer.from(REPLAY_HELP));
      return 0;
    }
    const format = parseLogFormat(parsed.format, 'vpc');
    const inventory =
      parsed.inventory === null
        ? null
        : await (await import('./replay-inventory.ts')).loadReplayInventory(parsed);
    return (await new Replay(parsed, format, inventory).run()) ? 0 : 1;
  } catch (error) {
    if (isClosedPipe(error)) return 0;
    const usage = error instanceof UsageError || error instanceof LogFormatError;
    const message = usage ? error.message : toOperationError(error, 'Cannot replay').message;
    writeAll(2, Buffer.from(`weir: ${message}\n`));
    return usage ? 2 : 1;
  }
}

class Replay {
  readonly #arguments: ReplayArguments;
  readonly #format: LogFormat;
  readonly #inventory: ReplayInventory | null;
  readonly #program: TextProgram;
  readonly #hotPath: HotPath;
  readonly #meter: Meter;
  readonly #reader: CaptureReader;
  readonly #points = new Map<string, number>();
  #headerWritten = false;
  #onProgress: () => void = () => {};

  constructor(parsed: ReplayArguments, format: LogFormat, inventory: ReplayInventory | null) {
    this.#arguments = parsed;
    this.#format = format;
    this.#inventory = inventory;
    this.#program = compileText(format.fields, parsed.output);
    this.#hotPath = new HotPath({ maxFlows: FLOWS_MAX, exclusions: parsed.exclusions });
    const verdict =
      parsed.trafficType === 'ALL' ? null : VERDICT[trafficVerdict(parsed.trafficType)];
    this.#hotPath.setProgram(this.#program, verdict);
    this.#meter = new Meter(this.#hotPath, {
      windowSeconds: parsed.intervalSeconds,
      latenessSeconds: LATENESS_SECONDS,
      earlyFlushesMax: Infinity,
      onFlows: (table) => this.#write(table),
    });
    this.#reader = new CaptureReader({
      hotPath: this.#hotPath,
      feed: (from, feed) => this.#meter.feed(from, feed),
      linkFor: (captured) => this.#linkFor(captured),
      onProgress: () => this.#onProgress(),
    });
    inventory?.install(this.#hotPath, (point, identity) => this.#setConstants(point, identity));
  }

  /** @returns false when a capture could not be read whole; what could be read was written */
  async run(): Promise<boolean> {
    const faults: OperationError[] = [];
    for (const path of this.#arguments.files) {
      const fault = await this.#readFile(path);
      if (fault !== null) faults.push(fault);
    }
    this.#meter.finish();
    const unread = faults.filter((fault) => fault.code !== 'truncated-input').length;
    if (unread < this.#arguments.files.length) this.#writeHeader();
    for (const fault of faults) writeAll(2, Buffer.from(`weir: ${fault.message}\n`));
    writeAll(2, Buffer.from(`${JSON.stringify(this.#summary())}\n`));
    return faults.length === 0;
  }

  /** Before the first record, so that input that is no capture leaves no output at all. */
  #writeHeader(): void {
    if (this.#headerWritten) return;
    this.#headerWritten = true;
    if (!this.#arguments.header || this.#arguments.output === 'json') return;
    writeAll(1, Buffer.from(`${this.#format.fields.map((field) => field.name).join(' ')}\n`));
  }

  async #readFile(path: string): Promise<OperationError | null> {
    let file;
    try {
      file = await openCaptureFile(path);
    } catch (error) {
      return toOperationError(error, `Cannot read "${path}"`);
    }
    const progress = process.stderr.isTTY
      ? (await import('../cli/replay-progress.ts')).createReplayProgress(path, file)
      : null;
    if (progress !== null) this.#onProgress = () => progress.update();
    try {
      return await this.#reader.read(file, path === '-' ? 'standard input' : path);
    } finally {
      progress?.clear();
      this.#onProgress = () => {};
      file.close();
    }
  }

  #linkFor(captured: CaptureInterface) {
    if (this.#inventory !== null) return { point: 0, policy: LINK_POLICY.inventory };
    const name = captured.name ?? `capture-${captured.index}`;
    let point = this.#points.get(name);
    if (point === undefined) {
      point = this.#points.size + 1;
      this.#points.set(name, point);
      const { accountId, region } = this.#arguments;
      const identity = bareIdentity(accountId, region, interfaceIdOf(name), captured.name);
      this.#setConstants(point, identity);
    }
    return { point, policy: LINK_POLICY.fixed };
  }

  #setConstants(point: number, identity: InterfaceIdentity): void {
    const json = this.#program.style === 'json';
    this.#program.constants.forEach((parts, slot) => {
      const text = parts.map((part) => {
        if (typeof part === 'string') return part;
        const value = interfaceValue(part, identity, this.#format.version);
        if (!json) return value ?? '-';
        return value !== null && part.type === 'string' ? JSON.stringify(value) : (value ?? 'null');
      });
      this.#hotPath.setConstant(point, slot, text.join(''));
    });
  }

  #write(table: ClosedTable): void {
    this.#writeHeader();
    const flows = this.#inventory === null ? null : this.#hotPath.flows();
    if (flows !== null) this.#inventory?.annotate(flows, this.#hotPath.flowCount);
    this.#hotPath.render(table.windowSeconds, (text) => writeAll(1, text));
  }

  #summary() {
    const { frames, packets, outcomes } = this.#reader.totals;
    const rendered = this.#hotPath.renderTotals();
    const excluded: Record<string, number> = {
      arp: outcomes.arp,
      'not-ip': outcomes['not-ip'],
      'no-interface': outcomes['no-interface'],
    };
    EXCLUSIONS.forEach((reason, code) => {
      if (code > 2) excluded[reason] = (excluded[reason] ?? 0) + (rendered.excluded[code] ?? 0);
    });
    return {
      frames,
      ip_packets: packets + outcomes['no-interface'],
      records: rendered.records,
      excluded: nonZero({ ...excluded, 'traffic-type': rendered.packetsFiltered }),
      unparsable: nonZero({
        truncated: outcomes.truncated,
        malformed: outcomes.malformed,
        'unsupported-link': outcomes['unsupported-link'],
      }),
      record_packets: rendered.packets,
      observed_twice: this.#hotPath.doubleObservations,
    };
  }
}

function trafficVerdict(type: 'ACCEPT' | 'REJECT'): 'accept' | 'reject' {
  return type === 'ACCEPT' ? 'accept' : 'reject';
}

function nonZero(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/**
 * A stable interface id for a capture interface that no inventory knows: FNV-1a of its name,
 * 64 bits and one more digit for AWS's length. Not cryptographic, so that a replay need not load
 * a hash library.
 */
function interfaceIdOf(name: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return `eni-0${hash.toString(16).padStart(16, '0')}`;
}

/** Writes all bytes; a full pipe is waited for, since everything here is synchronous. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
