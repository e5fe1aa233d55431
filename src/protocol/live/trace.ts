/**
 * What the trace of a run shows: per tensor, at each traced step, the optimizer's scales, its LSTM, and histograms of
 * gradient, update and parameter on signed logarithmic bins.
 */
import * as z from 'zod/mini';

export const QUANTITIES = ['update', 'gradient', 'parameter'] as const;
/** What a histogram is of. */
export type Quantity = (typeof QUANTITIES)[number];

/** Bins of one sign: half-octaves of |x| from 2^-40 to 2^10; smaller and larger ones go into the outermost bins. */
export const BINS_PER_SIGN = 100;
/** log2 of the lower edge of the smallest bin. */
export const FIRST_BIN_LOG2 = -40;
export const BINS_PER_OCTAVE = 2;
/** Counters of a histogram: negative bins from the largest |x| down, zero, positive bins from the smallest up, NaN, ±Inf. */
export const HISTOGRAM_SLOTS = 2 * BINS_PER_SIGN + 3;
export const ZERO_SLOT = (HISTOGRAM_SLOTS - 3) / 2;
export const NAN_SLOT = 2 * BINS_PER_SIGN + 1;
export const INFINITE_SLOT = 2 * BINS_PER_SIGN + 2;

const count = () => z.int().check(z.minimum(0));
const floats = () => z.instanceof(Float32Array);
const counts = () => z.instanceof(Uint32Array);

const tracedTensorSchema = z.object({
  name: z.string(),
  shape: z.array(count()),
});
export type TracedTensor = Readonly<z.output<typeof tracedTensorSchema>>;

export const traceMetaSchema = z.object({
  tensors: z.array(tracedTensorSchema),
  /** Cells of the LSTM; 0 for an optimizer without one. */
  hidden: count(),
  /** Networks in the bank; 0 for an optimizer without one. */
  networks: count(),
});
export type TraceMeta = Readonly<z.output<typeof traceMetaSchema>>;

/** Which part of a trace a view draws; the rest is not sent. */
export const traceSelectionSchema = z.object({
  /** Quantity whose histograms are wanted of every tensor. */
  quantity: z.enum(QUANTITIES),
  /** Index of the tensor whose LSTM, bank and all three histograms are wanted. */
  tensor: count(),
});
export type TraceSelection = Readonly<z.output<typeof traceSelectionSchema>>;

/** n: snapshots in this update, t: tensors, s: HISTOGRAM_SLOTS. Row-major. */
export const traceUpdateSchema = z.object({
  runId: z.string(),
  /** Whether this replaces all that was sent before. */
  reset: z.boolean(),
  /** Present with `reset`; absent there when the run has no trace. */
  meta: z.optional(traceMetaSchema),
  /** u32[n]: steps of the new snapshots, rising. */
  steps: counts(),
  /** f32[n, t]; NaN for optimizers without a step multiplier. */
  multipliers: floats(),
  /** f32[n, t] root mean squares. */
  rmsGradients: floats(),
  rmsUpdates: floats(),
  rmsParameters: floats(),
  /** Histograms of one quantity for every tensor, from snapshot `from` on (0: replaces what was there). */
  distribution: z.optional(
    z.object({
      quantity: z.enum(QUANTITIES),
      from: count(),
      /** u32[m, t, s] */
      counts: counts(),
    }),
  ),
  /** Everything of one tensor, from snapshot `from` on (0: replaces what was there). */
  detail: z.optional(
    z.object({
      tensor: count(),
      from: count(),
      /** u32[m, s] */
      update: counts(),
      gradient: counts(),
      parameter: counts(),
      /** f32[m, H]; empty without an LSTM. */
      hidden: floats(),
      cell: floats(),
      /** f32[m, P]; empty without a bank. */
      controls: floats(),
    }),
  ),
});
export type TraceUpdate = Readonly<z.output<typeof traceUpdateSchema>>;
