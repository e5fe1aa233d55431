/**
 * The schema of `*.velo.json`: what a training run is asked to do. Types, decoder, editor help and messages all
 * come from here. Every default is filled in by decoding, so a decoded config says everything about its run;
 * it isn't where a config meets the data or the weights that it names (that is the engine's job).
 */
import { z } from 'zod';
import { steps } from './fields';
import type { Schedule } from './optimizers/fields';
import { optimizerSchema } from './optimizers/optimizerConfig';
import { innermostTask } from './tasks/innermost';
import { taskSchema } from './tasks/taskSchema';

const MAX_SEED = 2 ** 32 - 1;

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
  readonly task: z.infer<typeof taskSchema>;
  readonly optimizer: {
    readonly name: string;
    readonly schedule?: Schedule;
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
  const task = innermostTask(config.task);
  // Of a person's own task only its file knows.
  if (!('dataset' in task || task.family === 'user')) {
    const limit = `needs held-out data, which ${config.task.family} has not`;
    complain(['earlyStop'], limit, config.earlyStop);
  }
}
