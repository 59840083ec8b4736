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
await bundleReplay();

/**
 * `weir replay` in one CommonJS file: Node takes about 2 ms for each module of its graph, which is
 * a tenth of the time that five million packets take (docs/adr/0007). What it loads on demand
 * stays where it is.
 */
async function bundleReplay() {
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: ['dist/src/app/replay.js'],
    outfile: 'dist/replay.cjs',
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
    define: { 'import.meta.url': 'moduleUrl' },
    banner: {
      js: `const moduleUrl = require('node:url').pathToFileURL(__dirname + '/src/app/replay.js').href;`,
    },
    plugins: [
      {
        name: 'keep-on-demand-modules',
        setup(builder) {
          builder.onResolve({ filter: /^\./ }, (found) =>
            found.kind === 'dynamic-import'
              ? {
                  path: `./${path.relative('dist', path.join(path.relative(root, found.resolveDir), found.path))}`,
                  external: true,
                }
              : undefined,
          );
        },
      },
    ],
  });
}
