/**
 * The contract between the engine process and its clients (the extension host, tests): requests with their params and
 * results, and notifications. JSON-RPC over a private socket, messages in MessagePack so that typed arrays stay typed.
 * Types derive from the decoders that both ends apply.
 */
import { z } from 'zod';
import {
  evaluationEntrySchema,
  evaluationOverviewSchema,
  metaEntrySchema,
  metaUpdateSchema,
  multiplierCurveSchema,
  networkResponseSchema,
  optimizerEntrySchema,
  optimizerInspectionSchema,
  readyTaskSchema,
  runEntrySchema,
  sensitivityStateSchema,
  seriesUpdateSchema,
  sweepTableSchema,
  taskCurvesSchema,
  taskCostSchema,
  taskFamilySchema,
  taskSampleSchema,
  traceSelectionSchema,
  traceUpdateSchema,
  weightMatrixSchema,
} from './live/index';

/** Raised with every change that an older engine or client would misread. */
export const ENGINE_PROTOCOL = 6;

const runRef = z.object({ runId: z.string().min(1) });
const evaluationRef = z.object({ evaluationId: z.string().min(1) });
const metaRef = z.object({ metaId: z.string().min(1) });
/** Whose theta is measured: the newest of a meta-training, or the start of a `*.velo.json` of kind "metatrain", absolute. */
const sensitivityRef = z.object({
  of: z.union([metaRef, z.object({ configPath: z.string().min(1) })]),
});
const watchRef = z.object({ watchId: z.string().min(1) });
const taskRef = z.object({ task: z.record(z.string(), z.unknown()) });
const nothing = z.object({});

/** One request: what goes in and what comes back. */
interface RequestSpec {
  readonly params: z.core.$ZodType;
  readonly result: z.core.$ZodType;
}

