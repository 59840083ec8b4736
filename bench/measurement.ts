// One run of one program, pinned to one core, with all that it leaves behind (measure.c).
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Program } from './programs.ts';

export interface Measurement {
  readonly wallSeconds: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Peak of the largest process. */
  readonly peakMebibytes: number;
}

interface MeasureResult {
  readonly status: number;
  readonly wall_s: number;
  readonly user_s: number;
  readonly system_s: number;
  readonly maxrss_kib: number;
}

/** The core on which all programs run: the last one, which gets the fewest interrupts. */
export const PINNED_CORE = availableParallelism() - 1;

/**
 * Runs the program to its end.
 *
 * @param folder where measure.c was compiled to
 */
export function measure(program: Program, folder: string): Measurement {
  const result = path.join(folder, 'measure.json');
  const pinned = ['taskset', '-c', String(PINNED_CORE), ...program.command];
  const run = spawnSync(path.join(folder, 'measure'), [result, ...pinned], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`${program.name} failed (${run.status}): ${run.stderr}`);
  const used = JSON.parse(readFileSync(result, 'utf8')) as MeasureResult;
  return {
    wallSeconds: used.wall_s,
    userSeconds: used.user_s,
    systemSeconds: used.system_s,
    peakMebibytes: used.maxrss_kib / 1024,
  };
}

/** The seconds by which the program is compared. */
export function comparedSeconds(program: Program, measurement: Measurement): number {
  if (program.compares === 'wall') return measurement.wallSeconds;
  return measurement.userSeconds + measurement.systemSeconds;
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
