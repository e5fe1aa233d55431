/**
 * What passes between the extension host and the webviews. A view says `ready`; the host answers with everything, then
 * with what is new. `seq` counts the updates of one view from 0; a view that sees a gap asks to `resync`.
 */
import * as z from 'zod/mini';
import {
  multiplierCurveSchema,
  networkResponseSchema,
  optimizerInspectionSchema,
  weightMatrixSchema,
} from './optimizers';
import { metaUpdateSchema } from './meta';
import { runEntrySchema } from './runEntry';
import { sensitivityStateSchema } from './sensitivity';
import { seriesUpdateSchema } from './series';
import { evaluationOverviewSchema, sweepTableSchema, taskCurvesSchema } from './speedup';
import { readyTaskSchema, taskCostSchema, taskFamilySchema, taskSampleSchema } from './tasks';
import { traceSelectionSchema, traceUpdateSchema } from './trace';

const count = () => z.int().check(z.minimum(0));

/** A failure that a view shows in place of its content. */
const problemSchema = z.object({
  type: z.literal('problem'),
  /** What happened, one or two sentences. */
  message: z.string(),
  /** What to do about it. */
  remedy: z.optional(z.string()),
});

const seriesMessage = z.object({
  type: z.literal('series'),
  seq: count(),
  updates: z.array(seriesUpdateSchema),
});

/** Whether the engine answers; while it does not, a view keeps what it has and says so. */
const engineMessage = z.object({
  type: z.literal('engine'),
  state: z.enum(['connected', 'connecting', 'lost']),
  message: z.optional(z.string()),
});

/**
 * What the host wants to find again when the window is opened anew; the bridge keeps it beside the view's own state, as
 * `{ panel, view }`.
 */
export const panelMessageSchema = z.object({
  type: z.literal('panel'),
  panel: z.record(z.string(), z.string()),
});
export type PanelMessage = Readonly<z.output<typeof panelMessageSchema>>;

export const CELL_STATES = ['h', 'c'] as const;

/** Host → training panel. */
export const trainingHostMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    runId: z.string(),
    /** config.json, pretty-printed. */
    configText: z.string(),
    /** Unit of the loss for the reader: `cross-entropy, nats`, or empty. */
    lossUnit: z.string(),
    /** Whether the workspace may compute: false in restricted mode. */
    canControl: z.boolean(),
  }),
  seriesMessage,
  z.object({ type: z.literal('trace'), seq: count(), update: traceUpdateSchema }),
  z.object({
    type: z.literal('cellOrder'),
    tensor: count(),
    state: z.enum(CELL_STATES),
    /** u32[H]: cells from top to bottom, by average linkage of their correlations. */
    order: z.instanceof(Uint32Array),
  }),
  /** The runs that may be laid over this one: those checked in the tree come first and are shown. */
  z.object({
    type: z.literal('overlays'),
    shown: z.array(z.string()),
    available: z.array(runEntrySchema),
  }),
  engineMessage,
  problemSchema,
]);
export type TrainingHostMessage = Readonly<z.output<typeof trainingHostMessageSchema>>;

const saveMessage = z.object({
  type: z.literal('save'),
  fileName: z.string(),
  /** Text, or bytes of a picture. */
  content: z.union([z.string(), z.instanceof(Uint8Array)]),
});
const commonViewMessages = [
  z.object({ type: z.literal('ready') }),
  /** A gap in `seq`: send everything anew. */
  z.object({ type: z.literal('resync') }),
  saveMessage,
  z.object({ type: z.literal('copy'), text: z.string() }),
  /** Something broke inside the view; for the log. */
  z.object({ type: z.literal('error'), message: z.string() }),
] as const;

const RUN_ACTIONS = ['pause', 'continue', 'step', 'stop', 'resume'] as const;
export type RunAction = (typeof RUN_ACTIONS)[number];

