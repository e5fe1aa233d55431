import { describe, expect, it } from 'vitest';
import { meanGradient } from '../../../../src/engine/meta/unroll/meanGradient';

const trainings = [
  { gradient: Float32Array.of(3, 4) },
  { gradient: Float32Array.of(0.5, 0) },
  { gradient: Float32Array.of(0, 0) },
];

describe('the mean of gradients of trainings', () => {
  it('is with respect to scaled coordinates, and counts those that are zero', () => {
    const scales = Float32Array.of(2, 0);
    const mean = meanGradient(trainings, { weights: [1, 1, 1], scales, clip: undefined });
    expect([...mean]).toEqual([Math.fround(7 / 3), 0]);
  });

  it('shortens each gradient before it is weighted', () => {
    const scales = Float32Array.of(1, 1);
    const mean = meanGradient(trainings, { weights: [0.5, 1, 1], scales, clip: 1 });
    expect(mean[0]).toBeCloseTo((0.5 * 0.6 + 0.5) / 3, 7);
    expect(mean[1]).toBeCloseTo((0.5 * 0.8) / 3, 7);
  });
});