export const ENGINE_REQUESTS = {
  /** The first request of a connection; any other is refused before it. */
  'engine.hello': {
    params: z.object({ token: z.string(), protocol: z.int(), client: z.string() }),
    result: z.object({
      protocol: z.int(),
      version: z.string(),
      pid: z.int(),
      /** The workspace folder whose `.velo` it serves. */
      root: z.string(),
    }),
  },
  'engine.ping': { params: nothing, result: nothing },
  /** Ends the process; while jobs are there only with `force`, after a checkpoint of each. */
  'engine.shutdown': { params: z.object({ force: z.boolean() }), result: nothing },
  'engine.configure': {
    params: z.object({ maxRunning: z.int().min(1).max(64) }),
    result: nothing,
  },
  /** All runs, oldest first; with `newest` only about so many, those worked on last, as soon as they are known. */
  'runs.list': {
    params: z.object({ newest: z.optional(z.int().min(1)) }),
    result: z.object({ runs: z.array(runEntrySchema), warnings: z.array(z.string()) }),
  },
  /** Puts a training into the queue; it begins when its turn comes. */
  'run.start': {
    params: z.object({
      /** The `*.velo.json`, absolute; paths inside are relative to it. */
      configPath: z.string(),
      /** `field=value`, as of the command line's --set. */
      overrides: z.array(z.string()),
    }),
    result: runRef,
  },
  'run.resume': { params: runRef, result: nothing },
  'run.control': {
    params: runRef.extend({ action: z.enum(['pause', 'continue', 'step', 'stop']) }),
    result: nothing,
  },
  /** Stops every job after a checkpoint and empties the queue. */
  'jobs.stopAll': { params: nothing, result: z.object({ stopped: z.int().min(0) }) },
  /** Deletes the run's folder; refused while somebody writes it. */
  'run.delete': { params: runRef, result: nothing },
  'run.describe': {
    params: runRef,
    result: z.object({
      entry: runEntrySchema,
      /** config.json as it is on disk. */
      configText: z.string(),
      /** What the loss is measured in: `cross-entropy, nats`, or empty. */
      lossUnit: z.string(),
    }),
  },
  /** Writes the run's metrics to a file. */
  'run.export': {
    params: runRef.extend({ format: z.enum(['csv', 'json']), target: z.string() }),
    result: nothing,
  },
  /**
   * Sends `series.update` with everything of these runs, then with what is new, at most 20 times a second. Again with
   * the same id: it begins anew, with everything and from number 0.
   */
  'series.watch': {
    params: watchRef.extend({ runIds: z.array(z.string()) }),
    result: nothing,
  },
  /**
   * The same for one run's trace, as `trace.update`. Again with the same id and run: another selection, and the numbers
   * go on.
   */
  'trace.watch': {
    params: watchRef.extend({ runId: z.string(), selection: traceSelectionSchema }),
    result: nothing,
  },
  /** Ends a watch of either kind; unknown ids are no error. */
  unwatch: { params: watchRef, result: nothing },
  /** Order of the LSTM's cells by average linkage of their correlations over the traced steps. */
  'trace.cellOrder': {
    params: runRef.extend({ tensor: z.int().min(0), state: z.enum(['h', 'c']) }),
    result: z.object({ order: z.instanceof(Uint32Array) }),
  },
  /** All evaluations, oldest first; from now on this client is told of changes. */
  'evaluations.list': {
    params: nothing,
    result: z.object({
      evaluations: z.array(evaluationEntrySchema),
      warnings: z.array(z.string()),
    }),
  },
  /** The built-in lists of tasks. */
  'suites.list': {
    params: nothing,
    result: z.object({
      suites: z.array(
        z.object({
          name: z.string(),
          /** One plain sentence. */
          summary: z.string(),
          tasks: z.int().min(1),
          /** Of an optimizer's trainings, and of the baseline's. */
          steps: z.int().min(1),
          baselineSteps: z.int().min(1),
        }),
      ),
    }),
  },
  /** Begins an evaluation; answered when its folder is there. One at a time, on all cores. */
  'evaluation.start': {
    /** The `*.velo-eval.json`, absolute; paths inside are relative to it. */
    params: z.object({ configPath: z.string() }),
    result: evaluationRef,
  },
  /** Goes on with the trainings that are missing. */
  'evaluation.resume': { params: evaluationRef, result: nothing },
  /** Ends it; what is done stays. */
  'evaluation.stop': { params: evaluationRef, result: nothing },
  /** Deletes its folder; refused while somebody writes it. */
  'evaluation.delete': { params: evaluationRef, result: nothing },
  'evaluation.describe': {
    params: evaluationRef,
    /** config.json as it is on disk. */
    result: z.object({ entry: evaluationEntrySchema, configText: z.string() }),
  },
  /** Sends `evaluation.update` with what is known, then at most twice a second while something changes. */
  'evaluation.watch': { params: watchRef.extend({ evaluationId: z.string() }), result: nothing },
  /** What it says so far, from the curves on the disk. */
  'evaluation.overview': { params: evaluationRef, result: evaluationOverviewSchema },
  /** @param task  index in the overview */
  'evaluation.curves': {
    params: evaluationRef.extend({ task: z.int().min(0) }),
    result: taskCurvesSchema,
  },
  /** Every setting with what it came to. @param task  index in the overview; absent: over all tasks */
  'evaluation.sweep': {
    params: evaluationRef.extend({ task: z.int().min(0).exactOptional() }),
    result: sweepTableSchema,
  },
  /** Scores what is there and writes the report to a file. */
  'evaluation.report': {
    params: evaluationRef.extend({ format: z.enum(['markdown', 'html']), target: z.string() }),
    result: nothing,
  },
  /** All meta-trainings, oldest first; from now on this client is told of changes. */
  'metas.list': {
    params: nothing,
    result: z.object({ metas: z.array(metaEntrySchema), warnings: z.array(z.string()) }),
  },
  /** Begins a meta-training; answered when its folder is there. One at a time, on all cores. */
  'meta.start': {
    /** The `*.velo.json` of kind "metatrain", absolute; paths inside are relative to it. */
    params: z.object({ configPath: z.string() }),
    result: metaRef,
  },
  /** Goes on from its newest checkpoint. */
  'meta.resume': { params: metaRef, result: nothing },
  /** Ends it with a checkpoint. */
  'meta.stop': { params: metaRef, result: nothing },
  /** Deletes its folder; refused while somebody writes it. */
  'meta.delete': { params: metaRef, result: nothing },
  /** Sends `meta.update` with everything, in pieces, then with what is new. */
  'meta.watch': { params: watchRef.extend({ metaId: z.string() }), result: nothing },
  /** Measures what noise on each group of a theta does; answered when it has begun. One at a time, on all cores. */
  'sensitivity.start': { params: sensitivityRef, result: nothing },
  /** Gives it up; what was measured before stays. */
  'sensitivity.stop': { params: sensitivityRef, result: nothing },
  /** Sends `sensitivity.update` with the state, then whenever it has changed. */
  'sensitivity.watch': { params: watchRef.extend(sensitivityRef.shape), result: nothing },
  'devices.list': {
    params: nothing,
    result: z.object({
      devices: z.array(
        z.object({
          name: z.string(),
          available: z.boolean(),
          /** What computes what, or why it does not work. */
          text: z.string(),
          remedy: z.string().exactOptional(),
        }),
      ),
    }),
  },
  /** Baselines, shipped weights, and the given files. */
  'optimizers.list': {
    params: z.object({ files: z.array(z.string()) }),
    result: z.object({ optimizers: z.array(optimizerEntrySchema) }),
  },
  'optimizer.inspect': {
    params: z.object({ path: z.string() }),
    result: optimizerInspectionSchema,
  },
  'optimizer.matrix': {
    params: z.object({ path: z.string(), name: z.string() }),
    result: weightMatrixSchema,
  },
  'optimizer.response': {
    params: z.object({ path: z.string(), network: z.int().min(0), feature: z.int().min(0) }),
    result: networkResponseSchema,
  },
  /** The traced step multipliers of a run. */
  'run.multipliers': { params: runRef, result: multiplierCurveSchema },
  /** Task families and what is ready to train of each. */
  'tasks.list': {
    params: nothing,
    result: z.object({ families: z.array(taskFamilySchema) }),
  },
  /** A task of the family's sampler; the same seed gives the same one. */
  'tasks.draw': {
    params: z.object({ family: z.string(), seed: z.int().min(0).max(0xffff_ffff) }),
    result: readyTaskSchema,
  },
  /** Found from the plan of the task's gradient, in a thread of its own. @param task  as in a config */
  'tasks.cost': { params: taskRef, result: taskCostSchema },
  'tasks.sample': { params: taskRef, result: taskSampleSchema },
} as const satisfies Record<string, RequestSpec>;

