import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createImageReader } from '../../../../src/core/tasks/datasets/images';
import type { ImageFormat, ImageSet } from '../../../../src/core/tasks/datasets/images';
import { datasetOf, randomImages } from '../../../support/images';
import { useBackend } from '../../../support/tfBackends';

function imageOf(
  pixels: readonly number[],
  [height, width, channels]: readonly [number, number, number],
): ImageSet {
  return {
    count: 1,
    height,
    width,
    channels,
    pixels: Uint8Array.from(pixels),
    labels: Uint8Array.of(0),
  };
}

function read(set: ImageSet, format: ImageFormat, index = 0): number[] {
  const reader = createImageReader(set, format);
  const [height, width, channels] = reader.shape;
  const out = new Float32Array(height * width * channels);
  reader.read(set, index, out, 0);
  return [...out];
}

describe('createImageReader', () => {
  beforeAll(() => useBackend('cpu'));

  it('divides bytes by 255 and writes at the offset', () => {
    const set = imageOf([0, 51, 255, 1], [2, 2, 1]);
    const reader = createImageReader(set, { grey: false });
    const out = new Float32Array(6).fill(-1);
    reader.read(set, 0, out, 1);
    expect([...out]).toEqual([-1, 0, Math.fround(0.2), 1, Math.fround(1 / 255), -1]);
  });

  it('makes grey as the mean of the three channels', () => {
    const set = imageOf([0, 30, 90, 255, 255, 255], [1, 2, 3]);
    expect(read(set, { grey: true })).toEqual([Math.fround(40 / 255), 1]);
  });

  it('leaves a grey image as it is when grey is asked for', () => {
    const set = imageOf([10, 20], [1, 2, 1]);
    expect(read(set, { grey: true })).toEqual(read(set, { grey: false }));
  });

  it('halves and doubles with half-pixel centres', () => {
    const ramp = [0, 60, 120, 180];
    const square = imageOf(
      Array.from({ length: 16 }, (_, i) => ramp[i % 4] ?? 0),
      [4, 4, 1],
    );
    expect(read(square, { grey: false, size: 2 }).map((v) => v * 255)).toEqual([
      expect.closeTo(30, 4),
      expect.closeTo(150, 4),
      expect.closeTo(30, 4),
      expect.closeTo(150, 4),
    ]);
    const pair = imageOf([0, 100, 0, 100], [2, 2, 1]);
    const row = [0, 25, 75, 100].map((v) => expect.closeTo(v, 4) as unknown);
    expect(read(pair, { grey: false, size: 4 }).map((v) => v * 255)).toEqual([
      ...row,
      ...row,
      ...row,
      ...row,
    ]);
  });

  it.each([
    { from: [7, 5, 3], size: 4 },
    { from: [28, 28, 1], size: 8 },
    { from: [8, 8, 3], size: 13 },
    { from: [3, 3, 1], size: 1 },
  ] as const)('resizes $from to $size as resizeBilinear of tfjs does', ({ from, size }) => {
    const set = randomImages([2, ...from], 2);
    const [height, width, channels] = from;
    const second = set.pixels.subarray(height * width * channels);
    const expected = tf.tidy(() => {
      const image = tf.div(tf.tensor3d(Float32Array.from(second), [...from]), 255);
      return tf.image.resizeBilinear(image as tf.Tensor3D, [size, size], false, true).dataSync();
    });
    const found = read(set, { grey: false, size }, 1);
    expect(found).toHaveLength(expected.length);
    found.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6);
    });
  });

  it.each([0, -1, 2.5, 1025, NaN])('refuses the image size %s', (size) => {
    const set = randomImages([1, 4, 4, 1], 2);
    expect(() => createImageReader(set, { grey: false, size })).toThrow(
      `imageSize must be an integer from 1 to 1024, got ${size}`,
    );
  });
});

describe('imageDatasetFrom', () => {
  it('counts the classes from the training labels', () => {
    expect(datasetOf(randomImages([9, 2, 2, 1], 5)).classes).toBe(5);
  });

  it('refuses a label beyond the classes, in either part', () => {
    const few = randomImages([6, 2, 2, 1], 3);
    const many = randomImages([6, 2, 2, 1], 4);
    expect(() => datasetOf(many, undefined, 3)).toThrow(
      'train labels has the label 3 at index 3, expected 0 to 2',
    );
    expect(() => datasetOf(few, many)).toThrow(
      'test labels has the label 3 at index 3, expected 0 to 2',
    );
  });

  it('refuses test images of another shape', () => {
    expect(() => datasetOf(randomImages([6, 2, 2, 1], 3), randomImages([6, 2, 3, 1], 3))).toThrow(
      'toy has test images of shape [2,3,1], expected [2,2,1], that of its training images',
    );
  });
});
