/** Layers against the same arithmetic in float64, written out element by element. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/compute/rng';
import { attentionSpecs, selfAttention } from '../../../../src/core/tasks/layers/attention';
import { dropout } from '../../../../src/core/tasks/layers/dropout';
import { batchNorm, layerNorm } from '../../../../src/core/tasks/layers/normalization';
import {
  glorotUniform,
  initParams,
  lecunNormal,
  truncatedNormal,
} from '../../../../src/core/compute/parameters';
import type { Initializer } from '../../../../src/core/compute/parameters';
import { patchTokens } from '../../../../src/core/tasks/layers/patches';
import { createLossRng } from '../../../../src/core/training/lossRng';
import { useBackend } from '../../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

const random = (shape: number[], seed: number): tf.Tensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  createRng({ seed, purpose: 'task' }).fillNormal(data, 0.3, 1.5);
  return tf.tensor(data, shape);
};

function expectClose(got: tf.Tensor, expected: readonly number[]): void {
  const values = [...got.dataSync()];
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5);
  });
}

/** (x - mean) / √(variance + ε) of some numbers. */
function standard(values: readonly number[], epsilon: number): number[] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return values.map((v) => (v - mean) / Math.sqrt(variance + epsilon));
}

describe('normalisation', () => {
  const scale = [1, 2, -1];
  const offset = [0, 0.5, 1];

  const paramsOf = () => ({ 'n/scale': tf.tensor1d(scale), 'n/offset': tf.tensor1d(offset) });

  it('of layers is over the channels of each place', () => {
    const x = random([2, 2, 3], 1);
    const values = [...x.dataSync()];
    const expected = [0, 3, 6, 9].flatMap((start) =>
      standard(values.slice(start, start + 3), 1e-6).map((v, c) => v * scale[c]! + offset[c]!),
    );
    expectClose(layerNorm(paramsOf(), 'n', x, 1e-6), expected);
  });

  it('of batches is over all examples and places of each channel', () => {
    const x = random([4, 2, 3], 2);
    const values = [...x.dataSync()];
    const channels = [0, 1, 2].map((c) => standard(values.filter((_, i) => i % 3 === c), 1e-5)); // prettier-ignore
    const expected = values.map((_, i) => {
      const c = i % 3;
      return channels[c]![Math.floor(i / 3)]! * scale[c]! + offset[c]!;
    });
    expectClose(batchNorm(paramsOf(), 'n', x), expected);
  });
});

describe('dropout', () => {
  it('keeps 1 - rate of the numbers, scaled up, and is nothing without a generator', () => {
    const x = tf.ones([100, 100]);
    const values = dropout(x, 0.3, createLossRng({ seed: 1, purpose: 'dropout' })).dataSync();
    const kept = values.filter((value) => value !== 0);
    // Standard deviation of the share: 0.0046.
    expect(Math.abs(kept.length / 10_000 - 0.7)).toBeLessThan(0.02);
    for (const value of kept) expect(value).toBeCloseTo(1 / 0.7, 6);
    expect(dropout(x, 0.3, undefined)).toBe(x);
  });
});

