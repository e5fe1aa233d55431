/** What an evaluation leaves behind besides its config and its curves: decoders of `env.json`, `summary.json`, `timing.jsonl`. */
import { z } from 'zod';
import { decodeRecord, parseRecord, taskFilesSchema } from './metrics';

const count = () => z.int().min(0);

const environmentSchema = z.object({
  /** Version of VeLO Lab. */
  version: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  node: z.string(),
  platform: z.string(),
  /** What computed: flavour and instruction set, `native avx512`. */
  device: z.string(),
  cpu: z.string(),
  cores: z.int().min(1),
  /** Learned weights, by the optimizer's name. */
  weights: z.record(
    z.string(),
    z.object({ name: z.string(), sha256: z.string(), handMade: z.boolean() }),
  ),
  /** Evaluation that curves of the same trainings were taken over from, on request; they count in no seconds. */
  reused: z
    .object({ id: z.string(), startedAt: z.string(), device: z.string(), version: z.string() })
    .exactOptional(),
  /** Of the user's own tasks, by the task's name. */
  taskFiles: z.record(z.string(), taskFilesSchema).exactOptional(),
});
export type EvaluationEnvironment = Readonly<z.output<typeof environmentSchema>>;

const lossSchema = z.number().nullable();

const bestSchema = z.object({
  /** The setting with the lowest mean training loss at the end, over seeds. */
  setting: z.string(),
  learningRate: z.number().exactOptional(),
  /** Means over seeds of the last point; null where one was not finite. */
  trainLoss: lossSchema,
  heldOutLoss: lossSchema,
});

const summarySchema = z.object({
  /** `incomplete`: some trainings failed and can be tried again. */
  state: z.enum(['running', 'finished', 'stopped', 'incomplete']),
  trainings: count(),
  done: count(),
  /** Of the trainings done, those whose loss stopped being finite: their curves end there. */
  diverged: count(),
  /** What was measured so far, task by task. */
  tasks: z.array(
    z.object({
      name: z.string(),
      optimizers: z.array(
        z.object({
          name: z.string(),
          isBaseline: z.boolean(),
          settings: count(),
          /** Settings of which at least one seed diverged. */
          divergedSettings: count(),
          best: bestSchema.exactOptional(),
        }),
      ),
    }),
  ),
  failures: z.array(z.object({ training: z.string(), message: z.string() })),
});
export type EvaluationSummary = Readonly<z.output<typeof summarySchema>>;

const trainingTimeSchema = z.object({
  training: z.string(),
  steps: count(),
  /** Of the steps alone, evaluations apart. */
  seconds: z.number().min(0),
});

const sessionTimeSchema = z.object({
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  workers: z.int().min(1),
  /** Trainings done so far in this session, and how long it has taken. */
  done: count(),
  elapsedSeconds: z.number().min(0),
});

const timingSchema = z.union([trainingTimeSchema, sessionTimeSchema]);
export type EvaluationTiming = Readonly<z.output<typeof timingSchema>>;
export type TrainingTime = Readonly<z.output<typeof trainingTimeSchema>>;

const curveSchema = z.object({
  task: z.string(),
  optimizer: z.string(),
  setting: z.string(),
  seed: z.coerce.number(),
  /** Announced steps. */
  steps: z.coerce.number(),
  diverged: z.enum(['true', 'false']).transform((text) => text === 'true'),
});
export type CurveLabel = Readonly<z.output<typeof curveSchema>>;

/** @throws UserError('run') where the text is no environment of an evaluation */
export function decodeEvaluationEnvironment(text: string, place: string): EvaluationEnvironment {
  return decodeRecord(environmentSchema, parseRecord(text, place), place);
}

/** @throws UserError('run') where the text is no summary of an evaluation */
export function decodeEvaluationSummary(text: string, place: string): EvaluationSummary {
  return decodeRecord(summarySchema, parseRecord(text, place), place);
}

/** @throws UserError('run') where the line is no timing */
export function decodeEvaluationTiming(line: string, place: string): EvaluationTiming {
  return decodeRecord(timingSchema, parseRecord(line, place), place);
}

/** @param metadata  strings of the curve's file. @throws UserError('run') */
export function decodeCurveLabel(
  metadata: Readonly<Record<string, string>>,
  place: string,
): CurveLabel {
  return decodeRecord(curveSchema, metadata, place);
}
