import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FloatArray, NamedFloats } from '../../src/base/index';
import { randomArray, randomTheta, runVelo } from '../support/veloStep';
import { useBackend } from '../support/tfBackends';

const theta = randomTheta(3);
const STEPS = 3;

/** Sides of a matrix and orders of its rows and columns. */
const permutedMatrix = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), fc.nat(10_000))
  .chain(([rows, cols, seed]) =>
    fc.record({
      seed: fc.constant(seed),
      rows: fc.shuffledSubarray(indices(rows), { minLength: rows }),
      cols: fc.shuffledSubarray(indices(cols), { minLength: cols }),
    }),
  );

describe('a VeLO update', () => {
  beforeAll(() => useBackend('cpu'));

  it('permutes its result when rows and columns of params and gradients are permuted', () => {
    fc.assert(
      fc.property(permutedMatrix, ({ seed, rows, cols }) => {
        const shape = [rows.length, cols.length];
        const permute = (array: FloatArray): FloatArray => ({
          shape,
          data: Float32Array.from(
            rows.flatMap((r) => cols.map((c) => array.data[r * cols.length + c]!)),
          ),
        });
        const plain = afterSteps({ w: shape, b: [4] }, seed, (array) => array);
        const permuted = afterSteps({ w: shape, b: [4] }, seed, (array, name) =>
          name === 'w' ? permute(array) : array,
        );
        expectClose(permuted['w']!, permute(plain['w']!));
        expectClose(permuted['b']!, plain['b']!);
      }),
      { numRuns: 25 },
    );
  });

  it('transposes its result when a matrix that is not square is transposed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(10_000),
        (rows, cols, seed) => {
          fc.pre(rows !== cols);
          const transpose = ({ shape, data }: FloatArray): FloatArray => {
            const [r = 1, c = 1] = shape;
            const flipped = indices(c).flatMap((j) => indices(r).map((i) => data[i * c + j]!));
            return { shape: [c, r], data: Float32Array.from(flipped) };
          };
          const plain = afterSteps({ w: [rows, cols] }, seed, (array) => array);
          const transposed = afterSteps({ w: [rows, cols] }, seed, transpose);
          expectClose(transposed['w']!, transpose(plain['w']!));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('does not depend on the order of the tensors', () => {
    const shapes = { a: [3, 4], b: [4], c: [], d: [2, 3, 2] };
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.keys(shapes), { minLength: 4 }),
        fc.nat(10_000),
        (order, seed) => {
          const plain = afterSteps(shapes, seed, (array) => array);
          const shuffled = afterSteps(shapes, seed, (array) => array, order);
          expect(Object.keys(shuffled)).toEqual(order);
          for (const name of order) expectClose(shuffled[name]!, plain[name]!);
        },
      ),
      { numRuns: 25 },
    );
  });
});

/** Parameters after a few updates of seeded params and gradients, each changed by `map`. */
function afterSteps(
  shapes: Readonly<Record<string, number[]>>,
  seed: number,
  map: (array: FloatArray, name: string) => FloatArray,
  order = Object.keys(shapes),
): NamedFloats {
  const fill = (round: number, scale: number): NamedFloats =>
    Object.fromEntries(
      order.map((name) => {
        const member = Object.keys(shapes).indexOf(name);
        return [name, map(randomArray(shapes[name]!, seed + 1000 * round + member, scale), name)];
      }),
    );
  const steps = indices(STEPS).map((t) => ({ loss: 2 - 0.3 * t, grads: fill(t + 1, 0.2) }));
  return runVelo(theta, fill(0, 0.5), steps).at(-1)!.params;
}

/** Sums are taken in another order, so the last bits may differ. */
function expectClose(got: FloatArray, expected: FloatArray): void {
  expect(got.shape).toEqual(expected.shape);
  for (const [i, value] of expected.data.entries()) {
    expect(Math.abs(got.data[i]! - value)).toBeLessThan(2e-6);
  }
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
