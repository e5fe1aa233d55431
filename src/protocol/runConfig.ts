/**
 * The schema of `*.velo.json`: what a training run is asked to do. Types, decoder, editor help and messages all
 * come from here. Every default is filled in by decoding, so a decoded config says everything about its run;
 * it isn't where a config meets the data or the weights that it names (that is the engine's job).
 */
import { z } from 'zod';

const MAX_SEED = 2 ** 32 - 1;

const positive = () => z.number().gt(0);
const fraction = () => z.number().min(0).lt(1);
const steps = () => z.int().min(1).max(100_000_000);

const imageMlpTask = z
  .strictObject({
    family: z.literal('imageMlp').describe('A multi-layer perceptron that classifies images.'),
    dataset: z
      .string()
      .min(1)
      .describe(
        'The images: "digits8", "mnist", "fashion-mnist", or the path of a folder with files in idx format ' +
          '(relative to the config file).',
      ),
    hidden: z
      .array(z.int().min(1).max(16_384))
      .max(32)
      .default([128, 128])
      .describe('Widths of the hidden layers; an empty list gives a linear classifier.'),
    activation: z
      .enum(['relu', 'tanh', 'sigmoid', 'gelu', 'silu', 'elu'])
      .default('relu')
      .describe('Function after each hidden layer.'),
    batchSize: z.int().min(1).max(65_536).default(128).describe('Images in a batch.'),
    imageSize: z
      .int()
      .min(1)
      .max(1024)
      .exactOptional()
      .describe('Side length that images are resized to; absent: as they are stored.'),
    grey: z.boolean().default(false).describe('Average the colour channels into one.'),
  })
  .describe('Image classification with a multi-layer perceptron.');

const quadraticTask = z
  .strictObject({
    family: z.literal('quadratic').describe('A convex quadratic with a chosen condition number.'),
    dimension: z.int().min(1).max(1_000_000).default(10).describe('Number of parameters.'),
    condition: z.number().min(1).default(10).describe('Largest curvature over the smallest, ≥ 1.'),
  })
  .describe('A quadratic bowl.');

const rosenbrockTask = z
  .strictObject({
    family: z.literal('rosenbrock').describe("Rosenbrock's curved valley in two dimensions."),
  })
  .describe("Rosenbrock's function.");

const bealeTask = z
  .strictObject({
    family: z
      .literal('beale')
      .describe("Beale's function in two dimensions: flat plateaus, sharp corners."),
  })
  .describe("Beale's function.");

const taskSchema = z
  .discriminatedUnion('family', [imageMlpTask, quadraticTask, rosenbrockTask, bealeTask])
  .describe('What is trained.');

const minMultiplier = () =>
  z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Learning rate at the end as a share of the peak, in [0, 1].');

const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('constant').describe('The same learning rate at each step.'),
    }),
    z.strictObject({
      kind: z.literal('cosine').describe('Half a cosine from the peak down, over the run.'),
      minMultiplier: minMultiplier(),
    }),
    z.strictObject({
      kind: z.literal('linear').describe('A straight line from the peak down, over the run.'),
      minMultiplier: minMultiplier(),
    }),
    z.strictObject({
      kind: z
        .literal('warmupCosine')
        .describe('A linear rise to the peak, a plateau, then half a cosine.'),
      warmupFraction: fraction()
        .default(0.05)
        .describe('Share of the run in which the learning rate rises, in [0, 1).'),
      constantFraction: z
        .number()
        .min(0)
        .max(1)
        .exactOptional()
        .describe('Share of the run after which the decay begins; absent: right after the rise.'),
      minMultiplier: minMultiplier(),
    }),
  ])
  .default({ kind: 'constant' })
  .describe('How the learning rate changes over the run.');

const learningRate = (value: number) =>
  positive().default(value).describe('Peak learning rate per step, > 0.');
const beta1 = () =>
  fraction().default(0.9).describe('Decay of the mean of the gradients, in [0, 1).');
const beta2 = () =>
  fraction().default(0.999).describe('Decay of the mean of the squared gradients, in [0, 1).');
const epsilon = () =>
  positive().default(1e-8).describe('Added to the root of the second moment, > 0.');
const epsRoot = () =>
  z.number().min(0).default(0).describe('Added to the second moment under the root, ≥ 0.');
const decoupledDecay = (value: number) =>
  z.number().min(0).default(value).describe('Decoupled weight decay, ≥ 0.');

