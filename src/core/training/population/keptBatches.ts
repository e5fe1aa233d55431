/** Batches of evaluations that are read once: for members that are evaluated again and again on the same ones. */
import type { NamedArrays } from '../../../base/index';
import type { Split, Task, TaskData } from '../../tasks/task';

/**
 * What of a task's data an evaluation needs. The batches are a fixed pass over a split in its stored order, hence the
 * same for every member of a kind; reading one may mean resizing its images.
 */
export class KeptBatches {
  readonly #kept = new Map<Split, NamedArrays[]>();

  /** The task, its evaluation batches read from here on as they were the first time. */
  of(task: Task): Task {
    const { data } = task;
    if (data === undefined) return task;
    const kept: TaskData = {
      size: (split) => data.size(split),
      trainBatch: (step) => data.trainBatch(step),
      evaluationBatches: (split) => data.evaluationBatches(split),
      evaluationBatch: (split, index) =>
        (this.#batchesOf(split)[index] ??= data.evaluationBatch(split, index)),
    };
    return { ...task, data: kept };
  }

  #batchesOf(split: Split): NamedArrays[] {
    const batches = this.#kept.get(split) ?? [];
    this.#kept.set(split, batches);
    return batches;
  }
}
