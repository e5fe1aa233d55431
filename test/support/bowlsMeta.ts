/** The part of a meta-training's config that is the same in tests of what surrounds one: a tiny VeLO on bowls, milliseconds a step. */
export const BOWLS_META = {
  kind: 'metatrain',
  optimizer: { kind: 'velo', options: { hidden: 13, bank: 1 }, start: 'fresh' },
  tasks: {
    name: 'bowls',
    summary: 'Bowls.',
    metaTrain: [{ task: { family: 'quadratic', dimension: 3 } }],
  },
  lengths: 20,
  estimator: { kind: 'fullEs', pairs: 2 },
};
