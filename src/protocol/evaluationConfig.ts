/**
 * The schema of `*.velo-eval.json`: on which tasks which optimizers are compared with a tuned baseline. A suite named in
 * it is a list of tasks that the program knows; once that is looked up the config is resolved and says everything.
 */
import { z } from 'zod';
import { checkAgainst } from './configProblems';
import type { ConfigCheck } from './configProblems';
import { diagnoseConfigText, parseConfigText } from './configText';
import type { ConfigDiagnostic } from './configText';
import { steps } from './fields';
import { scheduleSchema } from './optimizers/fields';
import { optimizerSchema } from './optimizers/optimizerConfig';
import { DEVICE_NAMES } from './runConfig';
import { taskSchema } from './tasks/taskSchema';

const label = (what: string) => z.string().min(1).max(80).describe(what);
const rate = (value: number, what: string) => z.number().gt(0).default(value).describe(what);
const lowest = () => rate(1e-7, 'The lowest learning rate, > 0.');
const highest = () => rate(1, 'The highest learning rate, at least the lowest.');
const points = () => z.int().min(1).max(1000).describe('How many learning rates.');

const gridSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z
        .literal('decades')
        .describe('Two learning rates a decade: 1e-7, 3e-7, 1e-6, … 0.3, 1.'),
      points: z
        .union([z.literal(15), z.literal(14)])
        .default(15)
        .describe('15: all of them; 14: without 1e-7.'),
    }),
    z.strictObject({
      kind: z.literal('logUniform').describe('Evenly spaced logarithms, both ends included.'),
      points: points(),
      low: lowest(),
      high: highest(),
    }),
    z.strictObject({
      kind: z.literal('random').describe('Drawn at random, their logarithms uniform.'),
      points: points(),
      low: lowest(),
      high: highest(),
      seed: z.int().min(0).max(0xffff_ffff).default(0).describe('Of the draw.'),
    }),
    z.strictObject({
      kind: z.literal('list').describe('As they are listed.'),
      values: z.array(z.number().gt(0)).min(1).max(1000).describe('Learning rates, each > 0.'),
    }),
  ])
  .describe('Which learning rates are tried.');

const sweepSchema = z
  .strictObject({
    learningRates: gridSchema.prefault({ kind: 'decades' }),
    schedules: z
      .array(scheduleSchema)
      .min(1)
      .max(20)
      .default([{ kind: 'constant' }])
      .describe('Schedules, each of which is tried with every learning rate.'),
  })
  .describe('The settings that are tried; each is a training of its own for each seed.');

const baselineSchema = z
  .strictObject({
    name: label('What it is called; absent: its optimizer.').exactOptional(),
    optimizer: optimizerSchema.prefault({ name: 'adam' }),
    steps: steps()
      .exactOptional()
      .describe('Steps of its trainings; absent: those of the suite, or ten times `steps`.'),
    sweep: sweepSchema.prefault({}),
  })
  .prefault({})
  .describe('The tuned optimizer that the others are measured with.');

const optimizerEntrySchema = z
  .strictObject({
    name: label('What it is called; absent: its optimizer.').exactOptional(),
    optimizer: optimizerSchema,
    sweep: sweepSchema.exactOptional().describe('Absent: one setting, as it is given here.'),
  })
  .describe('An optimizer that is measured.');

const taskEntrySchema = z
  .strictObject({
    name: label('Unique in the evaluation.'),
    family: label('Kind of task, for the breakdown; absent: that of the task.').exactOptional(),
    standsFor: label('Whose data its own stand in for, where they do.').exactOptional(),
    task: taskSchema,
  })
  .describe('A task with its name.');

const evaluateSchema = z
  .strictObject({
    every: steps().default(10).describe('Steps between two points of a curve.'),
    batches: z
      .int()
      .min(1)
      .max(100_000)
      .default(5)
      .describe('Batches of each split at a point: the first ones, always the same.'),
    heldOut: z
      .enum(['innerValid', 'outerValid', 'test'])
      .default('outerValid')
      .describe('Which held-out part of the data is evaluated beside the train split.'),
  })
  .prefault({})
  .describe('The points of a curve: losses before the update of that step, and after the last.');

