/** Families that put images together again. */
import type { TaskFamily } from './family';
import {
  SMALL_IMAGES,
  activation,
  chance,
  equalWidths,
  imageFields,
  integer,
  logInteger,
  start,
} from './sampling';

export const imageAutoencoderFamily: TaskFamily = {
  name: 'imageAutoencoder',
  summary: 'Images put together again by a perceptron with a narrow layer.',
  sample: (rng) => ({
    family: 'imageAutoencoder',
    ...imageFields(rng, SMALL_IMAGES),
    hidden: equalWidths(rng, [8, 128], integer(rng, 0, 4)),
    activation: activation(rng),
    constrained: chance(rng, 0.5),
    centred: chance(rng, 0.5),
    logLoss: chance(rng, 0.5),
    ...start(rng),
  }),
};

export const imageVaeFamily: TaskFamily = {
  name: 'imageVae',
  summary: 'A variational autoencoder that learns to draw images from random numbers.',
  sample: (rng) => ({
    family: 'imageVae',
    ...imageFields(rng, SMALL_IMAGES),
    encoder: equalWidths(rng, [4, 128], integer(rng, 0, 4)),
    latent: logInteger(rng, 2, 128),
    decoder: equalWidths(rng, [4, 128], integer(rng, 0, 4)),
    activation: activation(rng),
    ...start(rng),
  }),
};
