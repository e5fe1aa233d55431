/** Each learned optimizer in tfjs operations against the same formulas written out in float64, element by element. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedFloats } from '../../../../../src/base/index';
import { createRng } from '../../../../../src/core/compute/rng';
import { mapValues, toTensors } from '../../../../../src/core/compute/tensors';
import type { Architecture, Theta } from '../../../../../src/core/optimizers/learned/architecture';
import { createArchitecture } from '../../../../../src/core/optimizers/learned/registry';
import { renewedState } from '../../../../../src/core/optimizers/optimizer';
import {
  createLearnedOptimizer,
  initTheta,
} from '../../../../../src/core/optimizers/learned/theta';
import { useBackend } from '../../../../support/tfBackends';
import { randomArray } from '../../../../support/veloStep';
import {
  adafacMlpOracle,
  adafacNominalOracle,
  celo2Oracle,
  mlpLoptOracle,
  plainOracle,
} from './oracles/elementOracles';
import type { NominalSetting } from './oracles/elementOracles';
import type { OracleResult, OracleRun } from './oracles/oracle';
import { orthoVeloOracle } from './oracles/orthogonalOracle';
import { celoOracle, nnAdamOracle, rnnMlpOracle } from './oracles/tensorOracles';

const NUM_STEPS = 20;
const SHAPES: Record<string, number[]> = {
  w: [3, 4],
  tall: [5, 2],
  cube: [2, 4, 3],
  b: [4],
  s: [],
};
/** The third gradient is far larger than the others, the fourth loss a fall below zero. */
const LOSSES = [2.3, 2.1, 8, -0.3, 1.9];
/** They change less, as gradients of trainings of optimizers have them. */
const STEADY_LOSSES = [2.3, 2.1, 2.6, 1.8, 1.9];
const SIZES = [0.3, 0.2, 40, 0.3, 0.1];

beforeAll(async () => {
  await useBackend('cpu');
});

/** A fresh theta whose every number is moved, decays and settings by less. */
function thetaFor(architecture: Architecture): Theta {
  const { tensors } = initTheta(architecture, createRng({ seed: 5, purpose: 'theta' }));
  const moved = Object.entries(tensors).map(([name, { shape, data }], i) => {
    const noise = randomArray(shape, 90 + i, /decays|per_layer/.test(name) ? 0.04 : 0.2).data;
    return [name, { shape, data: data.map((value, j) => value + noise[j]!) }] as const;
  });
  return { architecture, tensors: Object.fromEntries(moved) };
}

const params = Object.fromEntries(
  Object.entries(SHAPES).map(([name, shape], i) => [name, randomArray(shape, 10 + i)]),
);

interface Step {
  readonly loss: number;
  readonly grads: NamedFloats;
}

function stepsWith(losses: readonly number[]): Step[] {
  return losses.map((loss, t) => ({
    loss,
    grads: Object.fromEntries(
      Object.entries(SHAPES).map(([name, shape], i) => [
        name,
        randomArray(shape, 100 * t + 20 + i, SIZES[t]),
      ]),
    ),
  }));
}

/** The parameters after each step. */
function play(theta: Theta, steps: readonly Step[]): OracleResult {
  const optimizer = createLearnedOptimizer({ theta, numSteps: NUM_STEPS });
  return tf.tidy(() => {
    let current = toTensors(params);
    let state = optimizer.init(current);
    return steps.map(({ loss, grads }, t) => {
      const scalars = mapValues(optimizer.scalars(t), (value) =>
        typeof value === 'number' ? tf.scalar(value) : tf.tensor1d(value),
      );
      const tensors = toTensors(grads);
      const renewed = renewedState(optimizer, t, { state, grads: tensors });
      const input = { params: current, state: renewed, grads: tensors, scalars };
      const result = optimizer.update({ ...input, loss: tf.scalar(loss) });
      expect(Object.keys(result.state).sort()).toEqual(Object.keys(state).sort());
      ({ params: current, state } = result);
      return Object.keys(SHAPES).map((name) => [...current[name]!.dataSync()]);
    });
  });
}

function runOf({ tensors }: Theta, steps: readonly Step[]): OracleRun {
  return {
    theta: mapValues(tensors, ({ data }) => [...data]),
    tensors: Object.values(params).map(({ shape, data }) => ({
      shape: [...shape],
      data: [...data],
    })),
    steps: steps.map(({ loss, grads }) => ({
      loss: Math.fround(loss),
      grads: Object.values(grads).map(({ data }) => [...data]),
    })),
    numSteps: NUM_STEPS,
  };
}