const optimizerSchema = z
  .discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('sgd').describe('Stochastic gradient descent.'),
      learningRate: learningRate(0.1),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('momentum').describe('Gradient descent with momentum.'),
      learningRate: learningRate(0.1),
      momentum: fraction().default(0.9).describe('Decay of the velocity, in [0, 1).'),
      nesterov: z.boolean().default(false).describe("Use Nesterov's look-ahead."),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('rmsprop').describe('RMSProp.'),
      learningRate: learningRate(1e-3),
      decay: fraction()
        .default(0.9)
        .describe('Decay of the mean of the squared gradients, in [0, 1).'),
      epsilon: epsilon(),
      momentum: fraction()
        .default(0)
        .describe('Decay of a momentum buffer over the scaled gradients, in [0, 1).'),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('adam').describe('Adam.'),
      learningRate: learningRate(1e-3),
      beta1: beta1(),
      beta2: beta2(),
      epsilon: epsilon(),
      epsRoot: epsRoot(),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('adamw').describe('Adam with decoupled weight decay.'),
      learningRate: learningRate(1e-3),
      beta1: beta1(),
      beta2: beta2(),
      epsilon: epsilon(),
      epsRoot: epsRoot(),
      weightDecay: decoupledDecay(1e-4),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('nadamw').describe('Nesterov Adam with decoupled weight decay.'),
      learningRate: learningRate(1e-3),
      beta1: beta1(),
      beta2: beta2(),
      epsilon: epsilon(),
      nesterov: z.boolean().default(true).describe("Step along Nesterov's look-ahead."),
      weightDecay: decoupledDecay(0),
      l2: z.number().min(0).default(0).describe('L2 penalty, added to the gradient, ≥ 0.'),
      subtractL2: z
        .boolean()
        .default(false)
        .describe('Subtract the L2 penalty instead, a quirk of the reference.'),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('velo').describe('VeLO, the learned optimizer.'),
      weights: z
        .string()
        .min(1)
        .default('velo-handmade-1')
        .describe(
          'The learned weights: "velo-handmade-1" (made by hand, not meta-trained) or the path of a ' +
            '.safetensors file (relative to the config file).',
        ),
      weightDecay: z
        .number()
        .min(0)
        .default(0)
        .describe(
          'L2 penalty that the optimizer sees in gradient and loss, ≥ 0; 1e-6 is customary.',
        ),
      maxTrainingSteps: steps()
        .default(150_000)
        .describe(
          'Longest run the weights know; longer ones average gradients over several batches.',
        ),
      accumulate: z
        .int()
        .min(1)
        .exactOptional()
        .describe('Batches averaged for one update; absent: as few as maxTrainingSteps allows.'),
    }),
  ])
  .describe('What trains it.');

const evaluateSchema = z
  .strictObject({
    every: z
      .int()
      .min(0)
      .default(100)
      .describe('Steps between evaluations; 0: only after the last step.'),
    split: z
      .enum(['train', 'innerValid', 'outerValid', 'test'])
      .default('innerValid')
      .describe('Which part of the data is evaluated.'),
    batches: z
      .int()
      .min(1)
      .default(50)
      .describe('Batches of an evaluation, at most all of the split.'),
  })
  .prefault({})
  .describe('Evaluation on held-out data, for tasks that have data.');

const traceSchema = z
  .strictObject({
    every: z
      .union([z.literal('auto'), z.int().min(0).max(100_000_000)], {
        error: 'must be "auto" or a whole number of steps',
      })
      .default('auto')
      .describe(
        'Steps between snapshots. "auto": about 176 in all, each step at first, later at most 1/125 of the run ' +
          'apart; a number: that many steps apart; 0: no trace.',
      ),
  })
  .prefault({})
  .describe(
    'What is recorded for looking inside a run: step multipliers, LSTM, histograms of updates, gradients and ' +
      'parameters. The training itself is the same with and without.',
  );

const earlyStopSchema = z
  .strictObject({
    patience: z.int().min(1).describe('Evaluations without progress after which the run ends.'),
    minDelta: z
      .number()
      .min(0)
      .default(0)
      .describe('Fall of the held-out loss that counts as progress, ≥ 0.'),
  })
  .describe('Ends the run when the held-out loss makes no more progress.');

