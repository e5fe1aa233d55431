/**
 * `npm run package`: builds everything with the native addons of all six platforms and makes
 * dist/velo-lab-<version>.vsix. Fails when an addon is missing, the file is too large, or something is inside that is
 * not meant to be.
 */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

const MAX_BYTES = 24e6;
const PLATFORMS = ['linux', 'darwin', 'win32'].flatMap((os) => [`${os}-x64`, `${os}-arm64`]);
/** What may be in the package; vsce adds the first three. */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/dist\/(extension|onDemand|engine|engineWorker|cli)\.cjs$/,
  /^extension\/dist\/tfjs-backend-wasm[a-z-]*\.wasm$/,
  /^extension\/dist\/kernels\/(velo(-relaxed|-shared)?\.wasm|velo-(linux|darwin|win32)-(x64|arm64)\.node)$/,
  /^extension\/dist\/velo-task\.d\.ts$/,
  /^extension\/dist\/webview\/[a-z]+\.(js|css|ttf)$/,
  /^extension\/examples\/[a-z0-9-]+\.velo\.json$/,
  /^extension\/examples\/meta-runs\/[a-z0-9-]+\.safetensors$/,
  /^extension\/media\/(data|icons|schema|templates|walkthrough|weights)\/.*[^/]$/,
];

await import('./build.mjs');
const { createVSIX } = await import('@vscode/vsce');
const { buildKernels } = await import('./buildKernels.mjs');
await buildKernels({ all: true });

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const file = join(root, 'dist', `${name}-${version}.vsix`);
rmSync(file, { force: true });
await createVSIX({
  cwd: root,
  packagePath: file,
  dependencies: false,
  allowMissingRepository: true,
  // Relative links of the README can't be resolved while the project has no public repository.
  rewriteRelativeLinks: false,
}).catch((error) => fail(`vsce could not make the package: ${error.message}`));

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
