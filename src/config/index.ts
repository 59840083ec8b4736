// Configuration: YAML file < environment (WEIR_*) < flags, read once, checked whole, frozen.
//
// Enters: the path of a file, the process environment, the flags of a command. Leaves: a Config,
// or a ConfigError that names each fault with its path and its source (line, variable or flag).
// Each stage has its own schema file here; defaults and descriptions live in the schemas, and the
// dump and the reference page derive from them. Unknown keys are errors. Unknown WEIR_* variables
// are reported, not refused: container platforms inject such (WEIR_SERVICE_HOST).
export { ConfigError, loadConfig } from './load.ts';
export type { ConfigFault, ConfigFlags, LoadedConfig } from './load.ts';
export { dumpConfig } from './dump.ts';
export {
  createDataFolder,
  dataPaths,
  readDaemonNote,
  removeDaemonNote,
  writeDaemonNote,
} from './data-folder.ts';
export type { DaemonNote, DataPaths, TlsNote } from './data-folder.ts';
export { formatListen, isLoopback, isSameMachine, parseListen, reachableHost } from './listen.ts';
export type { ListenAddress } from './listen.ts';
export { readPrivateFile } from './private-file.ts';
export type { Config } from './schema.ts';
