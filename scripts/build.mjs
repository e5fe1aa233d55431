/**
 * Builds what runs: the kernels (WebAssembly and this machine's native addon), the command line and the
 * VS Code extension, all into dist/.
 */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const { build } = await import('esbuild');
const { bundling } = await import('./bundling.mjs');
const { buildKernels } = await import('./buildKernels.mjs');
const { buildTypes } = await import('./buildTypes.mjs');
const { buildViews } = await import('./buildViews.mjs');

const dist = join(root, 'dist');
mkdirSync(dist, { recursive: true });

const common = {
  ...bundling,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [
    ...bundling.plugins,
    {
      // zod carries its messages in forty languages; ours are our own.
      name: 'zod-in-english',
      setup: (bundle) => {
        bundle.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
          contents: "export { default as en } from './en.js';",
          resolveDir: dirname(path),
        }));
      },
    },
  ],
};

/** The extension's import() of onDemand.ts stays an import of the file built from it. */
const onDemandApart = {
  name: 'on-demand-apart',
  setup: (bundle) => {
    bundle.onResolve({ filter: /\/onDemand$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './onDemand.cjs', external: true } : undefined,
    );
  },
};

await buildKernels().catch(giveUp);
await Promise.all([
  build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'dist/cli.cjs',
    banner: { js: '#!/usr/bin/env node' },
    external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
  }),
  build({
    ...common,
    entryPoints: { engine: 'src/engine/main.ts', engineWorker: 'src/engine/workers/main.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
  }),
  buildViews(join(dist, 'webview')),
  build({
    ...common,
    // Every window loads the first of them, hence no more in it than it needs.
    minify: true,
    entryPoints: ['src/extension/extension.ts', 'src/extension/onDemand.ts'],
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
    // zod looks at it; VS Code warns of any extension that does.
    define: { navigator: 'undefined' },
    plugins: [...common.plugins, onDemandApart],
  }),
]);
copyTfjsWasm();
await buildTypes();

function giveUp(error) {
  console.error(error.message);
  process.exit(1);
}

/** The WebAssembly files of tfjs-backend-wasm go beside the bundle, where the devices look for them. */
function copyTfjsWasm() {
  const from = join(root, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');
  for (const file of readdirSync(from).filter((name) => name.endsWith('.wasm')))
    cpSync(join(from, file), join(dist, file));
}
