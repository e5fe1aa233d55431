/**
 * SOAP (Vyas et al. 2024, "SOAP: improving and stabilizing Shampoo using Adam", arXiv:2409.11321, algorithm 3): Adam in
 * the eigenbasis of Shampoo's statistics.
 * Of each block of a matrix, in the basis X′ = Q_Lᵀ·X·Q_R of `rotation.ts`, whose β is β₂:  m ← β₁·m + (1 − β₁)·g;
 * v ← β₂·v + (1 − β₂)·g′²;  n = Q_L·(m̂′/(√v̂ + ε))·Q_Rᵀ;  p ← p − αₜ·(n + λ·p). Vectors and scalars: plain Adam.
 * Deviations: Q starts as the identity, so that the first step is Adam's (the paper decomposes the first L and R); the
 * basis is renewed at each step, the paper's frequency 1; matrices are cut into blocks, as the Gram-Schmidt of Q has as
 * many steps as a block has columns; S has a ridge.
 * Defaults α = 0.003, β₁ = 0.95, β₂ = 0.95, ε = 1e-8, λ = 0, blocks of 32.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer, TensorDict } from '../optimizer';
import {
  SCHEDULE,
  integerOption,
  learningRateOption,
  numberOption,
  resolveOptions,
} from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { biasCorrections, correctedDirection } from './adam';
import { blockingOf, toBlocks } from './matrixBlocks';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import type { TensorView } from './perTensor';
import {
  firstRotation,
  namedRotation,
  nextBases,
  nextStatistics,
  rotationOf,
  stepInBasis,
} from './rotation';
import { withDecay } from './tensorMath';

export const SOAP_OPTIONS = {
  learningRate: learningRateOption(3e-3),
  beta1: numberOption(0.95, 'decay β₁ of the average of gradients', { below: 1 }),
  beta2: numberOption(0.95, 'decay β₂ of squared gradients and statistics', { below: 1 }),
  epsilon: numberOption(1e-8, 'ε, added to the root', { above: 0 }),
  weightDecay: numberOption(0, 'decoupled decay λ, scaled by the learning rate'),
  blockSize: integerOption(32, 'longest side of a block', { min: 1, max: 256 }),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type SoapOptions = Partial<OptionValues<typeof SOAP_OPTIONS>>;
type Resolved = OptionValues<typeof SOAP_OPTIONS>;

/**
 * Adam in the eigenbasis of the statistics. State `m/<tensor>`, `v/<tensor>`, initially zero, the latter in the basis and
 * of matrices f32[blocks, rows, cols]; of matrices `l/…`, `r/…`, initially zero, and their bases `ql/…`, `qr/…`, initially
 * the identity, f32[blocks, side, side].
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function soap(options: SoapOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('soap', SOAP_OPTIONS, options);
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'soap',
    init: (params) => initialState(params, resolved.blockSize),
    scalars: (step) => ({ learningRate: rate(step), ...biasCorrections(resolved, step) }),
    update: (input) =>
      updateEach(input, (view) => {
        const { direction, accumulators } =
          view.param.rank < 2 ? plainStep(view, resolved) : rotatedStep(view, resolved);
        const whole = withDecay(direction, view.param, resolved.weightDecay);
        return {
          param: tf.sub(view.param, tf.mul(view.scalar('learningRate'), whole)),
          accumulators,
        };
      }),
  };
}

function initialState(params: TensorDict, blockSize: number): TensorDict {
  return Object.assign(
    zeroAccumulators(params, ['m']),
    ...Object.entries(params).map(([key, param]) => {
      if (param.rank < 2) return { [`v/${key}`]: tf.zerosLike(param) };
      const blocking = blockingOf(param.shape, blockSize);
      return {
        [`v/${key}`]: tf.zerosLike(toBlocks(param, blocking)),
        ...namedRotation(firstRotation(blocking), key),
      };
    }),
  ) as TensorDict;
}

interface Step {
  readonly direction: Tensor;
  readonly accumulators: TensorDict;
}

function plainStep(view: TensorView, { beta1, beta2, epsilon }: Resolved): Step {
  const m = movingAverage(view.accumulator('m'), view.grad, beta1);
  const v = movingAverage(view.accumulator('v'), tf.square(view.grad), beta2);
  return { direction: correctedDirection(view, { m, v }, { epsilon }), accumulators: { m, v } };
}

function rotatedStep(view: TensorView, options: Resolved): Step {
  const { beta1, beta2, epsilon, blockSize } = options;
  const { grad, accumulator } = view;
  const m = movingAverage(accumulator('m'), grad, beta1);
  const rotation = rotationOf(accumulator);
  const within = { blocking: blockingOf(grad.shape, blockSize), decay: beta2 };
  const { direction, square } = stepInBasis(
    { ...within, rotation, gradient: grad, mean: m, square: accumulator('v') },
    (mean, v) => correctedDirection(view, { m: mean, v }, { epsilon }),
  );
  const statistics = nextStatistics(rotation, grad, within);
  const bases = nextBases({ ...rotation, ...statistics });
  return { direction, accumulators: { m, v: square, ...statistics, ...bases } };
}
