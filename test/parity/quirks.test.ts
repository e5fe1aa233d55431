import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainTheta } from '../../src/core/index';
import { factoredAxes } from '../../src/core/optimizers/velo/accumulators';
import { elementFeatures } from '../../src/core/optimizers/velo/features';
import { mixBank } from '../../src/core/optimizers/velo/hypernetwork';
import { lossDecays } from '../../src/core/optimizers/velo/lossFeatures';
import type { QuirkName } from '../../src/core/optimizers/velo/quirks';
import { QUIRKS } from '../../src/core/optimizers/velo/quirks';
import {
  SMALL,
  constantArray,
  randomArray,
  randomTheta,
  runVelo,
  withTensor,
} from '../support/veloStep';
import { useBackend } from '../support/tfBackends';

const theta = randomTheta(1);
const matrix = { w: randomArray([4, 3], 11) };
const gradient = { w: randomArray([4, 3], 12, 0.2) };
const step = (loss: number) => ({ loss, grads: gradient });

/** One check a quirk; the type asks for all of them. */
const pins: Record<QuirkName, () => void> = {
  spreadAroundMomentum: () => {
    const steep = { loss: 2, grads: { w: randomArray([4, 3], 12, 10) } };
    const [first, second] = runVelo(theta, matrix, [steep, steep]);
    const k = 1 / rms(first!.params['w']!.data);
    const v = [...first!.state['secondMoment/w']!.data].map((x) => k * x);
    const row = second!.trace.lstmInputs.data;
    for (let channel = 0; channel < 3; channel++) {
      const m = [...first!.state[`momentum/${channel}/w`]!.data].map((x) => k * x);
      const aroundMomentum = clipLog(mean(v.map((x) => (x - mean(m)) ** 2)));
      const aroundItself = clipLog(mean(v.map((x) => (x - mean(v)) ** 2)));
      expect(row[27 + channel]).toBeCloseTo(aroundMomentum, 4);
      expect(Math.abs(aroundItself - aroundMomentum)).toBeGreaterThan(0.01);
    }
  },
  secondMomentScaledOnce: () => {
    const large = { w: { shape: [2, 2], data: Float32Array.of(40, -40, 40, -40) } };
    const grads = { w: constantArray([2, 2], 300) };
    const [first, second] = runVelo(theta, large, [
      { loss: 2, grads },
      { loss: 2, grads },
    ]);
    const k = 1 / rms(first!.params['w']!.data);
    const v = mean([...first!.state['secondMoment/w']!.data]);
    expect(second!.trace.lstmInputs.data[18]).toBeCloseTo(clipLog(k * v), 4);
    expect(Math.abs(clipLog(k * k * v) - clipLog(k * v))).toBeGreaterThan(0.01);
  },
  fractionIsDone: () => {
    const views = runVelo(theta, matrix, [step(2), step(2), step(2)], 4);
    const [atStart, , atHalf] = views.map((view) => [...view.trace.lstmInputs.data.slice(0, 9)]);
    expect(atHalf![4]).toBeCloseTo(Math.tanh(10 * (0.5 - 0.6)), 5);
    expect(atStart!.every((value, i) => value <= atHalf![i]!)).toBe(true);
  },
  rankSkipsUnitAxes: () => {
    expect(rankOneHot([1, 7])).toEqual([0, 1, 0, 0, 0]);
    expect(rankOneHot([1, 1])).toEqual([1, 0, 0, 0, 0]);
    expect(rankOneHot([2, 3, 1, 2, 2])).toEqual([0, 0, 0, 0, 1]);
    expect(rankOneHot([2, 2, 2, 2, 2])).toEqual([0, 0, 0, 0, 0]);
  },
  spikeLimitLags: () => {
    const [, second] = runVelo(theta, matrix, [step(1), step(10)]);
    const d = Math.exp(-1 / 10);
    // Not 2, twice the only loss seen: (1 - d)·1 / (1 - d²) is lower.
    const seen = 2 / (1 + d);
    expect(second!.state['loss/means']!.data[0]).toBeCloseTo((1 - d) * d + (1 - d) * seen, 5);
  },
  spikeLimitOneSided: () => {
    const [, second] = runVelo(theta, matrix, [step(1), step(-50)]);
    const d = Math.exp(-1 / 10);
    expect(second!.state['loss/means']!.data[0]).toBeCloseTo((1 - d) * (d - 50), 4);
  },
  lossFeaturesStartLate: () => {
    const views = runVelo(theta, matrix, [step(3), step(2), step(1)]);
    const sizes = views.map(({ trace }) => Math.max(...trace.lossFeatures.data.map(Math.abs)));
    expect(sizes.slice(0, 2)).toEqual([0, 0]);
    expect(sizes[2]).toBeGreaterThan(0.1);
  },
  shortRunsReverseHalfLives: () => {
    const halfLives = [...lossDecays(4)].map((decay) => -1 / Math.log(decay));
    expect(halfLives[0]).toBeCloseTo(10, 4);
    expect(halfLives[9]).toBeCloseTo(4, 4);
    expect(halfLives).toEqual([...halfLives].sort((a, b) => b - a));
  },
  deadLayer: () => {
    const other = withTensor(theta, 'rnn_params/linear/w', () => 7);
    expect(lastParams(other)).toEqual(lastParams(theta));
    const alive = withTensor(theta, 'rnn_params/linear_1/w', () => 7);
    expect(lastParams(alive)).not.toEqual(lastParams(theta));
  },
  forgetGateOpens: () => {
    const silent = ['rnn_params/rnn/linear/w', 'rnn_params/rnn/linear/b'].reduce(
      (current, name) => withTensor(current, name, () => 0),
      withTensor(theta, 'lstm_init_state/cell', () => 2),
    );
    const [view] = runVelo(silent, matrix, [step(1)]);
    expect(view!.state['lstm/cell']!.data[0]).toBeCloseTo(2 / (1 + Math.exp(-1)), 5);
  },
  signedMultiplier: () => {
    const withMultiplier = (value: number) =>
      withTensor(
        withTensor(theta, 'rnn_params/step_size/w', () => 0),
        'rnn_params/step_size/b',
        () => value,
      );
    const moved = (value: number) => {
      const [view] = runVelo(withMultiplier(value), matrix, [step(2)]);
      return [...view!.params['w']!.data].map((p, i) => p - matrix.w.data[i]!);
    };
    const [down, up] = [moved(100), moved(-100)];
    expect(rms(down)).toBeGreaterThan(1e-4);
    for (const [i, x] of down.entries()) expect(up[i]).toBeCloseTo(-x, 6);
    expect(moved(0).every((x) => x === 0)).toBe(true);
  },
  longestAxisIsRow: () => {
    expect(factoredAxes([3, 8])).toEqual({ rowAxis: 1, colAxis: 0 });
    expect(factoredAxes([8, 3])).toEqual({ rowAxis: 0, colAxis: 1 });
    expect(factoredAxes([4, 4])).toEqual({ rowAxis: 1, colAxis: 0 });
    expect(factoredAxes([3, 3, 2, 5])).toEqual({ rowAxis: 3, colAxis: 1 });
    expect(factoredAxes([5, 5, 1, 4])).toEqual({ rowAxis: 1, colAxis: 0 });
    expect(factoredAxes([2, 2, 2, 2, 2, 2])).toEqual({ rowAxis: 5, colAxis: 4 });
    expect(factoredAxes([7])).toBeUndefined();
  },
  noBiasCorrection: () => {
    const [view] = runVelo(theta, matrix, [step(1)]);
    const g = gradient.w.data[0]!;
    expect(view!.state['momentum/0/w']!.data[0]).toBeCloseTo(0.1 * g, 7);
    expect(view!.state['secondMoment/w']!.data[0]).toBeCloseTo(0.001 * g * g, 8);
  },
  bareDiagonal: () => {
    const tiny = { momentum: 1e-13, diagonal: 1e-25 };
    const features = featuresOfOne(tiny.momentum, tiny.diagonal, 1e-12);
    const ratio = tiny.momentum / Math.sqrt(tiny.diagonal);
    expect(features[27]).toBeCloseTo(ratio / Math.sqrt(1e-5 + ratio ** 2), 4);
  },
  absoluteNormalisation: () => {
    const features = featuresOfOne(1e-5, 1e-9, 1e-4);
    expect(features[0]).toBeCloseTo(1e-4 / Math.sqrt(1e-5 + 1e-8), 5);
  },
  numericBlockOrder: () => {
    const numbered = [2, 9, 10].reduce(
      (current, group) => withTensor(current, `ff_mod_stack/~/w0__${group}`, () => group),
      theta,
    );
    const rows = tf.tidy(() => {
      const tensors = Object.entries(numbered.tensors).map(
        ([name, { data, shape }]) => [name, tf.tensor(data, [...shape])] as const,
      );
      const controls = tf.fill([1, SMALL.bank], 0.01);
      const [network] = mixBank(Object.fromEntries(tensors), controls, 100);
      return tf.slice(network!.w0, [0, 0], [30, 1]).dataSync();
    });
    expect(rows[2]).toBeCloseTo(2, 5);
    expect([...rows.slice(15, 18)].map(Math.round)).toEqual([9, 9, 9]);
    expect([...rows.slice(18, 21)].map(Math.round)).toEqual([10, 10, 10]);
  },
  unusedOutput: () => {
    const third = (value: number, index: number) => (index % 3 === 2 ? 5 : value);
    const other = ['ff_mod_stack/~/w2', 'ff_mod_stack/~/b2'].reduce(
      (current, name) => withTensor(current, name, third),
      theta,
    );
    expect(lastParams(other)).toEqual(lastParams(theta));
  },
  zeroTensorCreeps: () => {
    const unit = withTensor(
      withTensor(plainTheta({ hidden: 9, bank: 2 }), 'rnn_params/step_size/w', () => 0),
      'rnn_params/step_size/b',
      () => 1,
    );
    const [view] = runVelo(unit, { w: constantArray([4, 3], 0) }, [step(1)]);
    expect(rms(view!.params['w']!.data) / (0.001 * Math.sqrt(1e-9))).toBeCloseTo(1, 2);
  },
  tenStepLossBuffer: () => {
    const bugged = { ...theta, architecture: { ...SMALL, buggedLossFeatures: true } };
    const [, view] = runVelo(bugged, matrix, [step(1), step(2)], 1000);
    const means = view!.state['loss/means']!.data;
    expect(new Set(means).size).toBe(1);
    const [, sound] = runVelo(theta, matrix, [step(1), step(2)], 1000);
    expect(new Set(sound!.state['loss/means']!.data).size).toBe(10);
  },
  forgetfulLstm: () => {
    const bugged = { ...theta, architecture: { ...SMALL, buggedNextLstmState: true } };
    const [, view] = runVelo(bugged, matrix, [step(1), step(2)]);
    const start = theta.tensors['lstm_init_state/hidden']!.data;
    expect(view!.state['lstm/hidden']!.data).toEqual(start);
    const [, sound] = runVelo(theta, matrix, [step(1), step(2)]);
    expect(sound!.state['lstm/hidden']!.data).not.toEqual(start);
  },
};

