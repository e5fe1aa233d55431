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
import { optimizerSchema } from './optimizers/optimizerConfig';
import { DEVICE_NAMES } from './runConfig';
import { checkSweep, sweepSchema } from './sweep';
import type { Sweep } from './sweep';
import { taskSchema } from './tasks/taskSchema';

const label = (what: string) => z.string().min(1).max(80).describe(what);
const baselineSchema = z
  .strictObject({
    name: label('What it is called; absent: its optimizer.').exactOptional(),
    optimizer: optimizerSchema.prefault({ name: 'adam' }),
    steps: steps()
      .exactOptional()
      .describe(
        'Steps of its trainings; absent: those of the suite, or ten times `steps` (with protocol "lengths" four times the longest).',
      ),
    sweep: sweepSchema.prefault({}),
  })
  .prefault({})
  .describe('The tuned optimizer that the others are measured with.');

/** Where it is absent, an evaluation of lengths has one all the same; elsewhere there is none. */
const secondBaselineSchema = z
  .strictObject({
    name: label('What it is called; absent: that of the baseline and "cosine".').exactOptional(),
    optimizer: optimizerSchema,
    sweep: sweepSchema.prefault({}),
  })
  .describe(
    'Protocol "lengths": a tuned optimizer that is trained for each length; losses are compared with its, too. ' +
      'Absent: the baseline with a cosine schedule.',
  );

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
    lengths: z
      .array(steps())
      .min(1)
      .max(100)
      .exactOptional()
      .describe('Announced lengths, each of them measured; absent: `steps`.'),
    standsFor: label('Whose data its own stand in for, where they do.').exactOptional(),
    task: taskSchema,
  })
  .describe('A task with its name.');

const evaluateSchema = z
  .strictObject({
    every: steps()
      .exactOptional()
      .describe(
        'Steps between two points of a curve; absent: 10. With protocol "lengths" points are dense at first.',
      ),
    batches: z
      .int()
      .min(1)
      .max(100_000)
      .exactOptional()
      .describe(
        'Batches of each split at a point: the first ones, always the same; absent: 5. Not with protocol "lengths".',
      ),
    samples: z
      .int()
      .min(1)
      .max(1_000_000)
      .exactOptional()
      .describe('The same with protocol "lengths", as examples in whole batches; absent: 2048.'),
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
        'A built-in list of tasks: "quick-12", "mini-83", "velo-83", "recipe-test"; where tasks are given too, only the name of the list.',
      ),
    protocol: z
      .enum(['paper', 'lengths'])
      .exactOptional()
      .describe(
        '"paper": one length, speedups by smoothed curves; "lengths": announced lengths of each task, speedups and ratios ' +
          'by the losses at their ends. Absent: that of the suite, or "lengths" where a task has some.',
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
    secondBaseline: secondBaselineSchema.exactOptional(),
    seeds: z
      .int()
      .min(1)
      .max(1000)
      .exactOptional()
      .describe('Trainings of each setting: seeds 0, 1, …; absent: those of the suite, or 2.'),
    steps: steps()
      .exactOptional()
      .describe('Steps of a training; absent: those of the suite or the longest length, or 1000.'),
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
export type EvaluationTask = z.output<typeof taskEntrySchema>;

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

interface Swept {
  readonly optimizer: { readonly name: string };
  readonly sweep?: Sweep;
}

interface CrossChecked {
  readonly suite?: string;
  readonly tasks?: readonly unknown[];
  readonly optimizers: readonly Swept[];
  readonly baseline: Swept;
  readonly secondBaseline?: Swept;
}

/** What no single field can know. */
function checkAcrossFields(config: CrossChecked, context: z.RefinementCtx): void {
  const { suite, tasks, optimizers, baseline, secondBaseline } = config;
  if (suite === undefined && tasks === undefined)
    context.addIssue({
      ...{ code: 'custom', path: ['suite'], input: suite },
      message: 'must be given, or a list of tasks',
    });
  checkSweep(baseline, ['baseline'], context);
  if (secondBaseline !== undefined) checkSweep(secondBaseline, ['secondBaseline'], context);
  for (const [index, entry] of optimizers.entries())
    checkSweep(entry, ['optimizers', index], context);
}
