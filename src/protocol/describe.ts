/** Tasks and optimizers in a few words, the same in tables, trees and panels. */
import type { OptimizerConfig, TaskConfig } from './runConfig';
import { innermostTask } from './tasks/innermost';

/** `fashion-mnist 128-128 relu b128`, `quadratic 10d, condition 10` */
export function describeTask(task: TaskConfig): string {
  if (task.family === 'esGradient') return `ES ${task.pairs}, ${describeTask(task.task)}`;
  if (task.family === 'learnedOptimizer') {
    const estimate = task.gradient === 'pes' ? ' PES' : '';
    return `learned ${task.optimizer}${estimate} ${task.steps} steps, ${describeTask(task.task)}`;
  }
  if ('dataset' in task) {
    return `${lastPart(task.dataset)} ${describeNetwork(task)} b${task.batchSize}`;
  }
  if (task.family === 'user') return lastPart(task.file);
  return task.family === 'quadratic'
    ? `quadratic ${task.dimension}d, condition ${task.condition}`
    : task.family;
}

function describeNetwork(task: Extract<TaskConfig, { dataset: string }>): string {
  switch (task.family) {
    case 'imageMlp':
    case 'tabularMlp':
      return `${task.hidden.length === 0 ? 'linear' : task.hidden.join('-')} ${task.activation}`;
    case 'imageConv':
      return `conv ${task.channels.join('-')} ${task.activation}`;
    case 'resnet':
      return `resnet ${task.channels.join('-')}`;
    case 'visionTransformer':
      return `vit ${task.width}x${task.layers}`;
    case 'mlpMixer':
      return `mixer ${task.width}x${task.blocks}`;
    case 'imageAutoencoder':
      return `autoencoder ${task.hidden.join('-')} ${task.activation}`;
    case 'rnnLm':
      return `${task.cell} ${task.hidden}`;
    case 'transformerLm':
      return `transformer ${task.width}x${task.layers}`;
    case 'imageVae':
      return `vae ${task.latent} ${task.activation}`;
  }
}

/** `adam 0.001`, `velo-handmade-1`, `velo mine.safetensors`: short, for a column of a table. */
export function describeOptimizer(optimizer: OptimizerConfig): string {
  if (optimizer.name !== 'velo') return `${optimizer.name} ${optimizer.learningRate}`;
  const weights = lastPart(optimizer.weights);
  return weights.startsWith('velo') ? weights : `velo ${weights}`;
}

/** What a task's loss is measured in; empty where it is a plain number. */
export function lossUnit(config: TaskConfig): string {
  const task = innermostTask(config);
  if (!('dataset' in task)) return '';
  if (task.family === 'imageAutoencoder') {
    return task.logLoss ? 'log squared error' : 'squared error';
  }
  if (task.family === 'imageVae') return 'nats per pixel';
  return 'loss' in task && task.loss === 'squaredError' ? 'squared error' : 'cross-entropy, nats';
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
}
