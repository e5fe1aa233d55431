/**
 * `npm run gallery`: builds build/gallery/index.html, which opens from disk and shows every view in every state, fed by
 * recorded messages (test/webview/recorded, or the folder given), in any theme and width.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const { build } = await import('esbuild');
const { buildViews, viewBuildOptions } = await import('./buildViews.mjs');

const support = 'test/webview/support';
const recorded = process.argv[2] ?? join(root, 'test', 'webview', 'recorded');
const target = join(root, 'build', 'gallery');

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
await buildViews(target);
await build(
  viewBuildOptions(
    {
      galleryPage: `${support}/galleryPage.ts`,
      galleryIndex: `${support}/galleryIndex.ts`,
    },
    target,
  ),
);
copyFileSync(join(root, support, 'themes.css'), join(target, 'themes.css'));
const { encodeWire, readRecordings, scenesOf } = await loadSupport();
const scenes = scenesOf(readRecordings(recorded));
if (scenes.length === 0) {
  console.error(
    `gallery: no recorded messages in ${recorded}; make them with "node scripts/record.mjs".`,
  );
  process.exit(1);
}
for (const scene of scenes) {
  const data = Buffer.from(encodeWire(scene)).toString('base64');
  writeFileSync(join(target, `${scene.name}.data.js`), `window.veloScene = '${data}';\n`);
  writeFileSync(join(target, `${scene.name}.html`), pageOf(scene));
}
writeFileSync(join(target, 'index.html'), indexOf(scenes));
console.log(
  `gallery: ${scenes.length} pages, open ${relative(process.cwd(), join(target, 'index.html'))}`,
);

/** The TypeScript that makes the scenes, bundled for Node. */
async function loadSupport() {
  const outfile = join(root, 'build', 'galleryScenes.mjs');
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        export { encodeWire } from './src/protocol/wire';
        export { readRecordings } from './${support}/recorded';
        export { scenesOf } from './${support}/scenes';`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

function pageOf({ name, view, title }) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="themes.css">
<link rel="stylesheet" href="${view}.css">
</head>
<body data-view="${view}">
<div id="root"></div>
<script src="${name}.data.js"></script>
<script src="galleryPage.js"></script>
<script src="plotly.js"></script>
<script src="${view}.js"></script>
</body>
</html>
`;
}

function indexOf(pages) {
  const views = [...new Set(pages.map(({ view }) => view))];
  const list = views.map((view) => {
    const links = pages.filter((page) => page.view === view);
    const items = links.map(({ name, title }) => `<li><a href="#${name}">${title}</a></li>`);
    return `<h2>${view}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
  });
  const options = (values) =>
    values.map(([value, label]) => `<option value="${value}">${label}</option>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>VeLO Lab: gallery of views</title>
<style>
body { margin: 0; height: 100vh; display: grid; grid-template-columns: 240px 1fr; font: 13px/20px system-ui; color: #222; background: #ddd; }
nav { overflow: auto; padding: 8px 12px; background: #f4f4f4; }
h1 { font-size: 14px; } h2 { font-size: 12px; margin: 12px 0 2px; } ul { margin: 0; padding: 0; list-style: none; }
a { display: block; padding: 2px 6px; color: inherit; text-decoration: none; border-radius: 4px; }
a:hover { background: #e2e2e2; } a[aria-current] { background: #0063d3; color: #fff; }
label { display: block; margin: 4px 0; } select { float: right; }
main { overflow: auto; } iframe { display: block; height: 100%; border: 0; margin: 0 auto; background: #fff; }
</style>
</head>
<body>
<nav>
<h1>VeLO Lab views</h1>
<label>Theme <select id="theme">${options([
    ['dark', 'Dark'],
    ['light', 'Light'],
    ['hc', 'High contrast'],
    ['hcLight', 'High contrast light'],
  ])}</select></label>
<label>Width <select id="width">${options([
    ['100%', 'All there is'],
    ['1600px', '1,600 px'],
    ['1400px', '1,400 px'],
    ['800px', '800 px'],
    ['420px', '420 px'],
    ['400px', '400 px'],
  ])}</select></label>
${list.join('\n')}
</nav>
<main><iframe title="View"></iframe></main>
<script src="galleryIndex.js"></script>
</body>
</html>
`;
}
