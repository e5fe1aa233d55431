/** Batches of evaluations that are read once: for members that are evaluated again and again on the same ones. */
import type { NamedArrays } from '../../../base/index';
import type { RowArray, Split, Task, TaskData } from '../../tasks/task';

/**
 * What of a task's data an evaluation needs. The batches are a fixed pass over a split in its stored order, hence the
 * same for every member of a kind that has the same data; reading one may mean resizing its images.
 */
export class KeptBatches {
  readonly #ofOne = new WeakMap<TaskData, Map<Split, NamedArrays[]>>();
  readonly #kept: { readonly arrays: Arrays; readonly splits: Map<Split, NamedArrays[]> }[] = [];

  /** The task, its evaluation batches read from here on as they were the first time. */
  of(task: Task): Task {
    const { data } = task;
    if (data === undefined) return task;
    const splits = this.#splitsOf(data);
    const kept: TaskData = {
      size: (split) => data.size(split),
      trainBatch: (step) => data.trainBatch(step),
      evaluationBatches: (split) => data.evaluationBatches(split),
      evaluationBatch: (split, index) => {
        const batches = splits.get(split) ?? [];
        splits.set(split, batches);
        return (batches[index] ??= data.evaluationBatch(split, index));
      },
    };
    return { ...task, data: kept };
  }

  #splitsOf(data: TaskData): Map<Split, NamedArrays[]> {
    const { rows } = data;
    if (rows === undefined) return this.#splitsOfOne(data);
    const arrays = rows.arrays.map((array) => array.data);
    const known = this.#kept.find(({ arrays: others }) =>
      others.every((other, i) => other === arrays[i]),
    );
    if (known !== undefined) return known.splits;
    const splits = new Map<Split, NamedArrays[]>();
    this.#kept.push({ arrays, splits });
    return splits;
  }

  /** Batches that are not rows of arrays may be others for each seed. */
  #splitsOfOne(data: TaskData): Map<Split, NamedArrays[]> {
    const splits = this.#ofOne.get(data) ?? new Map<Split, NamedArrays[]>();
    this.#ofOne.set(data, splits);
    return splits;
  }
}

/** Those that training batches are made from: by them data are told apart. */
type Arrays = readonly RowArray['data'][];
