/** Names that a config can use without a path: what comes with the program. What each holds is the engine's to say. */

export const BUNDLED_DATASET_NAMES = [
  'digits8',
  'mnist',
  'fashion-mnist',
  'emoji9',
  'emoji98',
  'glyph62',
] as const;
export type BundledDatasetName = (typeof BUNDLED_DATASET_NAMES)[number];

export const BUNDLED_TABLE_NAMES = ['letter', 'iris', 'wine', 'breast-cancer'] as const;
export type BundledTableName = (typeof BUNDLED_TABLE_NAMES)[number];

export const BUNDLED_TEXT_NAMES = ['gutenberg-small'] as const;

/** Distributions of tasks for meta-training. */
export const BUNDLED_MIXES = ['recipe', 'wide', 'general', 'hard'] as const;

/** Of all data that come with the program. */
export const BUNDLED_NAMES: readonly string[] = [
  ...BUNDLED_DATASET_NAMES,
  ...BUNDLED_TABLE_NAMES,
  ...BUNDLED_TEXT_NAMES,
];

/** Learned weights, the default first: what was best on meta-validation. */
export const BUNDLED_WEIGHTS = [
  'velo-ortho-4',
  'velo-mini-1',
  'celo2-mini-1',
  'velo-handmade-1',
] as const;

/** Of a config that names none. */
export const DEFAULT_WEIGHTS: string = BUNDLED_WEIGHTS[0];

/** The best of them that is VeLO itself, for what can use nothing else. */
export const VELO_WEIGHTS = 'velo-mini-1' satisfies (typeof BUNDLED_WEIGHTS)[number];
