/** What the layers of orthogonal steps are told: of time, shape and gradient of each tensor, and of both its steps. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import type { MatrixShape } from '../baselines/matrixBlocks';
import { item } from '../velo/lookup';

const TIME_INPUTS = 4;
/** Of the tensor itself, and of all tensors together. */
const OWN_INPUTS = 10;
const NET_INPUTS = OWN_INPUTS + 4;
/** Numbers besides the LSTM's for all layers, and those that only the gates have. */
export const COMMON_INPUTS = TIME_INPUTS + OWN_INPUTS + NET_INPUTS;
export const STEP_INPUTS = 3;

/** Steps after which the training counts as no longer young. */
const YOUTH = 20;
/** Length of a training at which its logarithm counts as 0. */
const USUAL_LENGTH = 1000;
/** With it steps go about as the root of how much shorter a training is than the usual one. */
const HASTE = 1.5;
/** Largest size of an average to the gradient's that is told apart. */
const NOISE_LIMIT = 4;
/**
 * To the largest average of the net's gradients: below it lies what is 0 but for rounding, as of a bias before a batch
 * norm (up to 10^-6.5 on the suite's nets) or of an attention's keys. Only ResNets in their first steps have learning there.
 */
const ROUNDING = 3e-6;

/** Mean |g| to RMS that counts as 0: 0.8 of normal noise, below 0.6 of most gradients. */
const USUAL_EVENNESS = 0.6;
/** Of how alike the numbers of a net's gradient are: a tanh that is steep where estimated gradients part from others. */
const ALIKE = { evenness: 60, spread: 12, threshold: 45 } as const;
/**
 * Of how restless gradients are beside the loss: a tanh that is steep where trainings of optimizers part from others, the
 * threshold higher for gradients that are alike, since those that are estimated are restless as well.
 */
const RESTLESS = { steepness: 3, threshold: 2.9, alike: 0.4 } as const;

/** A tensor before its step. */
export interface GivenTensor extends MatrixShape {
  readonly name: string;
  readonly before: Tensor;
  /** The gradient within VeLO's limits, and its averages. */
  readonly gradient: Tensor;
  readonly fast: Tensor;
  readonly slow: Tensor;
  /** VeLO's step. */
  readonly velo: Tensor;
  /** Adam's direction, of matrices in the eigenbasis of their gradients. */
  readonly adaptive: Tensor;
}

/** f32[n] each: of n tensors. */
export type Sizes = Readonly<
  Record<'gradient' | 'fast' | 'slow' | 'velo' | 'adaptive' | 'before' | 'heard', Tensor>
>;

/** Of time: ln(1 − f + 1/T)/3, f, tanh(ln(T/1000)/3), and how young the training is. */
export function timeInputs(step: number, numSteps: number): Float32Array {
  return Float32Array.of(
    Math.log(shareLeft(step, numSteps)) / 3,
    step / numSteps,
    lengthInput(numSteps),
    1 / (1 + step / YOUTH),
  );
}

/** The schedule of the orthogonal steps that no layer has to learn. */
export function pace(step: number, numSteps: number): number {
  return shareLeft(step, numSteps) * Math.exp(-HASTE * lengthInput(numSteps));
}

/** 1 − f + 1/T */
function shareLeft(step: number, numSteps: number): number {
  return Math.max(1 - step / numSteps, 0) + 1 / numSteps;
}

function lengthInput(numSteps: number): number {
  return Math.tanh(Math.log(numSteps / USUAL_LENGTH) / 3);
}

/** Root mean squares, never 0; and `heard`, from 1 to 0 where a gradient is 0 but for rounding. */
export function rootMeanSquares(given: readonly GivenTensor[]): Sizes {
  const sizes = (name: Exclude<keyof Sizes, 'before' | 'heard'>): Tensor =>
    tf.sqrt(tf.add(meanSquares(given.map((tensor) => tensor[name])), 1e-24));
  const fast = sizes('fast');
  return {
    gradient: sizes('gradient'),
    fast,
    slow: sizes('slow'),
    velo: sizes('velo'),
    adaptive: sizes('adaptive'),
    before: parameterSizes(given),
    heard: aboveRounding(fast),
  };
}

/** a²/(a² + r²), r = 3·10⁻⁶ of the largest a: steps of a size that gradients don't set would bring rounding to that size. */
function aboveRounding(sizes: Tensor): Tensor {
  const squares = tf.square(sizes);
  return tf.div(squares, tf.add(squares, tf.mul(tf.max(squares), ROUNDING ** 2)));
}

/** √(mean p² + 10⁻⁹), as VeLO has it. @returns f32[n] */
function parameterSizes(given: readonly GivenTensor[]): Tensor {
  return tf.sqrt(tf.add(meanSquares(given.map(({ before }) => before)), 1e-9));
}

function meanSquares(tensors: readonly Tensor[]): Tensor {
  return means(tensors.map((tensor) => [tf.sum(tf.square(tensor)), tensor.size]));
}

/** Of sums and how many numbers they are sums of: divided at once, for a plan costs what it has calls. @returns f32[n] */
function means(sums: readonly (readonly [sum: Tensor, count: number])[]): Tensor {
  const parts = tf.tensor1d(sums.map(([, count]) => 1 / count));
  return tf.mul(tf.stack(sums.map(([sum]) => sum)), parts);
}

/** What layers are told besides the tensors. */
export interface Told {
  /** f32[n, H] */
  readonly hidden: Tensor;
  /** f32[4] */
  readonly time: Tensor;
  /** f32[n] */
  readonly scales: Tensor;
  readonly evenness: Evenness;
  /** f32[], of `restlessness.ts`. */
  readonly restlessness: Tensor;
}

