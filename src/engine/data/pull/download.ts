/** A package as a file in the cache: fetched by its manager, checked against its pin, kept only when it is right. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../base/index';
import { onDisk } from '../../../storage/index';
import type { PinnedPackage } from './source';
import { startTool, toolError } from './tool';

export interface DownloadOptions {
  /** Folder of the cache. */
  readonly cache: string;
  readonly signal: AbortSignal;
  /** Bytes that are there so far. */
  readonly onBytes: (bytes: number) => void;
}

const POLL_MS = 200;

/** @returns the file's path. @throws UserError('data' | 'disk'), or the signal's reason */
export async function download(pin: PinnedPackage, options: DownloadOptions): Promise<string> {
  const { cache, signal } = options;
  const folder = join(cache, '.downloads');
  const target = join(folder, pin.file);
  if (fs.existsSync(target)) {
    // One that was finished and then not used; a wrong one is fetched again.
    if (integrityOf(target, pin) === pin.integrity) return target;
    fs.rmSync(target, { force: true });
  }
  const partial = join(folder, `.partial-${process.pid}-${pin.file}`);
  onDisk('create', partial, () => fs.mkdirSync(partial, { recursive: true }));
  const timer = setInterval(() => {
    options.onBytes(sizeOfFiles(partial));
  }, POLL_MS);
  try {
    await fetchInto(partial, pin, signal);
    check(join(partial, pin.file), pin);
    onDisk('write', target, () => {
      fs.renameSync(join(partial, pin.file), target);
    });
    return target;
  } finally {
    clearInterval(timer);
    fs.rmSync(partial, { recursive: true, force: true });
  }
}

async function fetchInto(cwd: string, pin: PinnedPackage, signal: AbortSignal): Promise<void> {
  const { manager, name, version } = pin;
  const [tool, args] =
    manager === 'npm'
      ? (['npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--loglevel=error']] as const)
      : (['apt-get', ['download', `${name}=${version}`]] as const);
  try {
    const { stdout, done } = startTool(tool, args, { cwd, signal });
    stdout.resume();
    await done;
  } catch (thrown) {
    signal.throwIfAborted();
    throw toolError(thrown, tool, `download ${name} ${version} with ${tool}`);
  }
}

function check(file: string, pin: PinnedPackage): void {
  if (!fs.existsSync(file)) {
    throw new UserError('data', `${pin.manager} has not saved ${pin.file}, expected it to`, {
      remedy: 'Try again with a newer version of it.',
    });
  }
  const found = integrityOf(file, pin);
  if (found === pin.integrity) return;
  throw new UserError(
    'data',
    `${pin.name} ${pin.version} has the checksum ${found}, expected ${pin.integrity}`,
    { remedy: 'Nothing of it was used. Check which server the package manager is set to.' },
  );
}

function integrityOf(file: string, { integrity }: PinnedPackage): string {
  const [algorithm = 'sha512'] = integrity.split('-');
  const bytes = onDisk('read', file, () => fs.readFileSync(file));
  return `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`;
}

function sizeOfFiles(folder: string): number {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const sizes = names.map(
    (name) => fs.statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
