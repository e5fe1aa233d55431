/** Where the program's own files are, from the bundle and from source: version, data, weights. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/index';

/** The folder that holds `package.json` and `media`. @throws UserError('disk') where it is not to be found */
export function programRoot(): string {
  // The bundle is CommonJS, where import.meta is empty.
  const here = typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'media', 'data', 'MANIFEST.sha256'))) return folder;
    if (folder === dirname(folder)) {
      throw new UserError('disk', `the folder media of the program is not above ${here}`, {
        remedy: 'Install the program again.',
      });
    }
  }
}

/** The bundled data sets. */
export function dataDirectory(): string {
  return join(programRoot(), 'media', 'data');
}

/** The bundled weights. */
export function weightsDirectory(): string {
  return join(programRoot(), 'media', 'weights');
}

export function programVersion(): string {
  const text = readFileSync(join(programRoot(), 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version?: unknown };
  return typeof version === 'string' ? version : 'unknown';
}
