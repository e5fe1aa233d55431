import { describe, expect, it } from 'vitest';
import { createRng, streamKey } from '../../../../src/core/compute/rng';
import { createNoiseSpace } from '../../../../src/core/meta/noiseSpace';
import { kernelRuntimes } from '../../../support/kernels';

const KEYS = [0, 1, 2].map((member) => streamKey({ seed: 5, purpose: 'noise', step: 7, member }));

function sumOf(space: ReturnType<typeof createNoiseSpace>): Float32Array {
  const sum = new Float32Array(space.size);
  KEYS.forEach((key, i) => {
    space.add(sum, key, 0.3 - 0.25 * i);
  });
  return sum;
}

describe('the space of noise', () => {
  it('adds the normals of a stream, times their weight', () => {
    const space = createNoiseSpace(1001);
    const target = new Float32Array(1001).fill(2);
    space.add(target, KEYS[1]!, -0.5);
    const normals = new Float32Array(1001);
    createRng({ seed: 5, purpose: 'noise', step: 7, member: 1 }).fillNormal(normals, 0, 1);
    expect(target).toEqual(normals.map((normal) => 2 + Math.fround(-0.5 * normal)));
  });

  it.each(kernelRuntimes)('has the same bits on $flavour $isa', (runtime) => {
    for (const size of [1, 5, 64, 1001]) {
      expect(sumOf(createNoiseSpace(size, runtime))).toEqual(sumOf(createNoiseSpace(size)));
    }
  });
});
