import { DEFAULT_DATA_FOLDER } from '../config/data-folder.ts';
import type { CommandDeps } from './command-deps.ts';

/** The data folder of a command: its --data, else WEIR_DATA, else ./weir-data. */
export function dataFolder(flag: string | undefined, deps: CommandDeps): string {
  return flag ?? (deps.environment['WEIR_DATA'] || DEFAULT_DATA_FOLDER);
}
