/** What is checked inside the extension host; `suite.ts` has a function for each, `host.test.ts` a test. */

export const CHECKS = [
  'activates and spawns nothing',
  'registers every command of the table',
  'lists 1,000 runs',
  'shows what is wrong with a config, once a line',
  'offers to mend a misspelt setting',
  'completes weights and data sets',
  'explains a setting on hover',
  'offers a training task for each config',
  'starts a run from a config and sees it finish',
  'opens one training panel for a run',
  'shows the config of a run, read-only',
  'duplicates a run into a new file',
  'refuses a config with a problem',
  'explains a setting of a meta-training on hover',
  'starts a meta-training by the play button, stops it, and goes on with it',
  'trains with a theta, evaluates it, opens it, and saves it',
  'compares two thetas',
  'measures the sensitivity of a config, and puts scales into it',
  'deletes nothing without a confirmation',
  'opens the gallery of tasks, once',
  'writes a config for a task and opens it',
  'shows what is wrong with a list of layers',
  'makes a task without type errors, which the check accepts',
  'keeps its memory over a live run',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** How long the memory is watched; longer by hand. */
export const WATCHED_SECONDS = Number(process.env['VELO_HOST_SECONDS'] ?? 15);

export interface CheckResult {
  readonly name: CheckName;
  /** Why it failed. */
  readonly error?: string;
  /** Figures worth printing. */
  readonly note?: string;
}
