/**
 * `npm run package`: builds everything with the native addons of all six platforms and makes
 * dist/velo-lab-<version>.vsix. Fails when an addon is missing, the file is too large, or something is inside that is
 * not meant to be.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

const MAX_BYTES = 20e6;
const PLATFORMS = ['linux', 'darwin', 'win32'].flatMap((os) => [`${os}-x64`, `${os}-arm64`]);
/** What may be in the package; vsce adds the first three. */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/dist\/(extension|onDemand|engine|engineWorker|cli)\.cjs$/,
  /^extension\/dist\/tfjs-backend-wasm[a-z-]*\.wasm$/,
  /^extension\/dist\/kernels\/(velo\.wasm|velo-(linux|darwin|win32)-(x64|arm64)\.node)$/,
  /^extension\/dist\/webview\/[a-z]+\.(js|css|ttf)$/,
  /^extension\/examples\/[a-z-]+\.velo\.json$/,
  /^extension\/media\/(data|icons|schema|walkthrough|weights)\/.*[^/]$/,
];

await import('./build.mjs');
const { buildKernels } = await import('./buildKernels.mjs');
await buildKernels({ all: true });

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const file = join(root, 'dist', `${name}-${version}.vsix`);
rmSync(file, { force: true });
const vsce = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', '@vscode', 'vsce', 'vsce'),
    ...['package', '--no-dependencies', '--allow-missing-repository', '--out', file],
    // Relative links of the README can't be resolved while the project has no public repository.
    ...['--no-rewrite-relative-links', '--readme-path', 'README.md'],
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
if (vsce.status !== 0) fail('vsce could not make the package: see above.');

const names = entryNames(readFileSync(file));
for (const platform of PLATFORMS) {
  const addon = `extension/dist/kernels/velo-${platform}.node`;
  if (!names.includes(addon)) fail(`${addon} is missing: its kernels could not be built.`);
}
const stray = names.filter((entry) => !ALLOWED.some((pattern) => pattern.test(entry)));
if (stray.length > 0) fail(`these files do not belong into the package: ${stray.join(', ')}`);
const { size } = statSync(file);
if (size > MAX_BYTES) fail(`the package has ${size} bytes, limit ${MAX_BYTES}`);
console.log(`${file}: ${names.length} files, ${(size / 1e6).toFixed(1)} MB`);

function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Names in the central directory of a zip file. */
function entryNames(zip) {
  const names = [];
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) =>
      zip.readUInt16LE(at + o),
    );
    names.push(zip.toString('utf8', at + 46, at + 46 + nameLength));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return names;
}
