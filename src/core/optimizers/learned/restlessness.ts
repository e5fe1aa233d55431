/** How much the size of a training's gradients changes from step to step, beside what its loss changes. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { movingAverage } from '../baselines/perTensor';

/** Whether there was a step, its ln of the gradient's size and its loss, and averages of both squared changes. */
export const RESTLESSNESS_NUMBERS = 5;

const DECAY = 0.98;
/** Added to squares and losses: what is smaller counts as no change. */
const NOTHING = 1e-12;

/**
 * ½·ln(E[(ln s − ln s′)²] / E[((L − L′)/(½|L| + ½|L′|))²]), with moving averages for E, of this step and the one before;
 * 0 in the first step.
 * @param remembered  f32[5], 0 before the first step @param now.size  f32[], RMS of the whole gradient
 * @returns the ratio f32[], and what is to be remembered
 */
export function nextRestlessness(
  remembered: Tensor,
  { size, loss }: { readonly size: Tensor; readonly loss: Scalar },
): { readonly ratio: Tensor; readonly remembered: Tensor } {
  const [known, lastSize, lastLoss, sizes, losses] = tf.unstack(remembered) as [
    ...[Tensor, Tensor, Tensor, Tensor, Tensor],
  ];
  const now = tf.log(size);
  const usual = tf.mul(0.5, tf.add(tf.abs(loss), tf.abs(lastLoss)));
  const changes = [tf.sub(now, lastSize), tf.div(tf.sub(loss, lastLoss), tf.add(usual, NOTHING))];
  const squares = changes.map((change) => tf.mul(known, tf.square(change)));
  const averages = [sizes, losses].map((old, i) => movingAverage(old, squares[i]!, DECAY));
  const [ofSize, ofLoss] = averages.map((average) => tf.log(tf.add(average, NOTHING)));
  return {
    ratio: tf.mul(0.5, tf.sub(ofSize!, ofLoss!)),
    remembered: tf.stack([tf.onesLike(known), now, loss, ...averages]),
  };
}
