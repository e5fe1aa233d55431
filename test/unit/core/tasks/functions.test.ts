import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/compute/rng';
import { BEALE, createBeale } from '../../../../src/core/tasks/beale';
import { normalizeValue } from '../../../../src/core/tasks/normalizeValue';
import type { PlanarFunction, Point } from '../../../../src/core/tasks/planar';
import { createQuadratic, quadraticForm } from '../../../../src/core/tasks/quadratic';
import { createRosenbrock, ROSENBROCK } from '../../../../src/core/tasks/rosenbrock';
import type { Task } from '../../../../src/core/tasks/task';
import { TF_BACKENDS, useBackend } from '../../../support/tfBackends';

const refuse = (): never => {
  throw new Error('the loss has no randomness');
};
const noRandomness = { uniform: refuse, normal: refuse };

function valueAndGradient(task: Task, x: readonly number[]): { value: number; gradient: number[] } {
  return tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad((at: tf.Tensor) =>
      task.loss({ x: at }, {}, noRandomness),
    )(tf.tensor1d([...x]));
    return { value: value.dataSync()[0]!, gradient: [...grad.dataSync()] };
  });
}

const POINTS: readonly Point[] = [
  [-1.2, 1],
  [1, 1],
  [0.3, -0.7],
  [3, 0.5],
];

const PLANAR: readonly { name: string; task: Task; plain: PlanarFunction }[] = [
  { name: 'rosenbrock', task: createRosenbrock(), plain: ROSENBROCK },
  { name: 'beale', task: createBeale(), plain: BEALE },
];

describe.each(TF_BACKENDS)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(PLANAR)('$name: the tfjs form has the value and gradient of the formula', (given) => {
    for (const point of POINTS) {
      const found = valueAndGradient(given.task, point);
      const scale = 1 + Math.abs(given.plain.value(point));
      expect(Math.abs(found.value - given.plain.value(point)) / scale).toBeLessThan(1e-5);
      given.plain.gradient(point).forEach((slope, axis) => {
        expect(Math.abs(found.gradient[axis]! - slope)).toBeLessThan(1e-5 * (1 + Math.abs(slope)));
      });
    }
  });

  it('quadratic: value and gradient are those of ½ (x - c)ᵀ A (x - c) with A built densely', () => {
    const options = { dimension: 6, condition: 50, seed: 4 };
    const { eigenvalues, reflections, minimum } = quadraticForm(options);
    const rotate = (vector: readonly number[]): number[] =>
      reflections.reduce<number[]>(
        (u, v) => {
          const projection = u.reduce((s, value, i) => s + value * v[i]!, 0);
          return u.map((value, i) => value - 2 * projection * v[i]!);
        },
        [...vector],
      );
    const axes = Array.from({ length: 6 }, (_, j) =>
      rotate(Array.from({ length: 6 }, (_, i) => (i === j ? 1 : 0))),
    );
    const entry = (i: number, j: number) =>
      axes[i]!.reduce((s, value, k) => s + value * eigenvalues[k]! * axes[j]![k]!, 0);
    const x = [0.5, -1, 2, 0, 0.25, -0.75];
    const offset = x.map((value, i) => value - minimum[i]!);
    const expected = offset.map((_, i) =>
      offset.reduce((s, value, j) => s + entry(i, j) * value, 0),
    );
    const found = valueAndGradient(createQuadratic(options), x);
    const value = 0.5 * offset.reduce((s, d, i) => s + d * expected[i]!, 0);
    expect(Math.abs(found.value - value)).toBeLessThan(1e-5);
    found.gradient.forEach((slope, i) => {
      expect(Math.abs(slope - expected[i]!)).toBeLessThan(1e-5);
    });
    // Not aligned with the axes: some entry off the diagonal is far from zero.
    expect(Math.max(...[1, 2, 3, 4, 5].map((j) => Math.abs(entry(0, j))))).toBeGreaterThan(0.05);
  });

  it('quadratic: nothing is left at the minimum', () => {
    const options = { dimension: 5, condition: 10, seed: 2 };
    const found = valueAndGradient(createQuadratic(options), [...quadraticForm(options).minimum]);
    expect(found.value).toBe(0);
    expect(found.gradient.every((slope) => slope === 0)).toBe(true);
  });
});

