/**
 * A variational autoencoder of images (Kingma and Welling, "Auto-encoding variational Bayes", 2014): a perceptron gives
 * mean and log deviation of a normal code, a second one the logits of the pixels from a drawn code. Loss per pixel:
 * (Σ cross-entropy of the pixels + KL of the code from a standard normal) / pixels, mean over the batch, in nats.
 */
import { add, exp, mean, mul, softplus, split, square, sub, sum } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../optimizers/optimizer';
import { ACTIVATIONS } from './activations';
import type { Activation } from './activations';
import { checkChoice, checkSizes, checkWidths } from './checks';
import { clipLoss } from './classification';
import { imageInput } from './imageInput';
import type { ImageTaskOptions } from './imageInput';
import { perceptron, perceptronSpecs } from './layers/dense';
import { initParams, tensorSpecs } from '../compute/parameters';
import { startInWords, weightStart } from './layers/starts';
import type { StartOptions } from './layers/starts';
import type { LossRng, Task } from './task';

export interface ImageVaeOptions extends ImageTaskOptions, StartOptions {
  /** Widths of the hidden layers before the code. */
  readonly encoder: readonly number[];
  /** Numbers of the code. */
  readonly latent: number;
  /** Widths of the hidden layers after the code. */
  readonly decoder: readonly number[];
  readonly activation: Activation;
}

/**
 * The task. Parameters are `encoder0/w` …, `decoder0/w` …; the last encoder layer gives 2·latent numbers, means first,
 * then logarithms of deviations. Labels in batches are not looked at. Compared by the loss cut to [0, 10].
 * @throws UserError('config') on widths, sizes or a seed out of range
 */
export function createImageVae(options: ImageVaeOptions): Task {
  const { dataset, encoder, latent, decoder, activation, batchSize } = options;
  checkWidths('encoder', encoder);
  checkWidths('decoder', decoder);
  checkSizes({ latent });
  checkChoice('activation', activation, Object.keys(ACTIVATIONS));
  const input = imageInput(options);
  const widths = { up: [input.numbers, ...encoder], down: [latent, ...decoder, input.numbers] };
  const start = weightStart(options);
  const params = [
    ...perceptronSpecs('encoder', [...widths.up, 2 * latent], start),
    ...perceptronSpecs('decoder', widths.down, start),
  ];
  const chain = [...widths.up, ...widths.down].join('-');
  return {
    name: `${input.title}, VAE ${chain} ${activation}${startInWords(options)}, batch ${batchSize}`,
    family: 'imageVae',
    summary: `Learn to draw images like those of ${dataset.name} from ${latent} random numbers; ${input.cut}.`,
    params: tensorSpecs(params),
    batch: input.batch,
    init: (rng) => initParams(params, rng),
    loss: (values, { x }, rng) => lossOf(values, x as Tensor2D, rng, options),
    normalize: (loss) => clipLoss(loss, 10),
    data: input.data,
  };
}

function lossOf(
  params: TensorDict,
  x: Tensor2D,
  rng: LossRng,
  { encoder, decoder, activation }: ImageVaeOptions,
): Scalar {
  const up = { prefix: 'encoder', layers: encoder.length + 1, activation };
  const [mu, logSd] = split(perceptron(params, x, up), 2, 1) as [Tensor, Tensor];
  const code = add(mu, mul(exp(logSd), rng.normal(mu.shape)));
  const down = { prefix: 'decoder', layers: decoder.length + 1, activation };
  const logits = perceptron(params, code, down);
  // -x ln σ(z) - (1 - x) ln(1 - σ(z)) = softplus(z) - xz
  const pixels = sum(sub(softplus(logits), mul(x, logits)), 1);
  return mul(mean(add(pixels, divergence(mu, logSd))), 1 / x.shape[1]);
}

/** KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (σ² + μ² - 1 - 2 ln σ), f32[batch]. */
function divergence(mu: Tensor, logSd: Tensor): Tensor {
  const twice = sub(add(exp(mul(logSd, 2)), square(mu)), add(mul(logSd, 2), 1));
  return mul(sum(twice, 1), 0.5);
}