/** Fields of an evaluation's config in the order in which they are written. */
const evaluationConfigSchema = z
  .strictObject({
    $schema: z.string().exactOptional().describe('Where the schema of this file is, for editors.'),
    name: label('What the evaluation is called; absent: the name of the file.').default(
      'evaluation',
    ),
    suite: z
      .string()
      .min(1)
      .exactOptional()
      .describe(
        'A built-in list of tasks: "quick-12", "mini-83", "velo-83"; where tasks are given too, only the name of the list.',
      ),
    tasks: z
      .array(taskEntrySchema)
      .min(1)
      .max(10_000)
      .exactOptional()
      .describe('The tasks; absent: those of the suite.'),
    optimizers: z
      .array(optimizerEntrySchema)
      .min(1)
      .max(100)
      .prefault([{ optimizer: { name: 'velo' } }])
      .describe('The optimizers that are measured; absent: VeLO.'),
    baseline: baselineSchema,
    seeds: z.int().min(1).max(1000).default(2).describe('Trainings of each setting: seeds 0, 1, …'),
    steps: steps()
      .exactOptional()
      .describe('Steps of a training; absent: those of the suite, or 1000.'),
    evaluate: evaluateSchema,
    device: z
      .enum(DEVICE_NAMES)
      .default('auto')
      .describe('What computes; "auto" takes native code where it loads, else WebAssembly.'),
  })
  .superRefine(checkAcrossFields)
  .describe('An evaluation of VeLO Lab: optimizers against a tuned baseline on many tasks.');

/** As written, what has a default filled in. */
export type EvaluationConfig = z.output<typeof evaluationConfigSchema>;
export type EvaluationConfigInput = z.input<typeof evaluationConfigSchema>;
export type LearningRateGrid = z.output<typeof gridSchema>;
export type Sweep = z.output<typeof sweepSchema>;
export type EvaluationTask = z.output<typeof taskEntrySchema>;

/** With its tasks and lengths, whoever has given them. */
export interface ResolvedEvaluation extends Omit<EvaluationConfig, '$schema'> {
  readonly tasks: EvaluationTask[];
  readonly steps: number;
  readonly baseline: EvaluationConfig['baseline'] & { readonly steps: number };
}

/** Decodes a value into an evaluation's config or says everything that is wrong with it. */
export function checkEvaluationConfig(value: unknown): ConfigCheck<EvaluationConfig> {
  return checkAgainst(evaluationConfigSchema, value);
}

/** @throws UserError('config') naming file, line and column of the first problem */
export function parseEvaluationConfigText(text: string, fileName: string): EvaluationConfig {
  return parseConfigText(text, checkEvaluationConfig, { fileName });
}

/** Everything wrong with the text of an evaluation's config, in the order of the text; empty when it is right. */
export function diagnoseEvaluationConfigText(text: string): ConfigDiagnostic[] {
  return diagnoseConfigText(text, checkEvaluationConfig);
}

/** The JSON schema of `*.velo-eval.json`, for editors. */
export function evaluationConfigJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(evaluationConfigSchema, {
    io: 'input',
    target: 'draft-7',
  });
  return {
    $schema,
    title: 'VeLO Lab evaluation',
    allowComments: true,
    allowTrailingCommas: true,
    ...schema,
  };
}

interface CrossChecked {
  readonly suite?: string;
  readonly tasks?: readonly unknown[];
  readonly optimizers: readonly { readonly optimizer: object; readonly sweep?: Sweep }[];
  readonly baseline: { readonly optimizer: object; readonly sweep: Sweep };
}

/** What no single field can know. */
function checkAcrossFields(config: CrossChecked, context: z.RefinementCtx): void {
  const complain = (path: (string | number)[], message: string, input: unknown): void => {
    context.addIssue({ code: 'custom', path, message, input });
  };
  const { suite, tasks, optimizers, baseline } = config;
  if (suite === undefined && tasks === undefined)
    complain(['suite'], 'must be given, or a list of tasks', suite);
  const checkSweep = (path: (string | number)[], optimizer: object, sweep: Sweep): void => {
    if (!('learningRate' in optimizer))
      complain(path, 'needs an optimizer with a learning rate', optimizer);
    const { learningRates: grid } = sweep;
    if ('low' in grid && grid.low > grid.high)
      complain([...path, 'sweep', 'learningRates', 'high'], `must be >= ${grid.low}`, grid.high);
  };
  checkSweep(['baseline'], baseline.optimizer, baseline.sweep);
  for (const [index, { optimizer, sweep }] of optimizers.entries()) {
    if (sweep !== undefined) checkSweep(['optimizers', index], optimizer, sweep);
  }
}
