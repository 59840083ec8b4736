// `weir config check|dump`.
import type { Command } from 'commander';

import { ConfigError, dumpConfig, loadConfig } from '../config/index.ts';
import type { CommandDeps } from './command-deps.ts';

export function registerConfig(program: Command, deps: CommandDeps): void {
  const group = program
    .command('config')
    .description('Checks a configuration file, or prints the effective configuration.');
  group
    .command('check')
    .argument('[file]', 'YAML file; without it the environment and the defaults are checked')
    .option('--data <dir>', 'folder of everything that is kept')
    .description('Says every fault of the file and of the WEIR_* variables, one per line.')
    .action((file: string | undefined, flags: { data?: string }) => check(file, flags, deps));
  group
    .command('dump')
    .option('--config <file>', 'YAML file of settings')
    .option('--data <dir>', 'folder of everything that is kept')
    .description('Prints the effective configuration as YAML that can be used as a file.')
    .action((flags: { config?: string; data?: string }) => {
      const file = flags.config ?? deps.environment['WEIR_CONFIG'] ?? null;
      const { config } = loadConfig(file, deps.environment, { data: flags.data });
      deps.stdout.write(dumpConfig(config));
    });
}

function check(file: string | undefined, flags: { data?: string }, deps: CommandDeps): void {
  const chosen = file ?? deps.environment['WEIR_CONFIG'] ?? null;
  try {
    const loaded = loadConfig(chosen, deps.environment, { data: flags.data });
    for (const name of loaded.ignoredVariables) {
      deps.stderr.write(`weir: ${name} names no setting and is left aside\n`);
    }
    deps.stdout.write(`${chosen ?? 'The environment'} is fine\n`);
  } catch (fault) {
    if (!(fault instanceof ConfigError)) throw fault;
    for (const { path, source, message } of fault.faults) {
      deps.stderr.write(`weir: ${source}: ${path === '' ? '' : `${path}: `}${message}\n`);
    }
    deps.setExitCode(1);
  }
}
