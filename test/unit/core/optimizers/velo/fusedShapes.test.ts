import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats, TensorSpec } from '../../../../../src/base/index';
import { sizeOf } from '../../../../../src/base/index';
import type { FusedVeloSession, KernelRuntime, VeloTheta } from '../../../../../src/core/index';
import {
  createFusedVelo,
  createRng,
  createVelo,
  initTheta,
  releasedArchitecture,
} from '../../../../../src/core/index';
import { veloStateSpecs } from '../../../../../src/core/optimizers/velo/state';
import { kernelRuntimes } from '../../../../support/kernels';
import { useBackend } from '../../../../support/tfBackends';

/** Ranks 0 to 6, ones, sizes around the kernels' blocks, tall and wide, factored axes anywhere. */
const SHAPES: readonly (readonly number[])[] = [
  [],
  [1],
  [5],
  [2500],
  [1, 1],
  [9, 1],
  [1, 9],
  [17, 17],
  [3, 1500],
  [1500, 3],
  [150, 33],
  [2, 70, 33],
  [70, 2, 33],
  [33, 70, 2],
  [3, 3, 8, 16],
  [16, 8, 3, 3],
  [2, 3, 1, 4, 2],
  [2, 3, 1, 4, 1, 2],
];
const PARAMS: readonly TensorSpec[] = SHAPES.map((shape, i) => ({ name: `t${i}`, shape }));
const NUM_STEPS = 50;
const LOSSES = [2.3, 2.2, 2.4, 9, 2.1, 1.5];

function theta(hidden = 24, bank = 7): VeloTheta {
  const rng = createRng({ seed: 5, purpose: 'theta', step: 0, member: 0 });
  const fresh = initTheta(releasedArchitecture(hidden, bank), rng);
  // Biases too, so that no network is dead.
  for (const { data } of Object.values(fresh.tensors))
    if (data.every((x) => x === 0)) data.forEach((_, i) => (data[i] = 0.3 * rng.normal()));
  return fresh;
}

function values(step: number, scale: number): NamedFloats {
  const rng = createRng({ seed: 7, purpose: 'noise', step, member: 0 });
  return Object.fromEntries(
    PARAMS.map(({ name, shape }, i) => {
      const data = Float32Array.from({ length: sizeOf(shape) }, () => rng.normal() * scale);
      if (i % 5 === 4) data.fill(0);
      return [name, { shape, data }];
    }),
  );
}

function write(into: NamedFloats, from: NamedFloats): void {
  for (const [name, { data }] of Object.entries(from)) into[name]!.data.set(data);
}

function start(runtime: KernelRuntime): FusedVeloSession {
  const session = createFusedVelo({ theta: theta(), numSteps: NUM_STEPS }, runtime, PARAMS);
  write(session.params, values(1000, 0.3));
  return session;
}

function advance(session: FusedVeloSession, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    write(session.grads, values(step, 0.02));
    session.update(step, LOSSES[step]!);
  }
}

function copy(arrays: NamedFloats): Record<string, number[]> {
  return Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, [...data]]));
}

/** The same steps by the readable optimizer: params and state after them. */
function reference(steps: number): { params: NamedFloats; state: NamedFloats } {
  const optimizer = createVelo({ theta: theta(), numSteps: NUM_STEPS });
  const toTensors = (arrays: NamedFloats) =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]),
    );
  const toArrays = (tensors: Readonly<Record<string, tf.Tensor>>): NamedFloats =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [
        name,
        { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) },
      ]),
    );
  tf.engine().startScope();
  try {
    let params: Readonly<Record<string, tf.Tensor>> = toTensors(values(1000, 0.3));
    let state = optimizer.init(params);
    for (let step = 0; step < steps; step++) {
      const scalars = Object.fromEntries(
        Object.entries(optimizer.scalars(step)).map(([name, value]) => [name, tf.tensor(value)]),
      );
      const grads = toTensors(values(step, 0.02));
      const loss = tf.scalar(LOSSES[step]!);
      ({ params, state } = optimizer.update({ params, grads, loss, state, scalars }));
    }
    return { params: toArrays(params), state: toArrays(state) };
  } finally {
    tf.engine().endScope();
  }
}

/** Largest difference relative to the largest size in the array, but at least to `floor`. */
function difference(got: Float32Array, expected: Float32Array, floor = 0): number {
  const size = expected.reduce((most, x) => Math.max(most, Math.abs(x)), floor);
  return got.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0) / (size || 1);
}

