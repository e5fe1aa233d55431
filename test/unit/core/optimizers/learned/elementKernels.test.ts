/**
 * Updates of the learned optimizers that apply a network to each element, captured with the kernels for such networks,
 * against the readable form run operation by operation.
 */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sizeOf } from '../../../../../src/base/index';
import type { NamedFloats, TensorSpec } from '../../../../../src/base/index';
import type { KernelRuntime } from '../../../../../src/core/compute/kernelRuntime';
import type { Plan } from '../../../../../src/core/compute/plan/plan';
import { createPlanRun } from '../../../../../src/core/compute/plan/planRun';
import { splitInto } from '../../../../../src/core/compute/plan/split/splitNode';
import { createRng } from '../../../../../src/core/compute/rng';
import { mapValues, toFloats, toTensors } from '../../../../../src/core/compute/tensors';
import { createArchitecture } from '../../../../../src/core/optimizers/learned/registry';
import {
  createLearnedOptimizer,
  initTheta,
} from '../../../../../src/core/optimizers/learned/theta';
import type { Optimizer } from '../../../../../src/core/optimizers/optimizer';
import { captureUpdate } from '../../../../../src/core/training/plans/stepGraphs';
import { kernelRuntimes } from '../../../../support/kernels';
import { SplitRun } from '../../../../support/splitRun';
import { useBackend } from '../../../../support/tfBackends';
import { randomArray } from '../../../../support/veloStep';

const NUM_STEPS = 30;
/** Every rank up to 4, sides that no vector divides, axes of one element, the longest axes in front, apart and behind. */
const PARAMS: readonly TensorSpec[] = [
  { name: 'scalar', shape: [] },
  { name: 'bias', shape: [9] },
  { name: 'w', shape: [17, 9] },
  { name: 'tall', shape: [70, 3] },
  { name: 'wide', shape: [3, 261] },
  { name: 'column', shape: [37, 1] },
  { name: 'cube', shape: [11, 7, 3] },
  { name: 'kernel', shape: [3, 3, 2, 5] },
  { name: 'depthwise', shape: [3, 3, 1, 16] },
];

/** Steps of a fresh theta are too small to be told from rounding. */
const LARGE_STEPS = { stepScale: 0.01, expScale: 0.1 };
const NOMINAL = { nominalStep: 0.01, nominalControlled: true, weightDecay: 0.1 };
const CASES: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['adafacMlp', LARGE_STEPS],
  ['adafacMlp', { ...LARGE_STEPS, hidden: 32 }],
  ['adafacMlp', { ...LARGE_STEPS, hidden: 7, hiddenLayers: 3 }],
  ['adafacNominal', { ...LARGE_STEPS, ...NOMINAL, decayControlled: true, preconditioned: true }],
  ['mlpLopt', LARGE_STEPS],
  ['celo2', { learningRate: 0.01, orthogonal: false }],
  ['celo2', { learningRate: 0.01, orthogonal: true }],
  ['rnnMlp', LARGE_STEPS],
];

beforeAll(() => useBackend('cpu'));

function optimizerOf(kind: string, options: Readonly<Record<string, unknown>>): Optimizer {
  const architecture = createArchitecture(kind, options);
  const { tensors } = initTheta(architecture, createRng({ seed: 5, purpose: 'theta' }));
  // No bias and no decay is where it starts.
  const moved = Object.entries(tensors).map(([name, { shape, data }], i) => {
    const noise = randomArray(shape, 90 + i, 0.05).data;
    return [name, { shape, data: data.map((value, j) => value + noise[j]!) }] as const;
  });
  const theta = { architecture, tensors: Object.fromEntries(moved) };
  return createLearnedOptimizer({ theta, numSteps: NUM_STEPS });
}

function arrays(seed: number, sd: number): NamedFloats {
  return Object.fromEntries(
    PARAMS.map(({ name, shape }, i) => [name, randomArray(shape, seed + i, sd)]),
  );
}

const STARTS = arrays(10, 0.3);

/** Usual ones; a while of none at all, from the beginning; ones of a million. */
function gradients(step: number): NamedFloats {
  if (step < 2 || step === 9) return mapValues(STARTS, ({ shape }) => zeros(shape));
  return arrays(100 * step + 50, step === 20 ? 1e6 : 0.2);
}

function zeros(shape: readonly number[]) {
  return { shape, data: new Float32Array(sizeOf(shape)) };
}

const lossAt = (step: number): number => 2 + Math.sin(step);

interface Reached {
  readonly params: NamedFloats;
  readonly state: NamedFloats;
}

/** Before and after the gradients of a million. */
const STOPS = [19, NUM_STEPS];

function byOperations(optimizer: Optimizer): Reached[] {
  const reached: Reached[] = [];
  tf.tidy(() => {
    let params = toTensors(STARTS);
    let state = optimizer.init(params);
    for (let step = 0; step < NUM_STEPS; step++) {
      const grads = toTensors(gradients(step));
      const scalars = mapValues(optimizer.scalars(step), (value) => tf.tensor(value));
      ({ params, state } = optimizer.update({
        ...{ params, grads, state, scalars, loss: tf.scalar(lossAt(step)) },
      }));
      if (STOPS.includes(step + 1)) {
        reached.push({ params: toFloats(params), state: toFloats(state) });
      }
    }
  });
  return reached;
}

