/** A meta-training of seconds, as its file says it. */
const TASK = {
  family: 'imageMlp',
  dataset: 'digits8',
  imageSize: 4,
  hidden: { list: { choose: [4, 6] }, length: { integer: [0, 1] } },
  batchSize: 8,
};
export const TINY_META = {
  kind: 'metatrain',
  optimizer: { options: { hidden: 13, bank: 2 } },
  tasks: {
    name: 'tiny',
    summary: 'Digits of 16 pixels.',
    metaTrain: [
      {
        task: TASK,
        variation: {
          initScale: { uniform: [0.5, 2] },
          trainShare: { maybe: 0.2, probability: 0.5 },
          reparametrization: { level: 'tensor', decades: 1 },
        },
      },
      { task: { family: 'quadratic', dimension: 4 }, weight: 0.3 },
    ],
    metaValid: [{ task: { ...TASK, hidden: [5] } }],
  },
  lengths: { logUniform: [5, 30] },
  metaLoss: { samples: 32 },
  estimator: { kind: 'fullEs', pairs: 4 },
  iterations: 12,
  validation: { every: 5, tasks: 3, lengths: [10, 20], samples: 32 },
  checkpointEvery: 3,
  device: 'wasm',
} as const;
