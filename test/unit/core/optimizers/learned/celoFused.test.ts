/** Celo's kernels against its readable form, in both phases. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats, TensorSpec } from '../../../../../src/base/index';
import type { KernelRuntime } from '../../../../../src/core/compute/kernelRuntime';
import { createRng } from '../../../../../src/core/compute/rng';
import { mapValues, toFloats, toTensors } from '../../../../../src/core/compute/tensors';
import { createArchitecture } from '../../../../../src/core/optimizers/learned/registry';
import {
  createLearnedOptimizer,
  initTheta,
} from '../../../../../src/core/optimizers/learned/theta';
import { startFused } from '../../../../../src/core/optimizers/optimizer';
import type {
  FusedSession,
  Optimizer,
  RecurrentTrace,
} from '../../../../../src/core/optimizers/optimizer';
import { kernelRuntimes } from '../../../../support/kernels';
import { useBackend } from '../../../../support/tfBackends';
import { randomArray } from '../../../../support/veloStep';

const HIDDEN = 11;
const NUM_STEPS = 20;
const PARAMS: readonly TensorSpec[] = [
  { name: 'w', shape: [17, 9] },
  { name: 'tall', shape: [70, 3] },
  { name: 'cube', shape: [3, 3, 2, 5] },
  { name: 'b', shape: [9] },
  { name: 's', shape: [] },
];
/** A jump, a fall below zero, a constant stretch. */
const LOSSES = [2.3, 2.1, 8, -0.3, 1.9, 1.9];

beforeAll(async () => {
  await useBackend('cpu');
});

function celo(phase: number): Optimizer {
  const architecture = createArchitecture('celo', { hidden: HIDDEN, phase });
  const { tensors } = initTheta(architecture, createRng({ seed: 5, purpose: 'theta' }));
  const entries = Object.entries(tensors).map(([name, { shape, data }], i) => {
    const noise = randomArray(shape, 90 + i, 0.3).data;
    // Steps of a size that can be told from rounding.
    const more = name === 'rnn_params/step_size/b' ? 3 : 0;
    return [name, { shape, data: data.map((value, j) => value + noise[j]! + more) }] as const;
  });
  const theta = { architecture, tensors: Object.fromEntries(entries) };
  return createLearnedOptimizer({ theta, numSteps: NUM_STEPS });
}

function arrays(seed: number, sd: number): NamedFloats {
  return Object.fromEntries(
    PARAMS.map(({ name, shape }, i) => [name, randomArray(shape, seed + i, sd)]),
  );
}
const STARTS = arrays(10, 0.3);
const gradients = (step: number): NamedFloats => arrays(100 * step + 50, step === 2 ? 40 : 0.2);

function start(optimizer: Optimizer, runtime: KernelRuntime): FusedSession {
  const session = startFused(optimizer.fused!, runtime, PARAMS);
  write(session.params, STARTS);
  return session;
}

function write(into: NamedFloats, from: NamedFloats): void {
  for (const [name, { data }] of Object.entries(from)) into[name]!.data.set(data);
}

function advance(session: FusedSession, from: number, to: number): void {
  for (let step = from; step < to; step++) {
    write(session.grads, gradients(step));
    session.update(step, LOSSES[step]!);
  }
}

interface Reached {
  readonly params: NamedFloats;
  readonly state: NamedFloats;
  readonly trace: NamedFloats | undefined;
}

/** The same steps by the readable form. */
function reference(optimizer: Optimizer): Reached {
  let reached: Reached | undefined;
  tf.tidy(() => {
    let params = toTensors(STARTS);
    let state = optimizer.init(params);
    LOSSES.forEach((loss, step) => {
      const scalars = mapValues(optimizer.scalars(step), (value) =>
        typeof value === 'number' ? tf.scalar(value) : tf.tensor1d(value),
      );
      const grads = toTensors(gradients(step));
      const result = optimizer.update({ params, grads, loss: tf.scalar(loss), state, scalars });
      ({ params, state } = result);
      const trace = result.trace && toFloats({ ...result.trace });
      reached = { params: toFloats(params), state: toFloats(state), trace };
    });
  });
  return reached!;
}

