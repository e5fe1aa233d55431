/** A family of tasks: what it is called, and how one of it is drawn. */
import type { Rng } from '../../compute/rng';

export interface TaskFamily {
  /** `task.family` of a run config. */
  readonly name: string;
  /** One plain sentence. */
  readonly summary: string;
  /** A task of the family, every field given; the same stream gives the same one. */
  readonly sample: (rng: Rng) => TaskSample;
}

/** What a run config has as its `task`; data by the name of a bundled set. */
export interface TaskSample {
  readonly family: string;
  readonly [field: string]: unknown;
}
