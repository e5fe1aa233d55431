import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createImageData, splitImages } from '../../../../src/core/tasks/datasets/splits';
import type { TaskData } from '../../../../src/core/tasks/task';
import { SPLITS } from '../../../../src/core/tasks/task';
import { datasetOf, numberedImages } from '../../../support/images';

const FORMAT = { grey: false };

function dataOf(count: number, batchSize: number, seed = 0): TaskData {
  return createImageData({
    dataset: datasetOf(numberedImages(count)),
    format: FORMAT,
    batchSize,
    seed,
  });
}

/** Which of the numbered images a batch holds. */
function numbersIn(batch: ReturnType<TaskData['trainBatch']>): number[] {
  const { data, shape } = batch.x!;
  const width = shape[1] ?? 0;
  return Array.from({ length: shape[0] ?? 0 }, (_, row) => Math.round(data[row * width]! * 255));
}

describe('splitImages', () => {
  it('cuts the training set 80/10/10 and keeps the test set in its order', () => {
    const splits = splitImages(datasetOf(numberedImages(105), numberedImages(7)));
    const sizes = SPLITS.map((split) => splits[split].indices.length);
    expect(sizes).toEqual([85, 10, 10, 7]);
    expect([...splits.test.indices]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const { train, innerValid, outerValid } = splits;
    const all = [...train.indices, ...innerValid.indices, ...outerValid.indices];
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 105 }, (_, i) => i));
  });

  it('cuts a single set 70/10/10/10 into disjoint parts', () => {
    const splits = splitImages(datasetOf(numberedImages(50)));
    expect(SPLITS.map((split) => splits[split].indices.length)).toEqual([35, 5, 5, 5]);
    const all = SPLITS.flatMap((split) => [...splits[split].indices]);
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('keeps the fixed cut: the same images are held out for every seed and in every version', () => {
    const splits = splitImages(datasetOf(numberedImages(20)));
    expect([...splits.innerValid.indices]).toEqual(PINNED_INNER_VALID);
  });
});

describe('createImageData', () => {
  it('gives x in [0, 1] with one image a row and y as class indices', () => {
    const set = numberedImages(20);
    const batch = dataOf(20, 3).trainBatch(0);
    expect(batch.x?.shape).toEqual([3, 4]);
    expect(batch.y?.shape).toEqual([3]);
    expect(batch.y?.data).toBeInstanceOf(Int32Array);
    numbersIn(batch).forEach((image, row) => {
      const pixels = set.pixels.subarray(4 * image, 4 * image + 4);
      const expected = Float32Array.from(pixels, (byte) => byte / 255);
      expect(batch.x?.data.slice(4 * row, 4 * row + 4)).toEqual(expected);
      expect(batch.y?.data[row]).toBe(set.labels[image]);
    });
  });

  it('property: the batches of an epoch are disjoint, come from the train split and cover it but for the rest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 250 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (count, batchSize, epoch, seed) => {
          const train = splitImages(datasetOf(numberedImages(count))).train.indices;
          fc.pre(train.length >= batchSize);
          const data = dataOf(count, batchSize, seed);
          const perEpoch = Math.floor(train.length / batchSize);
          const seen = Array.from({ length: perEpoch }, (_, i) =>
            numbersIn(data.trainBatch(epoch * perEpoch + i)),
          ).flat();
          expect(new Set(seen).size).toBe(perEpoch * batchSize);
          expect(seen.every((image) => train.includes(image))).toBe(true);
          expect(train.length - seen.length).toBeLessThan(batchSize);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives any training batch without those before it, in any order', () => {
    const [inOrder, jumping] = [dataOf(100, 8, 3), dataOf(100, 8, 3)];
    const steps = [41, 0, 17, 8, 7, 41];
    const all = Array.from({ length: 42 }, (_, step) => inOrder.trainBatch(step));
    for (const step of steps) expect(jumping.trainBatch(step)).toEqual(all[step]);
  });

  it('shuffles anew each epoch and for each seed', () => {
    const epoch = (data: TaskData, index: number) =>
      Array.from({ length: 8 }, (_, i) => numbersIn(data.trainBatch(8 * index + i))).flat();
    const data = dataOf(96, 8, 3);
    expect(epoch(data, 0)).not.toEqual(epoch(data, 1));
    expect(epoch(data, 0)).not.toEqual(epoch(dataOf(96, 8, 4), 0));
    expect(epoch(data, 0)).toEqual(epoch(dataOf(96, 8, 3), 0));
  });

  it('evaluates a split in its stored order, in whole batches', () => {
    const data = createImageData({
      dataset: datasetOf(numberedImages(40), numberedImages(11)),
      format: FORMAT,
      batchSize: 4,
      seed: 0,
    });
    expect(data.size('test')).toBe(11);
    expect(data.evaluationBatches('test')).toBe(2);
    expect(numbersIn(data.evaluationBatch('test', 1))).toEqual([4, 5, 6, 7]);
    expect(data.evaluationBatches('train')).toBe(8);
    expect(() => data.evaluationBatch('test', 2)).toThrow('index must be 0..1, got 2');
  });

  it('refuses a batch larger than the split', () => {
    expect(() => dataOf(20, 15)).toThrow(
      'batchSize is 15, expected at most 14, the images in the train split of toy',
    );
    const data = dataOf(20, 3);
    expect(data.evaluationBatches('innerValid')).toBe(0);
    expect(() => data.evaluationBatch('innerValid', 0)).toThrow(
      'batchSize is 3, expected at most 2, the images in the innerValid split of toy',
    );
  });

  it.each([0, -4, 1.5, NaN])('refuses the batch size %s', (batchSize) => {
    expect(() => dataOf(20, batchSize)).toThrow(
      `batchSize must be an integer of at least 1, got ${batchSize}`,
    );
  });

  it('refuses a bad seed', () => {
    expect(() => dataOf(20, 2, -1)).toThrow('seed must be an integer from 0 to 4294967295, got -1');
  });
});

const PINNED_INNER_VALID = [7, 11];
