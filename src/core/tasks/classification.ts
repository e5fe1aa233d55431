/**
 * What classifiers share: the losses from logits, the share of right answers, and the scales on which their losses
 * are compared (those of the fixed tasks in google/learned_optimization).
 */
import {
  argMax,
  cast,
  customGrad,
  div,
  equal,
  exp,
  log,
  max,
  mean,
  mul,
  oneHot,
  softmax,
  square,
  sub,
  sum,
} from '@tensorflow/tfjs-core';
import type { GradSaveFunc, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Mean over the batch of ln Σⱼ exp(zⱼ - m) - (z_y - m), m = maxⱼ zⱼ: stable for any finite logits. Its gradient is
 * given as (softmax(z) - onehot(y)) / batch, which is fewer operations than the steps back through the sums; it flows
 * to the logits alone, and can itself be derived. NaN logits give NaN.
 * @param logits  f32[batch, classes]
 * @param labels  i32[batch], 0 … classes-1
 */
export function softmaxCrossEntropy(logits: Tensor2D, labels: Tensor1D): Scalar {
  const [batch, classes] = logits.shape;
  const target = cast(oneHot(labels, classes), 'float32');
  const loss = customGrad((...inputs) => {
    const [z, save] = inputs as [Tensor, GradSaveFunc];
    const shifted = sub(z, max(z, 1, true));
    const total = sum(exp(shifted), 1, true);
    const value = mean(sub(log(total), sum(mul(shifted, target), 1, true)));
    save([z, target]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [own, hot] = saved as [Tensor, Tensor];
        return mul(sub(softmax(own), hot), div(dy, batch));
      },
    };
  });
  return loss(logits) as Scalar;
}

/** A loss of logits f32[batch, classes] and labels i32[batch]. */
export type ClassifierLoss = (logits: Tensor2D, labels: Tensor1D) => Scalar;

/** Mean over batch and classes of (z - onehot(y))². */
export function oneHotSquaredError(logits: Tensor2D, labels: Tensor1D): Scalar {
  const target = cast(oneHot(labels, logits.shape[1]), 'float32');
  return mean(square(sub(logits, target)));
}

/** Share of rows whose largest logit (the first, where several are) is the label's. */
export function shareCorrect(logits: Tensor2D, labels: Tensor1D): Scalar {
  return mean(cast(equal(argMax(logits, 1), labels), 'float32'));
}

/** min(max(L, 0), 1.5 ln C), where NaN and ±∞ count as 1.5 ln C: the scale of fixed perceptrons and conv nets. */
export function clipCrossEntropy(loss: number, classes: number): number {
  return clipLoss(loss, 1.5 * Math.log(classes));
}

/** min(max(10 L / ln 2C, 0), 10), where NaN and ±∞ count as 10: the scale of transformers, mixers and ResNets. */
export function scaleCrossEntropy(loss: number, classes: number): number {
  return clipLoss((10 * loss) / Math.log(2 * classes), 10);
}

/** min(max(L, 0), worst), where NaN and ±∞ count as the worst. */
export function clipLoss(loss: number, worst: number): number {
  return Number.isFinite(loss) ? Math.min(Math.max(loss, 0), worst) : worst;
}
