/**
 * The running averages of the gradient that VeLO keeps per tensor: three momenta, one second moment, and
 * three factored second moments after Adafactor (rows and columns from rank 2 on, the diagonal below).
 * None is bias-corrected. Source: learned_optimizers/common.py of google/learned_optimization.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorSpec } from '../../../base/index';
import type { TensorDict } from '../optimizer';
import { atLeast } from './bounds';
import { entry, item } from './lookup';

/** Decays of the momenta and of the factored second moments, in channel order. */
export const DECAYS = [0.9, 0.99, 0.999] as const;
/** Decay of VeLO's second moment. */
const SECOND_MOMENT_DECAY = 0.999;

/** Accumulators of one tensor of shape S, all starting at 0; lists run over `DECAYS`. */
export interface Accumulators {
  /** 3 × f32[S] */
  readonly momentum: readonly Tensor[];
  /** f32[S] */
  readonly secondMoment: Tensor;
  /** 3 × f32[S without the row axis]; empty below rank 2 */
  readonly rows: readonly Tensor[];
  /** 3 × f32[S without the column axis]; empty below rank 2 */
  readonly cols: readonly Tensor[];
  /** 3 × f32[S]; empty from rank 2 on */
  readonly diagonal: readonly Tensor[];
}

/** Axes that the factored second moment averages over. */
export interface FactoredAxes {
  /** d₀, the longest axis: `rows` average over it. */
  readonly rowAxis: number;
  /** d₁, the second longest axis: `cols` average over it. */
  readonly colAxis: number;
}

/**
 * The two longest axes of a shape, by a stable ascending sort: of equal axes the later counts as longer.
 * @returns undefined below rank 2
 */
export function factoredAxes(shape: readonly number[]): FactoredAxes | undefined {
  const ascending = shape
    .map((side, axis) => ({ side, axis }))
    .sort((a, b) => a.side - b.side || a.axis - b.axis);
  const [second, longest] = ascending.slice(-2);
  if (second === undefined || longest === undefined) return undefined;
  return { rowAxis: longest.axis, colAxis: second.axis };
}

/** Names and shapes of one tensor's accumulators in the optimizer's state. */
export function accumulatorSpecs({ name, shape }: TensorSpec): TensorSpec[] {
  const axes = factoredAxes(shape);
  const perDecay = (kind: string, side: readonly number[]): TensorSpec[] =>
    DECAYS.map((_, k) => ({ name: `${kind}/${k}/${name}`, shape: side }));
  const second =
    axes === undefined
      ? perDecay('diagonal', shape)
      : [
          ...perDecay('rows', shape.toSpliced(axes.rowAxis, 1)),
          ...perDecay('cols', shape.toSpliced(axes.colAxis, 1)),
        ];
  return [...perDecay('momentum', shape), { name: `secondMoment/${name}`, shape }, ...second];
}

/** The accumulators of a tensor out of the optimizer's state. */
export function readAccumulators(state: TensorDict, name: string): Accumulators {
  const perDecay = (kind: string): Tensor[] =>
    DECAYS.flatMap((_, k) => state[`${kind}/${k}/${name}`] ?? []);
  return {
    momentum: perDecay('momentum'),
    secondMoment: entry(state, `secondMoment/${name}`),
    rows: perDecay('rows'),
    cols: perDecay('cols'),
    diagonal: perDecay('diagonal'),
  };
}

/** The accumulators of a tensor under their names in the optimizer's state. */
export function writeAccumulators(accumulators: Accumulators, name: string): TensorDict {
  const lists = (['momentum', 'rows', 'cols', 'diagonal'] as const).flatMap((kind) =>
    accumulators[kind].map((tensor, k) => [`${kind}/${k}/${name}`, tensor] as const),
  );
  return {
    ...Object.fromEntries(lists),
    [`secondMoment/${name}`]: accumulators.secondMoment,
  };
}

/**
 * m ← b·m + (1−b)·g; v ← b·v + (1−b)·g²; with q = g² + 10⁻³⁰, rows and cols follow the means of q over the
 * row and the column axis, the diagonal follows q.
 * @param gradient  f32[S], clipped
 * @param secondMomentDecay  b of v
 */
export function updateAccumulators(
  old: Accumulators,
  gradient: Tensor,
  secondMomentDecay = SECOND_MOMENT_DECAY,
): Accumulators {
  const square = tf.square(gradient);
  const q = tf.add(square, 1e-30);
  const axes = factoredAxes(gradient.shape);
  const follow = (olds: readonly Tensor[], value: () => Tensor): Tensor[] => {
    if (olds.length === 0) return [];
    const latest = value();
    return olds.map((average, k) => blend(average, latest, item(DECAYS, k)));
  };
  return {
    momentum: follow(old.momentum, () => gradient),
    secondMoment: blend(old.secondMoment, square, secondMomentDecay),
    rows: follow(old.rows, () => tf.mean(q, axes?.rowAxis)),
    cols: follow(old.cols, () => tf.mean(q, axes?.colAxis)),
    diagonal: follow(old.diagonal, () => q),
  };
}

/**
 * The factors that turn a gradient or momentum into Adafactor's: R = safe(rows / (mean of rows over the column
 * axis + 10⁻⁹)) and C = safe(cols), safe(x) = 1/√max(x, 10⁻⁹), each broadcastable against S.
 * @param axes  `factoredAxes` of the tensor
 * @param k  index into `DECAYS`
 */
export function factoredScales(
  accumulators: Accumulators,
  axes: FactoredAxes,
  k: number,
): { readonly row: Tensor; readonly col: Tensor } {
  const rows = tf.expandDims(item(accumulators.rows, k), axes.rowAxis);
  const cols = tf.expandDims(item(accumulators.cols, k), axes.colAxis);
  const rowMean = tf.mean(rows, axes.colAxis, true);
  return { row: safeRsqrt(tf.div(rows, tf.add(rowMean, 1e-9))), col: safeRsqrt(cols) };
}

/** 1/√max(x, 10⁻⁹) */
export function safeRsqrt(x: Tensor): Tensor {
  return tf.rsqrt(atLeast(x, 1e-9));
}

function blend(average: Tensor, latest: Tensor, decay: number): Tensor {
  // 1 − b of the float32 b, as the reference computes it.
  const share = Math.fround(1 - Math.fround(decay));
  return tf.add(tf.mul(average, decay), tf.mul(latest, share));
}