describe('attention', () => {
  it('is softmax(q kᵀ / √size) v of each head, joined by a linear layer', () => {
    const shape = { width: 4, heads: 2 };
    const specs = attentionSpecs('a', shape);
    const params: Record<string, tf.Tensor> = Object.fromEntries(
      specs.map(
        ({ name, shape: size }, i) => [name, tf.mul(random([...size], 10 + i), 0.3)] as const,
      ),
    );
    const x = tf.mul(random([1, 3, 4], 9), 0.3);
    const tokens = x.arraySync() as number[][][];
    const project = (input: string, token: number, head: number, j: number): number => {
      const w = params[`a/${input}/w`]!.arraySync() as number[][][];
      const b = params[`a/${input}/b`]!.arraySync() as number[][];
      return b[head]![j]! + tokens[0]![token]!.reduce((sum, v, i) => sum + v * w[i]![head]![j]!, 0);
    };
    const seen = (token: number, head: number): number[] => {
      const scores = [0, 1, 2].map((other) =>
        [0, 1].reduce(
          (sum, j) => sum + project('query', token, head, j) * project('key', other, head, j),
          0,
        ),
      );
      const weights = scores.map((score) => Math.exp(score / Math.sqrt(2)));
      const total = weights.reduce((a, b) => a + b, 0);
      return [0, 1].map((j) =>
        weights.reduce((sum, w, other) => sum + (w / total) * project('value', other, head, j), 0),
      );
    };
    const w = params['a/out/w']!.arraySync() as number[][][];
    const b = params['a/out/b']!.arraySync() as number[];
    const expected = [0, 1, 2].flatMap((token) => {
      const heads = [0, 1].map((head) => seen(token, head));
      return b.map((bias, out) =>
        heads.reduce(
          (sum, values, head) => sum + values.reduce((s, v, j) => s + v * w[head]![j]![out]!, 0),
          bias,
        ),
      );
    });
    const got = selfAttention(params, 'a', x, { rate: 0, rng: undefined });
    expect(got.shape).toEqual([1, 3, 4]);
    expectClose(got, expected);
  });

  it('gives, where it is causal, each token what it would have without those after it', () => {
    const specs = attentionSpecs('a', { width: 4, heads: 2 });
    const params = Object.fromEntries(
      specs.map(({ name, shape }, i) => [name, random([...shape], i)]),
    );
    const x = random([1, 5, 4], 9);
    const options = { rate: 0, rng: undefined };
    const all = selfAttention(params, 'a', x, { ...options, causal: true });
    for (const length of [1, 2, 3, 4, 5]) {
      const cut = tf.slice(x, [0, 0, 0], [1, length, 4]);
      // The last of what is left sees all of it either way.
      const last = tf.slice(selfAttention(params, 'a', cut, options), [0, length - 1, 0]);
      expectClose(tf.slice(all, [0, length - 1, 0], [1, 1, 4]), [...last.dataSync()]);
    }
  });
});

describe('patches', () => {
  it('are what a convolution with stride and filter of their side gives', () => {
    const params = { 'patches/w': random([2, 2, 3, 5], 3), 'patches/b': random([5], 4) };
    const images = random([2, 5, 6, 3], 5) as tf.Tensor4D;
    const got = patchTokens(params, images, { patch: 2, rows: 2, columns: 3 });
    const filter = params['patches/w'] as tf.Tensor4D;
    const expected = tf.add(tf.conv2d(images, filter, 2, 'valid'), params['patches/b']);
    expect(got.shape).toEqual([2, 6, 5]);
    expectClose(got, [...expected.dataSync()]);
  });
});

describe('parameters start', () => {
  const spread = (start: Initializer): { sd: number; largest: number } => {
    const spec = { name: 'w', shape: [100, 100], start };
    const { data } = initParams([spec], createRng({ seed: 1, purpose: 'init' }))['w']!;
    const squares = data.reduce((sum, v) => sum + v * v, 0) / data.length;
    return { sd: Math.sqrt(squares), largest: data.reduce((a, v) => Math.max(a, Math.abs(v)), 0) };
  };

  it.each([
    { name: 'haiku normal', start: truncatedNormal(25), sd: 0.2 * 0.8796, largest: 0.4 },
    { name: 'LeCun normal', start: lecunNormal(25), sd: 0.2, largest: 0.4 / 0.8796 },
    {
      name: 'Glorot uniform',
      start: glorotUniform(25, 71),
      sd: 0.25 / Math.sqrt(3),
      largest: 0.25,
    },
  ])('with the spread of $name', ({ start, sd, largest }) => {
    const got = spread(start);
    expect(Math.abs(got.sd / sd - 1)).toBeLessThan(0.03);
    expect(got.largest).toBeLessThanOrEqual(largest * 1.0001);
    expect(got.largest).toBeGreaterThan(0.97 * largest);
  });
});
