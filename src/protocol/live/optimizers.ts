/** Optimizers as the tree and the optimizer editor see them. */
import * as z from 'zod/mini';

const count = () => z.int().check(z.minimum(0));
const floats = () => z.instanceof(Float32Array);

export const optimizerEntrySchema = z.object({
  /** `baseline`: hyperparameters only; `shipped` with the extension; `own`: a file of the workspace. */
  source: z.enum(['baseline', 'shipped', 'own']),
  /** `adam`, `velo-handmade-1`, or the card's name. */
  name: z.string(),
  /** One line: formula's name or architecture. */
  summary: z.string(),
  /** Where it comes from, one sentence; of baselines, the paper. */
  provenance: z.string(),
  licence: z.optional(z.string()),
  /** File of the weights, absolute. */
  path: z.optional(z.string()),
  handMade: z.boolean(),
  /** Why the file is not usable, one sentence. */
  problem: z.optional(z.string()),
});
export type OptimizerEntry = Readonly<z.output<typeof optimizerEntrySchema>>;

const weightGroupSchema = z.object({
  /** Name of the array in the file. */
  name: z.string(),
  shape: z.array(count()),
  size: count(),
  rms: z.number(),
  maxAbs: z.number(),
  mean: z.number(),
  /** Counts of the finite values in 41 equal bins over mean ± 3 standard deviations; outliers in the outermost bins. */
  histogram: z.instanceof(Uint32Array),
  nonFinite: count(),
});
export type WeightGroup = Readonly<z.output<typeof weightGroupSchema>>;

export const optimizerInspectionSchema = z.object({
  path: z.string(),
  fileName: z.string(),
  sizeBytes: count(),
  sha256: z.string(),
  card: z.object({
    name: z.string(),
    provenance: z.string(),
    licence: z.optional(z.string()),
    /** Further entries of the file's metadata, in order. */
    further: z.array(z.object({ label: z.string(), value: z.string() })),
  }),
  architecture: z.object({
    kind: z.string(),
    /** Cells of the LSTM, H. */
    hidden: count(),
    /** Networks of the bank, P. */
    networks: count(),
    parameters: count(),
    lstmInputs: count(),
    features: count(),
    hiddenUnits: count(),
  }),
  groups: z.array(weightGroupSchema),
  /** Names of the per-parameter network's input features, in order. */
  featureNames: z.array(z.string()),
  /** Runs of this workspace that used these weights, newest first: their step multiplier can be shown. */
  usedBy: z.array(z.object({ runId: z.string(), name: z.string() })),
});
export type OptimizerInspection = Readonly<z.output<typeof optimizerInspectionSchema>>;

/** One array of the file, as it is; arrays of rank 0 and 1 are one row, of rank 3 and more are stacked rows. */
export const weightMatrixSchema = z.object({
  name: z.string(),
  rows: count(),
  columns: count(),
  /** f32[rows, columns] */
  values: floats(),
  /** 99.5 % quantile of |w|: where the palette ends. */
  limit: z.number(),
});
export type WeightMatrix = Readonly<z.output<typeof weightMatrixSchema>>;

/** What one network of the bank does when a single feature moves and the others stay at rest (0). */
export const networkResponseSchema = z.object({
  network: count(),
  feature: count(),
  /** f32[n]: values of the feature, in units of its root mean square. */
  inputs: floats(),
  /** f32[n]: update before the step multiplier and the parameter's scale. */
  outputs: floats(),
  /** f32[features]: largest minus smallest output over the same range, of each feature. */
  effects: floats(),
});
export type NetworkResponse = Readonly<z.output<typeof networkResponseSchema>>;

/** The step multipliers of a run that used the weights. */
export const multiplierCurveSchema = z.object({
  runId: z.string(),
  name: z.string(),
  tensors: z.array(z.string()),
  numSteps: count(),
  /** u32[n] */
  steps: z.instanceof(Uint32Array),
  /** f32[n, tensors] */
  multipliers: floats(),
});
export type MultiplierCurve = Readonly<z.output<typeof multiplierCurveSchema>>;
