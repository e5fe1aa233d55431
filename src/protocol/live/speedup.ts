/**
 * An evaluation on its way to the speedup chart: an overview that is sent anew whenever there is something new, and one
 * task's curves when the reader asks for them.
 */
import * as z from 'zod/mini';
import { JOB_STATES } from './jobState';
import { known } from './known';

const count = () => z.int().check(z.minimum(0));
const floats = () => z.instanceof(Float32Array);
/** Losses over inner steps; same length, steps rising. */
const curve = () => z.object({ steps: z.instanceof(Uint32Array), losses: floats() });

/** How many times fewer steps (or seconds) than the tuned baseline an optimizer needed for the loss that it reached. */
const speedupSchema = z.object({
  /**
   * `censored`: better than the baseline ever was, so at least `value`; `failed`: not finite, or never below the first
   * loss (`value` is 0); `pending`: not known yet (`value` is NaN).
   */
  kind: z.enum(['measured', 'censored', 'failed', 'pending']),
  value: known(),
  /** Over the seeds, by bootstrap; both `value` where there is one seed. */
  low: known(),
  high: known(),
});
export type Speedup = Readonly<z.output<typeof speedupSchema>>;

const taskResultSchema = z.object({
  steps: speedupSchema,
  seconds: speedupSchema,
  /** Means over seeds after the last step; NaN where not finite or not known. */
  finalTrain: known(),
  finalHeldOut: known(),
  /** Seconds of an inner step, its overhead included; NaN where not known. */
  secondsPerStep: known(),
  /** Smoothed training loss at equal distances from the first to the last step, for a sparkline; empty while pending. */
  spark: floats(),
});

const evaluatedTaskSchema = z.object({
  name: z.string(),
  family: z.string(),
  /** One plain sentence. */
  summary: z.string(),
  numParams: count(),
  /** What its data stand in for, where they are not the original's: `cifar100`. */
  standsFor: z.optional(z.string()),
  /** The learning rate of the lowest loss after `numSteps`; NaN while not known. */
  bestLearningRate: known(),
  /** The baseline's envelope after `numSteps`. */
  baselineLoss: known(),
  baselineSpark: floats(),
  /** One for each optimizer, in their order. */
  results: z.array(taskResultSchema),
});
export type EvaluatedTask = Readonly<z.output<typeof evaluatedTaskSchema>>;

/** Share of tasks within a factor of the best of all: rising factors from 1 on, shares in [0, 1]. */
const profileSchema = z.object({ factors: floats(), shares: floats() });

/** Over the tasks that are done. */
const aggregateSchema = z.object({
  tasks: count(),
  median: known(),
  /** Interquartile mean, and its 95 % interval by stratified bootstrap. */
  iqm: known(),
  low: known(),
  high: known(),
  /** Tasks at or above each factor: 1, 4, 16. */
  atLeast: z.array(z.object({ factor: z.number(), tasks: count() })),
  censored: count(),
  failed: count(),
  /** Area under the performance profile between factors 1 and 4, in [0, 1]. */
  algoPerf: known(),
  profile: profileSchema,
});

const evaluatedOptimizerSchema = z.object({
  label: z.string(),
  /** Settings in words, where its weights come from. */
  description: z.string(),
  steps: aggregateSchema,
  seconds: aggregateSchema,
});
export type EvaluatedOptimizer = Readonly<z.output<typeof evaluatedOptimizerSchema>>;

/** Which settings of an optimizer are tried. */
const sweptSchema = z.object({
  optimizer: z.string(),
  isBaseline: z.boolean(),
  /** 1 where it is taken as given. */
  settings: count(),
  /** What differs among them, in the order of the config, with how many values each has. */
  options: z.array(z.object({ name: z.string(), values: count() })),
});
export type SweptOptimizer = Readonly<z.output<typeof sweptSchema>>;

