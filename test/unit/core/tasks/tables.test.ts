import { describe, expect, it } from 'vitest';
import { createTabularData, tabularDatasetFrom } from '../../../../src/core/tasks/datasets/tables';
import { SPLITS } from '../../../../src/core/tasks/task';
import { randomTable } from '../../../support/imageTasks';
import { trainRows } from '../../../support/rows';

const OPTIONS = { batchSize: 7, seed: 0 };

describe('createTabularData', () => {
  it('standardises with the statistics of the train split alone', () => {
    const data = createTabularData(randomTable(), OPTIONS);
    const rows = Array.from({ length: 6 }, (_, step) => data.trainBatch(step).x!.data);
    const values = rows.flatMap((batch) => [...batch]);
    for (const column of [0, 1, 2]) {
      const own = values.filter((_, i) => i % 4 === column);
      const mean = own.reduce((a, b) => a + b, 0) / own.length;
      const variance = own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / own.length;
      // 42 rows in train: an epoch of six batches is all of them.
      expect(Math.abs(mean)).toBeLessThan(1e-6);
      expect(Math.abs(variance - 1)).toBeLessThan(1e-5);
    }
    expect(values.filter((_, i) => i % 4 === 3).every((value) => value === 0)).toBe(true);
  });

  it('cuts 70/10/10/10 and gives each batch as rows too', () => {
    const data = createTabularData(randomTable(), { batchSize: 6, seed: 3 });
    expect(SPLITS.map((split) => data.size(split))).toEqual([42, 6, 6, 6]);
    const [x, y] = data.rows!.arrays;
    const rows = trainRows(data.rows!, 4);
    const batch = data.trainBatch(4);
    expect(batch.y!.data).toEqual(Int32Array.from(rows, (row) => y!.data[row]!));
    const values = rows.flatMap((row) => [...x!.data.subarray(row * 4, row * 4 + 4)]);
    expect([...batch.x!.data]).toEqual(values);
  });

  it('refuses a batch larger than the data', () => {
    expect(() => createTabularData(randomTable(), { batchSize: 43, seed: 0 })).toThrow(
      'batchSize is 43, expected at most 42, the rows in the train split of toy',
    );
  });
});

describe('tabularDatasetFrom', () => {
  it('numbers the classes in the order of their names', () => {
    const { labels, classes, features, values } = tabularDatasetFrom(
      'toy',
      [[1, 2], [3, 4], [5, 6]], // prettier-ignore
      ['b', 'a', 'b'],
    );
    expect([...labels]).toEqual([1, 0, 1]);
    expect([classes, features]).toEqual([2, 2]);
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    [[[1, 2], [3]], ['a', 'b'], 'toy row 2 must have 2 finite numbers, got 1 of them'],
    [
      [
        [1, 2],
        [3, NaN],
      ],
      ['a', 'b'],
      'toy row 2 must have 2 finite numbers, got (3, NaN)',
    ],
    [[[1], [2]], ['a', 'a'], 'toy has 1 classes, expected 2 to 256'],
  ])('refuses %j', (rows, labels, message) => {
    expect(() => tabularDatasetFrom('toy', rows, labels)).toThrow(message);
  });
});
