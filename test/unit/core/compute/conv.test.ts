import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KernelRuntime } from '../../../../src/core/index';
import type { ConvDirection } from '../../../../src/core/compute/plan/convWorkspace';
import { convWorkspace, leastConvWorkspace } from '../../../../src/core/compute/plan/convWorkspace';
import type { ConvCase, Sizes } from '../../../support/convCases';
import {
  anySizes,
  convCase,
  counts,
  expectClose,
  expectSameBits,
} from '../../../support/convCases';
import { noise, runGuarded, walkTaps } from '../../../support/convCases';
import { kernelRuntimes } from '../../../support/kernels';
import { useBackend } from '../../../support/tfBackends';

const DIRECTIONS: readonly ConvDirection[] = ['forward', 'input', 'filter'];

interface Arrays {
  readonly x: Float32Array;
  readonly filter: Float32Array;
  readonly y: Float32Array;
  /** Of the forward direction. */
  readonly bias?: Float32Array;
}

/** x, filter and, for the gradients, dy. */
function arraysFor(one: ConvCase): Arrays {
  const { x, filter, y } = counts(one);
  return { x: noise(x, 1), filter: noise(filter, 2), y: noise(y, 3) };
}

/** The arrays of a direction in the order of the kernels' arguments. */
function partsOf(
  direction: ConvDirection,
  { x, filter, y, bias }: Arrays,
): { out: number; inputs: readonly Float32Array[] } {
  const biases = bias === undefined ? [] : [bias];
  if (direction === 'forward') return { out: y.length, inputs: [x, filter, ...biases] };
  if (direction === 'input') return { out: x.length, inputs: [y, filter] };
  return { out: filter.length, inputs: [x, y] };
}

function runConv(
  runtime: KernelRuntime,
  one: ConvCase,
  arrays: Arrays,
  [direction, workspace]: readonly [ConvDirection, number],
  op = `${one.depthwise ? 'depthwise' : 'conv'}.${direction}`,
): Float32Array {
  const { out, inputs } = partsOf(direction, arrays);
  return runGuarded(runtime, {
    op,
    outWords: out,
    inputs,
    workspace,
    args: (to, [x = 0, other = 0, bias = -1], work) => [
      ...[to, x, other, work, workspace],
      ...(Object.values(one.geometry) as number[]),
      ...(op.startsWith('conv.forward') ? [bias] : []),
      // All rows of the filter's gradient.
      ...(direction === 'filter' && !one.depthwise ? [0, out / one.geometry.outChannels] : []),
    ],
  });
}

/** Calls `visit` with the words of x, filter and y of every product. */
function walk(one: ConvCase, visit: (x: number, filter: number, y: number) => void): void {
  const { channels, outChannels } = one.geometry;
  const multiplier = outChannels / channels;
  walkTaps(one.geometry, (x, y, tap) => {
    for (let c = 0; c < channels; c++)
      if (one.depthwise)
        for (let m = c * multiplier; m < (c + 1) * multiplier; m++)
          visit(x + c, tap * outChannels + m, y * outChannels + m);
      else
        for (let o = 0; o < outChannels; o++)
          visit(x + c, (tap * channels + c) * outChannels + o, y * outChannels + o);
  });
}

/** The exact result, and the sum of the products' sizes. */
function exactly(
  direction: ConvDirection,
  one: ConvCase,
  { x, filter, y }: Arrays,
): { sum: Float64Array; size: Float64Array } {
  const count = partsOf(direction, { x, filter, y }).out;
  const sum = new Float64Array(count);
  const size = new Float64Array(count);
  const add = (at: number, product: number): void => {
    sum[at]! += product;
    size[at]! += Math.abs(product);
  };
  walk(one, (i, j, k) => {
    if (direction === 'forward') add(k, x[i]! * filter[j]!);
    else if (direction === 'input') add(i, y[k]! * filter[j]!);
    else add(j, x[i]! * y[k]!);
  });
  return { sum, size };
}

