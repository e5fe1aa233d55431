import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KernelRuntime } from '../../../../src/core/index';
import type { ConvCase, Sizes } from '../../../support/convCases';
import { anySizes, convCase, counts, expectClose, noise } from '../../../support/convCases';
import { runGuarded, walkTaps } from '../../../support/convCases';
import { kernelRuntimes } from '../../../support/kernels';
import { useBackend } from '../../../support/tfBackends';

type PoolOp = 'max' | 'avg' | 'maxGrad' | 'avgGrad';
const OPS: readonly PoolOp[] = ['max', 'avg', 'maxGrad', 'avgGrad'];

interface Arrays {
  readonly x: Float32Array;
  readonly dy: Float32Array;
}

/** Pooling is a depthwise convolution in all but its sums. */
function poolCase(sizes: Sizes): ConvCase | undefined {
  return convCase({ ...sizes, out: 1 }, true);
}

/** Few different numbers, so that maxima are often shared. */
function arraysFor(one: ConvCase): Arrays {
  const { x, y } = counts(one);
  return { x: noise(x, 1).map((value) => Math.round(value * 2) / 2), dy: noise(y, 2) };
}

function runPool(runtime: KernelRuntime, op: PoolOp, one: ConvCase, arrays: Arrays): Float32Array {
  const { x, dy } = arrays;
  // outChannels are channels, and the kernels have no word for them.
  const geometry = Object.entries(one.geometry).flatMap(([name, value]) =>
    name === 'outChannels' ? [] : [Number(value)],
  );
  const inputs = { max: [x], avg: [x], maxGrad: [x, dy], avgGrad: [dy] }[op];
  return runGuarded(runtime, {
    op: `pool.${op}`,
    outWords: op.endsWith('Grad') ? x.length : dy.length,
    inputs,
    workspace: 0,
    args: (out, [first = 0, second = 0]) => [out, first, ...geometry, second, 0, 0],
  });
}

/** The words of x under each word of y. */
function windows(one: ConvCase): number[][] {
  const { channels } = one.geometry;
  const under: number[][] = Array.from({ length: counts(one).y }, () => []);
  walkTaps(one.geometry, (x, y) => {
    for (let c = 0; c < channels; c++) under[y * channels + c]!.push(x + c);
  });
  return under;
}

/** What tfjs-cpu's maximum takes: the first number above -infinity that no other exceeds. */
function firstMaximum(x: Float32Array, window: readonly number[]): number | undefined {
  return window.reduce<number | undefined>(
    (most, at) => (x[at]! > (most === undefined ? -Infinity : x[most]!) ? at : most),
    undefined,
  );
}

function exactly(op: PoolOp, one: ConvCase, { x, dy }: Arrays): Float64Array {
  const g = one.geometry;
  const pixels = g.filterHeight * g.filterWidth;
  const same = pixels === 1 && g.height === g.outHeight && g.width === g.outWidth;
  if (same && !op.endsWith('Grad')) return Float64Array.from(x);
  const under = windows(one);
  if (op === 'max')
    return Float64Array.from(under, (window) => {
      const at = firstMaximum(x, window);
      return at === undefined ? -Infinity : x[at]!;
    });
  if (op === 'avg')
    return Float64Array.from(
      under,
      (window) => window.reduce((sum, at) => sum + x[at]!, 0) / window.length,
    );
  const dx = new Float64Array(x.length);
  under.forEach((window, i) => {
    const at = firstMaximum(x, window);
    if (op === 'maxGrad' && at !== undefined) dx[at]! += dy[i]!;
    if (op === 'avgGrad') for (const to of window) dx[to]! += dy[i]! / pixels;
  });
  return dx;
}

