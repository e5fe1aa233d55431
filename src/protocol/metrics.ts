/**
 * What a run leaves behind besides its config: the lines of `metrics.jsonl`, `summary.json` and `env.json`.
 * Numbers that JSON cannot hold (NaN, Infinity) are written as null and never as 0.
 */
import { z } from 'zod';
import { UserError } from '../base/index';

const step = () => z.int().min(0);
const finiteOrNull = () => z.number().nullable();

const stepMetricSchema = z.object({
  /** 0-based index of the step. */
  step: step(),
  /** Loss of the step's batch before its update; null where it was not finite. */
  loss: finiteOrNull(),
  /** Since the run began, pauses left out. */
  seconds: z.number().min(0).exactOptional(),
});

const evaluationMetricSchema = z.object({
  /** Batches consumed before the evaluation: 0 is the untrained network. */
  step: step(),
  split: z.enum(['train', 'innerValid', 'outerValid', 'test']),
  loss: finiteOrNull(),
  /** Share of right answers in [0, 1]. */
  accuracy: finiteOrNull().exactOptional(),
  seconds: z.number().min(0).exactOptional(),
});

export type StepMetric = Readonly<z.output<typeof stepMetricSchema>>;
export type EvaluationMetric = Readonly<z.output<typeof evaluationMetricSchema>>;
export type Metric = StepMetric | EvaluationMetric;

export function isEvaluation(metric: Metric): metric is EvaluationMetric {
  return 'split' in metric;
}

/** One line of `metrics.jsonl`, without its line end. */
export function encodeMetric(metric: Metric): string {
  // JSON writes NaN and the infinities as null by itself.
  return JSON.stringify(metric);
}

/**
 * Reads one line of `metrics.jsonl`.
 * @param place  the file and line, for the message
 * @throws UserError('run') where it is no such line
 */
export function decodeMetric(line: string, place: string): Metric {
  const value = parseRecord(line, place);
  const isEvaluated = typeof value === 'object' && value !== null && 'split' in value;
  return decodeRecord(isEvaluated ? evaluationMetricSchema : stepMetricSchema, value, place);
}

const RUN_STATES = [
  'queued',
  'running',
  'paused',
  'finished',
  'diverged',
  'stopped',
  'interrupted',
  'failed',
] as const;
/**
 * `queued`: waits for its turn; `stopped` by a person, `interrupted` when its process vanished, `failed` on an error of ours or the machine's.
 */
export type RunState = (typeof RUN_STATES)[number];

const summarySchema = z.object({
  state: z.enum(RUN_STATES),
  /** Batches consumed; of a diverged run, the step whose loss was not finite. */
  step: step(),
  numSteps: step(),
  /** What ended a finished run. */
  endedBy: z.enum(['numSteps', 'targetLoss', 'earlyStop']).exactOptional(),
  /** Mean of the last 50 logged training losses; null before the first, or where one was not finite. */
  trainLoss: finiteOrNull(),
  /** The last evaluation. */
  heldOut: z
    .object({
      step: step(),
      split: z.string(),
      loss: finiteOrNull(),
      accuracy: finiteOrNull().exactOptional(),
    })
    .exactOptional(),
  /** Time spent training, pauses left out. */
  seconds: z.number().min(0),
  /** Of the updates alone, without evaluations and checkpoints where these were told apart. */
  msPerStep: finiteOrNull(),
  /** Why a run failed, one sentence. */
  message: z.string().exactOptional(),
});
export type RunSummary = Readonly<z.output<typeof summarySchema>>;

/** Of a task of the user's own: its files, relative to the first of them. */
export const taskFilesSchema = z.array(z.object({ file: z.string(), sha256: z.string() }));
export type TaskFiles = z.output<typeof taskFilesSchema>;

const environmentSchema = z.object({
  /** Version of VeLO Lab. */
  version: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  node: z.string(),
  platform: z.string(),
  /** What computed: flavour and instruction set, `native avx512`. */
  device: z.string(),
  task: z.string().exactOptional(),
  parameters: z.int().min(0).exactOptional(),
  taskFiles: taskFilesSchema.exactOptional(),
  /** The learned weights, of runs with a learned optimizer. */
  weights: z
    .object({
      name: z.string(),
      sha256: z.string(),
      /** Whether they were constructed by hand rather than meta-trained. */
      handMade: z.boolean(),
    })
    .exactOptional(),
});
export type RunEnvironment = Readonly<z.output<typeof environmentSchema>>;

/** @throws UserError('run') where the text is no summary */
export function decodeSummary(text: string, place: string): RunSummary {
  return decodeRecord(summarySchema, parseRecord(text, place), place);
}

/** @throws UserError('run') where the text is no environment */
export function decodeEnvironment(text: string, place: string): RunEnvironment {
  return decodeRecord(environmentSchema, parseRecord(text, place), place);
}

/** @throws UserError('run') where the text is no JSON */
export function parseRecord(text: string, place: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UserError('run', `${place}: expected JSON, got ${excerpt(text)}`, { cause });
  }
}

/** @throws UserError('run') that names the place, the field and what was expected */
export function decodeRecord<T>(schema: z.core.$ZodType<T>, value: unknown, place: string): T {
  const result = z.safeParse(schema, value, { reportInput: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue === undefined || issue.path.length === 0 ? 'value' : issue.path.join('.');
  const wanted = issue?.message.replace(/^Invalid input: /, '') ?? 'a valid record';
  throw new UserError('run', `${place}: ${path}: ${wanted}`);
}

function excerpt(text: string): string {
  return text === '' ? 'an empty text' : JSON.stringify(text.slice(0, 40));
}
