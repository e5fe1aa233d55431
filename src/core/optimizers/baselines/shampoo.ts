/**
 * Shampoo (Gupta, Koren & Singer 2018, "Shampoo: preconditioned stochastic tensor optimization", arXiv:1802.09568,
 * algorithm 1) in blocks and with grafting (Anil et al. 2020, "Scalable second order optimization for deep learning",
 * arXiv:2002.09018).
 * Of each block G of a gradient: L ← β₂·L + w·G·Gᵀ;  R ← β₂·R + w·Gᵀ·G;  D = (L + δ‖L‖I)^(−1/4)·G·(R + δ‖R‖I)^(−1/4),
 * w = 1 − β₂, or 1 where β₂ = 1, the sum of the first paper; of a vector: D = (L + δ‖L‖I)^(−1/2)·G.
 * D, put together again, gets the length of the grafted step;  b ← μ·b + D;  p ← p − αₜ·b.
 * Tensors of more than two axes are matrices (see matrixBlocks), not one factor an axis as in the first paper; the ridge δ
 * is relative to the Frobenius norm, there it is absolute. Roots are taken at each step: a plan runs the same operations
 * each time, so that taking them seldom would save nothing. That makes a step dear: some 25 times four products of
 * the size of a block for each side.
 * Defaults α = 0.001, μ = 0.9, β₂ = 0.999, δ = 1e-6, blocks of 128, grafting rmspropNormalized.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer, TensorDict } from '../optimizer';
import {
  SCHEDULE,
  choiceOption,
  integerOption,
  learningRateOption,
  numberOption,
  resolveOptions,
} from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { GRAFTINGS, graftingStep, hasAccumulator, withLengthOf } from './grafting';
import { blockingOf, fromBlocks, product, toBlocks } from './matrixBlocks';
import { inverseRoot } from './matrixRoot';
import { updateEach, zeroAccumulators } from './perTensor';
import type { TensorView } from './perTensor';
import { newWeight } from './tensorMath';

export const SHAMPOO_OPTIONS = {
  learningRate: learningRateOption(1e-3),
  momentum: numberOption(0.9, 'decay μ of the momentum buffer', { below: 1 }),
  beta2: numberOption(0.999, 'decay β₂ of the statistics; 1 sums up', { above: 0, max: 1 }),
  ridge: numberOption(1e-6, 'δ, added to the diagonal, relative to the norm', {
    min: 1e-7,
    max: 1,
  }),
  blockSize: integerOption(128, 'longest side of a block', { min: 1, max: 1024 }),
  grafting: choiceOption(GRAFTINGS, 'whose step length is taken'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type ShampooOptions = Partial<OptionValues<typeof SHAMPOO_OPTIONS>>;
type Resolved = OptionValues<typeof SHAMPOO_OPTIONS>;

/**
 * p ← p − αₜ·b, b the buffer of preconditioned, grafted gradients. State `b/<tensor>`; `l/<tensor>` f32[blocks, rows,
 * rows]; `r/<tensor>` f32[blocks, cols, cols] of matrices; `a/<tensor>` where the grafting has one; initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function shampoo(options: ShampooOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('shampoo', SHAMPOO_OPTIONS, options);
  const { grafting, beta2 } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'shampoo',
    init: (params) => ({
      ...zeroAccumulators(params, hasAccumulator(grafting) ? ['b', 'a'] : ['b']),
      ...zeroStatistics(params, resolved.blockSize),
    }),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, (view) => {
        const { direction, statistics } = precondition(view, resolved);
        const accumulated = (): Tensor => view.accumulator('a');
        const graft = graftingStep({ grafting, grad: view.grad, accumulated, beta2 });
        const grafted = withLengthOf(direction, graft.step);
        const b = tf.add(tf.mul(view.accumulator('b'), resolved.momentum), grafted);
        const a = graft.accumulator;
        return {
          param: tf.sub(view.param, tf.mul(view.scalar('learningRate'), b)),
          accumulators: { b, ...statistics, ...(a === undefined ? {} : { a }) },
        };
      }),
  };
}

function zeroStatistics(params: TensorDict, blockSize: number): TensorDict {
  return Object.fromEntries(
    Object.entries(params).flatMap(([key, { shape, rank }]): [string, Tensor][] => {
      const { down, across, blockRows, blockCols } = blockingOf(shape, blockSize);
      const left: [string, Tensor] = [`l/${key}`, tf.zeros([down * across, blockRows, blockRows])];
      if (rank < 2) return [left];
      return [left, [`r/${key}`, tf.zeros([down * across, blockCols, blockCols])]];
    }),
  );
}

/** D and the new statistics. */
function precondition(
  { grad, accumulator }: TensorView,
  { beta2, ridge, blockSize }: Resolved,
): { readonly direction: Tensor; readonly statistics: TensorDict } {
  const blocking = blockingOf(grad.shape, blockSize);
  const g = toBlocks(grad, blocking);
  const gathered = (name: string, square: Tensor): Tensor =>
    tf.add(tf.mul(accumulator(name), beta2), tf.mul(square, newWeight(beta2)));
  const l = gathered('l', product(g, g, 'b'));
  if (grad.rank < 2) {
    const direction = product(inverseRoot(l, 2, ridge), g);
    return { direction: fromBlocks(direction, blocking, grad.shape), statistics: { l } };
  }
  const r = gathered('r', product(g, g, 'a'));
  const direction = product(product(inverseRoot(l, 4, ridge), g), inverseRoot(r, 4, ridge));
  return { direction: fromBlocks(direction, blocking, grad.shape), statistics: { l, r } };
}
