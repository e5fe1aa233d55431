/** Suites: lists of tasks that are evaluated together, as plain data. */

/** Settings of a task as a config would write them; what may stand there is for the decoder of configs to say. */
export interface TaskSettings {
  readonly family: string;
  readonly [setting: string]: boolean | number | string | readonly number[] | TaskSettings;
}

export interface SuiteTask {
  /** Unique in the suite. */
  readonly name: string;
  /** Kind of task, for the breakdown of scores; default: the family of the settings. */
  readonly family?: string;
  /** The data set of the original task, where other data stand in for it. */
  readonly standsFor?: string;
  /** Announced lengths; only where the suite's protocol is `lengths`. */
  readonly lengths?: readonly number[];
  readonly task: TaskSettings;
}

export interface Suite {
  readonly name: string;
  /** One plain sentence. */
  readonly summary: string;
  /** Steps of the optimizers that are measured, and of the baseline; more for the latter, or nothing can be faster. */
  readonly steps: number;
  readonly baselineSteps: number;
  /** How it is scored; default `paper`. `lengths`: see `evaluation/lengths/scoreRow`; `steps` is then the longest one. */
  readonly protocol?: 'lengths';
  /** Of the baseline's sweep, and trainings of each setting, where they are not those of any evaluation. */
  readonly learningRates?: readonly number[];
  readonly seeds?: number;
  readonly tasks: readonly SuiteTask[];
}
