import { expect, it, vi } from 'vitest';
import type { TaskData } from '../../../../../src/core/tasks/task';
import { KeptBatches } from '../../../../../src/core/training/population/keptBatches';
import { bowl } from '../support';

/** Data whose batches are made and not rows of arrays: a number for the seed, the split and the index. */
function made(seed: number) {
  const evaluationBatch = vi.fn<TaskData['evaluationBatch']>((split, index) => ({
    x: { shape: [1], data: Float32Array.of(100 * seed + 10 * split.length + index) },
  }));
  const data: TaskData = {
    size: () => 4,
    trainBatch: () => ({}),
    evaluationBatches: () => 2,
    evaluationBatch,
  };
  return { task: { ...bowl([1]), data }, evaluationBatch };
}

const numberOf = (kept: KeptBatches, { task }: ReturnType<typeof made>, index = 0): unknown =>
  kept.of(task).data?.evaluationBatch('innerValid', index)['x']?.data[0];

it('reads a batch once', () => {
  const kept = new KeptBatches();
  const one = made(1);
  expect([0, 1, 0].map((index) => numberOf(kept, one, index))).toEqual([200, 201, 200]);
  expect(one.evaluationBatch).toHaveBeenCalledTimes(2);
});

it('keeps batches apart that are made for each seed', () => {
  const kept = new KeptBatches();
  const [one, other] = [made(1), made(2)];
  expect([one, other, one].map((data) => numberOf(kept, data))).toEqual([200, 300, 200]);
});
