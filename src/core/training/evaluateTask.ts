/** Means over the batches of a split, however a batch is evaluated. */
import { UserError } from '../../base/index';
import type { NamedArrays } from '../../base/index';
import type { Split, Task } from '../tasks/task';
import type { Evaluation } from './session';

/** Which batches of a split. */
export interface BatchRange {
  readonly maxBatches: number;
  /** Index of the first one, ≥ 0; behind the last one of the split comes its first again. Default 0. */
  readonly first?: number | undefined;
}

/**
 * @param evaluateBatch  told the batch and its place among those that are evaluated
 * @throws UserError('data') when the split has no whole batch
 */
export function evaluateTask(
  task: Task,
  split: Split,
  { maxBatches, first = 0 }: BatchRange,
  evaluateBatch: (batch: NamedArrays, index: number) => { loss: number; accuracy: number },
): Evaluation {
  const { data } = task;
  const all = data?.evaluationBatches(split) ?? 1;
  const batches = data === undefined ? 1 : Math.min(all, maxBatches);
  if (batches < 1) {
    throw new UserError('data', `${task.name}: split ${split} has not one whole batch`, {
      remedy: 'Make the batch smaller or evaluate another split.',
    });
  }
  let lossSum = 0;
  let accuracySum = 0;
  for (let index = 0; index < batches; index++) {
    const { loss, accuracy } = evaluateBatch(
      data?.evaluationBatch(split, (first + index) % all) ?? {},
      index,
    );
    lossSum += loss;
    accuracySum += accuracy;
  }
  const loss = lossSum / batches;
  return task.accuracy === undefined ? { loss } : { loss, accuracy: accuracySum / batches };
}
