import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { capture, captureGradients } from '../../../../../src/core/compute/capture/capture';
import type { CapturableLoss } from '../../../../../src/core/compute/capture/capture';
import type { Graph, GraphNode, GraphValue } from '../../../../../src/core/compute/capture/graph';
import type { RngKey } from '../../../../../src/core/compute/rng';
import { createLossRng } from '../../../../../src/core/training/lossRng';
import { interpret } from '../../../../support/graphInterpreter';
import { useBackend } from '../../../../support/tfBackends';
import { tfWorld } from '../../../../support/tfWorld';
import type { TfWorld } from '../../../../support/tfWorld';

const KEY: RngKey = { seed: 11, purpose: 'dropout', step: 3 };
const W: Record<string, GraphValue> = { w: { shape: [3, 2], dtype: 'float32' } };
const X: Record<string, GraphValue> = {
  x: { shape: [4, 3], dtype: 'float32' },
  y: { shape: [4], dtype: 'int32' },
};

beforeAll(() => useBackend('cpu'));

let before: TfWorld;
beforeEach(() => {
  before = tfWorld();
});
afterEach(() => {
  expect(tfWorld()).toEqual(before);
});

describe('a graph', () => {
  test('lists kernel calls in order, with names of inputs, attributes and the line of the task', () => {
    const graph = capture(
      ({ a, b }) => ({ out: tf.relu(tf.matMul(a as Tensor2D, b as Tensor2D, false, true)) }),
      {
        a: { shape: [2, 3], dtype: 'float32' },
        b: { shape: [4, 3], dtype: 'float32' },
      },
    );
    const { a, b } = graph.inputs;
    const [product, relu] = graph.nodes as [GraphNode, GraphNode];
    expect(graph.nodes).toHaveLength(2);
    expect(product).toMatchObject({ op: 'BatchMatMul', inputs: { a, b } });
    expect(product.attrs).toEqual({ transposeA: false, transposeB: true });
    expect(relu).toMatchObject({ op: 'Relu', inputs: { x: product.outputs[0] } });
    expect(graph.outputs).toEqual({ out: relu.outputs[0] });
    expect(graph.values[relu.outputs[0]!]).toEqual({ shape: [2, 4], dtype: 'float32' });
    expect(relu.origin).toMatch(/capture\.test\.ts:\d+$/);
    expect(graph.constants.size).toBe(0);
  });

  test('has lists of inputs for kernels that take any number', () => {
    const graph = capture(({ a }) => ({ out: tf.concat([a!, a!, a!], 0) }), { a: X.x! });
    expect(graph.nodes[0]!.inputs).toEqual([0, 0, 0]);
  });

  test('leaves out inputs that a kernel did without', () => {
    const graph = capture(({ x, y }) => ({ out: tf.fused.matMul({ a: x!, b: y! }) }), {
      x: X.x!,
      y: W.w!,
    });
    const product = graph.nodes.find(({ op }) => op === '_FusedMatMul');
    expect(Object.keys(product!.inputs)).toEqual(['a', 'b']);
  });

  test('may name inputs, constants and one value twice as outputs', () => {
    const graph = capture(({ x }) => ({ x: x!, again: x!, two: tf.scalar(2) }), { x: X.x! });
    expect(graph.outputs).toEqual({ x: graph.inputs.x, again: graph.inputs.x, two: 1 });
    expect(graph.constants.get(1)).toEqual(Float32Array.of(2));
    expect(graph.nodes).toEqual([]);
  });

  test('has attributes of its own, whatever becomes of the arrays of the task', () => {
    const graph = capture(
      ({ x }) => {
        const begin = [0, 0];
        const parts = [0, 1, 2].map((column) => {
          begin[1] = column;
          return tf.slice(x!, begin, [4, 1]);
        });
        return { out: tf.concat(parts.reverse(), 1) };
      },
      { x: X.x! },
    );
    const slices = graph.nodes.filter(({ op }) => op === 'Slice');
    expect(slices.map(({ attrs }) => attrs.begin)).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
  });

  test('calls einsum by matrix products', () => {
    const specs = {
      a: { shape: [2, 3, 4], dtype: 'float32' },
      b: { shape: [2, 5, 4], dtype: 'float32' },
    } as const;
    const graph = capture(({ a, b }) => ({ out: tf.einsum('bik,bjk->bij', a!, b!) }), specs);
    const ops = graph.nodes.map(({ op }) => op);
    expect(ops).toContain('BatchMatMul');
    expect(ops).not.toContain('Einsum');
  });

  test('sums in einsum what only one operand has', () => {
    const data = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    const spec = { shape: [2, 3], dtype: 'float32' } as const;
    const graph = capture(({ a, b }) => ({ out: tf.einsum('ij,kl->i', a!, b!) }), {
      a: spec,
      b: spec,
    });
    expect(interpret(graph, { a: data, b: data }, KEY).out!.data).toEqual(
      Float32Array.of(126, 315),
    );
  });

  test('hands dilations on to the derivatives of a convolution', () => {
    const graph = captureGradients(
      ({ f }, { x }) =>
        tf.mean(tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same', 'NHWC', 2)),
      { f: { shape: [3, 3, 2, 1], dtype: 'float32' } },
      { x: { shape: [1, 6, 6, 2], dtype: 'float32' } },
    );
    const slope = graph.nodes.find(({ op }) => op === 'Conv2DBackpropFilter');
    expect(slope!.attrs.dilations).toEqual([2, 2]);
  });
});

describe('constants', () => {
  const outside = (make: () => Tensor, check: (tensor: Tensor) => void): void => {
    const tensor = make();
    check(tensor);
    tensor.dispose();
  };

  test('are copies of what the task writes, as floats, and only if they are used', () => {
    const numbers = Float32Array.of(1, 2, 3);
    const graph = capture(
      ({ x }) => {
        tf.tensor1d([9, 9]);
        const whole = tf.tensor1d(numbers);
        const used = tf.add(tf.add(x!, whole), tf.cast(tf.tensor1d([7, 8, 9], 'int32'), 'float32'));
        const picked = tf.where(tf.tensor1d([true, false, true], 'bool'), used, 0);
        return { picked };
      },
      { x: X.x! },
    );
    numbers.fill(0);
    const constants = [...graph.constants].map(([id, data]) => [
      graph.values[id]!.dtype,
      [...data],
    ]);
    expect(constants).toEqual([
      ['float32', [1, 2, 3]],
      ['int32', [7, 8, 9]],
      ['bool', [1, 0, 1]],
      ['float32', [0]],
    ]);
  });

  test('are tensors of another backend too, which stay there', () => {
    outside(
      () => tf.tensor1d([1, 2, 3]),
      (tensor) => {
        const graph = capture(({ x }) => ({ out: tf.mul(x!, tensor) }), { x: X.x! });
        expect([...graph.constants.values()]).toEqual([Float32Array.of(1, 2, 3)]);
        expect([...tensor.dataSync()]).toEqual([1, 2, 3]);
      },
    );
  });

  test('that share their data in two shapes are two', () => {
    outside(
      () => tf.tensor1d([1, 2, 3, 4]),
      (tensor) => {
        const square = tf.reshape(tensor, [2, 2]);
        const graph = capture(
          () => ({
            out: tf.matMul(square, tf.expandDims<Tensor2D>(tf.slice(tensor, 0, 2), 1)),
          }),
          {},
        );
        const shapes = [...graph.constants.keys()].map((id) => graph.values[id]!.shape);
        expect(shapes).toEqual(expect.arrayContaining([[2, 2], [4]]));
        square.dispose();
      },
    );
  });

  test('may be read by the task', () => {
    const graph = capture(({ x }) => ({ out: tf.mul(x!, tf.tensor1d([2, 3]).arraySync()[1]!) }), {
      x: X.x!,
    });
    expect([...graph.constants.values()]).toEqual([Float32Array.of(3)]);
  });

  test('are variables from outside, as they are now', () => {
    outside(
      () => tf.variable(tf.tensor1d([1, 2, 3])),
      (variable) => {
        const graph = capture(({ x }) => ({ out: tf.mul(x!, variable) }), { x: X.x! });
        expect([...graph.constants.values()]).toEqual([Float32Array.of(1, 2, 3)]);
      },
    );
    tf.disposeVariables();
    before = tfWorld();
  });

  test('that the task keeps may be used afterwards', () => {
    let kept: Tensor | undefined;
    capture(({ x }) => ({ out: tf.mul(x!, (kept ??= tf.keep(tf.tensor1d([1, 2, 3])))) }), {
      x: X.x!,
    });
    expect([...tf.tidy(() => tf.add(kept!, 1)).dataSync()]).toEqual([2, 3, 4]);
    tf.disposeVariables();
    kept!.dispose();
    before = tfWorld();
  });
});

describe('draws', () => {
  type Draw = readonly ['uniform' | 'normal', ...number[]];
  const drawn = (...draws: Draw[]): Graph =>
    capture(
      (_, rng) =>
        Object.fromEntries(draws.map(([kind, ...shape], i) => [`d${i}`, rng[kind](shape)])),
      {},
    );

  test.each<[string, Draw[]]>([
    [
      'uniform numbers',
      [
        ['uniform', 3],
        ['uniform', 2, 2],
      ],
    ],
    [
      'pairs of normal numbers',
      [
        ['normal', 4],
        ['normal', 2],
      ],
    ],
    [
      'halves of pairs',
      [
        ['normal', 3],
        ['normal', 3],
        ['normal', 2],
      ],
    ],
    ['a single spare number', [['normal', 1], ['normal'], ['normal', 5]]],
    [
      'nothing',
      [
        ['normal', 0],
        ['normal', 1],
        ['normal', 0],
        ['uniform', 0, 3],
        ['normal', 1],
      ],
    ],
    [
      'a spare number after uniform ones',
      [
        ['normal', 3],
        ['uniform', 2],
        ['normal', 2, 2],
        ['normal', 1],
      ],
    ],
    [
      'only the spare number, late',
      [
        ['normal', 1],
        ['uniform', 3],
        ['normal', 1],
        ['normal', 2],
      ],
    ],
  ])('of %s are those of the eager generator', (_, draws) => {
    const graph = drawn(...draws);
    const rng = createLossRng(KEY);
    const got = interpret(graph, {}, KEY);
    for (const [i, [kind, ...shape]] of draws.entries()) {
      const tensor = rng[kind](shape);
      expect(got[`d${i}`]).toEqual({ shape, data: tensor.dataSync() });
      tensor.dispose();
    }
  });

  test('name the words that they take', () => {
    const { nodes } = drawn(['uniform', 5], ['normal', 3], ['normal', 4]);
    expect(nodes.map(({ op, attrs }) => [op, attrs.word, attrs.spare])).toEqual([
      ['RandomUniform', 0, false],
      ['RandomNormal', 5, false],
      ['RandomNormal', 9, true],
    ]);
  });
});

describe('gradients', () => {
  test('are named after the parameters; zeros where the loss does not depend on one', () => {
    const params = { ...W, unused: { shape: [2], dtype: 'float32' } } as const;
    const graph = captureGradients(
      (p, b) => tf.mean(tf.matMul(b.x as Tensor2D, p.w as Tensor2D)),
      params,
      X,
    );
    expect(Object.keys(graph.inputs)).toEqual(['params/w', 'params/unused', 'batch/x', 'batch/y']);
    expect(Object.keys(graph.outputs)).toEqual(['loss', 'grads/w', 'grads/unused']);
    expect(graph.constants.get(graph.outputs['grads/unused']!)).toEqual(new Float32Array(2));
    expect(graph.values[graph.outputs['grads/w']!]).toEqual(W.w);
  });

  test('of a loss that depends on no parameter are zeros', () => {
    const graph = captureGradients(() => tf.scalar(3), W, {});
    expect(graph.constants.get(graph.outputs['grads/w']!)).toEqual(new Float32Array(6));
    expect(graph.constants.get(graph.outputs.loss!)).toEqual(Float32Array.of(3));
  });

  test('of a loss without parameters are none', () => {
    const graph = captureGradients((_, { x }) => tf.mean(x!), {}, X);
    expect(Object.keys(graph.outputs)).toEqual(['loss']);
  });
});

describe('everything is put back', () => {
  test('after variables and kept tensors of a loss, and after errors in every phase', () => {
    const variable: CapturableLoss = (p) => tf.mean(tf.mul(tf.variable(tf.scalar(2)), p.w!));
    captureGradients(variable, W, X);
    expect(tfWorld()).toEqual(before);
    const inBackward: CapturableLoss = (p) =>
      tf.mean(
        tf.atan(tf.depthToSpace(tf.reshape<tf.Rank.R4>(tf.tile(p.w!, [2, 2]), [1, 1, 6, 4]), 2)),
      );
    expect(() => captureGradients(inBackward, W, X)).toThrow(
      /gradient function not found for DepthToSpace/,
    );
    expect(tfWorld()).toEqual(before);
    const inCustom: CapturableLoss = (p) =>
      tf.customGrad((x, save) => {
        (save as tf.GradSaveFunc)([x as Tensor]);
        throw new Error('late');
      })(p.w!);
    expect(() => captureGradients(inCustom, W, X)).toThrow(/late/);
  });

  test('where no backend was active', () => {
    const engine = tf.engine() as unknown as { backendName?: string; backendInstance?: unknown };
    const active = { backendName: engine.backendName, backendInstance: engine.backendInstance };
    Object.assign(engine, { backendName: undefined, backendInstance: undefined });
    capture(({ x }) => ({ out: tf.relu(x!) }), { x: X.x! });
    expect(engine.backendName).toBeUndefined();
    expect(tf.scalar(1).dataSync()[0]).toBe(1);
    expect(tf.getBackend()).not.toBe('velo-trace');
    Object.assign(engine, active);
    before = tfWorld();
  });

  test('the wasm backend computes on', async () => {
    await useBackend('wasm');
    const tensor = tf.tensor1d([1, 2]);
    capture(({ x }) => ({ out: tf.mul(x!, tensor) }), { x: { shape: [2], dtype: 'float32' } });
    expect(tf.getBackend()).toBe('wasm');
    expect([...tf.tidy(() => tf.square(tensor)).dataSync()]).toEqual([1, 4]);
    tensor.dispose();
    await useBackend('cpu');
    before = tfWorld();
  });
});
