/** What every bundle of ours that runs in Node has in common. */
import { join } from 'node:path';
import { root } from './install.mjs';

/** Packages whose CommonJS build would be copied, getter by getter, for each file that imports it. */
const tfjsAsModules = {
  name: 'tfjs-as-modules',
  setup(bundle) {
    const filter = /^@tensorflow\/tfjs-(core|layers|backend-cpu|backend-wasm)$/;
    bundle.onResolve({ filter }, ({ path }) => ({
      path: join(root, 'node_modules', path, 'dist', 'index.js'),
    }));
  },
};

/** Options of esbuild. */
export const bundling = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // Source files that also run unbundled look at import.meta where there is no __dirname.
  logOverride: { 'empty-import-meta': 'silent' },
  // Its CommonJS build loads files by computed names, which no bundler can follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  plugins: [tfjsAsModules],
};
