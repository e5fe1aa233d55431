/**
 * Records what the extension host sends to the views: trains a handful of runs (a few minutes) and writes their messages
 * to test/webview/recorded, for the gallery and the tests. To be run again when a message changes its form;
 * `node scripts/record.mjs speedup` records the speedup chart alone, `sweep` its sweep, `tasks` the gallery of tasks,
 * `meta` the view of a meta-training.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const { build } = await import('esbuild');
const { bundling } = await import('./bundling.mjs');
const outfile = join(root, 'build', 'record.mjs');
await build({
  ...bundling,
  entryPoints: ['test/webview/support/record.ts'],
  outfile,
  format: 'esm',
  banner: {
    // Kernels and backends lie beside the built program.
    js: [
      "import { createRequire as requireFrom } from 'node:module';",
      'const require = requireFrom(import.meta.url);',
      "const __dirname = require('node:url').fileURLToPath(new URL('../dist', import.meta.url));",
    ].join(' '),
  },
  // tfjs sets up its operations where bundlers see no use of them.
  ignoreAnnotations: true,
  logLevel: 'warning',
});
const { record, recordMeta, recordSpeedup, recordSweep, recordTasks } = await import(
  pathToFileURL(outfile).href
);
const target = join(root, 'test', 'webview', 'recorded');
const [, , only] = process.argv;
if (only === undefined || only === 'speedup') await recordSpeedup(root, target);
if (only === undefined || only === 'sweep') await recordSweep(root, target);
if (only === undefined || only === 'tasks') await recordTasks(root, target);
if (only === undefined || only === 'meta') await recordMeta(root, target);
if (only === undefined) await recordOthers();

async function recordOthers() {
  const folder = mkdtempSync(join(tmpdir(), 'velo-record-'));
  await record({
    root: folder,
    enginePath: join(root, 'dist', 'engine.cjs'),
    weights: join(root, 'media', 'weights', 'velo-handmade-1.safetensors'),
    target,
  });
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
