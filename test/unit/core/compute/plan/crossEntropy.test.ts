import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { capture, captureGradients } from '../../../../../src/core/compute/capture/capture';
import type { Graph } from '../../../../../src/core/compute/capture/graph';
import { joinCrossEntropies } from '../../../../../src/core/compute/plan/crossEntropy/crossEntropy';
import type { CrossEntropyAttrs } from '../../../../../src/core/compute/plan/crossEntropy/crossEntropy';
import { planGraph } from '../../../../../src/core/compute/plan/plan';
import { shareCorrect, softmaxCrossEntropy } from '../../../../../src/core/tasks/classification';
import { gradientGraph } from '../../../../../src/core/training/plans/stepGraphs';
import { mlp64 } from '../../../../bench/workloads';
import { MODELS } from '../../../../support/models';
import type { Model } from '../../../../support/models';
import { joinedEntropies, otherEntropies } from '../../../../support/models/entropy';
import { crossEntropy } from '../../../../support/models/model';
import { expectPlansLikeGraph } from '../../../../support/planCheck';
import { useBackend } from '../../../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

const KEY = { seed: 1, purpose: 'dropout' } as const;

function gradients({ loss, params, batch }: Model): Graph {
  return captureGradients(loss, params, batch);
}

function entropies(graph: Graph): CrossEntropyAttrs[] {
  return joinCrossEntropies(graph).nodes.flatMap(({ op, attrs }) =>
    op === 'SoftmaxCrossEntropy' ? [attrs as unknown as CrossEntropyAttrs] : [],
  );
}

/** The ways to write it of the zoo that make nothing but the loss and its gradient. */
const WAYS = [
  'loss: oneHot * logSoftmax',
  'loss: tf.losses.softmaxCrossEntropy',
  'loss: label smoothing',
  "loss: the project's",
];

describe('softmax cross-entropies in a graph', () => {
  it.each(WAYS)('%s becomes one call with sum and gradient', (name) => {
    const graph = gradients(MODELS.find((model) => model.name === name)!);
    const [attrs, ...others] = entropies(graph);
    expect(others).toEqual([]);
    expect(new Set(attrs!.parts)).toEqual(new Set(['loss', 'gradient']));
    expect(attrs!.loss.scale).toBeCloseTo(1 / 6, 6);
    expect(attrs!.gradient.scale).toBeCloseTo(1 / 6, 6);
    expect(attrs!.smoothing).toBeCloseTo(name.includes('smoothing') ? 0.1 : 0, 6);
    const rest = joinCrossEntropies(graph).nodes.map(({ op }) => op);
    for (const op of ['Max', 'Exp', 'Log', 'OneHot']) expect(rest).not.toContain(op);
  });

  it.each(joinedEntropies.map((model) => [model.name, model] as const))('%s', (name, model) => {
    const found = entropies(gradients(model));
    expect(found).toHaveLength(/two labels|other logits/.test(name) ? 2 : 1);
    for (const { parts } of found) expect(parts).toContain('gradient');
  });

  it.each(otherEntropies.map((model) => [model.name, model] as const))('not: %s', (_, model) => {
    const graph = gradients(model);
    expect(joinCrossEntropies(graph)).toBe(graph);
  });

  it('without a gradient only the loss is made', () => {
    const specs = {
      z: { shape: [6, 5], dtype: 'float32' },
      y: { shape: [6], dtype: 'int32' },
    } as const;
    for (const loss of [softmaxCrossEntropy, crossEntropy]) {
      const graph = capture(
        ({ z, y }) => ({
          loss: loss(z as Tensor2D, y as Tensor1D),
          right: shareCorrect(z as Tensor2D, y as Tensor1D),
        }),
        specs,
      );
      expect(entropies(graph).map(({ parts }) => parts)).toEqual([['loss']]);
    }
  });

  it('leave 8 calls for the gradient of a perceptron 64-32-10', () => {
    const kinds = planGraph(gradientGraph(mlp64.task)).step.map((node) =>
      node.kind === 'kernel' ? node.op : node.kind,
    );
    expect(kinds.filter((kind) => kind === 'rows.crossEntropy')).toHaveLength(1);
    expect(kinds).toHaveLength(8);
  });
});

/** Logits of 8 rows: as they are, and with what is no number or far away. */
function logitsWith(special: readonly number[], cols: number): Float32Array {
  const data = Float32Array.from({ length: 8 * cols }, (_, i) => Math.sin(7 * i));
  data.set(special, 3 * cols);
  return data;
}

const SPECIAL = {
  'a NaN': [0, NaN, 1],
  infinity: [1, 0, Infinity],
  'minus infinity': [0, 1, -Infinity],
  'minus infinity at the label': [-Infinity, 1, 0],
  'nothing but minus infinity': Array.from({ length: 40 }, () => -Infinity),
  'a wide range': [1e4, -1e4, 3e38],
} as const;

/** The ways to write a loss, as functions of logits and labels. */
const LOSSES = {
  "the project's": softmaxCrossEntropy,
  'logSoftmax times one-hot rows': crossEntropy,
  'tf.losses': (z: Tensor2D, y: Tensor1D) =>
    tf.losses.softmaxCrossEntropy(tf.cast(tf.oneHot(y, z.shape[1]), 'float32'), z),
  'tf.losses with smoothing': (z: Tensor2D, y: Tensor1D) =>
    tf.losses.softmaxCrossEntropy(tf.cast(tf.oneHot(y, z.shape[1]), 'float32'), z, undefined, 0.25),
} as const;

describe.each(Object.entries(LOSSES))('%s as a call', (_, loss) => {
  /** On every runtime what the kernel calls give one by one. */
  function check(cols: number, logits: Float32Array, labels: readonly number[]): void {
    const graph = captureGradients(
      ({ z }, { y }) => loss(z as Tensor2D, y as Tensor1D),
      { z: { shape: [8, cols], dtype: 'float32' } },
      { y: { shape: [8], dtype: 'int32' } },
    );
    expect(entropies(graph)).toHaveLength(1);
    const inputs = {
      'params/z': { shape: [8, cols], data: logits },
      'batch/y': { shape: [8], data: Int32Array.from(labels) },
    };
    expectPlansLikeGraph(graph, inputs, KEY);
  }

  it.each(Object.entries(SPECIAL))('lets %s flow', (__, special) => {
    for (const cols of [5, 70]) {
      check(cols, logitsWith(special.slice(0, cols), cols), [0, 1, 2, 0, 4, 3, 2, 1]);
      check(cols, logitsWith(special.slice(0, cols), cols), [0, 1, 2, 1, 4, 3, 2, 1]);
    }
  });

  it('gives what it gives for labels that are no column', () => {
    for (const cols of [5, 70]) check(cols, logitsWith([], cols), [0, -1, 2, cols, 4, 99, 2, -7]);
  });
});
