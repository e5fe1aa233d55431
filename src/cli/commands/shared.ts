/** What several commands say in the same words. */
import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { UserError } from '../../base/index';
import type { OptimizerConfig, TaskConfig } from '../../protocol/index';

/** The folder that runs are under. @throws UserError('usage') where it is not a folder */
export function runRoot(out: string | undefined): string {
  const root = resolve(out ?? '.');
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat?.isDirectory() === false) {
    throw new UserError('usage', `--out ${root} is a file, expected a folder`);
  }
  return root;
}

/** `fashion-mnist 128-128 relu b128`, `quadratic 10d` */
export function describeTask(task: TaskConfig): string {
  switch (task.family) {
    case 'imageMlp': {
      const hidden = task.hidden.length === 0 ? 'linear' : task.hidden.join('-');
      return `${basename(task.dataset)} ${hidden} ${task.activation} b${task.batchSize}`;
    }
    case 'quadratic':
      return `quadratic ${task.dimension}d, condition ${task.condition}`;
    case 'rosenbrock':
    case 'beale':
      return task.family;
  }
}

/** `adam 0.001`, `velo-handmade-1`, `velo mine.safetensors`: short, for a column of a table. */
export function describeOptimizer(optimizer: OptimizerConfig): string {
  if (optimizer.name !== 'velo') return `${optimizer.name} ${optimizer.learningRate}`;
  const weights = basename(optimizer.weights);
  return weights.startsWith('velo') ? weights : `velo ${weights}`;
}

/** A whole number from the command line. @throws UserError('usage') */
export function wholeNumber(name: string, text: string, min: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min) return value;
  throw new UserError('usage', `${name} must be a whole number ≥ ${min}, got "${text}"`);
}
