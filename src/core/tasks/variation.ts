/** What makes one task of a distribution different from another of the same shape, so that both can have one plan. */
import type { Task } from './task';

export interface Variation {
  /** Factor on the standard deviation of initial weights, > 0; default 1. */
  readonly initScale?: number;
  /** Only this share of the train split is trained on, in (0, 1]; default 1. */
  readonly trainShare?: number;
}

/** The task of a variation. */
export function variedTask(task: Task, variation: Variation): Task {
  return { ...task, ...(variation.trainShare === undefined ? {} : {}) };
}