describe('rosenbrock and beale', () => {
  it.each(PLANAR)('$name: value and gradient vanish at the minimum', ({ plain }) => {
    expect(plain.value(plain.minimum)).toBe(0);
    plain.gradient(plain.minimum).forEach((slope) => {
      expect(Math.abs(slope)).toBe(0);
    });
  });

  it('have hand-worked values', () => {
    expect(ROSENBROCK.value([-1.2, 1])).toBeCloseTo(24.2, 12);
    expect(ROSENBROCK.gradient([-1.2, 1])[0]).toBeCloseTo(-215.6, 10);
    expect(ROSENBROCK.gradient([-1.2, 1])[1]).toBeCloseTo(-88, 10);
    expect(BEALE.value([0, 0])).toBeCloseTo(1.5 ** 2 + 2.25 ** 2 + 2.625 ** 2, 12);
    expect(BEALE.value([1, 1])).toBeCloseTo(1.5 ** 2 + 2.25 ** 2 + 2.625 ** 2, 12);
    expect(BEALE.gradient([0, 0])[0]).toBeCloseTo(-2 * (1.5 + 2.25 + 2.625), 12);
    expect(BEALE.gradient([1, 1])[1]).toBeCloseTo(2 * (1.5 + 2 * 2.25 + 3 * 2.625), 12);
  });

  it.each(PLANAR)('$name: the gradient is the slope of the value', ({ plain }) => {
    for (const [x, y] of POINTS) {
      const h = 1e-6;
      const slopes = [
        (plain.value([x + h, y]) - plain.value([x - h, y])) / (2 * h),
        (plain.value([x, y + h]) - plain.value([x, y - h])) / (2 * h),
      ];
      plain.gradient([x, y]).forEach((slope, axis) => {
        expect(Math.abs(slope - slopes[axis]!)).toBeLessThan(1e-6 * (1 + Math.abs(slope)));
      });
    }
  });

  it.each(PLANAR)('$name: starts at its customary point without a draw', ({ task, plain }) => {
    const rng = createRng({ seed: 1, purpose: 'init' });
    const first = createRng({ seed: 1, purpose: 'init' }).uint32();
    expect(task.init(rng).x?.data).toEqual(Float32Array.from(plain.start));
    expect(rng.uint32()).toBe(first);
    expect(task.data).toBeUndefined();
    expect(task.batch).toEqual([]);
  });
});

describe('quadraticForm', () => {
  it('has the condition number asked for and orthonormal reflections', () => {
    const { eigenvalues, reflections } = quadraticForm({ dimension: 40, condition: 300, seed: 1 });
    expect(eigenvalues[39]).toBe(1);
    expect(eigenvalues[0]).toBeCloseTo(1 / 300, 8);
    expect(eigenvalues[20]! / eigenvalues[19]!).toBeCloseTo(300 ** (1 / 39), 5);
    for (const v of reflections) expect(v.reduce((s, x) => s + x * x, 0)).toBeCloseTo(1, 6);
  });

  it('takes one dimension and the condition 1', () => {
    expect([...quadraticForm({ dimension: 1, condition: 9, seed: 1 }).eigenvalues]).toEqual([1]);
    expect([...quadraticForm({ dimension: 3, condition: 1, seed: 1 }).eigenvalues]).toEqual([
      1, 1, 1,
    ]);
  });

  it('differs by seed and repeats', () => {
    const form = (seed: number) => quadraticForm({ dimension: 4, condition: 3, seed });
    expect(form(1)).toEqual(form(1));
    expect(form(1).minimum).not.toEqual(form(2).minimum);
  });

  it.each([
    { dimension: 0, condition: 2, message: 'dimension must be an integer of at least 1, got 0' },
    {
      dimension: 1.5,
      condition: 2,
      message: 'dimension must be an integer of at least 1, got 1.5',
    },
    { dimension: 2, condition: 0.5, message: 'condition must be a number of at least 1, got 0.5' },
    { dimension: 2, condition: NaN, message: 'condition must be a number of at least 1, got NaN' },
  ])('refuses $dimension, $condition', ({ dimension, condition, message }) => {
    expect(() => quadraticForm({ dimension, condition, seed: 0 })).toThrow(message);
  });
});

describe('normalizeValue', () => {
  it.each([
    [0, 0],
    [Math.E - 1, 1],
    [-3, 0],
    [1e9, 10],
    [NaN, 10],
    [Infinity, 10],
    [-Infinity, 10],
  ])('maps %s to %s', (loss, expected) => {
    expect(normalizeValue(loss)).toBeCloseTo(expected, 12);
  });
});
