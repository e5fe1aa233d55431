/** Small language models: the signal is in hundredths of the loss, see the shape `relative` of estimators. */
import type { DistributionEntry } from '../../distribution';
import { SOME_EXAMPLES } from './common';

export const RECURRENT: DistributionEntry = {
  weight: 0.09,
  task: {
    family: 'rnnLm',
    dataset: 'gutenberg-small',
    vocabulary: { choose: [259, 384], weights: [0.7, 0.3] },
    length: { choose: [5, 6, 10, 14] },
    batchSize: { choose: [4, 6, 12] },
    cell: {
      choose: ['elman', 'vanilla', 'irnn', 'lstm', 'gru'],
      weights: [0.1, 0.15, 0.1, 0.3, 0.35],
    },
    hidden: { choose: [12, 20, 24, 40] },
    embedding: { choose: [6, 12] },
  },
  variation: SOME_EXAMPLES,
  pool: 16,
  maxLength: 1500,
};

export const LANGUAGE_TRANSFORMERS: DistributionEntry = {
  weight: 0.07,
  task: {
    family: 'transformerLm',
    dataset: 'gutenberg-small',
    vocabulary: { choose: [259, 384] },
    length: { choose: [3, 6, 10] },
    batchSize: { choose: [3, 6] },
    width: { choose: [12, 16, 24] },
    heads: { choose: [1, 2] },
    layers: { choose: [1, 2, 3] },
  },
  variation: SOME_EXAMPLES,
  pool: 12,
  maxLength: 1500,
};
