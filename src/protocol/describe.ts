/** Tasks and optimizers in a few words, the same in tables, trees and panels. */
import type { OptimizerConfig, TaskConfig } from './runConfig';

/** `fashion-mnist 128-128 relu b128`, `quadratic 10d, condition 10` */
export function describeTask(task: TaskConfig): string {
  switch (task.family) {
    case 'imageMlp': {
      const hidden = task.hidden.length === 0 ? 'linear' : task.hidden.join('-');
      return `${lastPart(task.dataset)} ${hidden} ${task.activation} b${task.batchSize}`;
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
  const weights = lastPart(optimizer.weights);
  return weights.startsWith('velo') ? weights : `velo ${weights}`;
}

/** What a task's loss is measured in; empty where it is a plain number. */
export function lossUnit({ family }: TaskConfig): string {
  return family === 'imageMlp' ? 'cross-entropy, nats' : '';
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}
