/** Programs of ours as bundles for tests that run them, built where a source is newer. */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundling } from '../../scripts/bundling.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @param entry  of src
 * @param name  of the bundle, in a folder as deep as the engine's own files, from where it also finds dist/kernels
 * @returns its path
 */
export async function bundleOf(entry: string, name: string): Promise<string> {
  const bundle = join(root, 'build', 'test', 'bundles', name);
  if (existsSync(bundle) && statSync(bundle).mtimeMs > newestIn(join(root, 'src'))) return bundle;
  mkdirSync(dirname(bundle), { recursive: true });
  const temporary = `${bundle}.${process.pid}.cjs`;
  await build({
    ...bundling,
    entryPoints: [entry],
    outfile: temporary,
    external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
    logLevel: 'error',
  });
  // Several test files may build at once: the last rename wins, each file is whole.
  renameSync(temporary, bundle);
  return bundle;
}

function newestIn(folder: string): number {
  const times = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return Math.max(...times);
}
