/** Pages' scripts and styles, bundled in memory as the extension's build bundles them. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { PLOTLY, viewBuildOptions } from '../../../scripts/buildViews.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const bundles = new Map<string, Promise<ReadonlyMap<string, Uint8Array>>>();

/**
 * Files of a page by name: `NAME.js`, `NAME.css`, the icon font, `plotly.js`, `themes.css`.
 * @param entry  source file, relative to the repository
 */
export async function bundleView(
  name: string,
  entry: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  let files = bundles.get(entry);
  if (files === undefined) {
    files = bundle(name, entry);
    bundles.set(entry, files);
  }
  return files;
}

async function bundle(name: string, entry: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const result = await build({
    ...viewBuildOptions({ [name]: entry }, join(root, 'build')),
    write: false,
  });
  const files = new Map(result.outputFiles.map((file) => [basename(file.path), file.contents]));
  files.set('plotly.js', readFileSync(PLOTLY));
  files.set('themes.css', readFileSync(new URL('themes.css', import.meta.url)));
  return files;
}

/** The script that stands in for VS Code, with or without a scene to play. */
export async function hostScript(name: 'fakeHost' | 'scenePage'): Promise<string> {
  const files = await bundleView(name, `test/webview/support/${name}.ts`);
  return new TextDecoder().decode(files.get(`${name}.js`));
}
