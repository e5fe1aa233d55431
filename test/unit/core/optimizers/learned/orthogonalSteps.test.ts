/** How large orthogonal steps are: what a tensor started with counts, and what others did where it started at zero. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { NamedFloats } from '../../../../../src/base/index';
import { createLearnedOptimizer, orthogonalStart, plainTheta } from '../../../../../src/core/index';
import {
  mapValues,
  scalarTensor,
  toFloats,
  toTensors,
} from '../../../../../src/core/compute/tensors';
import { renewedState } from '../../../../../src/core/optimizers/optimizer';
import type { Optimizer } from '../../../../../src/core/optimizers/optimizer';
import { useBackend } from '../../../../support/tfBackends';
import { randomArray } from '../../../../support/veloStep';

const NUM_STEPS = 1000;
const zeros = (shape: number[]) => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

beforeAll(() => useBackend('cpu'));

/** Of VeLO's and Adam's steps next to nothing is left. */
function orthogonal(): Optimizer {
  const velo = plainTheta({ hidden: 9, bank: 2, peak: 0.5 });
  const { architecture, tensors } = orthogonalStart(velo.architecture, velo.tensors);
  for (const kind of ['matrix', 'vector']) {
    tensors[`orthogonal/${kind}/gate/b`]!.data.set([-1e3, 0, -1e3, -1e3]);
  }
  return createLearnedOptimizer({ theta: { architecture, tensors }, numSteps: NUM_STEPS });
}

interface Reached {
  readonly params: NamedFloats;
  readonly state: NamedFloats;
  /** Root mean square of what the update changed. */
  readonly moved: Readonly<Record<string, number>>;
}

/** @param sizes  of gradients by name; default 0.1 */
function update(
  step: number,
  params: NamedFloats,
  state?: NamedFloats,
  sizes: Readonly<Record<string, number>> = {},
): Reached {
  const optimizer = orthogonal();
  const grads = mapValues(params, ({ shape }, name) =>
    randomArray([...shape], name.length, sizes[name] ?? 0.1),
  );
  let reached: Reached | undefined;
  tf.tidy(() => {
    const before = toTensors(params);
    const result = optimizer.update({
      params: before,
      grads: toTensors(grads),
      state: renewedState(optimizer, step, {
        state: state === undefined ? optimizer.init(before) : toTensors(state),
        grads: toTensors(grads),
      }),
      scalars: mapValues(optimizer.scalars(step), scalarTensor),
      loss: tf.scalar(1),
    });
    const after = toFloats(result.params);
    const moved = mapValues(after, ({ data }, name) =>
      rms(data.map((value, i) => value - params[name]!.data[i]!)),
    );
    reached = { params: after, state: toFloats(result.state), moved };
  });
  return reached!;
}

const rms = (x: Float32Array): number =>
  Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length);

const hidden = randomArray([16, 8], 1, 0.5);
const params: NamedFloats = { hidden, output: zeros([8, 4]), bias: zeros([4]) };

it('moves a matrix by a fiftieth of its size, and one of zeros by as much of what others make usual', () => {
  const { moved } = update(0, params);
  const size = rms(hidden.data);
  // Singular values end between 0.7 and 1.2.
  const near = (value: number, wanted: number): void => {
    expect(value / wanted).toBeGreaterThan(0.65);
    expect(value / wanted).toBeLessThan(1.25);
  };
  near(moved['hidden']!, 0.02 * size);
  const relative = size * Math.sqrt(16);
  near(moved['output']!, (0.02 * relative) / Math.sqrt(8));
  near(moved['bias']!, (0.01 * relative) / 4);
});

it('moves a matrix that has grown no further than before', () => {
  const first = update(0, params);
  const grown = mapValues(first.params, ({ shape, data }) => ({
    shape,
    data: data.map((value) => 20 * value),
  }));
  const next = update(1, grown, first.state);
  for (const [name, far] of Object.entries(first.moved)) {
    expect(next.moved[name]! / far).toBeGreaterThan(0.8);
    expect(next.moved[name]! / far).toBeLessThan(1.2);
  }
});

it('leaves a tensor where it is whose gradient is nothing but the rounding of others', () => {
  const { moved } = update(0, params);
  const small = update(0, params, undefined, { bias: 1e-5 }).moved;
  const rounding = update(0, params, undefined, { bias: 1e-9 }).moved;
  expect(small['bias']! / moved['bias']!).toBeCloseTo(1, 2);
  expect(rounding['bias']! / moved['bias']!).toBeLessThan(1e-3);
  expect(rounding['hidden']! / moved['hidden']!).toBeCloseTo(1, 1);
});

it('knows of no usual size where every matrix starts at zero', () => {
  const { moved } = update(0, { output: zeros([9, 4]), bias: zeros([]) });
  expect(moved['output']! * 3).toBeCloseTo(0.02, 2);
  expect(moved['bias']).toBeGreaterThan(0.0015);
});
