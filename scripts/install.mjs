/**
 * Makes `npm start` and `npm test` work in a fresh clone: checks Node's version and runs `npm ci` when
 * node_modules is missing or was installed from another lock file. Uses nothing but Node itself.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lockFile = join(root, 'package-lock.json');
const installed = join(root, 'node_modules', '.package-lock.json');
const stamp = join(root, 'node_modules', '.velo-lock-sha256');

/** Installs what is missing; ends the process with a message when that fails. */
export function ensureInstalled() {
  requireNode(20, 19);
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (isCurrent(hash)) return;
  console.error('Installing the packages of package-lock.json (about a minute, once)...');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    console.error('npm ci failed: see above; check the network and the disk, then try again.');
    process.exit(1);
  }
  writeFileSync(stamp, hash);
}

function isCurrent(hash) {
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === hash;
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockFile).mtimeMs;
}

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  console.error(`VeLO Lab needs Node ${major}.${minor} or newer; this is ${process.version}.`);
  process.exit(1);
}
