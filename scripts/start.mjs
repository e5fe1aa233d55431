/**
 * `npm start`: installs, builds, and trains the Fashion-MNIST classifier of the README twice, with VeLO and
 * with Adam at its default learning rate on the same batches. Arguments are handed on to `velo train`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './install.mjs';

await import('./build.mjs');
const velo = spawnSync(
  process.execPath,
  [
    join(root, 'dist', 'cli.cjs'),
    'train',
    join(root, 'examples', 'fashion.velo.json'),
    join(root, 'examples', 'fashion-adam.velo.json'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
process.exit(velo.status ?? 1);