/** tfjs-cpu's answer; undefined where it has none: its gradients know no dilations, it is slow. */
function tfjs(direction: ConvDirection, one: ConvCase, arrays: Arrays): Float32Array | undefined {
  const g = one.geometry;
  const dilated = g.dilationHeight * g.dilationWidth > 1;
  const strided = g.strideHeight * g.strideWidth > 1;
  if (dilated && (strided || direction !== 'forward')) return undefined;
  if (arrays.x.length > 20_000) return undefined;
  const inputShape = [g.batch, g.height, g.width, g.channels];
  const last = one.depthwise ? g.outChannels / g.channels : g.outChannels;
  const filterShape = [g.filterHeight, g.filterWidth, g.channels, last];
  const tensors = {
    x: tf.tensor(arrays.x, inputShape),
    filter: tf.tensor(arrays.filter, filterShape),
    dy: tf.tensor(arrays.y, [g.batch, g.outHeight, g.outWidth, g.outChannels]),
  };
  const { x, filter, dy } = tensors;
  const inputs = { forward: { x, filter }, input: { dy, filter }, filter: { x, dy } }[direction];
  const kernel = one.depthwise
    ? {
        forward: 'DepthwiseConv2dNative',
        input: 'DepthwiseConv2dNativeBackpropInput',
        filter: 'DepthwiseConv2dNativeBackpropFilter',
      }
    : { forward: 'Conv2D', input: 'Conv2DBackpropInput', filter: 'Conv2DBackpropFilter' };
  const { strides, dilations, pad } = one;
  const attributes = { strides, dilations, pad, dataFormat: 'NHWC', dimRoundingMode: 'floor' };
  const result = tf.engine().runKernel<tf.Tensor>(kernel[direction], inputs, {
    ...attributes,
    inputShape,
    filterShape,
  });
  const values = result.dataSync<'float32'>();
  tf.dispose([tensors, result]);
  return values;
}

function check(one: ConvCase): void {
  const arrays = arraysFor(one);
  for (const direction of DIRECTIONS) {
    const { sum, size } = exactly(direction, one, arrays);
    const peer = tfjs(direction, one, arrays);
    const full = convWorkspace(one.geometry);
    const least = leastConvWorkspace(one.geometry, direction);
    for (const runtime of kernelRuntimes) {
      const name = `${direction} on ${runtime.isa}`;
      const got = runConv(runtime, one, arrays, [direction, full]);
      expectClose(got, sum, size, name);
      if (peer !== undefined) expectClose(got, peer, size, `${name} against tfjs`);
      const narrow = runConv(runtime, one, arrays, [direction, least]);
      expectSameBits(narrow, got, `${name} in the least workspace`);
    }
  }
}

const PLAIN: Sizes = {
  ...{ batch: 2, size: [9, 7], channels: 3, out: 5 },
  ...{ window: [3, 3], strides: [1, 1], dilations: [1, 1], pad: 'same' },
};

beforeAll(() => useBackend('cpu'));