export const evaluationOverviewSchema = z.object({
  id: z.string(),
  suite: z.string(),
  state: z.enum(JOB_STATES),
  /** Of a failure. */
  message: z.optional(z.string()),
  /** How the question was asked. */
  protocol: z.object({
    baseline: z.string(),
    learningRates: z.array(z.number()),
    /** The baseline first, then the optimizers in their order. */
    sweeps: z.array(sweptSchema),
    seeds: count(),
    numSteps: count(),
    baselineSteps: count(),
    evaluateEvery: count(),
  }),
  /** Trainings of one seed at one setting. */
  progress: z.object({ done: count(), total: count(), secondsLeft: z.optional(z.number()) }),
  optimizers: z.array(evaluatedOptimizerSchema),
  /** Of the tuned baseline, over the same tasks as those of the optimizers. */
  baselineProfile: z.object({ steps: profileSchema, seconds: profileSchema }),
  tasks: z.array(evaluatedTaskSchema),
});
export type EvaluationOverview = Readonly<z.output<typeof evaluationOverviewSchema>>;

/** What stands behind one task's numbers. */
export const taskCurvesSchema = z.object({
  /** Index in the overview. */
  task: count(),
  /** The baseline's smoothed training loss at the best learning rate of each point. */
  envelope: curve(),
  /** One for each optimizer: mean over the seeds, smoothed; and each seed. */
  optimizers: z.array(
    z.object({
      mean: curve(),
      seeds: z.array(curve()),
      heldOut: curve(),
      secondsPerStep: known(),
    }),
  ),
  /** The baseline's sweep, rising learning rates; losses are NaN where the training diverged. */
  sweep: z.array(
    z.object({
      learningRate: z.number(),
      lossAtNumSteps: known(),
      lossAtEnd: known(),
      diverged: z.boolean(),
      mean: curve(),
    }),
  ),
});
export type TaskCurves = Readonly<z.output<typeof taskCurvesSchema>>;

/** What a setting came to on one task; losses are means over seeds at its own end, NaN where a seed diverged. */
const settingOnTaskSchema = z.object({
  finalTrain: known(),
  finalHeldOut: known(),
  /** The lowest training loss at any point, also of what diverged later; NaN where none was finite. */
  lowest: known(),
  /** To the target loss, by its smoothed mean; NaN where it never got there, or there is no target. */
  stepsToTarget: known(),
  /** Training loss, mean over seeds, at equal distances from the first to the last step. */
  spark: floats(),
  /** Training loss of each seed, not smoothed; what diverged ends there. */
  seeds: z.array(z.object({ seed: count(), diverged: z.boolean(), curve: curve() })),
});

/** What it came to over the tasks on which all settings of its optimizer are done. */
const settingOverTasksSchema = z.object({
  tasks: count(),
  divergedTasks: count(),
  /** By final training loss among the settings of its optimizer: 1 is the best. NaN without a task. */
  meanRank: known(),
  /** Of ln(loss / that of the best setting of the task), ≥ 0; NaN where it diverged on a task or there is none. */
  meanLogRatio: known(),
  /** Tasks on which it got to the target loss. */
  reached: count(),
  /** The same ratio of each task of the evaluation: Infinity where it diverged, NaN where the task doesn't count. */
  logRatios: floats(),
});

const sweptSettingSchema = z.object({
  optimizer: z.string(),
  isBaseline: z.boolean(),
  /** `lr=0.003 cosine beta1=0.9`; unique within its optimizer. */
  setting: z.string(),
  /** What was varied: `learningRate`, `schedule`, options by name. */
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** Announced steps. */
  length: count(),
  /** Trainings that are done, and those of them that diverged; over all tasks, their sums. */
  trainings: count(),
  diverged: count(),
  /** Of a training, evaluations apart: mean over seeds (and tasks); NaN where not measured. */
  seconds: known(),
  /** One of the two, as it was asked. */
  onTask: z.optional(settingOnTaskSchema),
  overTasks: z.optional(settingOverTasksSchema),
});
export type SweptSetting = Readonly<z.output<typeof sweptSettingSchema>>;

/** Every setting of every optimizer that has a training, on one task or over all. */
export const sweepTableSchema = z.object({
  /** Index in the overview; absent: over all tasks. */
  task: z.optional(count()),
  /** NaN where there is none, or over all tasks. */
  targetLoss: known(),
  settings: z.array(sweptSettingSchema),
});
export type SweepTable = Readonly<z.output<typeof sweepTableSchema>>;
