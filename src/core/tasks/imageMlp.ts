/**
 * Image classification with a multi-layer perceptron: the family that most of VeLO's meta-training tasks come
 * from. Weights start as a normal cut at two standard deviations with sd 1/√(fan-in), biases at zero (the default
 * of haiku's linear layer).
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../optimizers/optimizer';
import { ACTIVATIONS } from './activations';
import type { Activation } from './activations';
import { checkChoice, checkRates, checkWidths } from './checks';
import {
  clipCrossEntropy,
  clipLoss,
  oneHotSquaredError,
  softmaxCrossEntropy,
} from './classification';
import { createImageClassifier } from './classifier';
import type { ClassifierNetwork } from './classifier';
import { counted } from './imageInput';
import type { ImageInput, ImageTaskOptions } from './imageInput';
import { linear, perceptronSpecs } from './layers/dense';
import { dropout } from './layers/dropout';
import { NORMS, applyNorm, normSpecs } from './layers/normalization';
import type { Norm } from './layers/normalization';
import type { ParamSpec } from '../compute/parameters';
import { startInWords, weightStart } from './layers/starts';
import type { StartOptions } from './layers/starts';
import type { LossRng, Task } from './task';

export const MLP_LOSSES = ['crossEntropy', 'squaredError'] as const;
export type MlpLoss = (typeof MLP_LOSSES)[number];

/** Of a perceptron that classifies, whatever it reads. */
export interface MlpShape extends StartOptions {
  /** Widths of the hidden layers; an empty list gives a linear classifier. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Before the activation; default none. */
  readonly norm?: Norm | undefined;
  /** Share of each hidden layer that is dropped, before the activation, in [0, 1); default 0. */
  readonly dropout?: number | undefined;
  /** Softmax cross-entropy, or the squared error of the logits against one-hot labels; default the former. */
  readonly loss?: MlpLoss | undefined;
}

export interface ImageMlpOptions extends ImageTaskOptions, MlpShape {}

/**
 * The task: x @ w + b per layer, between layers norm, dropout, activation, in this order; dropout works in evaluation
 * too, as in the original. Parameters are `layer0/w` [in, out], `layer0/b` [out], …, `norm0/scale` [out], …; batches
 * are `x` f32[batch, in] and `y` i32[batch].
 * @throws UserError('config') on widths, sizes, rates or a seed out of range, UserError('data') on fewer than 2 classes
 */
export function createImageMlp(options: ImageMlpOptions): Task {
  checkMlpShape(options);
  const { classes } = options.dataset;
  return createImageClassifier('imageMlp', options, ({ numbers }: ImageInput) =>
    mlpNetwork(options, numbers, classes),
  );
}

/** @throws UserError('config') */
export function checkMlpShape({ hidden, activation, norm, dropout: rate, loss }: MlpShape): void {
  checkWidths('hidden', hidden);
  checkChoice('activation', activation, Object.keys(ACTIVATIONS));
  checkChoice('norm', norm ?? 'none', NORMS);
  checkRates({ dropout: rate ?? 0 });
  checkChoice('loss', loss ?? 'crossEntropy', MLP_LOSSES);
}

/** The classifying perceptron from `numbers` inputs to logits, with its losses. */
export function mlpNetwork(shape: MlpShape, numbers: number, classes: number): ClassifierNetwork {
  const { hidden, loss = 'crossEntropy' } = shape;
  const widths = [numbers, ...hidden, classes];
  const depth = hidden.length;
  return {
    title: `MLP ${widths.join('-')} ${detailsOf(shape)}`,
    phrase:
      depth === 0 ? 'a linear classifier' : `a perceptron with ${counted(depth, 'hidden layer')}`,
    params: mlpSpecs(widths, shape),
    logits: (params, { x }, rng) => logitsOf(params, x!, shape, rng),
    loss: loss === 'crossEntropy' ? softmaxCrossEntropy : oneHotSquaredError,
    normalize: (value) =>
      loss === 'crossEntropy' ? clipCrossEntropy(value, classes) : 10 * clipLoss(value, 1),
  };
}

/** `relu, batch norm, dropout 0.2, squared error`: what is not the plain form. */
function detailsOf(shape: MlpShape): string {
  const { activation, norm = 'none', dropout: rate = 0, loss } = shape;
  const details: string[] = [activation];
  if (norm !== 'none') details.push(`${norm} norm`);
  if (rate > 0) details.push(`dropout ${rate}`);
  if (loss === 'squaredError') details.push('squared error');
  return details.join(', ') + startInWords(shape);
}

function mlpSpecs(widths: readonly number[], shape: MlpShape): ParamSpec[] {
  const { norm = 'none' } = shape;
  const hidden = widths.slice(1, -1);
  return [
    ...perceptronSpecs('layer', widths, weightStart(shape)),
    ...hidden.flatMap((width, layer) => normSpecs(norm, `norm${layer}`, width)),
  ];
}

/** Logits f32[batch, classes] of `x` f32[batch, in]. */
function logitsOf(params: TensorDict, x: Tensor, shape: MlpShape, rng?: LossRng): Tensor2D {
  const { hidden, activation, norm = 'none', dropout: rate = 0 } = shape;
  let out = x;
  for (let layer = 0; layer < hidden.length; layer++) {
    const sums = applyNorm(norm, params, `norm${layer}`, linear(params, `layer${layer}`, out));
    out = ACTIVATIONS[activation](dropout(sums, rate, rng));
  }
  return linear(params, `layer${hidden.length}`, out) as Tensor2D;
}
