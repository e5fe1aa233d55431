import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KernelRuntime } from '../../../../src/core/index';
import { KernelCall, bitsOf } from '../../../support/kernelCall';
import { kernelRuntimes } from '../../../support/kernels';
import { useBackend } from '../../../support/tfBackends';

interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly cols: number;
}

const SIZES = [0, 1, 2, 3, 4, 5, 7, 8, 10, 13, 15, 16, 17, 31, 33, 64, 97, 257, 1000];
const size = fc.constantFrom(...SIZES);

/** Numbers from a seed: cheap, where an arbitrary per element would be slow. */
function noise(length: number, seed: number, scale: number): Float32Array {
  let state = seed | 1;
  return Float32Array.from({ length }, () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return ((state >> 8) / 2 ** 23) * scale;
  });
}

const matrices = fc
  .tuple(fc.constantFrom(0, 1, 2, 3, 5, 9), size, fc.nat(), fc.constantFrom(1, 30, 1e4))
  .map(([rows, cols, seed, scale]): Matrix => {
    return { rows, cols, data: noise(rows * cols, seed, scale) };
  });

/** With at least one row and column, and more rows than a vector has lanes too. */
const labelled = fc
  .tuple(fc.constantFrom(1, 2, 5, 16, 33), size, fc.nat(), fc.constantFrom(1, 30, 1e4))
  .filter(([, cols]) => cols > 0)
  .map(([rows, cols, seed, scale]): Matrix => {
    return { rows, cols, data: noise(rows * cols, seed, scale) };
  });

/** Matrices of few values, so that there are ties, with what is no number among them. */
const oddMatrices = fc.tuple(size, fc.nat(), fc.boolean()).map(([cols, seed, special]): Matrix => {
  const values = special ? [NaN, Infinity, -Infinity, 0, -0, 1] : [-2, -1, 0, -0, 1, 2];
  const data = noise(3 * cols, seed, 3).map((x) => values[Math.floor(x + 3)]!);
  return { rows: 3, cols, data };
});

const SPECIAL_ROWS = [
  [NaN, 1, 2],
  [1, NaN, 2],
  [1, 2, NaN],
  [NaN, NaN, NaN],
  [Infinity, 1, 2],
  [-Infinity, 1, 2],
  [-Infinity, -Infinity, -Infinity],
  [Infinity, -Infinity, 0],
  [1e4, -1e4, 0],
  [3e38, -3e38, 1],
];

function unary(
  runtime: KernelRuntime,
  op: string,
  { data, rows, cols }: Matrix,
  { length = data.length, extra = [] as number[], inPlace = false } = {},
): Float32Array {
  const call = new KernelCall(runtime, data.length + length);
  const out = inPlace ? call.update(data) : call.result(length);
  call.run(op, out, inPlace ? out : call.put(data), rows, cols, ...extra);
  return call.read(out, length);
}

/** Row by row in double. */
function rowwise({ data, rows, cols }: Matrix, f: (row: number[]) => number[]): number[] {
  return Array.from({ length: rows }, (_, r) =>
    f([...data.subarray(r * cols, (r + 1) * cols)]),
  ).flat();
}

function softmax(row: number[]): number[] {
  const max = Math.max(...row);
  const terms = row.map((x) => Math.exp(x - max));
  const sum = terms.reduce((a, b) => a + b, 0);
  return terms.map((x) => x / sum);
}

function logSoftmax(row: number[]): number[] {
  const max = Math.max(...row);
  const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x - max), 0));
  return row.map((x) => x - max - total);
}

function expectNear(
  got: ArrayLike<number>,
  exact: readonly number[],
  tolerance: (x: number) => number,
): void {
  expect(got).toHaveLength(exact.length);
  const bad = exact.findIndex((x, i) =>
    Number.isFinite(x) ? !(Math.abs(got[i]! - x) <= tolerance(x)) : !Object.is(got[i], x),
  );
  expect(bad < 0 ? '' : `[${bad}] is ${got[bad]}, not ${exact[bad]}`).toBe('');
}

const relative = (x: number): number => 3e-6 * Math.abs(x) + 1e-37;
const logarithmic = (x: number): number => 1e-6 + 3e-7 * Math.abs(x);

interface Entropy {
  readonly smoothing: number;
  /** Left in rows whose label is no column: of the logarithm, of the softmax. */
  readonly strayLoss: number;
  readonly strayGradient: number;
  readonly scale: number;
}

const PLAIN: Entropy = { smoothing: 0, strayLoss: 0, strayGradient: 0, scale: 1 };

/** The cross-entropy of a row and its gradient times a scale, in double. */
function crossEntropy(row: number[], label: number, entropy = PLAIN): number[] {
  const { smoothing, strayLoss, strayGradient, scale } = entropy;
  const target = row.map((_, j) => (j === label ? 1 - smoothing : 0) + smoothing / row.length);
  const isColumn = label >= 0 && label < row.length;
  const max = Math.max(...row);
  const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x - max), 0));
  const aligned = target.reduce((sum, t, j) => sum + t * (row[j]! - max), 0);
  const kept = isColumn ? 1 : strayGradient;
  const gradient = softmax(row).map((p, j) => scale * (kept * p - target[j]!));
  return [(isColumn ? 1 : strayLoss) * total - aligned, ...gradient];
}

