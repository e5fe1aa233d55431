/** Task files for tests: one of each kind, small, written into a folder of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { decodeTask } from '../../src/protocol/index';
import type { TaskConfig } from '../../src/protocol/index';

export const dataDir = join(resolve(import.meta.dirname, '../..'), 'media', 'data');
export const weightsDir = join(resolve(import.meta.dirname, '../..'), 'media', 'weights');

const LOSS = `import { defineTask, type TaskContext } from './velo-task';
import { shifted } from './helper.js';
interface Options { readonly hidden: number }
export default defineTask(({ tf, options }: TaskContext<Options>) => ({
  name: 'own loss',
  params: {
    w1: { shape: [64, options.hidden], start: 'heNormal' },
    b1: { shape: [options.hidden] },
    w2: { shape: [options.hidden, 10] },
    scale: { shape: [], start: 'ones' },
  },
  data: { images: 'digits8', batchSize: 32 },
  loss(params, batch, random) {
    const x = shifted(tf, tf.add(batch.x, tf.mul(random.normal(batch.x.shape), 0.01)));
    const h = tf.relu(tf.add(tf.matMul(x, params.w1), params.b1));
    const logits = tf.mul(tf.matMul(h, params.w2), params.scale);
    return tf.losses.softmaxCrossEntropy(tf.oneHot(batch.y, 10), logits);
  },
  accuracy: (params, batch) =>
    tf.mean(tf.cast(tf.greater(tf.sum(tf.matMul(batch.x, params.w1), 1), 0), 'float32')),
}));
`;

const HELPER = `export function shifted(tf: typeof import('./velo-task'), x: unknown): any {
  return (tf as any).sub(x, 0.25);
}
`;

const LAYERS = `import { defineLayersTask } from './velo-task';
export default defineLayersTask(({ layers }) => {
  const model = layers.sequential();
  model.add(layers.layers.reshape({ inputShape: [64], targetShape: [8, 8, 1] }));
  model.add(layers.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2 }));
  model.add(layers.layers.batchNormalization());
  model.add(layers.layers.activation({ activation: 'relu' }));
  model.add(layers.layers.flatten());
  model.add(layers.layers.dropout({ rate: 0.2 }));
  model.add(layers.layers.dense({ units: 10 }));
  return { model, data: { images: 'digits8', batchSize: 32 }, loss: 'crossEntropy' };
});
`;

const SPEC = {
  data: { images: 'digits8', batchSize: 32 },
  layers: [
    { layer: 'conv', channels: 4, stride: 2, activation: 'relu' },
    { layer: 'norm', kind: 'batch' },
    { layer: 'maxPool' },
    { layer: 'flatten' },
    { layer: 'dropout', rate: 0.1 },
    { layer: 'dense', width: 12, activation: 'tanh' },
    { layer: 'dense', width: 'outputs' },
  ],
};

const TEXT_SPEC = {
  data: { text: 'gutenberg-small', length: 6, batchSize: 4 },
  layers: [
    { layer: 'embedding', width: 6 },
    { layer: 'positions' },
    {
      layer: 'residual',
      layers: [{ layer: 'norm' }, { layer: 'attention', heads: 2, dropout: 0.1 }],
    },
    { layer: 'rnn', cell: 'gru', width: 5 },
    { layer: 'rnn', cell: 'lstm', width: 5 },
    { layer: 'dense', width: 'outputs' },
  ],
};

/** A folder with these files; gone after the test. */
export function taskFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'velo-task-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export const KINDS = ['loss', 'layers', 'spec', 'text spec'] as const;
export type Kind = (typeof KINDS)[number];

const FILES: Readonly<Record<Kind, readonly [string, string]>> = {
  loss: ['loss.ts', LOSS],
  layers: ['layers.ts', LAYERS],
  spec: ['net.velo-task.json', JSON.stringify(SPEC)],
  'text spec': ['text.velo-task.json', JSON.stringify(TEXT_SPEC)],
};

/** Files of a task by their names, and what a config says of it; the file of code comes with `helper.ts`. */
export function taskFiles(kind: Kind): {
  readonly files: Readonly<Record<string, string>>;
  readonly task: { family: 'user'; file: string; options: Record<string, number> };
} {
  const [file, text] = FILES[kind];
  const options: Record<string, number> = kind === 'loss' ? { hidden: 8 } : {};
  return {
    files: kind === 'loss' ? { [file]: text, 'helper.ts': HELPER } : { [file]: text },
    task: { family: 'user', file: `./${file}`, options },
  };
}

/** The config of a task of a kind, with its files on the disk. */
export function userTask(kind: Kind): Extract<TaskConfig, { family: 'user' }> {
  const { files, task } = taskFiles(kind);
  const config = decodeTask({ ...task, file: join(taskFolder(files), task.file) });
  if (config.family !== 'user') throw new Error('another family');
  return config;
}
