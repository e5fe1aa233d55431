/**
 * SOAP (Vyas et al. 2024, "SOAP: improving and stabilizing Shampoo using Adam", arXiv:2409.11321, algorithm 3): Adam in
 * the eigenbasis of Shampoo's statistics.
 * Of each block of a matrix, in the basis X′ = Q_Lᵀ·X·Q_R:  m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g′²;
 * n = Q_L·(m̂′/(√v̂ + ε))·Q_Rᵀ;  p ← p − αₜ·(n + λ·p);  L ← β₂·L + (1 − β₂)·G·Gᵀ;  R ← β₂·R + (1 − β₂)·Gᵀ·G;
 * Q ← QR(S·Q), S = L/‖L‖ + 1e-4·I, one step of power iteration, likewise for R. Vectors and scalars: plain Adam.
 * Deviations: Q starts as the identity, so that the first step is Adam's (the paper decomposes the first L and R); the
 * basis is renewed at each step, the paper's frequency 1, since a plan runs the same operations each time; matrices are
 * cut into blocks, as the Gram-Schmidt of Q has as many steps as a block has columns; S has a ridge, without which
 * float32 would lose the columns of small eigenvalues.
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
import { blockingOf, fromBlocks, matrixNorms, product, toBlocks } from './matrixBlocks';
import { orthonormalColumns } from './orthogonal';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import type { TensorView } from './perTensor';
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

/** Of S, relative to the norm of the statistics. */
const RIDGE = 1e-4;
/** Keeps the norm of a matrix of zeros a divisor. */
const TINY = 1e-30;

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
      const { down, across, blockRows, blockCols } = blockingOf(param.shape, blockSize);
      const blocks = down * across;
      return {
        [`v/${key}`]: tf.zeros([blocks, blockRows, blockCols]),
        [`l/${key}`]: tf.zeros([blocks, blockRows, blockRows]),
        [`r/${key}`]: tf.zeros([blocks, blockCols, blockCols]),
        [`ql/${key}`]: tf.eye(blockRows, blockRows, [blocks]),
        [`qr/${key}`]: tf.eye(blockCols, blockCols, [blocks]),
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
  const blocking = blockingOf(grad.shape, blockSize);
  const [ql, qr] = [accumulator('ql'), accumulator('qr')];
  const rotated = (x: Tensor): Tensor => product(product(ql, toBlocks(x, blocking), 'a'), qr);
  const m = movingAverage(accumulator('m'), grad, beta1);
  const v = movingAverage(accumulator('v'), tf.square(rotated(grad)), beta2);
  const inBasis = correctedDirection(view, { m: rotated(m), v }, { epsilon });
  const direction = fromBlocks(product(product(ql, inBasis), qr, 'b'), blocking, grad.shape);
  const g = toBlocks(grad, blocking);
  const l = movingAverage(accumulator('l'), product(g, g, 'b'), beta2);
  const r = movingAverage(accumulator('r'), product(g, g, 'a'), beta2);
  const bases = { ql: nextBasis(l, ql), qr: nextBasis(r, qr) };
  return { direction, accumulators: { m, v, l, r, ...bases } };
}

/** QR(S·Q): a step of power iteration towards the eigenvectors of the statistics, the largest first. */
function nextBasis(statistics: Tensor, basis: Tensor): Tensor {
  const scaled = tf.div(statistics, tf.add(matrixNorms(statistics), TINY));
  return orthonormalColumns(tf.add(product(scaled, basis), tf.mul(basis, RIDGE)));
}