/** Largest difference, relative to the largest size in the array. */
function difference(got: ArrayLike<number>, expected: Float32Array): number {
  const size = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30);
  return expected.reduce((most, x, i) => Math.max(most, Math.abs(x - got[i]!)), 0) / size;
}

const copy = (values: NamedFloats) => mapValues(values, ({ data }) => [...data]);

describe.each([1, 2])('Celo in phase %i', (phase) => {
  const optimizer = celo(phase);
  let expected: Reached;
  beforeAll(() => {
    expected = reference(optimizer);
  });

  describe.each(kernelRuntimes)('by the kernels on $flavour $isa', (runtime) => {
    it('moves tensors of every rank as the readable form does', () => {
      const session = start(optimizer, runtime);
      advance(session, 0, LOSSES.length);
      for (const { name } of PARAMS) {
        const moved = (data: Float32Array) => data.map((x, i) => x - STARTS[name]!.data[i]!);
        const far = moved(expected.params[name]!.data);
        const farthest = Math.max(...far.map(Math.abs));
        expect(farthest, name).toBeGreaterThan(1e-5);
        const allowed = 1e-3 + 3e-7 / farthest;
        expect(difference(moved(session.params[name]!.data), far), name).toBeLessThan(allowed);
      }
    });

    it('has the same state under the same names, and goes on from it bit for bit', () => {
      const whole = start(optimizer, runtime);
      advance(whole, 0, LOSSES.length);
      const state = whole.exportState();
      expect(Object.keys(state).sort()).toEqual(Object.keys(expected.state).sort());
      for (const [name, { shape, data }] of Object.entries(expected.state)) {
        expect(state[name]!.shape, name).toEqual(shape);
        expect(difference(state[name]!.data, data), name).toBeLessThan(5e-5);
      }
      const half = start(optimizer, runtime);
      advance(half, 0, 3);
      const rest = start(optimizer, runtime);
      write(rest.params, half.params);
      rest.importState(half.exportState());
      advance(rest, 3, LOSSES.length);
      expect(copy(rest.params)).toEqual(copy(whole.params));
      rest.reset();
      write(rest.params, STARTS);
      advance(rest, 0, LOSSES.length);
      expect(copy(rest.params)).toEqual(copy(whole.params));
    });

    it('turns a NaN gradient into NaN in its tensor alone', () => {
      const session = start(optimizer, runtime);
      advance(session, 0, 2);
      write(session.grads, gradients(2));
      session.grads['w']!.data[3] = NaN;
      session.update(2, 1);
      const isNaNEverywhere = (name: string) => session.params[name]!.data.every(Number.isNaN);
      expect(PARAMS.map(({ name }) => name).filter(isNaNEverywhere)).toEqual(['w']);
    });
  });
});

describe.each(kernelRuntimes)('the schedule on $flavour $isa', (runtime) => {
  it('is traced as a row for each tensor, as by the readable form', () => {
    const optimizer = celo(2);
    expect(optimizer.recurrent).toEqual({ hidden: HIDDEN, networks: 1 });
    const { trace } = reference(optimizer);
    const session = start(optimizer, runtime);
    advance(session, 0, 2);
    const [early] = session.trace!().stepMultiplier.data;
    advance(session, 2, LOSSES.length);
    const got = session.trace!();
    for (const part of Object.keys(got) as (keyof RecurrentTrace<unknown>)[]) {
      expect(got[part].shape, part).toEqual(trace![part]!.shape);
      expect(difference(got[part].data, trace![part]!.data), part).toBeLessThan(5e-5);
    }
    const [first, ...others] = got.stepMultiplier.data;
    expect(others).toEqual(others.map(() => first));
    // The LSTM has a say.
    expect(Math.abs(Math.log(first! / early!))).toBeGreaterThan(0.01);
  });

  it('turns a NaN loss into NaN parameters, and is absent in phase 1', () => {
    for (const phase of [1, 2]) {
      const session = start(celo(phase), runtime);
      write(session.grads, gradients(0));
      session.update(0, NaN);
      const diverged = Object.values(session.params).every(({ data }) => data.every(Number.isNaN));
      expect(diverged).toBe(phase === 2);
    }
    expect(celo(1).recurrent).toBeUndefined();
    expect('trace' in start(celo(1), runtime)).toBe(false);
  });
});
