/** Families that read images as patches. */
import type { Rng } from '../../compute/rng';
import type { TaskFamily } from './family';
import { LARGE_IMAGES, chance, choose, imageFields, logInteger } from './sampling';

export const visionTransformerFamily: TaskFamily = {
  name: 'visionTransformer',
  summary: 'Image classification with a transformer over patches.',
  sample(rng) {
    const fields = imageFields(rng, LARGE_IMAGES);
    const heads = logInteger(rng, 1, 16);
    const rate = (): number => (chance(rng, 0.7) ? 0.8 * rng.uniform() : 0);
    return {
      family: 'visionTransformer',
      ...fields,
      patch: patchFor(rng, fields.imageSize),
      width: heads * logInteger(rng, 8, heads < 4 ? 64 : 32),
      layers: logInteger(rng, 1, 16),
      heads,
      mlpWidth: logInteger(rng, 32, 512),
      dropout: rate(),
      attentionDropout: rate(),
    };
  },
};

/** Ranges are ours: the distribution of the paper has no mixers. */
export const mlpMixerFamily: TaskFamily = {
  name: 'mlpMixer',
  summary: 'Image classification with perceptrons across patches and channels.',
  sample(rng) {
    const fields = imageFields(rng, LARGE_IMAGES);
    return {
      family: 'mlpMixer',
      ...fields,
      patch: patchFor(rng, fields.imageSize),
      width: logInteger(rng, 16, 256),
      blocks: logInteger(rng, 1, 8),
      tokenWidth: logInteger(rng, 16, 256),
      channelWidth: logInteger(rng, 32, 512),
    };
  },
};

/** The side of a patch that an image of the size has room for. */
function patchFor(rng: Rng, imageSize: number): number {
  const [first, ...others] = [2, 4, 8, 12, 16].filter((patch) => patch <= imageSize);
  return choose(rng, [first ?? 1, ...others]);
}
