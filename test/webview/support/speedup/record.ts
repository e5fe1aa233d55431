/** Records a small evaluation for the speedup chart: Adam at seven learning rates, three optimizers, small networks. */
import type { EvaluationOverview } from '../../../../src/protocol/live/index';
import type { HostMessage } from '../scenes';
import { withAggregates } from '../../../support/speedupAggregates';
import { scoreTask } from './score';
import type { Arm } from './score';
import { train } from './train';

const NUM_STEPS = 400;
const BASELINE_STEPS = 4000;
const EVERY = 10;
const SEEDS = [0, 1, 2];
const RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1];
const OPTIMIZERS = [
  {
    label: 'VeLO, hand-made θ',
    description: 'velo-handmade-1.safetensors, written by hand, not meta-trained',
    optimizer: { name: 'velo' },
  },
  {
    label: 'Momentum 0.1',
    description: 'SGD with momentum 0.9, learning rate 0.1, untuned',
    optimizer: { name: 'momentum', learningRate: 0.1 },
  },
  {
    label: 'Adam 0.001',
    description: 'Adam at one learning rate for all tasks, its default, untuned',
    optimizer: { name: 'adam', learningRate: 0.001 },
  },
];

interface Recipe {
  readonly name: string;
  readonly family: string;
  readonly standsFor?: string;
  readonly task: Readonly<Record<string, unknown>>;
}

const mlp = (
  dataset: string,
  hidden: readonly number[],
  more: { batchSize?: number; imageSize?: number; activation?: string } = {},
): Recipe => {
  const { batchSize = 64, imageSize, activation = 'relu' } = more;
  const size = dataset === 'digits8' ? '' : String(imageSize);
  const name = [
    `${dataset.replace('-mnist', '')}${size}`,
    ...(hidden.length === 0 ? ['linear'] : hidden),
    ...(activation === 'relu' ? [] : [activation]),
    ...(batchSize === 64 ? [] : [`b${batchSize}`]),
  ].join(' ');
  const image = imageSize === undefined ? {} : { imageSize };
  const task = { family: 'imageMlp', dataset, hidden, batchSize, activation, ...image };
  return { name, family: hidden.length === 0 ? 'Linear' : 'Image MLP', task };
};

const RECIPES: readonly Recipe[] = [
  mlp('digits8', [32]),
  mlp('digits8', [64, 64]),
  { ...mlp('digits8', [32, 32, 32]), standsFor: 'imagenet16' },
  mlp('digits8', [32], { batchSize: 16 }),
  mlp('digits8', [32], { activation: 'tanh' }),
  mlp('digits8', []),
  mlp('mnist', [32], { imageSize: 8 }),
  mlp('mnist', [64, 64, 64], { imageSize: 8 }),
  mlp('mnist', [32], { imageSize: 14, batchSize: 128 }),
  mlp('mnist', [], { imageSize: 14 }),
  mlp('fashion-mnist', [32], { imageSize: 8 }),
  mlp('fashion-mnist', [32, 32, 32], { imageSize: 8 }),
  { ...mlp('fashion-mnist', [64], { imageSize: 14 }), standsFor: 'cifar10' },
  mlp('fashion-mnist', [32], { imageSize: 8, activation: 'tanh' }),
  mlp('fashion-mnist', [64], { imageSize: 14, batchSize: 16 }),
  {
    name: 'quadratic 32',
    family: 'Function',
    task: { family: 'quadratic', dimension: 32, condition: 100 },
  },
  { name: 'rosenbrock', family: 'Function', task: { family: 'rosenbrock' } },
];

/** @param root  of the repository. @returns what the host would send: the overview, then each task's curves */
export async function speedupMessages(root: string): Promise<HostMessage[]> {
  const scored = [];
  for (const [index, recipe] of RECIPES.entries()) {
    const arm = async (optimizer: object, numSteps: number): Promise<Arm> => {
      const runs = [];
      for (const seed of SEEDS)
        runs.push(
          await train(root, { task: recipe.task, optimizer: { ...optimizer }, numSteps, seed }),
        );
      return runs;
    };
    const sweep: Arm[] = [];
    for (const learningRate of RATES)
      sweep.push(await arm({ name: 'adam', learningRate }, BASELINE_STEPS));
    const optimizers: Arm[] = [];
    for (const { optimizer } of OPTIMIZERS) optimizers.push(await arm(optimizer, NUM_STEPS));
    const trainings = { ...recipe, learningRates: RATES, sweep, optimizers };
    const options = { numSteps: NUM_STEPS, every: EVERY, smoothing: 0.9 };
    scored.push(scoreTask(trainings, index, options));
    console.log(
      recipe.name,
      ...scored.at(-1)!.task.results.map(({ steps }) => `${steps.kind} ${steps.value.toFixed(3)}`),
    );
  }
  const overview = withAggregates(overviewOf(scored.map(({ task }) => task)));
  return [
    { type: 'evaluation', overview, canControl: true },
    ...scored.map(({ curves }): HostMessage => ({ type: 'curves', curves })),
  ];
}

function overviewOf(
  tasks: EvaluationOverview['tasks'],
): Omit<EvaluationOverview, 'baselineProfile'> {
  const none = { tasks: 0, median: NaN, iqm: NaN, low: NaN, high: NaN, atLeast: [] };
  const empty = { ...none, censored: 0, failed: 0, algoPerf: 0 };
  const profile = { factors: new Float32Array(), shares: new Float32Array() };
  const trainings = tasks.length * (RATES.length + OPTIMIZERS.length) * SEEDS.length;
  return {
    id: 'small-17',
    suite: 'small-17',
    state: 'finished',
    protocol: {
      baseline: 'Adam',
      learningRates: [...RATES],
      sweeps: [
        {
          ...{ optimizer: 'Adam', isBaseline: true, settings: RATES.length },
          options: [{ name: 'learningRate', values: RATES.length }],
        },
        ...OPTIMIZERS.map(({ label }) => ({
          ...{ optimizer: label, isBaseline: false, settings: 1, options: [] },
        })),
      ],
      seeds: SEEDS.length,
      numSteps: NUM_STEPS,
      baselineSteps: BASELINE_STEPS,
      evaluateEvery: EVERY,
    },
    progress: { done: trainings, total: trainings },
    optimizers: OPTIMIZERS.map(({ label, description }) => ({
      ...{ label, description },
      ...{ steps: { ...empty, profile }, seconds: { ...empty, profile } },
    })),
    tasks,
  };
}