export type EngineRequest = keyof typeof ENGINE_REQUESTS;
export type EngineParams<R extends EngineRequest> = z.output<(typeof ENGINE_REQUESTS)[R]['params']>;
export type EngineResult<R extends EngineRequest> = z.output<(typeof ENGINE_REQUESTS)[R]['result']>;

export const ENGINE_NOTIFICATIONS = {
  /** After the first `runs.list` of a connection: entries that are new or changed, and ids that are gone. */
  'runs.changed': z.object({ changed: z.array(runEntrySchema), removed: z.array(z.string()) }),
  'series.update': watchRef.extend({
    /** 0, 1, 2, … of this watch. */
    seq: z.int().min(0),
    updates: z.array(seriesUpdateSchema),
  }),
  /** After the first `evaluations.list` of a connection, as `runs.changed`. */
  'evaluations.changed': z.object({
    changed: z.array(evaluationEntrySchema),
    removed: z.array(z.string()),
  }),
  'evaluation.update': watchRef.extend({ overview: evaluationOverviewSchema }),
  /** After the first `metas.list` of a connection, as `runs.changed`. */
  'metas.changed': z.object({ changed: z.array(metaEntrySchema), removed: z.array(z.string()) }),
  'meta.update': watchRef.extend({ seq: z.int().min(0), update: metaUpdateSchema }),
  'sensitivity.update': watchRef.extend({ state: sensitivityStateSchema }),
  'trace.update': watchRef.extend({ seq: z.int().min(0), update: traceUpdateSchema }),
  'engine.log': z.object({ level: z.enum(['debug', 'info', 'warn', 'error']), text: z.string() }),
} as const satisfies Record<string, z.core.$ZodType>;

export type EngineNotification = keyof typeof ENGINE_NOTIFICATIONS;
export type EngineEvent<N extends EngineNotification> = z.output<(typeof ENGINE_NOTIFICATIONS)[N]>;

/** How an error crosses: the code and remedy of a `UserError`, or `internal` for a bug. */
export const engineErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string().exactOptional(),
});
export type EngineError = z.output<typeof engineErrorSchema>;
