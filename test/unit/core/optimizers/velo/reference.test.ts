import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorDict } from '../../../../../src/core/index';
import { createVelo } from '../../../../../src/core/index';
import { useBackend } from '../../../../support/tfBackends';
import { randomTheta } from '../../../../support/veloStep';

const theta = randomTheta(4);
const velo = createVelo({ theta, numSteps: 50 });
const paramsOf = (value: number): TensorDict => ({
  'dense/w': tf.fill([3, 5], value),
  'dense/b': tf.fill([5], value),
  scale: tf.scalar(value),
});

describe('VeLO as an optimizer', () => {
  beforeAll(() => useBackend('cpu'));

  it('keeps its state under these names, in these shapes', () => {
    const state = velo.init(paramsOf(1));
    const shapes = Object.fromEntries(
      Object.entries(state).map(([name, { shape }]) => [name, shape.join('x')]),
    );
    const perDecay = (kind: string, name: string, shape: string) =>
      Object.fromEntries([0, 1, 2].map((k) => [`${kind}/${k}/${name}`, shape]));
    expect(shapes).toEqual({
      ...perDecay('momentum', 'dense/w', '3x5'),
      'secondMoment/dense/w': '3x5',
      ...perDecay('rows', 'dense/w', '3'),
      ...perDecay('cols', 'dense/w', '5'),
      ...perDecay('momentum', 'dense/b', '5'),
      'secondMoment/dense/b': '5',
      ...perDecay('diagonal', 'dense/b', '5'),
      ...perDecay('momentum', 'scale', ''),
      'secondMoment/scale': '',
      ...perDecay('diagonal', 'scale', ''),
      'lstm/hidden': '3x6',
      'lstm/cell': '3x6',
      'loss/means': '10',
      'loss/runningMin': '10',
    });
  });

  it('starts from zeros, the learned LSTM rows and a huge running minimum', () => {
    const state = velo.init(paramsOf(1));
    const learned = [...theta.tensors['lstm_init_state/cell']!.data];
    expect([...state['lstm/cell']!.dataSync()]).toEqual([...learned, ...learned, ...learned]);
    expect([...state['loss/runningMin']!.dataSync()]).toEqual(
      Array(10).fill(Math.fround(999999999999)),
    );
    expect(state['rows/2/dense/w']!.dataSync()).toEqual(new Float32Array(3));
  });

  it('hands in fraction, decays and bias corrections of a step, in float32', () => {
    const { step, fraction, lossDecays, lossBiasCorrections } = velo.scalars(7);
    expect(step).toBe(7);
    expect(fraction).toBe(Math.fround(7 / 50));
    const decays = lossDecays as Float32Array;
    expect(decays[0]).toBe(Math.fround(Math.exp(-1 / 10)));
    expect(decays[9]).toBeCloseTo(Math.exp(-1 / 50), 7);
    const corrections = lossBiasCorrections as Float32Array;
    expect(corrections[0]).toBe(Math.fround(1 - Math.fround(decays[0]! ** 8)));
  });

  it('goes on past the announced number of steps', () => {
    expect(velo.scalars(75)['fraction']).toBe(1.5);
  });

  it('leaves its inputs alone and gives results that can be disposed by themselves', () => {
    let params = paramsOf(0.5);
    let state = velo.init(params);
    const grads = paramsOf(0.1);
    const before = tf.memory().numTensors;
    for (let step = 0; step < 3; step++) {
      const next = tf.tidy(() => {
        const scalars = Object.fromEntries(
          Object.entries(velo.scalars(step)).map(([name, value]) => [name, tf.tensor(value)]),
        );
        const result = velo.update({ params, grads, state, scalars, loss: tf.scalar(1) });
        return { params: { ...result.params }, state: { ...result.state } };
      });
      tf.dispose([params, state]);
      ({ params, state } = next);
    }
    expect(tf.memory().numTensors).toBe(before);
    expect([...grads['dense/b']!.dataSync()]).toEqual(Array(5).fill(Math.fround(0.1)));
    expect(params['scale']!.dataSync()[0]).not.toBe(0.5);
  });
});
