/**
 * A perceptron that puts images together again from a narrow layer: mean squared error of what comes out (the
 * autoencoders of google/learned_optimization's fixed tasks, and the three choices of its parametric family).
 */
import { add, log, mean, mul, sigmoid, square, sub, tanh } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../optimizers/optimizer';
import { ACTIVATIONS } from './activations';
import type { Activation } from './activations';
import { checkChoice, checkWidths } from './checks';
import { clipLoss } from './classification';
import { counted, imageInput } from './imageInput';
import type { ImageTaskOptions } from './imageInput';
import { perceptron, perceptronSpecs } from './layers/dense';
import { initParams, tensorSpecs } from '../compute/parameters';
import { startInWords, weightStart } from './layers/starts';
import type { StartOptions } from './layers/starts';
import type { Task } from './task';

export interface ImageAutoencoderOptions extends ImageTaskOptions, StartOptions {
  /** Widths of the hidden layers; an empty list gives a linear map. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Keep what comes out in the range of the images, by a sigmoid or, where they are centred, a tanh. */
  readonly constrained: boolean;
  /** Images from -1 to 1 instead of 0 to 1. */
  readonly centred: boolean;
  /** ln(error + 1e-8) instead of the error. */
  readonly logLoss: boolean;
}

/** Keeps the logarithm of a perfect copy finite. */
const TINY = 1e-8;

/**
 * The task. Parameters are `layer0/w` [in, out], `layer0/b` [out], …; labels in batches are not looked at. Compared by
 * the error of images from 0 to 1, cut to [0, 1]; NaN counts as 1.
 * @throws UserError('config') on widths, sizes or a seed out of range
 */
export function createImageAutoencoder(options: ImageAutoencoderOptions): Task {
  const { dataset, hidden, activation, batchSize, centred, logLoss } = options;
  checkWidths('hidden', hidden);
  checkChoice('activation', activation, Object.keys(ACTIVATIONS));
  const input = imageInput(options);
  const widths = [input.numbers, ...hidden, input.numbers];
  const params = perceptronSpecs('layer', widths, weightStart(options));
  return {
    name: `${input.title}, autoencoder ${widths.join('-')} ${detailsOf(options)}, batch ${batchSize}`,
    family: 'imageAutoencoder',
    summary:
      `Put images of ${dataset.name} together again through ${counted(hidden.length, 'hidden layer')}; ` +
      `${input.cut}.`,
    params: tensorSpecs(params),
    batch: input.batch,
    init: (rng) => initParams(params, rng),
    loss: (values, { x }) => lossOf(values, x!, options),
    normalize: (loss) => clipLoss((logLoss ? Math.exp(loss) : loss) / (centred ? 4 : 1), 1),
    data: input.data,
  };
}

function lossOf(params: TensorDict, x: Tensor, options: ImageAutoencoderOptions): Scalar {
  const { hidden, activation, constrained, centred, logLoss } = options;
  const images = centred ? sub(mul(x, 2), 1) : x;
  const shape = { prefix: 'layer', layers: hidden.length + 1, activation };
  const sums = perceptron(params, images, shape);
  const range = centred ? tanh : sigmoid;
  const error = mean<Scalar>(square(sub(constrained ? range(sums) : sums, images)));
  return logLoss ? log(add(error, TINY)) : error;
}

/** `relu, centred, log loss`: what is not the plain form. */
function detailsOf(options: ImageAutoencoderOptions): string {
  const details: string[] = [options.activation];
  if (!options.constrained) details.push('unconstrained');
  if (options.centred) details.push('centred');
  if (options.logLoss) details.push('log loss');
  return details.join(', ') + startInWords(options);
}