describe('fused VeLO against the readable one', () => {
  const before = values(1000, 0.3);
  let expected: ReturnType<typeof reference>;
  beforeAll(async () => {
    await useBackend('cpu');
    expected = reference(LOSSES.length);
  });

  it.each(kernelRuntimes)('moves every shape alike on $flavour $isa', (runtime) => {
    const session = start(runtime);
    advance(session, 0, LOSSES.length);
    for (const { name } of PARAMS) {
      const moved = (data: Float32Array) => data.map((x, i) => x - before[name]!.data[i]!);
      const far = moved(expected.params[name]!.data);
      expect(
        far.some((x) => x !== 0),
        name,
      ).toBe(true);
      // A parameter of size 0.3 is rounded to 3e-8.
      const allowed = 1e-3 + 1e-7 / Math.max(...far.map(Math.abs));
      expect(difference(moved(session.params[name]!.data), far), name).toBeLessThan(allowed);
    }
  });

  it.each(kernelRuntimes)('keeps the same state on $flavour $isa', (runtime) => {
    const session = start(runtime);
    advance(session, 0, LOSSES.length);
    const state = session.exportState();
    const specs = veloStateSpecs(PARAMS, 24);
    expect(Object.keys(state).sort()).toEqual(specs.map(({ name }) => name).sort());
    for (const { name, shape } of specs) {
      expect(state[name]!.shape, name).toEqual(shape);
      expect(difference(state[name]!.data, expected.state[name]!.data, 1e-30), name).toBeLessThan(
        5e-5,
      );
    }
  });
});

describe.each(kernelRuntimes)('a fused VeLO session on $flavour $isa', (runtime) => {
  it('gives the same bits twice', () => {
    const [first, second] = [start(runtime), start(runtime)];
    advance(first, 0, 4);
    advance(second, 0, 4);
    expect(copy(second.params)).toEqual(copy(first.params));
    expect(copy(second.exportState())).toEqual(copy(first.exportState()));
  });

  it('goes on bit for bit from an exported state', () => {
    const whole = start(runtime);
    advance(whole, 0, 3);
    const state = whole.exportState();
    const params = copy(whole.params);
    advance(whole, 3, 6);

    const resumed = createFusedVelo({ theta: theta(), numSteps: NUM_STEPS }, runtime, PARAMS);
    for (const [name, data] of Object.entries(params)) resumed.params[name]!.data.set(data);
    resumed.importState(state);
    expect(copy(resumed.exportState())).toEqual(copy(state));
    advance(resumed, 3, 6);
    expect(copy(resumed.params)).toEqual(copy(whole.params));
    expect(copy(resumed.exportState())).toEqual(copy(whole.exportState()));
  });

  it('turns a NaN gradient into NaN parameters of its tensor', () => {
    const session = start(runtime);
    advance(session, 0, 2);
    const grads = values(2, 0.02);
    for (const { data } of Object.values(grads)) data[data.length - 1] = NaN;
    write(session.grads, grads);
    session.update(2, 1);
    for (const { name } of PARAMS)
      expect([...session.params[name]!.data].every(Number.isNaN), name).toBe(true);
  });

  it('turns a NaN loss into NaN parameters everywhere', () => {
    const session = start(runtime);
    advance(session, 0, 1);
    write(session.grads, values(1, 0.02));
    session.update(1, NaN);
    for (const { data } of Object.values(session.params))
      expect([...data].every(Number.isNaN)).toBe(true);
  });

  it('clips infinite gradients instead of breaking down', () => {
    const session = start(runtime);
    const grads = values(0, 0.02);
    grads['t10']!.data[3] = Infinity;
    grads['t10']!.data[4] = -Infinity;
    write(session.grads, grads);
    session.update(0, 1);
    expect([...session.params['t10']!.data].every(Number.isFinite)).toBe(true);
    expect(session.exportState()['momentum/0/t10']!.data[3]).toBeCloseTo(100, 3);
    expect(session.exportState()['momentum/0/t10']!.data[4]).toBeCloseTo(-100, 3);
  });

  it('refuses a state with a missing name or another shape and stays as it was', () => {
    const session = start(runtime);
    advance(session, 0, 1);
    const state = session.exportState();
    const lacking = Object.fromEntries(
      Object.entries(state).filter(([name]) => name !== 'rows/1/t10'),
    );
    expect(() => {
      session.importState(lacking);
    }).toThrow('the optimizer\'s state has no array "rows/1/t10"');
    const bent = { ...state, 'lstm/cell': { shape: [3, 24], data: new Float32Array(72) } };
    expect(() => {
      session.importState(bent);
    }).toThrow(/"lstm\/cell" must have shape \[18,24\], got \[3,24\]/);
    expect(copy(session.exportState())).toEqual(copy(state));
  });
});
