/**
 * `npm run check`: everything that must hold before a commit: types, lint, format, layers, dead code, build,
 * sizes and the fast tests. `--static` leaves the tests out. Independent steps run two at a time. Lint and format look
 * at changed files alone; those whose types come from one that has changed are linted in a fresh clone, as in CI.
 */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './install.mjs';

ensureInstalled();
const bin = (name) => join(root, 'node_modules', '.bin', name);
const node = process.execPath;
const cached = (name) => [
  ...['--cache', '--cache-strategy', 'content'],
  ...['--cache-location', join(root, '.cache', name)],
];

const MEGABYTE = 1e6;
const sizeLimits = [
  { file: 'dist/extension.cjs', maxBytes: 0.15 * MEGABYTE },
  { file: 'dist/cli.cjs', maxBytes: 6 * MEGABYTE },
  { file: 'dist/webview/training.js', maxBytes: 0.17 * MEGABYTE },
  { file: 'dist/webview/comparison.js', maxBytes: 0.12 * MEGABYTE },
  { file: 'dist/webview/optimizer.js', maxBytes: 0.12 * MEGABYTE },
  { file: 'dist/webview/speedup.js', maxBytes: 0.17 * MEGABYTE },
  { file: 'dist/webview/tasks.js', maxBytes: 0.12 * MEGABYTE },
  { file: 'dist/webview/meta.js', maxBytes: 0.16 * MEGABYTE },
];

const lanes = [
  [
    ['types', bin('tsc'), ['-b']],
    ['lint', bin('eslint'), ['--max-warnings', '0', ...cached('eslint'), '.']],
  ],
  [
    ['format', bin('prettier'), ['--check', '--log-level', 'warn', ...cached('prettier'), '.']],
    ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'webview', 'test']],
    ['dead code', bin('knip'), []],
    ['build', node, ['scripts/build.mjs']],
  ],
];

let failures = 0;
await Promise.all(lanes.map((lane) => runInOrder(lane)));
checkSizes();
if (!process.argv.includes('--static'))
  await runInOrder([['tests', bin('vitest'), ['run', '--project', 'fast', '--reporter', 'dot']]]);
console.log(failures === 0 ? 'check: all good' : `check: ${failures} step(s) failed`);
process.exit(failures === 0 ? 0 : 1);

async function runInOrder(steps) {
  for (const [name, command, args] of steps) {
    const startedAt = Date.now();
    const { code, output } = await run(command, args);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    if (code !== 0) {
      failures += 1;
      console.log(output);
    }
  }
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, shell: process.platform === 'win32' });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

function checkSizes() {
  for (const { file, maxBytes } of sizeLimits) {
    const bytes = statSync(join(root, file)).size;
    if (bytes <= maxBytes) continue;
    failures += 1;
    console.log(`FAILED size: ${file} has ${bytes} bytes, limit ${maxBytes}`);
  }
}
