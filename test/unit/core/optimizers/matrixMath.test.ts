/** Roots, bases and blocks of matrices that are larger and worse than those of the worked example. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/compute/rng';
import {
  blockingOf,
  fromBlocks,
  toBlocks,
} from '../../../../src/core/optimizers/baselines/matrixBlocks';
import { inverseRoot } from '../../../../src/core/optimizers/baselines/matrixRoot';
import {
  newtonSchulz,
  orthonormalColumns,
} from '../../../../src/core/optimizers/baselines/orthogonal';
import { useBackend } from '../../../support/tfBackends';
import {
  combine,
  eigen,
  frobenius,
  identity,
  multiply,
  orthogonalFactor,
  power,
  toMatrix,
  transpose,
} from './worked/linearAlgebra';
import type { Matrix } from './worked/linearAlgebra';
import { newtonSchulz as newtonSchulzOracle } from './learned/oracles/elementOracles';

beforeAll(async () => {
  await useBackend('cpu');
});

function random(rows: number, cols: number, member: number): Matrix {
  const data = new Float32Array(rows * cols);
  createRng({ seed: 1, purpose: 'noise', member }).fillNormal(data, 0, 1);
  return toMatrix([...data], cols);
}

/** Symmetric with these eigenvalues. */
function withSpectrum(values: readonly number[], member: number): Matrix {
  const q = orthogonalFactor(random(values.length, values.length, member));
  return multiply(
    q.map((row) => row.map((x, j) => x * values[j]!)),
    transpose(q),
  );
}

const batchOf = (matrices: Matrix[]): Tensor => tf.tensor3d(matrices);
function matricesOf(batch: Tensor): Matrix[] {
  return batch.arraySync() as Matrix[];
}

function largestError(got: Matrix, expected: Matrix): number {
  return frobenius(combine(1, got, -1, expected)) / frobenius(expected);
}

describe('inverseRoot', () => {
  const spectra = [
    [5, 3, 2, 1, 1, 0.5],
    [1e6, 1e4, 1e3, 1e3, 10, 1],
    [1, 0, 0, 0, 0, 0],
    [2e-9, 1e-9, 1e-9, 1e-10, 0, 0],
  ];

  it.each([
    [2, 1e-3, 2e-4],
    [4, 1e-3, 1e-4],
    // What float32 knows of an eigenvalue at the ridge is 6e-8/1e-6 of it, a few hundredths.
    [4, 1e-6, 0.03],
  ] as const)('is A^(-1/%d) with a ridge of %d', (p, ridge, tolerance) => {
    const matrices = spectra.map((values, i) => withSpectrum(values, i));
    const roots = matricesOf(inverseRoot(batchOf(matrices), p, ridge));
    for (const [i, a] of matrices.entries()) {
      const ridged = combine(1, a, ridge * frobenius(a), identity(6));
      expect(largestError(roots[i]!, power(ridged, -1 / p)), `matrix ${i}`).toBeLessThan(tolerance);
    }
  });

  it('of zeros is finite, so that it makes zero of a zero gradient', () => {
    const [root] = matricesOf(inverseRoot(tf.zeros([1, 3, 3]), 4, 1e-6));
    expect(root!.flat().every(Number.isFinite)).toBe(true);
  });
});

