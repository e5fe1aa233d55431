import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  FEATURE_NAMES,
  SHIPPED_THETA_OPTIONS,
  bankResponse,
  clockTheta,
  toTensors,
  unusedWeights,
} from '../../../../src/core/index';
import type { VeloTheta } from '../../../../src/core/index';
import type { Accumulators } from '../../../../src/core/optimizers/velo/accumulators';
import { elementFeatures } from '../../../../src/core/optimizers/velo/features';
import { mixBank } from '../../../../src/core/optimizers/velo/hypernetwork';
import { elementForward } from '../../../../src/core/optimizers/velo/step';
import { useBackend } from '../../../support/tfBackends';
import { randomTheta } from '../../../support/veloStep';

/** The reference's own operations for one network with control 1 and one feature moved. */
function referenceCurve(
  theta: VeloTheta,
  network: number,
  feature: number,
  inputs: Float32Array,
): number[] {
  return tf.tidy(() => {
    const { bank, ffMult } = theta.architecture;
    const controls = tf.oneHot(tf.tensor1d([network], 'int32'), bank);
    const [mixed] = mixBank(toTensors(theta.tensors), tf.cast(controls, 'float32'), ffMult);
    const features = tf.buffer([30, inputs.length]);
    inputs.forEach((value, i) => {
      features.set(value, feature, i);
    });
    const outputs = elementForward(features.toTensor(), mixed!).arraySync() as number[][];
    return outputs[0]!.map((direction, i) => direction * Math.exp(0.001 * outputs[1]![i]!));
  });
}

describe('the response of one network of the bank', () => {
  beforeAll(() => useBackend('cpu'));
  const theta = randomTheta(7);

  it.each([
    [0, 0],
    [1, 8],
    [2, 29],
  ])("is the reference's for network %i and feature %i", (network, feature) => {
    const { inputs, outputs } = bankResponse(theta, network, feature);
    const expected = referenceCurve(theta, network, feature, inputs);
    expect([inputs[0], inputs[60], inputs[120]]).toEqual([-3, 0, 3]);
    const largest = Math.max(...expected.map(Math.abs));
    for (const [i, value] of outputs.entries()) {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * largest);
    }
    expect(new Set(outputs).size).toBeGreaterThan(50);
  });

  it('tells how far each feature moves the output over the same range', () => {
    const { inputs, effects } = bankResponse(theta, 1, 0);
    expect(effects).toHaveLength(30);
    for (const feature of [0, 12, 29]) {
      const curve = referenceCurve(theta, 1, feature, inputs);
      const effect = Math.max(...curve) - Math.min(...curve);
      expect(Math.abs(effects[feature]! - effect)).toBeLessThan(1e-5 * effect);
    }
  });

  it('of the shipped weights is proportional to m·s of decay 0.9 and blind to all else', () => {
    const shipped = clockTheta(SHIPPED_THETA_OPTIONS);
    const used = FEATURE_NAMES.indexOf('m·s 0.9');
    const { inputs, outputs, effects } = bankResponse(shipped, 3, used);
    // Three layers of 0.01, each times 100 over the 8 networks.
    for (const [i, value] of outputs.entries()) expect(value).toBeCloseTo(inputs[i]! / 512, 7);
    expect([...effects.entries()].filter(([, effect]) => effect > 0).map(([i]) => i)).toEqual([
      used,
    ]);
  });
});

describe('the names of the features', () => {
  beforeAll(() => useBackend('cpu'));

  it('follow the order in which the optimizer stacks them', () => {
    // Each quantity gets a pattern of its own over the six elements of a 2x3 tensor.
    const g = [1, 2, 3, 4, 5, 6];
    const p = [6, 1, 1, 1, 1, 1];
    const v = [1, 1, 2, 1, 1, 3];
    const m = [2, 3, 4].map((power) => g.map((x) => x ** power));
    const rowAverages = [0, 1, 2].map((k) => [1, 2 + k]);
    const colAverages = [0, 1, 2].map((k) => [1, 4, 9 + k]);
    const matrix = (values: number[]) => tf.tensor2d(values, [2, 3]);
    const accumulators: Accumulators = {
      momentum: m.map(matrix),
      secondMoment: matrix(v),
      rows: rowAverages.map((values) => tf.tensor1d(values)),
      cols: colAverages.map((values) => tf.tensor1d(values)),
      diagonal: [],
    };
    const stacked = elementFeatures(matrix(p), matrix(g), accumulators).arraySync() as number[][];
    const named = (name: string): number[] => stacked[FEATURE_NAMES.indexOf(name)]!;
    const expectProportional = (a: number[], b: number[]): void => {
      const ratios = a.map((value, i) => value / b[i]!);
      expect(Math.max(...ratios) / Math.min(...ratios)).toBeCloseTo(1, 4);
    };
    const s = v.map((x) => 1 / Math.sqrt(x));
    expect(stacked).toHaveLength(FEATURE_NAMES.length);
    const ones = [1, 1, 1, 1, 1, 1];
    for (const [name, values] of Object.entries({ g, 'clip(g)': ones, p, v, s }))
      expectProportional(named(name), values);
    expectProportional(
      named('g·s'),
      g.map((x, i) => x * s[i]!),
    );
    for (const [k, decay] of ['0.9', '0.99', '0.999'].entries()) {
      const rows = g.map((_, i) => rowAverages[k]![Math.floor(i / 3)]!);
      const cols = g.map((_, i) => colAverages[k]![i % 3]!);
      const inverseRoots = (values: number[]) => values.map((x) => 1 / Math.sqrt(x));
      expectProportional(named(`m ${decay}`), m[k]!);
      expectProportional(
        named(`m·s ${decay}`),
        m[k]!.map((x, i) => x * s[i]!),
      );
      expectProportional(named(`v_row ${decay}`), rows);
      expectProportional(named(`v_col ${decay}`), cols);
      expectProportional(named(`1/√v_row ${decay}`), inverseRoots(rows));
      expectProportional(named(`1/√v_col ${decay}`), inverseRoots(cols));
      const factored = named(`m·R·C ${decay}`).map((x, i) => x / named(`g·R·C ${decay}`)[i]!);
      expectProportional(
        factored,
        m[k]!.map((x, i) => x / g[i]!),
      );
    }
  });
});

describe('the numbers that nothing reads', () => {
  it('are the dead layer and the third output of each network', () => {
    // Hidden size 6, bank of 3: 30·6 + 6 of the layer, (4 + 1)·3 of the networks.
    expect(unusedWeights(randomTheta(1)).count).toBe(186 + 15);
  });
});
