// On what a figure was measured.
import { spawnSync } from 'node:child_process';
import { cpus, release } from 'node:os';

import { ROOT } from '../test/support/weir.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  /** Commit of the checkout, with `+` when there are changes. */
  readonly commit: string;
}

function git(...args: readonly string[]): string {
  const run = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim() : '';
}

/** This machine and checkout. */
export function machine(): Machine {
  const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+';
  return {
    processor: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    kernel: release(),
    node: process.versions.node,
    commit: `${git('rev-parse', '--short', 'HEAD')}${changed}`,
  };
}
