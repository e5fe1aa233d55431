/**
 * Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks", kellerjordan.github.io,
 * algorithm 2; at scale: Liu et al. 2025, arXiv:2502.16982).
 * Tensors of two and more axes, as matrices: b ← μ·b + g;  n = μ·b + g with `nesterov`, else b;
 * p ← p − αₜ·(√max(1, cols/rows)·NS5(n) + λ·p), cols the last axis: the fan-out, which stands first in the authors' code.
 * Vectors and scalars: Adam with a learning rate of its own, under the same schedule.
 * Which layers are hidden an update can't know: unlike the authors' advice the first and the last one are Muon's too.
 * Defaults α = 0.02, μ = 0.95, λ = 0; Adam α = 3e-4, β₁ = 0.9, β₂ = 0.95, ε = 1e-8.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer, TensorDict } from '../optimizer';
import {
  SCHEDULE,
  booleanOption,
  learningRateOption,
  numberOption,
  resolveOptions,
} from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { createSchedule } from '../schedules';
import { biasCorrections, correctedDirection } from './adam';
import { matrixShape } from './matrixBlocks';
import { newtonSchulz } from './orthogonal';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import type { TensorUpdate, TensorView } from './perTensor';
import { withDecay } from './tensorMath';

export const MUON_OPTIONS = {
  learningRate: learningRateOption(0.02),
  momentum: numberOption(0.95, 'decay μ of the momentum buffer', { below: 1 }),
  nesterov: booleanOption(true, 'look ahead along the buffer before orthogonalising'),
  weightDecay: numberOption(0, 'decoupled decay λ of matrices, scaled by the learning rate'),
  adamLearningRate: learningRateOption(3e-4, 'learning rate of vectors, before the schedule'),
  beta1: numberOption(0.9, "decay β₁ of Adam's average of gradients", { below: 1 }),
  beta2: numberOption(0.95, "decay β₂ of Adam's average of squared gradients", { below: 1 }),
  epsilon: numberOption(1e-8, "ε, added to Adam's root", { above: 0 }),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type MuonOptions = Partial<OptionValues<typeof MUON_OPTIONS>>;
type Resolved = OptionValues<typeof MUON_OPTIONS>;

/**
 * Orthogonalised momentum for matrices, Adam for the rest. State `b/<tensor>` of matrices, `m/<tensor>` and `v/<tensor>`
 * of others, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function muon(options: MuonOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('muon', MUON_OPTIONS, options);
  const multiplier = createSchedule(resolved.schedule);
  return {
    name: 'muon',
    init: (params) => ({
      ...zeroAccumulators(ofKind(params, true), ['b']),
      ...zeroAccumulators(ofKind(params, false), ['m', 'v']),
    }),
    scalars: (step) => ({
      learningRate: resolved.learningRate * multiplier(step, numSteps),
      adamLearningRate: resolved.adamLearningRate * multiplier(step, numSteps),
      ...biasCorrections(resolved, step),
    }),
    update: (input) =>
      updateEach(input, (view) =>
        isMatrix(view.param) ? matrixStep(view, resolved) : adamStep(view, resolved),
      ),
  };
}

function isMatrix(param: Tensor): boolean {
  return param.rank >= 2;
}

function ofKind(params: TensorDict, matrices: boolean): TensorDict {
  return Object.fromEntries(
    Object.entries(params).filter(([, param]) => isMatrix(param) === matrices),
  );
}

function matrixStep(
  { param, grad, accumulator, scalar }: TensorView,
  { momentum, nesterov, weightDecay }: Resolved,
): TensorUpdate {
  const { rows, cols } = matrixShape(param.shape);
  const b = tf.add(tf.mul(accumulator('b'), momentum), grad);
  const ahead = nesterov ? tf.add(tf.mul(b, momentum), grad) : b;
  const orthogonal = newtonSchulz(tf.reshape(ahead, [1, rows, cols]));
  const scaled = tf.mul(orthogonal, Math.sqrt(Math.max(1, cols / rows)));
  const direction = withDecay(tf.reshape(scaled, param.shape), param, weightDecay);
  return {
    param: tf.sub(param, tf.mul(scalar('learningRate'), direction)),
    accumulators: { b },
  };
}

function adamStep(view: TensorView, options: Resolved): TensorUpdate {
  const m = movingAverage(view.accumulator('m'), view.grad, options.beta1);
  const v = movingAverage(view.accumulator('v'), tf.square(view.grad), options.beta2);
  const direction = correctedDirection(view, { m, v }, options);
  return {
    param: tf.sub(view.param, tf.mul(view.scalar('adamLearningRate'), direction)),
    accumulators: { m, v },
  };
}