/** tfjs-cpu's answer: its pooling knows no dilations. */
function tfjs(op: PoolOp, one: ConvCase, arrays: Arrays): Float32Array | undefined {
  const g = one.geometry;
  if (g.dilationHeight * g.dilationWidth > 1) return undefined;
  const x = tf.tensor(arrays.x, [g.batch, g.height, g.width, g.channels]);
  const dy = tf.tensor(arrays.dy, [g.batch, g.outHeight, g.outWidth, g.channels]);
  const kernel = { max: 'MaxPool', avg: 'AvgPool', maxGrad: 'MaxPoolGrad', avgGrad: 'AvgPoolGrad' };
  const inputs: Record<PoolOp, Record<string, tf.Tensor>> = {
    ...{ max: { x }, avg: { x } },
    ...{ maxGrad: { dy, input: x, output: dy }, avgGrad: { dy, input: x } },
  };
  const { strides, pad } = one;
  const filterSize = [g.filterHeight, g.filterWidth];
  const attributes = { filterSize, strides, pad, dimRoundingMode: 'floor' };
  const result = tf.engine().runKernel<tf.Tensor>(kernel[op], inputs[op], attributes);
  const values = result.dataSync<'float32'>();
  tf.dispose([x, dy, result]);
  return values;
}

function check(one: ConvCase, arrays: Arrays): void {
  for (const op of OPS) {
    const want = exactly(op, one, arrays);
    const peer = tfjs(op, one, arrays);
    for (const runtime of kernelRuntimes) {
      const got = runPool(runtime, op, one, arrays);
      const size = want.map((value) => 4 + (Number.isFinite(value) ? Math.abs(value) : 0));
      expectClose(got, want, size, `${op} on ${runtime.isa}`);
      if (peer !== undefined) expectClose(got, peer, size, `${op} on ${runtime.isa} against tfjs`);
    }
  }
}

const PLAIN: Sizes = {
  ...{ batch: 2, size: [9, 7], channels: 5, out: 1 },
  ...{ window: [3, 3], strides: [2, 2], dilations: [1, 1], pad: 'same' },
};

beforeAll(() => useBackend('cpu'));

describe('pooling kernels', () => {
  it('agree with plain loops and tfjs-cpu over geometries', () => {
    fc.assert(
      fc.property(anySizes([1, 2, 3, 4, 5, 16, 35], [1]), (sizes) => {
        const one = poolCase(sizes);
        fc.pre(one !== undefined);
        check(one, arraysFor(one));
      }),
      { numRuns: 150 },
    );
  });

  it.each<Partial<Sizes> & { name: string }>([
    { name: 'windows that do not overlap', window: [2, 2] },
    { name: 'a rest that no window covers', size: [11, 8], pad: 'valid' },
    { name: 'windows wholly in the padding', window: [2, 2], pad: [4, 4, 4, 4] },
    { name: 'the whole image', window: [9, 7], pad: 'valid', channels: 20 },
    { name: 'one pixel', window: [1, 1], strides: [1, 1] },
    { name: 'dilations', strides: [1, 1], dilations: [2, 2], pad: [1, 0, 3, 2] },
  ])('work with $name', (sizes) => {
    const one = poolCase({ ...PLAIN, ...sizes });
    expect(one).toBeDefined();
    check(one!, arraysFor(one!));
  });

  it.each<Partial<Sizes> & { name: string }>([
    { name: 'windows', size: [9, 7] },
    { name: 'windows of one pixel', window: [1, 1], strides: [1, 1] },
  ])('do with NaN and infinity what tfjs-cpu does: $name', (sizes) => {
    const one = poolCase({ ...PLAIN, ...sizes })!;
    const { x, dy } = arraysFor(one);
    const special = [NaN, Infinity, -Infinity];
    x.forEach((_, i) => {
      if (i % 3 === 0) x[i] = special[Math.floor(i / 3) % 3]!;
    });
    // A whole image of the batch without a number, one of -infinity.
    x.fill(NaN, 0, x.length / 4);
    x.fill(-Infinity, x.length / 4, x.length / 2);
    dy[7] = NaN;
    dy[dy.length - 3] = Infinity;
    check(one, { x, dy });
  });
});
