/** Where the program of the engine's worker threads is. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const WORKER_FILE = 'engineWorker.cjs';

/** Beside the bundle, or in `dist` of the project when running from source. */
export function workerScript(): string {
  const bundled = join(__dirname, WORKER_FILE);
  return existsSync(bundled) ? bundled : resolve(__dirname, '..', '..', '..', 'dist', WORKER_FILE);
}