describe('orthonormalColumns', () => {
  it('is the Q of QR, also where columns nearly agree', () => {
    const plain = random(12, 12, 3);
    const close = plain.map((row) => row.map((x, j) => (j === 0 ? x : row[0]! + 1e-3 * x)));
    const bases = matricesOf(orthonormalColumns(batchOf([plain, close])));
    for (const q of bases) {
      expect(largestError(multiply(transpose(q), q), identity(12))).toBeLessThan(1e-6);
    }
    expect(largestError(bases[0]!, orthogonalFactor(plain))).toBeLessThan(1e-5);
    expect(largestError(bases[1]!, orthogonalFactor(close))).toBeLessThan(5e-3);
  });

  it('finds eigenvectors when it is used for power iteration', () => {
    const a = withSpectrum([1, 0.5, 0.2, 0.05, 0.01], 7);
    let q: Tensor = batchOf([identity(5)]);
    for (let step = 0; step < 60; step++) {
      q = orthonormalColumns(tf.matMul(batchOf([a]), q));
    }
    const [basis] = matricesOf(q);
    const turned = multiply(multiply(transpose(basis!), a), basis!);
    const values = eigen(a).values.sort((x, y) => y - x);
    expect(turned.map((row, i) => row[i]!)).toEqual(
      values.map((value) => expect.closeTo(value, 5) as number),
    );
    const rest = turned.flatMap((row, i) => row.filter((_, j) => j !== i));
    expect(Math.max(...rest.map(Math.abs))).toBeLessThan(1e-6);
  });
});

describe('newtonSchulz', () => {
  it.each([
    [9, 4],
    [4, 9],
    [6, 6],
  ])('brings the singular values of a %d by %d matrix near 1, and keeps its axes', (rows, cols) => {
    const x = random(rows, cols, 5);
    const batch = tf.expandDims(tf.tensor2d(x), 0);
    const [y = []] = newtonSchulz(batch).arraySync() as Matrix[];
    const { values, vectors } = eigen(multiply(transpose(y), y));
    const largest = values.sort((a, b) => b - a).slice(0, Math.min(rows, cols));
    for (const value of largest) {
      expect(Math.sqrt(value)).toBeGreaterThan(0.6);
      expect(Math.sqrt(value)).toBeLessThan(1.3);
    }
    // y is a polynomial of x: both have the same right singular vectors.
    const gram = multiply(multiply(transpose(vectors), multiply(transpose(x), x)), vectors);
    const off = gram.flatMap((row, i) => row.filter((_, j) => j !== i));
    expect(Math.max(...off.map(Math.abs))).toBeLessThan(1e-3 * frobenius(gram));
  });
});

describe('newtonSchulz of a long matrix', () => {
  it.each([0, 1e-5, 1e-3])('is that of float64, where all but three directions have %d', (rest) => {
    const [rows, cols] = [60, 12];
    const low = multiply(random(rows, 3, 1), random(3, cols, 2));
    const x = combine(1, low, rest, random(rows, cols, 3));
    const given = tf.tensor2d(x);
    const [y = []] = newtonSchulz(tf.expandDims(given, 0)).arraySync() as Matrix[];
    const expected = newtonSchulzOracle([...given.dataSync()], rows, cols);
    const largest = Math.max(...expected.map(Math.abs));
    y.flat().forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-4 * largest);
    });
  });
});

describe('blocks', () => {
  it.each([
    [[7, 5], 3, [6, 3, 3]],
    [[784, 128], 128, [7, 112, 128]],
    [[3, 3, 4, 8], 16, [3, 12, 8]],
    [[10], 4, [3, 4, 1]],
    [[], 4, [1, 1, 1]],
  ])('of %j with sides of at most %d are %j, and go back', (shape, side, blocks) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const x = tf.reshape(tf.range(1, count + 1), shape);
    const blocking = blockingOf(shape, side);
    const cut = toBlocks(x, blocking);
    expect(cut.shape).toEqual(blocks);
    expect(tf.sum(cut).arraySync()).toBe(tf.sum(x).arraySync());
    expect(fromBlocks(cut, blocking, shape).arraySync()).toEqual(x.arraySync());
  });

  it('hold neighbours', () => {
    const x = tf.tensor2d([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    expect(toBlocks(x, blockingOf([3, 3], 2)).arraySync()).toEqual([
      [
        [1, 2],
        [4, 5],
      ],
      [
        [3, 0],
        [6, 0],
      ],
      [
        [7, 8],
        [0, 0],
      ],
      [
        [9, 0],
        [0, 0],
      ],
    ]);
  });
});
