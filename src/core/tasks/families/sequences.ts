/** Families of language models. */
import type { TaskFamily } from './family';
import { choose, logInteger, start } from './sampling';
import type { Rng } from '../../compute/rng';

/** Vocabularies of VeLO's tasks start at 100; ours at that of bytes. */
function textFields(rng: Rng) {
  return {
    dataset: 'gutenberg-small',
    vocabulary: logInteger(rng, 259, 10_000),
    length: logInteger(rng, 4, 512),
    batchSize: logInteger(rng, 4, 512),
  };
}

export const rnnLmFamily: TaskFamily = {
  name: 'rnnLm',
  summary: 'Language models with a recurrent network.',
  sample: (rng) => ({
    family: 'rnnLm',
    ...textFields(rng),
    cell: choose(rng, ['vanilla', 'gru', 'lstm']),
    hidden: logInteger(rng, 8, 256),
    embedding: logInteger(rng, 8, 256),
    ...start(rng),
  }),
};

export const transformerLmFamily: TaskFamily = {
  name: 'transformerLm',
  summary: 'Language models with a transformer.',
  sample(rng) {
    const fields = textFields(rng);
    const heads = logInteger(rng, 8, 128);
    return {
      family: 'transformerLm',
      ...fields,
      width: heads * logInteger(rng, 8, 128),
      heads,
      layers: logInteger(rng, 1, 8),
      dropout: 0,
    };
  },
};