/** Training panel → host. */
export const trainingViewMessageSchema = z.discriminatedUnion('type', [
  ...commonViewMessages,
  z.object({ type: z.literal('select'), selection: traceSelectionSchema }),
  z.object({
    type: z.literal('cellOrder'),
    tensor: count(),
    state: z.enum(CELL_STATES),
  }),
  z.object({ type: z.literal('control'), action: z.enum(RUN_ACTIONS) }),
  z.object({ type: z.literal('overlays'), runIds: z.array(z.string()) }),
  z.object({ type: z.literal('pickOverlays') }),
  z.object({ type: z.literal('openConfig') }),
  z.object({ type: z.literal('duplicate') }),
  z.object({ type: z.literal('openLog') }),
  z.object({ type: z.literal('reveal') }),
]);
export type TrainingViewMessage = Readonly<z.output<typeof trainingViewMessageSchema>>;

/** Host → comparison panel. */
export const comparisonHostMessageSchema = z.discriminatedUnion('type', [
  /** Which runs are compared, in the order of the tree; `configText` as in config.json. */
  z.object({
    type: z.literal('runs'),
    runs: z.array(z.object({ entry: runEntrySchema, configText: z.string() })),
    /** Unit of the loss for the reader; empty where the runs differ in it. */
    lossUnit: z.string(),
  }),
  seriesMessage,
  engineMessage,
  problemSchema,
]);
export type ComparisonHostMessage = Readonly<z.output<typeof comparisonHostMessageSchema>>;

/** Comparison panel → host. */
export const comparisonViewMessageSchema = z.discriminatedUnion('type', [
  ...commonViewMessages,
  z.object({ type: z.literal('openRun'), runId: z.string() }),
  z.object({ type: z.literal('removeRun'), runId: z.string() }),
  z.object({ type: z.literal('addRuns') }),
]);
export type ComparisonViewMessage = Readonly<z.output<typeof comparisonViewMessageSchema>>;

/** Host → optimizer editor. */
export const optimizerHostMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('inspection'), inspection: optimizerInspectionSchema }),
  z.object({ type: z.literal('matrix'), matrix: weightMatrixSchema }),
  z.object({ type: z.literal('response'), response: networkResponseSchema }),
  z.object({ type: z.literal('multipliers'), curve: multiplierCurveSchema }),
  engineMessage,
  problemSchema,
]);
export type OptimizerHostMessage = Readonly<z.output<typeof optimizerHostMessageSchema>>;

/** Optimizer editor → host. */
export const optimizerViewMessageSchema = z.discriminatedUnion('type', [
  ...commonViewMessages,
  z.object({ type: z.literal('matrix'), name: z.string() }),
  z.object({ type: z.literal('response'), network: count(), feature: count() }),
  z.object({ type: z.literal('multipliers'), runId: z.string() }),
  z.object({ type: z.literal('trainWithIt') }),
]);
export type OptimizerViewMessage = Readonly<z.output<typeof optimizerViewMessageSchema>>;

/** Host → speedup chart. */
export const speedupHostMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('evaluation'),
    overview: evaluationOverviewSchema,
    /** Whether the workspace may compute: false in restricted mode. */
    canControl: z.boolean(),
  }),
  /** There is none yet in this folder. */
  z.object({ type: z.literal('noEvaluation'), canControl: z.boolean() }),
  z.object({ type: z.literal('curves'), curves: taskCurvesSchema }),
  z.object({ type: z.literal('sweep'), sweep: sweepTableSchema }),
  engineMessage,
  problemSchema,
]);
export type SpeedupHostMessage = Readonly<z.output<typeof speedupHostMessageSchema>>;

/** Speedup chart → host. */
export const speedupViewMessageSchema = z.discriminatedUnion('type', [
  ...commonViewMessages,
  z.object({ type: z.literal('curves'), task: count() }),
  /** Every setting: on a task, or without one, over all. */
  z.object({ type: z.literal('sweep'), task: z.optional(count()) }),
  z.object({ type: z.literal('control'), action: z.enum(['stop', 'resume']) }),
  /** A config of this task, opened as a document. */
  z.object({ type: z.literal('trainTask'), task: count() }),
  z.object({ type: z.literal('report') }),
  z.object({ type: z.literal('newEvaluation') }),
]);
export type SpeedupViewMessage = Readonly<z.output<typeof speedupViewMessageSchema>>;