describe('quirks of VeLO', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(Object.keys(QUIRKS) as QuirkName[])('%s', (name) => {
    pins[name]();
  });
});

function lastParams(weights: typeof theta): number[] {
  const views = runVelo(weights, matrix, [step(2), step(1.9), step(2.2)]);
  return [...views.at(-1)!.params['w']!.data];
}

function rankOneHot(shape: readonly number[]): number[] {
  const params = { p: randomArray(shape, 3) };
  const [view] = runVelo(theta, params, [{ loss: 1, grads: { p: randomArray(shape, 4) } }]);
  return [...view!.trace.lstmInputs.data.slice(19, 24)];
}

/** The 30 features of a tensor of one element, below rank 2. */
function featuresOfOne(momentum: number, diagonal: number, g: number): Float32Array {
  return tf.tidy(() => {
    const one = (value: number) => tf.tensor1d([value]);
    const accumulators = {
      momentum: [one(momentum), one(momentum), one(momentum)],
      secondMoment: one(g * g),
      rows: [],
      cols: [],
      diagonal: [one(diagonal), one(diagonal), one(diagonal)],
    };
    return elementFeatures(one(0.5), one(g), accumulators).dataSync<'float32'>();
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function rms(values: Iterable<number>): number {
  return Math.sqrt(mean(Array.from(values, (x) => x * x)));
}

function clipLog(x: number): number {
  return 0.5 * Math.min(5, Math.max(-5, Math.log(1e-8 + Math.abs(10 * x))));
}
