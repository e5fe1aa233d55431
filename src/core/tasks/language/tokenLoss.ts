/** What language models share: from a batch of tokens to inputs and targets, and the mean loss of the positions that count. */
import {
  cast,
  div,
  logSoftmax,
  mul,
  neg,
  notEqual,
  oneHot,
  reshape,
  scalar,
  slice,
  sum,
} from '@tensorflow/tfjs-core';
import type { Rank, Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * @param tokens  i32[batch, length + 1]
 * @returns `inputs` i32[batch, length] without the last token of each sample, `targets` without the first
 */
export function shiftedTokens(tokens: Tensor): { inputs: Tensor2D; targets: Tensor2D } {
  const [batch, width] = tokens.shape as [number, number];
  const part = (from: number): Tensor2D => slice(tokens as Tensor2D, [0, from], [batch, width - 1]);
  return { inputs: part(0), targets: part(1) };
}

/**
 * Mean of -ln softmax(z)_target over the positions whose input is not padding (token 0): the first padding after a
 * document is a target like any other and teaches where documents end, the rest counts for nothing.
 * @param logits  f32[batch·length, vocabulary], positions of a sample one after the other
 * @returns NaN where there is nothing but padding
 */
export function tokenLoss(logits: Tensor2D, inputs: Tensor2D, targets: Tensor2D): Scalar {
  const [rows, vocabulary] = logits.shape;
  const labels = reshape<Rank.R1>(targets, [rows]);
  const hot = cast(oneHot(labels, vocabulary), 'float32');
  const losses = neg(sum(mul(logSoftmax(logits), hot), 1));
  const counts = cast(notEqual(reshape(inputs, [rows]), scalar(0, 'int32')), 'float32');
  return div(sum(mul(losses, counts)), sum(counts));
}
