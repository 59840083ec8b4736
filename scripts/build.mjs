// Builds dist/: the WebAssembly hot path by AssemblyScript, everything else by plain tsc.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const run = (script, args) =>
  execFileSync(process.execPath, [path.join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });

const wasm = path.join(root, 'dist/src/hotpath/hotpath.wasm');
const sources = path.join(root, 'src/hotpath');
const newest = readdirSync(sources, { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .reduce((latest, name) => Math.max(latest, statSync(path.join(sources, name)).mtimeMs), 0);
if (!existsSync(wasm) || statSync(wasm).mtimeMs < newest) {
  mkdirSync(path.dirname(wasm), { recursive: true });
  run('assemblyscript/bin/asc.js', ['--config', 'asconfig.json', '--target', 'release']);
}
run('typescript/bin/tsc', ['-p', '.']);
