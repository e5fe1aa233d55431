/**
 * The tuned baseline as one curve of loss over steps. From a sweep: mean over seeds, moving average, lower envelope over
 * the settings (or one setting), resampling, cumulative minimum.
 * Source: `_speedup_over_adam_build` of google/learned_optimization, baselines/normalizers.py.
 */
import { interpolate, movingAverage } from './interpolation';
import type { ProtocolOptions } from './protocol';
import type { SeedCurves } from './seedCurves';
import { meanOverSeeds, ontoGrid, unionOf } from './seedCurves';

/** Loss of the tuned baseline after a number of steps. */
export interface ReferenceCurve {
  /** f64[n], ascending, from 0 to the baseline's last evaluation. */
  readonly steps: Float64Array;
  /** f64[n], never rising; NaN before the first finite loss only. */
  readonly losses: Float64Array;
}

/** A setting of the baseline as a curve: its mean over (some) seeds, raw and smoothed. */
export interface MeanCurve {
  readonly steps: Float64Array;
  readonly raw: Float64Array;
  readonly smoothed: Float64Array;
}

/** Mean over the drawn seeds, and its moving average; undefined where no seed was drawn. */
export function meanCurve(
  curves: SeedCurves,
  drawn: readonly number[],
  protocol: ProtocolOptions,
): MeanCurve | undefined {
  if (drawn.length === 0) return undefined;
  const raw = meanOverSeeds(curves, drawn, protocol.seedMean);
  const smoothed = movingAverage(raw, protocol.smoothing, protocol.gaps);
  return { steps: curves.steps, raw, smoothed };
}

/**
 * The curve that stands for the tuned baseline.
 * @param settings  one mean curve for each setting of the sweep
 * @param length    steps of the scored optimizer, read by `bestAtLength` only
 * @returns undefined where no setting has a finite loss
 */
export function referenceCurve(
  settings: readonly MeanCurve[],
  length: number,
  protocol: ProtocolOptions,
): ReferenceCurve | undefined {
  const chosen =
    protocol.reference === 'envelope' ? settings : bestOnly(settings, length, protocol);
  if (chosen.length === 0) return undefined;
  const steps = unionOf(chosen.map((setting) => setting.steps));
  const rows = chosen.map((setting) => ontoGrid(setting.steps, setting.smoothed, steps));
  const curve = resample({ steps, losses: lowerEnvelope(rows, steps.length) }, protocol.points);
  if (!curve.losses.some(Number.isFinite)) return undefined;
  return { ...curve, losses: cumulativeMinimum(curve.losses) };
}

function bestOnly(
  settings: readonly MeanCurve[],
  length: number,
  protocol: ProtocolOptions,
): readonly MeanCurve[] {
  const at = protocol.reference === 'bestAtLength' ? length : Infinity;
  const best = bestSetting(settings, at);
  return best === undefined ? [] : [settings[best]!];
}

/**
 * Index of the setting with the lowest mean loss at a step (not smoothed); one that is NaN there is worst. Among equals
 * the first.
 * @param step  a step between evaluations is interpolated; Infinity is each setting's own end
 * @returns undefined where all are NaN
 * Source: `hparam_set` selection of google/learned_optimization, baselines/vis.py.
 */
export function bestSetting(settings: readonly MeanCurve[], step: number): number | undefined {
  let best: number | undefined;
  let lowest = Infinity;
  settings.forEach((setting, index) => {
    const loss = lossAt(setting.steps, setting.raw, step);
    if (!(loss < lowest)) return;
    [best, lowest] = [index, loss];
  });
  return best;
}

/** Loss of a curve at a step; at its end for all that is later. */
export function lossAt(steps: Float64Array, losses: Float64Array, step: number): number {
  return interpolate(Math.min(step, steps[steps.length - 1]!), steps, losses);
}

/** The smallest finite value of the rows at each point; NaN where there is none. */
function lowerEnvelope(rows: readonly Float64Array[], length: number): Float64Array {
  const envelope = new Float64Array(length).fill(NaN);
  for (const row of rows) {
    for (let i = 0; i < length; i++) envelope[i] = smaller(envelope[i]!, row[i]!);
  }
  return envelope;
}

/** The smaller of two numbers, NaN only if both are. */
function smaller(a: number, b: number): number {
  return a <= b || Number.isNaN(b) ? a : b;
}

/** `points` values evenly from step 0 to the last one; constant before the first evaluation. 0 changes nothing. */
function resample(curve: ReferenceCurve, points: number): ReferenceCurve {
  if (points === 0) return curve;
  const end = curve.steps[curve.steps.length - 1]!;
  const steps = Float64Array.from({ length: points }, (_, i) => (end * i) / (points - 1));
  const losses = steps.map((step) => interpolate(step, curve.steps, curve.losses));
  return { steps, losses };
}

/**
 * The smallest value so far. A point without a finite loss keeps the value before it: there the baseline got no further.
 * (The reference's code would spread the NaN, and with it score every optimizer 0 on that task.)
 */
function cumulativeMinimum(losses: Float64Array): Float64Array {
  let lowest = NaN;
  return losses.map((loss) => (lowest = smaller(lowest, loss)));
}