interface CrossEntropyCall {
  readonly sum: number;
  readonly losses: Float32Array;
  readonly gradient: Float32Array;
}

/** @param sumScale  factor of the sum of the losses */
function runCrossEntropy(
  runtime: KernelRuntime,
  { data, rows, cols }: Matrix,
  labels: readonly number[],
  { smoothing, strayLoss, strayGradient, scale } = PLAIN,
  sumScale = 1,
): CrossEntropyCall {
  const call = new KernelCall(runtime, 2 * data.length + 64);
  const [sum, losses, gradient] = [call.result(1), call.result(rows), call.result(data.length)];
  const [x, y] = [call.put(data), call.put(Float32Array.from(labels))];
  const floats = [smoothing, strayLoss, strayGradient, sumScale, scale].map(bitsOf);
  call.run('rows.crossEntropy', sum, losses, gradient, x, y, rows, cols, ...floats);
  return {
    sum: call.read(sum, 1)[0]!,
    losses: call.read(losses, rows),
    gradient: call.read(gradient, data.length),
  };
}

beforeAll(() => useBackend('cpu'));

describe.each(kernelRuntimes)('rows on $flavour $isa', (runtime) => {
  it('softmax and logSoftmax are those of double arithmetic, also in place', () => {
    fc.assert(
      fc.property(matrices, fc.boolean(), (m, inPlace) => {
        expectNear(unary(runtime, 'rows.softmax', m, { inPlace }), rowwise(m, softmax), relative);
        const logs = unary(runtime, 'rows.logSoftmax', m, { inPlace });
        expectNear(logs, rowwise(m, logSoftmax), logarithmic);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps its digits over 50,000 columns', () => {
    const m = { rows: 2, cols: 50_000, data: noise(100_000, 5, 3) };
    expectNear(unary(runtime, 'rows.softmax', m), rowwise(m, softmax), (x) => 1e-6 * x);
    expectNear(unary(runtime, 'rows.logSoftmax', m), rowwise(m, logSoftmax), logarithmic);
  });

  it.each([3, 20, 70])('answers NaN and infinity as tfjs does, %i columns', (cols) => {
    for (const row of SPECIAL_ROWS) {
      const data = new Float32Array(3 * cols).fill(-1);
      data.set(row, cols);
      const m = { rows: 3, cols, data };
      const x = tf.tensor2d(data, [3, cols]);
      expectNear(unary(runtime, 'rows.softmax', m), [...tf.softmax(x).dataSync()], relative);
      const logs = [...tf.logSoftmax(x).dataSync()];
      expectNear(unary(runtime, 'rows.logSoftmax', m), logs, logarithmic);
      x.dispose();
    }
  });

  it('crossEntropy gives losses, their sum and the gradient', () => {
    const labels = fc.array(fc.integer({ min: -1, max: 1001 }), { minLength: 40, maxLength: 40 });
    const entropies = fc.constantFrom(
      PLAIN,
      { ...PLAIN, strayLoss: 1, strayGradient: 1, scale: 0.25 },
      { smoothing: 0.125, strayLoss: 0.125, strayGradient: 1, scale: -2 },
    );
    fc.assert(
      fc.property(labelled, labels, entropies, (m, all, entropy) => {
        const { data, rows, cols } = m;
        const chosen = all.slice(0, rows).map((y) => (y > cols ? y % (cols + 1) : y));
        const exact = chosen.map((y, r) =>
          crossEntropy([...data.subarray(r * cols, (r + 1) * cols)], y, entropy),
        );
        const got = runCrossEntropy(runtime, m, chosen, entropy, -0.5);
        const losses = exact.map(([loss]) => loss!);
        expectNear(got.losses, losses, (l) => 2e-6 + 2e-6 * Math.abs(l));
        const size = losses.reduce((sum, loss) => sum + Math.abs(loss), 0);
        const sum = losses.reduce((a, b) => a + b, 0);
        expectNear([got.sum], [-0.5 * sum], () => 1e-6 * (rows + size));
        const gradient = exact.flatMap(([, ...g]) => g);
        expectNear(got.gradient, gradient, () => 4e-7 * Math.abs(entropy.scale));
      }),
      { numRuns: 200 },
    );
  });

  it.each([3, 40])('crossEntropy writes only what is asked for, %i columns', (cols) => {
    const m = { rows: 5, cols, data: noise(5 * cols, 4, 6) };
    const labels = [0, 2, 1, 1, 0];
    const all = runCrossEntropy(runtime, m, labels);
    const call = new KernelCall(runtime, 2 * m.data.length + 64);
    const [losses, x] = [call.result(5), call.update(m.data)];
    const y = call.put(Float32Array.from(labels));
    const floats = [0, 0, 0, 1, 1].map(bitsOf);
    call.run('rows.crossEntropy', -1, losses, -1, x, y, 5, cols, ...floats);
    expect(call.read(losses, 5)).toEqual(all.losses);
    expect(call.read(x, m.data.length)).toEqual(m.data);
    call.run('rows.crossEntropy', -1, -1, x, x, y, 5, cols, ...floats);
    expect(call.read(x, m.data.length)).toEqual(all.gradient);
  });

  it.each([3, 20, 70])(
    'crossEntropy lets NaN and infinity flow as tfjs does, %i columns',
    (cols) => {
      for (const row of SPECIAL_ROWS) {
        for (const label of [0, 1, cols - 1]) {
          const data = new Float32Array(3 * cols).fill(-1);
          data.set(row, cols);
          const x = tf.tensor2d(data, [3, cols]);
          const labels = [1, label, 0];
          const target = tf.oneHot(tf.tensor1d(labels, 'int32'), cols);
          const exact = [...tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(x)), 1)).dataSync()];
          const got = runCrossEntropy(runtime, { rows: 3, cols, data }, labels);
          expectNear(got.losses, exact, logarithmic);
          const gradient = tf.sub(tf.softmax(x), tf.cast(target, 'float32'));
          expectNear(got.gradient, [...gradient.dataSync()], () => 4e-7);
          tf.dispose([x, target, gradient]);
        }
      }
    },
  );

  it.each([3, 40])('a label that is no number is no column, %i columns', (cols) => {
    const m = { rows: 3, cols, data: noise(3 * cols, 1, 1) };
    const labels = [NaN, Infinity, 0.5];
    const { losses, gradient } = runCrossEntropy(runtime, m, labels);
    expectNear(losses, [0, 0, 0], () => 0);
    expect(gradient.every((g) => g === 0)).toBe(true);
  });

  it('argMax and argMin are those of tfjs, with ties and NaN', () => {
    fc.assert(
      fc.property(fc.oneof(matrices, oddMatrices), (m) => {
        fc.pre(m.cols > 0);
        const x = tf.tensor2d(m.data, [m.rows, m.cols]);
        const got = (op: string) => [...unary(runtime, op, m, { length: m.rows })];
        expect(got('rows.argMax')).toEqual([...tf.argMax(x, 1).dataSync()]);
        expect(got('rows.argMin')).toEqual([...tf.argMin(x, 1).dataSync()]);
        x.dispose();
      }),
      { numRuns: 200 },
    );
    const empty = { rows: 2, cols: 0, data: new Float32Array(0) };
    expect([...unary(runtime, 'rows.argMax', empty, { length: 2 })]).toEqual([0, 0]);
  });

  it('cumsum has the bits of tfjs, also in place', () => {
    const flag = fc.boolean();
    fc.assert(
      fc.property(
        fc.oneof(matrices, oddMatrices),
        flag,
        flag,
        flag,
        (m, exclusive, reverse, inPlace) => {
          fc.pre(m.cols > 0 && m.rows > 0);
          const x = tf.tensor2d(m.data, [m.rows, m.cols]);
          const extra = [Number(exclusive), Number(reverse)];
          const got = unary(runtime, 'rows.cumsum', m, { extra, inPlace });
          const exact = tf.cumsum(x, 1, exclusive, reverse).dataSync();
          expect(got.every((v, i) => v === exact[i] || (v !== v && exact[i] !== exact[i]))).toBe(
            true,
          );
          x.dispose();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('topk is that of tfjs, of equals the leftmost first', () => {
    const few = oddMatrices.filter((m) => m.data.every(Number.isFinite));
    fc.assert(
      fc.property(fc.oneof(matrices, few), fc.nat({ max: 1000 }), (m, wanted) => {
        fc.pre(m.cols > 0 && m.rows > 0);
        const k = Math.min(wanted, m.cols);
        const { values, indices } = topk(runtime, m, k);
        const x = tf.tensor2d(m.data, [m.rows, m.cols]);
        const exact = tf.topk(x, k);
        expect(values).toEqual([...exact.values.dataSync()]);
        expect(indices).toEqual([...exact.indices.dataSync()]);
        tf.dispose([x, exact]);
      }),
      { numRuns: 200 },
    );
  });

  it('topk puts NaN first, then infinity', () => {
    const data = Float32Array.of(1, -Infinity, NaN, Infinity, 2, NaN, -0, 0, Infinity);
    const { indices } = topk(runtime, { rows: 1, cols: 9, data }, 9);
    expect(indices).toEqual([2, 5, 3, 8, 4, 0, 6, 7, 1]);
    const one = new Float32Array(100).fill(3);
    one[77] = NaN;
    expect(topk(runtime, { rows: 1, cols: 100, data: one }, 3).indices).toEqual([77, 0, 1]);
  });
});

function topk(runtime: KernelRuntime, { data, rows, cols }: Matrix, k: number) {
  const call = new KernelCall(runtime, data.length + 2 * rows * k);
  const [values, indices] = [call.result(rows * k), call.result(rows * k)];
  call.run('rows.topk', values, indices, call.put(data), rows, cols, k);
  return {
    values: [...call.read(values, rows * k)],
    indices: [...call.read(indices, rows * k)],
  };
}