function under(prefix: string, values: NamedFloats): NamedFloats {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]),
  );
}

/** What a plan starts from. */
function startOf(optimizer: Optimizer): NamedFloats {
  const initial = tf.tidy(() => ({ ...optimizer.init(toTensors(STARTS)) }));
  const state = toFloats(initial);
  tf.dispose(initial);
  return {
    ...under('params', STARTS),
    ...under('state', state),
    ...under('theta', optimizer.theta!.tensors),
  };
}

/** What it is given at a step. */
function givenAt(optimizer: Optimizer, step: number): NamedFloats {
  const scalars = mapValues(optimizer.scalars(step), (value) =>
    typeof value === 'number'
      ? { shape: [], data: Float32Array.of(value) }
      : { shape: [value.length], data: value },
  );
  const loss = { shape: [], data: Float32Array.of(lossAt(step)) };
  return { ...under('grads', gradients(step)), ...under('scalars', scalars), loss };
}

function byPlan(optimizer: Optimizer, plan: Plan, runtime: KernelRuntime): Reached[] {
  const planRun = createPlanRun(plan, runtime);
  const { inputs, outputs } = planRun;
  const write = (values: NamedFloats): void => {
    for (const [name, place] of Object.entries(inputs)) {
      if (place.length > 0 && values[name] !== undefined) place.set(values[name].data);
    }
  };
  const made = (prefix: string): NamedFloats =>
    Object.fromEntries(
      Object.entries(outputs).flatMap(([name, data]) =>
        name.startsWith(prefix)
          ? [[name.slice(prefix.length), { shape: plan.outputs[name]!.shape, data: data.slice() }]]
          : [],
      ),
    );
  const reached: Reached[] = [];
  write(startOf(optimizer));
  for (let step = 0; step < NUM_STEPS; step++) {
    write(givenAt(optimizer, step));
    planRun.run();
    if (STOPS.includes(step + 1)) {
      reached.push({ params: made('params/'), state: made('state/') });
    }
  }
  return reached;
}

/** Largest difference, relative to the largest size in the array. */
function difference(got: ArrayLike<number>, expected: Float32Array): number {
  const size = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-30);
  return expected.reduce((most, x, i) => Math.max(most, Math.abs(x - got[i]!)), 0) / size;
}

/** Additions of dozens of numbers in another order, and averages over steps of what comes of them. */
const TOLERANCE = 2e-5;

describe.each(CASES)('%s %j', (kind, options) => {
  const optimizer = optimizerOf(kind, options);
  let plan: Plan;
  let expected: Reached[];
  beforeAll(() => {
    plan = captureUpdate(optimizer, PARAMS);
    expected = byOperations(optimizer);
  });

  it('has a network for each tensor that the rule applies one to', () => {
    const calls = plan.step.filter(
      (node) => node.kind === 'kernel' && node.op === 'elements.network',
    );
    const isMatrix = ({ shape }: TensorSpec): boolean => shape.length >= 2;
    const tensors = kind === 'celo2' ? PARAMS.filter(isMatrix) : PARAMS;
    expect(calls.length).toBe(tensors.length);
  });

  it.each(kernelRuntimes)('moves tensors of every rank as operations do on $flavour $isa', (r) => {
    byPlan(optimizer, plan, r).forEach(({ params, state }, i) => {
      for (const { name } of PARAMS) {
        const moved = (data: Float32Array) => data.map((x, j) => x - STARTS[name]!.data[j]!);
        const far = moved(expected[i]!.params[name]!.data);
        const farthest = Math.max(...far.map(Math.abs));
        expect(farthest, name).toBeGreaterThan(1e-4);
        // Besides the roundings of the rule those of the parameters, one a step.
        const allowed = TOLERANCE + (6e-8 * NUM_STEPS) / farthest;
        const where = `${name} at ${STOPS[i]!}`;
        expect(difference(moved(params[name]!.data), far), where).toBeLessThan(allowed);
      }
      expect(Object.keys(state).sort()).toEqual(Object.keys(expected[i]!.state).sort());
      for (const [name, { shape, data }] of Object.entries(expected[i]!.state)) {
        expect(state[name]!.shape, name).toEqual(shape);
        expect(difference(state[name]!.data, data), name).toBeLessThan(TOLERANCE);
      }
    });
  });

  it.each(kernelRuntimes)('gives the same bits by threads on $flavour $isa', (runtime) => {
    const inputs = { ...startOf(optimizer), ...givenAt(optimizer, 5) };
    const whole = new SplitRun(plan, runtime, inputs, 3).whole();
    const parts = new SplitRun(plan, runtime, inputs, 3).byParts(3, splitInto, 'backwards');
    expect(parts).toEqual(whole);
  });
});
