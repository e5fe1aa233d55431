/**
 * Bundles the webviews, each as one script and one style sheet beside the icon font and plotly.js. The extension's
 * build, the tests in Chromium and the gallery use the same bundles.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './install.mjs';

export const VIEWS = ['training', 'comparison', 'optimizer', 'speedup', 'tasks', 'meta'];
export const PLOTLY = join(root, 'node_modules', 'plotly.js-basic-dist-min', 'plotly-basic.min.js');

/** Options of esbuild for pages; `entryPoints` maps a name to its source file. */
export function viewBuildOptions(entryPoints, outdir) {
  return {
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    platform: 'browser',
    target: 'chrome130',
    format: 'iife',
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    logLevel: 'warning',
  };
}

/** Writes the views and what they load into `outdir`, absolute. */
export async function buildViews(outdir) {
  mkdirSync(outdir, { recursive: true });
  const entries = VIEWS.map((view) => [view, `webview/${view}/main.tsx`]);
  await build(viewBuildOptions(Object.fromEntries(entries), outdir));
  copyFileSync(PLOTLY, join(outdir, 'plotly.js'));
}