/** Fields of a run config in the order in which they are written. */
export const runConfigSchema = z
  .strictObject({
    $schema: z.string().exactOptional().describe('Where the schema of this file is, for editors.'),
    name: z
      .string()
      .min(1)
      .max(80)
      .default('run')
      .describe('What the run is called; absent: the name of the file.'),
    task: taskSchema,
    optimizer: optimizerSchema,
    numSteps: steps().default(1000).describe('Number of updates, ≥ 1.'),
    seed: z
      .int()
      .min(0)
      .max(MAX_SEED)
      .default(0)
      .describe('Everything random follows from it: same seed, same device, same numbers.'),
    device: z
      .enum(['auto', 'native', 'wasm', 'wasm-relaxed', 'cpu', 'tensorflow'])
      .default('auto')
      .describe('What computes; "auto" takes native code where it loads, else WebAssembly.'),
    logEvery: steps().default(1).describe('Steps between lines in metrics.jsonl.'),
    evaluate: evaluateSchema,
    checkpointEvery: z
      .int()
      .min(0)
      .default(500)
      .describe('Steps between checkpoints; 0: only when the run ends or is stopped.'),
    trace: traceSchema,
    earlyStop: earlyStopSchema.exactOptional(),
    targetLoss: z
      .number()
      .exactOptional()
      .describe('The run ends as soon as a logged training loss is at or below this.'),
  })
  .superRefine(checkAcrossFields)
  .describe('A training run of VeLO Lab.');

/** A run config with every default filled in. */
export type RunConfig = z.output<typeof runConfigSchema>;
/** A run config as written: what has a default may be left out. */
export type RunConfigInput = z.input<typeof runConfigSchema>;
export type TaskConfig = RunConfig['task'];
export type OptimizerConfig = RunConfig['optimizer'];
export type VeloConfig = Extract<OptimizerConfig, { name: 'velo' }>;
export type DeviceName = RunConfig['device'];

/** Names of the optimizers that a config may ask for. */
export const OPTIMIZER_NAMES: readonly OptimizerConfig['name'][] = optimizerSchema.options.map(
  (option) => option.shape.name.value,
);
/** Task families that a config may ask for. */
export const TASK_FAMILIES: readonly TaskConfig['family'][] = taskSchema.options.map(
  (option) => option.shape.family.value,
);
export const DEVICE_NAMES: readonly DeviceName[] = [
  'auto',
  'native',
  'wasm',
  'wasm-relaxed',
  'cpu',
  'tensorflow',
];

/** The JSON schema of `*.velo.json`, for editors. */
export function runConfigJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(runConfigSchema, {
    io: 'input',
    target: 'draft-7',
  });
  return {
    $schema,
    title: 'VeLO Lab run',
    allowComments: true,
    allowTrailingCommas: true,
    ...schema,
  };
}

interface CrossChecked {
  readonly task: { readonly family: string };
  readonly optimizer: {
    readonly name: string;
    readonly schedule?: z.output<typeof scheduleSchema>;
    readonly accumulate?: number;
  };
  readonly numSteps: number;
  readonly earlyStop?: unknown;
  readonly evaluate: { readonly every: number };
}

/** What no single field can know. */
function checkAcrossFields(config: CrossChecked, context: z.RefinementCtx): void {
  const complain = (path: string[], message: string, input: unknown): void => {
    context.addIssue({ code: 'custom', path, message, input });
  };
  const { schedule } = config.optimizer;
  if (schedule?.kind === 'warmupCosine' && schedule.constantFraction !== undefined) {
    const { constantFraction, warmupFraction } = schedule;
    if (constantFraction < warmupFraction) {
      const limit = `must be >= warmupFraction, ${warmupFraction}`;
      complain(['optimizer', 'schedule', 'constantFraction'], limit, constantFraction);
    }
  }
  const { accumulate } = config.optimizer;
  if (accumulate !== undefined && accumulate > config.numSteps) {
    const limit = `must be at most numSteps, ${config.numSteps}`;
    complain(['optimizer', 'accumulate'], limit, accumulate);
  }
  if (config.earlyStop === undefined) return;
  if (config.evaluate.every === 0) {
    complain(['earlyStop'], 'needs evaluate.every of at least 1', config.evaluate);
  }
  if (config.task.family !== 'imageMlp') {
    const limit = `needs held-out data, which ${config.task.family} has not`;
    complain(['earlyStop'], limit, config.earlyStop);
  }
}