/** Judged by the distance moved, so that a step that is wrong by a few per mille fails. */
function expectSame(
  [kind, options]: [string, Record<string, unknown>],
  oracle: (run: OracleRun) => OracleResult,
  losses = LOSSES,
): void {
  const theta = thetaFor(createArchitecture(kind, options));
  const steps = stepsWith(losses);
  const expected = oracle(runOf(theta, steps));
  const got = play(theta, steps);
  const starts = Object.values(params).map(({ data }) => [...data]);
  expected.forEach((tensors, t) => {
    tensors.forEach((values, i) => {
      const before = expected[t - 1]?.[i] ?? starts[i]!;
      const moved = Math.max(...values.map((value, j) => Math.abs(value - before[j]!)));
      const off = Math.max(...values.map((value, j) => Math.abs(value - got[t]![i]![j]!)));
      expect(moved).toBeGreaterThan(0);
      expect(off).toBeLessThan(1e-3 * moved + 3e-7);
    });
  });
}

describe('in float64 and in tfjs the same are', () => {
  it.each([
    ['that jump', LOSSES],
    ['that are steady', STEADY_LOSSES],
  ])('VeLO with orthogonal steps, of losses %s', (_, losses) => {
    const sizes = { hidden: 6, bank: 3 };
    expectSame(['orthoVelo', sizes], (run) => orthoVeloOracle(run, sizes), losses);
  });

  it.each([1, 2])('Celo in phase %i', (phase) => {
    expectSame(['celo', { hidden: 6, phase }], (run) =>
      celoOracle(run, { hidden: 6, isScheduled: phase === 2 }),
    );
  });

  it.each([true, false])('Celo2, orthogonal: %s', (orthogonal) => {
    const options = { orthogonal, learningRate: 0.01, weightDecay: 0.2 };
    expectSame(['celo2', { ...options, schedule: 'cosine' }], (run) =>
      celo2Oracle(run, {
        isOrthogonal: orthogonal,
        rate: (t) => 0.01 * 0.5 * (1 + Math.cos((Math.PI * t) / NUM_STEPS)),
        weightDecay: 0.2,
      }),
    );
  });

  it('AdafacMLPLOpt with learned decays', () => {
    expectSame(['adafacMlp', {}], adafacMlpOracle);
  });

  it('AdafacMLPLOpt of other sizes', () => {
    expectSame(['adafacMlp', { hidden: 7 }], adafacMlpOracle);
  });

  it('MLPLOpt', () => {
    expectSame(['mlpLopt', {}], mlpLoptOracle);
  });

  it('RNNMLPLOpt', () => {
    expectSame(['rnnMlp', {}], rnnMlpOracle);
  });

  it('NN-Adam', () => {
    expectSame(['nnAdam', {}], nnAdamOracle);
  });

  it.each<Partial<NominalSetting>>([
    {},
    { nominalStep: 0.01, nominalControlled: true, preconditioned: true, expScale: 0.5 },
    { nominalStep: 0.01, nominalGradient: 'adam', weightDecay: 0.1 },
    {
      nominalStep: 0.01,
      nominalGradient: 'aggMo',
      weightDecay: 0.1,
      decayControlled: true,
      expScale: 0.5,
    },
    { nominalStep: 0.01, nominalGradient: 'momentum' },
    { nominalStep: 0.01, nominalGradient: 'sgd' },
  ])('AdafacNominal with %j', (given) => {
    const setting: NominalSetting = {
      ...{ nominalStep: 0, nominalGradient: 'adamAggMo', nominalControlled: false },
      ...{ weightDecay: 0, decayControlled: false, preconditioned: false, expScale: 0.001 },
      ...given,
    };
    expectSame(['adafacNominal', { ...given }], (run) => adafacNominalOracle(run, setting));
  });

  it('learnable SGD', () => {
    expectSame(['learnableSgd', {}], (run) =>
      plainOracle(run, (value, _, g) => Math.exp(value('log_lr')) * g),
    );
  });

  it('learnable SGD with momentum', () => {
    expectSame(['learnableSgdm', {}], (run) =>
      plainOracle(run, (value, state, g) => {
        state.m = (1 - Math.exp(value('one_minus_momentum'))) * state.m + g;
        return Math.exp(value('log_lr')) * state.m;
      }),
    );
  });

  it('learnable Adam', () => {
    expectSame(['learnableAdam', {}], (run) =>
      plainOracle(run, (value, state, g, t) => {
        const [b1, b2] = ['one_minus_beta1', 'one_minus_beta2'].map((x) => 1 - Math.exp(value(x)));
        state.m = b1! * state.m + (1 - b1!) * g;
        state.v = b2! * state.v + (1 - b2!) * g * g;
        const root = Math.sqrt(state.v / (1 - b2! ** (t + 1)) + 1e-8);
        const step = state.m / (1 - b1! ** (t + 1)) / (root + Math.exp(value('log_epsilon')));
        return Math.exp(value('log_lr')) * step;
      }),
    );
  });
});
