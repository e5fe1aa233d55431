/**
 * Adafactor (Shazeer & Stern 2018, "Adafactor: adaptive learning rates with sublinear memory cost",
 * arXiv:1804.04235, algorithms 4 and 5).
 * R ← β̂·R + (1 − β̂)·mean over columns of (g² + ε₁), C likewise over rows, β̂ = 1 − t^−c, t = 1, 2, …;
 * V̂ = R·C/mean(R);  u = g/√V̂;  û = u/max(1, rms(u)/d);  p ← p − ρₜ·max(ε₂, rms(p))·û.
 * Means stand for the paper's sums, which gives the same V̂. Tensors of three or more axes are matrices of their last
 * two; vectors and scalars have a whole V. ρₜ is the scheduled learning rate: the paper proposes min(0.01, 1/√t),
 * which is the default's constant 0.01 for the first 10,000 steps.
 * Defaults α = 0.01, ε₁ = 1e-30, ε₂ = 0.001, d = 1, c = 0.8.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer, TensorDict } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { updateEach } from './perTensor';
import type { TensorView } from './perTensor';

export const ADAFACTOR_OPTIONS = {
  learningRate: learningRateOption(0.01),
  epsilon1: numberOption(1e-30, 'ε₁, added to squared gradients', { above: 0 }),
  epsilon2: numberOption(1e-3, 'ε₂, least size of a tensor for its step', { above: 0 }),
  clipThreshold: numberOption(1, 'd, root mean square above which a step is scaled down', {
    above: 0,
  }),
  decayExponent: numberOption(0.8, 'c of the decay 1 − t^−c', { above: 0 }),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type AdafactorOptions = Partial<OptionValues<typeof ADAFACTOR_OPTIONS>>;

/**
 * p ← p − ρₜ·max(ε₂, rms(p))·û. State of a matrix `row/<tensor>` f32[…, rows, 1] and `col/<tensor>` f32[…, 1, cols], of
 * other tensors `v/<tensor>`; initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function adafactor(options: AdafactorOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('adafactor', ADAFACTOR_OPTIONS, options);
  const { epsilon1, epsilon2, clipThreshold, decayExponent } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'adafactor',
    init: initialMoments,
    scalars: (step) => ({ learningRate: rate(step), share: (step + 1) ** -decayExponent }),
    update: (input) =>
      updateEach(input, (view) => {
        const square = tf.add(tf.square(view.grad), epsilon1);
        const { scaled, accumulators } = scaledGradient(view, square);
        const size = largerOf(rms(view.param), epsilon2);
        const direction = tf.div(scaled, largerOf(tf.div(rms(scaled), clipThreshold), 1));
        const step = tf.mul(tf.mul(view.scalar('learningRate'), size), direction);
        return { param: tf.sub(view.param, step), accumulators };
      }),
  };
}

function initialMoments(params: TensorDict): TensorDict {
  return Object.fromEntries(
    Object.entries(params).flatMap(([key, { shape }]): [string, Tensor][] => {
      if (shape.length < 2) return [[`v/${key}`, tf.zeros(shape)]];
      return [
        [`row/${key}`, tf.zeros([...shape.slice(0, -1), 1])],
        [`col/${key}`, tf.zeros([...shape.slice(0, -2), 1, shape.at(-1)!])],
      ];
    }),
  );
}

/** u and the new averages. @param square  g² + ε₁ */
function scaledGradient(
  { grad, accumulator, scalar }: TensorView,
  square: Tensor,
): { readonly scaled: Tensor; readonly accumulators: TensorDict } {
  // average + share·(value − average): 1 − β̂ itself is given, since β̂ near 1 loses digits in float32.
  const moved = (name: string, value: Tensor): Tensor =>
    tf.add(accumulator(name), tf.mul(scalar('share'), tf.sub(value, accumulator(name))));
  if (grad.rank < 2) {
    const v = moved('v', square);
    return { scaled: tf.div(grad, tf.sqrt(v)), accumulators: { v } };
  }
  const row = moved('row', tf.mean(square, -1, true));
  const col = moved('col', tf.mean(square, -2, true));
  // One root after the other: the product of two tiny averages would leave float32.
  const byRow = tf.div(grad, tf.sqrt(tf.div(row, tf.mean(row, -2, true))));
  return { scaled: tf.div(byRow, tf.sqrt(col)), accumulators: { row, col } };
}

/** Root mean square over all elements. */
function rms(x: Tensor): Tensor {
  return tf.sqrt(tf.mean(tf.square(x)));
}

/** The maximum by a comparison that keeps NaN. */
function largerOf(x: Tensor, limit: number): Tensor {
  return tf.where(tf.less(x, limit), limit, x);
}
