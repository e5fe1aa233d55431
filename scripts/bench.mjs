/**
 * `npm run bench`: builds the kernels and times VeLO's update, fused and in plain tfjs, interleaved in one run;
 * `npm run bench -- NAME` runs test/bench/NAME.ts: plans, learned, matmul, conv, threads, population, metatrain, trace.
 * Further arguments go to it: `--json`, `--rounds N`, `--without-reference`, `--steps N`. For steady figures keep the
 * machine quiet and the process on one core (`taskset -c 1 npm run bench`).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const { build } = await import('esbuild');
const { bundling } = await import('./bundling.mjs');
const { buildKernels } = await import('./buildKernels.mjs');

await buildKernels();
const [first, ...rest] = process.argv.slice(2);
const [name, options] =
  first === undefined || first.startsWith('-') ? ['velo', process.argv.slice(2)] : [first, rest];
// As deep as the sources, so that they find dist/kernels from there.
const bundles = join(root, 'build', 'bench', 'bundles');
mkdirSync(bundles, { recursive: true });
await build({
  ...bundling,
  // Beside it the program of worker threads, for those who start some.
  entryPoints: { [name]: `test/bench/${name}.ts`, engineWorker: 'src/engine/workers/main.ts' },
  outdir: bundles,
  outExtension: { '.js': '.cjs' },
  logLevel: 'warning',
  external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
});
const tfjsWasm = join(root, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist', '/');
const args = [join(bundles, `${name}.cjs`), join(root, 'dist', 'kernels'), tfjsWasm, ...options];
const bench = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exit(bench.status ?? 1);