/** Of all tensors of a net. @returns f32[n, H + COMMON_INPUTS] */
export function commonInputs(given: readonly GivenTensor[], sizes: Sizes, told: Told): Tensor {
  const own = ownInputs(given, sizes, told);
  const sums = tf.tensor1d([Math.log(given.length) / 3 - 1, Math.log(numbersOf(given)) / 6 - 1.5]);
  const net = tf.concat([tf.mean(own, 0), kindOfGradients(told), sums]);
  const shared = tf.reshape(tf.concat([told.time, net]), [1, TIME_INPUTS + NET_INPUTS]);
  return tf.concat([told.hidden, own, tf.tile(shared, [given.length, 1])], 1);
}

function numbersOf(given: readonly GivenTensor[]): number {
  return given.reduce((sum, { before }) => sum + sizeOf(before.shape), 0);
}

/** How a net's gradient is spread over its numbers. */
export interface Evenness {
  /** RMS of all of them, f32[]. */
  readonly size: Tensor;
  /** Mean |g| to RMS, f32[n], and of all tensors together, f32[]. */
  readonly own: Tensor;
  readonly net: Tensor;
  /** ln of the RMS to that of all tensors, f32[n]. */
  readonly relative: Tensor;
}

/** @param sizes  f32[n], RMS of the gradients */
export function evennessOf(given: readonly GivenTensor[], sizes: Tensor): Evenness {
  const numbers = numbersOf(given);
  const shares = tf.tensor1d(given.map(({ before }) => sizeOf(before.shape) / numbers));
  const magnitudes = means(given.map(({ gradient }) => [tf.sum(tf.abs(gradient)), gradient.size]));
  const size = tf.sqrt(tf.sum(tf.mul(shares, tf.square(sizes))));
  return {
    size,
    own: tf.div(magnitudes, sizes),
    net: tf.div(tf.sum(tf.mul(shares, magnitudes)), size),
    relative: tf.log(tf.div(sizes, size)),
  };
}

/**
 * Two numbers from −1 to 1. The first is high where all numbers of the net's gradient could be normal noise of one size,
 * as those that evolution strategies estimate are; the second where the gradient's size changes a lot and the loss
 * hardly, as in trainings of optimizers: then the first is low. @returns f32[2]
 */
function kindOfGradients({ evenness, restlessness }: Told): Tensor {
  const spread = tf.mean(tf.abs(tf.tanh(evenness.relative)));
  const apart = tf.sub(tf.mul(ALIKE.evenness, evenness.net), tf.mul(ALIKE.spread, spread));
  const alike = tf.tanh(tf.sub(apart, ALIKE.threshold));
  const usual = tf.add(RESTLESS.threshold, tf.mul(RESTLESS.alike, alike));
  const restless = tf.tanh(tf.mul(RESTLESS.steepness, tf.sub(restlessness, usual)));
  return tf.stack([tf.minimum(alike, tf.neg(restless)), restless]);
}

/** @returns f32[n, OWN_INPUTS] */
function ownInputs(
  given: readonly GivenTensor[],
  { gradient, fast, slow, adaptive, heard, before }: Sizes,
  { evenness, scales }: Told,
): Tensor {
  const constant = (of: (tensor: GivenTensor) => number): Tensor => tf.tensor1d(given.map(of));
  const heardInputs = [
    silentRows(given),
    tf.minimum(tf.div(fast, gradient), NOISE_LIMIT),
    tf.minimum(tf.div(slow, gradient), NOISE_LIMIT),
    adaptive,
    tf.mul(4, tf.sub(evenness.own, USUAL_EVENNESS)),
    tf.tanh(tf.div(evenness.relative, 3)),
  ];
  const own = [
    constant(({ rows, cols }) => Math.log(rows / cols) / 2),
    constant(({ rows, cols }) => Math.log(Math.min(rows, cols)) / 4 - 1),
    constant(({ before }) => (before.rank > 2 ? 1 : 0)),
    ...heardInputs.map((input) => tf.mul(heard, input)),
    // How much it has grown.
    tf.tanh(tf.log(tf.div(before, scales))),
  ];
  return tf.stack(own, 1);
}

/** Share of the rows that have no gradient: high in embeddings of words that a batch has few of. @returns f32[n] */
function silentRows(given: readonly GivenTensor[]): Tensor {
  const sums = given.map(({ gradient, rows, cols }) => {
    const largest = tf.max(tf.abs(tf.reshape(gradient, [rows, cols])), 1);
    return [tf.sum(tf.div(largest, tf.add(largest, 1e-30))), rows] as const;
  });
  return tf.sub(1, means(sums));
}

/**
 * How large VeLO's step is to the tensor, what rank the orthogonal one has, and how far they agree.
 * @returns f32[n, STEP_INPUTS]
 */
export function stepInputs(
  given: readonly GivenTensor[],
  { velo, before }: Sizes,
  orthogonal: readonly Tensor[],
): Tensor {
  const rank = tf.sqrt(tf.add(meanSquares(orthogonal), 1e-24));
  const agreement = means(
    given.map(({ velo: step }, i) => [tf.sum(tf.mul(step, item(orthogonal, i))), step.size]),
  );
  const relative = tf.log(tf.add(tf.div(velo, before), 1e-6));
  const cosine = tf.div(tf.neg(agreement), tf.mul(velo, rank));
  return tf.stack([tf.tanh(tf.div(tf.add(relative, 5), 3)), rank, cosine], 1);
}