/** Host → view of a meta-training. */
export const metaHostMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('meta'),
    seq: count(),
    update: metaUpdateSchema,
    /** Whether the workspace may compute: false in restricted mode. */
    canControl: z.boolean(),
  }),
  /** There is none yet in this folder. */
  z.object({ type: z.literal('noMeta'), canControl: z.boolean() }),
  /** What noise does to its theta; the only one of these where a config's start is measured. */
  z.object({
    type: z.literal('sensitivity'),
    state: sensitivityStateSchema,
    canControl: z.boolean(),
  }),
  engineMessage,
  problemSchema,
]);
export type MetaHostMessage = Readonly<z.output<typeof metaHostMessageSchema>>;

/** View of a meta-training → host. `theta` is the outer iteration of a validation. */
export const metaViewMessageSchema = z.discriminatedUnion('type', [
  ...commonViewMessages,
  z.object({ type: z.literal('control'), action: z.enum(['stop', 'resume']) }),
  z.object({ type: z.literal('openConfig') }),
  z.object({ type: z.literal('reveal') }),
  z.object({ type: z.literal('newMeta') }),
  z.object({
    type: z.literal('theta'),
    action: z.enum(['save', 'train', 'evaluate', 'open']),
    theta: count(),
  }),
  z.object({ type: z.literal('measure'), action: z.enum(['start', 'stop']) }),
  /** `optimizer.scales` for the config that was measured, or for a copy of the meta-training's; a person saves it. */
  z.object({
    type: z.literal('applyScales'),
    scales: z.record(z.string(), z.number().check(z.minimum(0))),
  }),
  /** Both train the same task; which one is asked. */
  z.object({ type: z.literal('compare'), before: count(), after: count() }),
]);
export type MetaViewMessage = Readonly<z.output<typeof metaViewMessageSchema>>;

/** A task as the gallery shows it. */
const shownTaskSchema = z.extend(readyTaskSchema, {
  /** A config that trains it with VeLO. */
  configText: z.string(),
});
export type ShownTask = Readonly<z.output<typeof shownTaskSchema>>;

const shownFamilySchema = z.extend(taskFamilySchema, { tasks: z.array(shownTaskSchema) });
export type ShownFamily = Readonly<z.output<typeof shownFamilySchema>>;

/** Why there is no answer to a question about one task. */
const whyNot = z.object({ problem: z.string() });

/** Host → gallery of tasks. */
export const tasksHostMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('tasks'),
    families: z.array(shownFamilySchema),
    /** Whether the workspace may compute: false in restricted mode. */
    canControl: z.boolean(),
  }),
  /** A further task of a family's sampler. */
  z.object({ type: z.literal('drawn'), family: z.string(), seed: count(), task: shownTaskSchema }),
  z.object({
    type: z.literal('cost'),
    id: z.string(),
    cost: z.union([taskCostSchema, whyNot]),
  }),
  z.object({
    type: z.literal('sample'),
    id: z.string(),
    sample: z.union([taskSampleSchema, whyNot]),
  }),
  /** Opens a task's detail. */
  z.object({ type: z.literal('show'), id: z.string() }),
  engineMessage,
  problemSchema,
]);
export type TasksHostMessage = Readonly<z.output<typeof tasksHostMessageSchema>>;

/** Gallery of tasks → host. */
export const tasksViewMessageSchema = z.discriminatedUnion('type', [
  ...commonViewMessages,
  z.object({ type: z.literal('cost'), id: z.string() }),
  z.object({ type: z.literal('sample'), id: z.string() }),
  z.object({ type: z.literal('drawn'), family: z.string(), seed: count() }),
  /** A config of this task, opened as a document. */
  z.object({ type: z.literal('train'), id: z.string() }),
  /** The task goes into the config of an evaluation, which the person chooses. */
  z.object({ type: z.literal('evaluate'), id: z.string() }),
]);
export type TasksViewMessage = Readonly<z.output<typeof tasksViewMessageSchema>>;
