/**
 * `npm run bench`: builds the kernels and times VeLO's update, fused and in plain tfjs, interleaved in one run.
 * Arguments go to test/bench/velo.ts: `--json`, `--rounds N`, `--without-reference`. For steady figures keep the
 * machine quiet and the process on one core (`taskset -c 1 npm run bench`).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const { build } = await import('esbuild');
const { buildKernels } = await import('./buildKernels.mjs');

await buildKernels();
const outfile = join(root, '.cache', 'bench', 'velo.cjs');
mkdirSync(join(root, '.cache', 'bench'), { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ['test/bench/velo.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
});
const tfjsWasm = join(root, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist', '/');
const args = [outfile, join(root, 'dist', 'kernels'), tfjsWasm, ...process.argv.slice(2)];
const bench = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exit(bench.status ?? 1);