describe('convolution kernels', () => {
  it('agree with plain loops and tfjs-cpu over geometries', () => {
    const sizes = anySizes([1, 2, 3, 4, 5, 16], [1, 2, 3, 4, 5, 6, 7, 8, 9, 33]);
    fc.assert(
      fc.property(sizes, (some) => {
        const one = convCase(some);
        fc.pre(one !== undefined);
        check(one);
      }),
      { numRuns: 120 },
    );
  });

  it.each<Partial<Sizes> & { name: string }>([
    { name: 'bands of several images', batch: 5, size: [40, 40], channels: 16, out: 2 },
    { name: 'bands of rows', batch: 2, size: [70, 80], channels: 16, out: 2 },
    { name: 'bands of rows with strides', batch: 1, size: [99, 80], channels: 16, strides: [2, 3] },
    { name: 'a row wider than a band', batch: 1, size: [4, 2200], channels: 16, out: 1 },
    { name: 'plain products', window: [1, 1], channels: 37, out: 70, batch: 3 },
    { name: 'plain products with strides', window: [1, 1], strides: [2, 2] },
    { name: 'strides longer than the window', window: [2, 1], strides: [3, 3], pad: 'valid' },
    { name: 'padding wider than the window', window: [2, 2], pad: [5, 1, 0, 6] },
    { name: 'two panels and a rest', channels: 40, out: 75, size: [6, 6] },
    { name: 'windows as large as the image', window: [9, 7], pad: 'valid', out: 20 },
  ])('work with $name', (sizes) => {
    const one = convCase({ ...PLAIN, ...sizes });
    expect(one).toBeDefined();
    check(one!);
  });

  it.each(kernelRuntimes)('let NaN and infinity through on $flavour $isa', (runtime) => {
    const one = convCase({ ...PLAIN, out: 18, strides: [2, 1] })!;
    for (const direction of DIRECTIONS) {
      const arrays = arraysFor(one);
      arrays.x[31] = NaN;
      arrays.x[100] = Infinity;
      if (direction === 'input') {
        arrays.y[50] = NaN;
        arrays.y[200] = -Infinity;
      }
      const { sum, size } = exactly(direction, one, arrays);
      const got = runConv(runtime, one, arrays, [direction, convWorkspace(one.geometry)]);
      expect(got.some((value) => !Number.isFinite(value))).toBe(true);
      expect(got.some((value) => Number.isFinite(value))).toBe(true);
      const finite = size.map((value) => (Number.isFinite(value) ? value : 0));
      expectClose(got, sum, finite, direction);
    }
  });

  it.each(kernelRuntimes)('let a NaN of the filter through on $flavour $isa', (runtime) => {
    const one = convCase(PLAIN)!;
    const arrays = arraysFor(one);
    arrays.filter[7] = NaN;
    const forward = runConv(runtime, one, arrays, ['forward', convWorkspace(one.geometry)]);
    const channel = forward.filter((_, i) => i % one.geometry.outChannels === 7 % 5);
    expect(channel.some(Number.isNaN)).toBe(true);
  });
});

describe('a convolution with a bias', () => {
  const sizes = anySizes([1, 3, 16], [1, 5, 8, 17, 33, 40]);

  it.each(kernelRuntimes)(
    'starts from it, and may end with a relu, on $flavour $isa',
    (runtime) => {
      fc.assert(
        fc.property(sizes, (some) => {
          const one = convCase(some);
          fc.pre(one !== undefined);
          const { outChannels } = one.geometry;
          const bias = noise(outChannels, 4).map((value, i) => (i === 2 ? NaN : value));
          const arrays = { ...arraysFor(one), bias };
          const { sum, size } = exactly('forward', one, arrays);
          const biased = sum.map((value, i) => value + bias[i % outChannels]!);
          const positive = biased.map((value) => (value < 0 ? 0 : value));
          const without = sum.map((value) => Math.max(value, 0));
          for (const words of [
            convWorkspace(one.geometry),
            leastConvWorkspace(one.geometry, 'forward'),
          ]) {
            const run = (op: string, given: Arrays): Float32Array =>
              runConv(runtime, one, given, ['forward', words], op);
            expectClose(run('conv.forward', arrays), biased, size, 'bias');
            expectClose(run('conv.forwardRelu', arrays), positive, size, 'bias and relu');
            expectClose(run('conv.forwardRelu', arraysFor(one)), without, size, 'relu');
          }
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe('depthwise kernels', () => {
  it.each([[[1]], [[2, 3]]])(
    'agree with plain loops and tfjs-cpu, multipliers %j',
    (multipliers) => {
      const sizes = anySizes([1, 2, 3, 4, 5, 16, 35], multipliers);
      fc.assert(
        fc.property(sizes, (some) => {
          const one = convCase(some, true);
          fc.pre(one !== undefined);
          check(one);
        }),
        { numRuns: 80 },
      );
    },
  );

  it.each(kernelRuntimes)('read nothing outside the image on $flavour $isa', (runtime) => {
    const one = convCase({ ...PLAIN, out: 1 }, true)!;
    const arrays = arraysFor(one);
    arrays.filter.fill(Infinity);
    const got = runConv(runtime, one, arrays, ['forward', convWorkspace(one.geometry)]);
    const { sum } = exactly('forward', one, arrays);
    expectClose(got, sum, undefined, 'forward');
  });
});
