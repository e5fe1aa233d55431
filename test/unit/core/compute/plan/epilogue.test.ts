import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { capture, captureGradients } from '../../../../../src/core/compute/capture/capture';
import type { Graph } from '../../../../../src/core/compute/capture/graph';
import { describePlan } from '../../../../../src/core/compute/plan/describe';
import { planGraph } from '../../../../../src/core/compute/plan/plan';
import { dense } from '../../../../support/models/model';
import { expectPlansLikeGraph } from '../../../../support/planCheck';
import { useBackend } from '../../../../support/tfBackends';

const KEY = { seed: 1, purpose: 'noise' } as const;

const SPECS = {
  x: { shape: [6, 7], dtype: 'float32' },
  w: { shape: [7, 5], dtype: 'float32' },
  b: { shape: [5], dtype: 'float32' },
} as const;

type Tensors = Readonly<Record<string, Tensor>>;

function graphOf(make: (tensors: Tensors) => Record<string, Tensor>): Graph {
  return capture(make, SPECS);
}

/** The calls of a plan in words, without the numbers of its arrays. */
function callsOf(graph: Graph): string[] {
  const [, ...lines] = describePlan(planGraph(graph)).split('\n');
  return lines.map((line) => line.replace(/^.*?B {2}/, '').replace(/%\d+/g, '%'));
}

beforeAll(() => useBackend('cpu'));

describe('a product', () => {
  it('takes a bias and a relu into one call', () => {
    const graph = graphOf(({ x, w, b }) => ({ out: tf.relu(dense(x!, w!, b)) }));
    expect(callsOf(graph)).toEqual(['out[6, 5] = relu(x[6, 7] x w[7, 5] + b[6, 5]*)']);
  });

  it('takes the bias alone before another activation', () => {
    const graph = graphOf(({ x, w, b }) => ({ out: tf.tanh(dense(x!, w!, b)) }));
    expect(callsOf(graph)).toEqual([
      '%[6, 5] = x[6, 7] x w[7, 5] + b[6, 5]*',
      'out[6, 5] = tanh(%[6, 5])',
    ]);
  });

  it('keeps a sum that others need', () => {
    const graph = graphOf(({ x, w, b }) => {
      const sum = dense(x!, w!, b);
      return { sum, out: tf.relu(sum) };
    });
    expect(callsOf(graph)).toEqual([
      'sum[6, 5] = x[6, 7] x w[7, 5] + b[6, 5]*',
      'out[6, 5] = relu(sum[6, 5])',
    ]);
  });

  it('is left alone where somebody needs it without the bias', () => {
    const graph = graphOf(({ x, w, b }) => {
      const product = dense(x!, w!);
      return { product, out: tf.add(product, b!) };
    });
    expect(callsOf(graph)).toEqual([
      'product[6, 5] = x[6, 7] x w[7, 5]',
      'out[6, 5] = add(product[6, 5], b[6, 5]*)',
    ]);
  });

  it('lets the derivative of relu look at the result', () => {
    const { x, ...params } = SPECS;
    const graph = captureGradients(
      ({ w, b }, batch) => tf.sum(tf.square(tf.relu(dense(batch['x']!, w!, b)))),
      params,
      { x },
    );
    const text = callsOf(graph).join('\n');
    expect(text).toContain('%[6, 5] = relu(batch/x[6, 7] x params/w[7, 5] + params/b[6, 5]*)');
    expect(text.match(/step\(/g)).toHaveLength(1);
  });

  it('lets NaN and infinity through as the calls one by one do', () => {
    const graph = captureGradients(
      ({ w, b }, { x }) => tf.sum(tf.square(tf.relu(dense(x!, w!, b)))),
      { w: SPECS.w, b: SPECS.b },
      { x: SPECS.x },
    );
    const wave = (shape: readonly number[]) => ({
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(3 * i)),
    });
    const [x, w, b] = [wave([6, 7]), wave([7, 5]), wave([5])];
    x.data.set([NaN, 0, Infinity, 0, 0, 0, 0, -Infinity]);
    b.data.set([NaN], 3);
    const inputs = { 'params/w': w, 'params/b': b, 'batch/x': x };
    expectPlansLikeGraph(graph, inputs, KEY);
  });
});
