/** Schemas of tasks that hold another one. */
import { z } from 'zod';
import type { imageMlpTask } from './imageMlp';
import { plainTasks } from './plainTasks';

const plain = z.discriminatedUnion('family', plainTasks);

/** The task that the fixed tasks of the paper most often hold. */
const SMALL_MLP: z.infer<typeof imageMlpTask> = {
  family: 'imageMlp',
  dataset: 'fashion-mnist',
  imageSize: 8,
  hidden: [32],
  grey: false,
  activation: 'relu',
  batchSize: 128,
  norm: 'none',
  dropout: 0,
  loss: 'crossEntropy',
};

const std = () =>
  z.number().gt(0).max(100).default(0.01).describe('Standard deviation of the noise.');
const count = (most: number) => z.int().min(1).max(most);

export const learnedOptimizerTask = z
  .strictObject({
    family: z
      .literal('learnedOptimizer')
      .describe('A small learned optimizer, whose settings or weights are trained.'),
    task: plain.default(SMALL_MLP).describe('What the learned optimizer trains.'),
    optimizer: z
      .enum(['sgd', 'momentum', 'adam', 'mlp', 'adafactorMlp'])
      .default('adafactorMlp')
      .describe(
        'The learned optimizer: settings of a known one, or a perceptron for each parameter.',
      ),
    hidden: count(4096)
      .exactOptional()
      .describe('Width of its perceptron; absent: 32 for mlp, 4 for adafactorMlp.'),
    hiddenLayers: count(16).default(2).describe('Hidden layers of its perceptron.'),
    stepScale: z.number().gt(0).max(1000).default(0.001).describe('Factor on its steps.'),
    expScale: z
      .number()
      .gt(0)
      .max(1000)
      .default(0.001)
      .describe("Factor in the exponent of its steps' size."),
    steps: count(1000).default(20).describe('Steps of each inner training.'),
    tasks: count(256).default(1).describe('Inner trainings in each batch.'),
    gradient: z
      .enum(['backprop', 'pes'])
      .default('backprop')
      .describe('Back through all inner steps, or estimated by persistent evolution strategies.'),
    truncation: count(1000).default(10).describe('Inner steps with the same noise, for pes.'),
    std: std(),
  })
  .describe('The training of a learned optimizer.');

export const esGradientTask = z
  .strictObject({
    family: z
      .literal('esGradient')
      .describe('Another task, with its gradient estimated from losses at noisy weights.'),
    task: z
      .discriminatedUnion('family', [...plainTasks, learnedOptimizerTask])
      .default(SMALL_MLP)
      .describe('The task inside.'),
    pairs: count(1024).default(1).describe('Pairs of losses in each step.'),
    std: std(),
  })
  .describe('A task with a gradient from evolution strategies.');
