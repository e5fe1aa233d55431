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

/** The labels' cross-entropy and its gradient in double. */
function crossEntropy(row: number[], label: number, smoothing: number): number[] {
  const target = row.map((_, j) => (j === label ? 1 - smoothing : 0) + smoothing / row.length);
  if (!(label >= 0 && label < row.length)) return [NaN, ...row.map(() => NaN)];
  const logs = logSoftmax(row);
  const loss = -target.reduce((sum, t, j) => sum + (t === 0 ? 0 : t * logs[j]!), 0);
  return [loss, ...softmax(row).map((p, j) => p - target[j]!)];
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

  it('crossEntropy gives loss and gradient', () => {
    const labels = fc.array(fc.integer({ min: -1, max: 1001 }), { minLength: 9, maxLength: 9 });
    const smoothings = fc.constantFrom(0, 0, 0.125);
    fc.assert(
      fc.property(matrices, labels, smoothings, fc.boolean(), (m, all, smoothing, wanted) => {
        const { data, rows, cols } = m;
        const chosen = all.slice(0, rows).map((y) => (y > cols ? y % (cols + 1) : y));
        const exact = chosen.map((y, r) =>
          crossEntropy([...data.subarray(r * cols, (r + 1) * cols)], y, smoothing),
        );
        const call = new KernelCall(runtime, 2 * data.length + 64);
        const [losses, gradient] = [call.result(rows), call.result(wanted ? data.length : 0)];
        const [x, y] = [call.put(data), call.put(Float32Array.from(chosen))];
        const target = wanted ? gradient : -1;
        call.run('rows.crossEntropy', losses, target, x, y, rows, cols, bitsOf(smoothing));
        const exactLosses = exact.map(([loss]) => loss!);
        expectNear(call.read(losses, rows), exactLosses, (l) => 2e-6 + 2e-6 * Math.abs(l));
        if (!wanted) return;
        const exactGradient = exact.flatMap(([, ...g]) => g);
        expectNear(call.read(gradient, data.length), exactGradient, () => 4e-7);
      }),
      { numRuns: 200 },
    );
  });

  it.each([3, 40])('crossEntropy may overwrite the logits; NaN flows, %i columns', (cols) => {
    const data = noise(4 * cols, 9, 5);
    data[cols + 2] = NaN;
    data[2 * cols] = Infinity;
    data[3 * cols] = -Infinity;
    const call = new KernelCall(runtime, 2 * data.length + 64);
    const [losses, x] = [call.result(4), call.update(data)];
    const labels = call.put(Float32Array.of(1, 1, 1, 0));
    call.run('rows.crossEntropy', losses, x, x, labels, 4, cols, 0);
    const [loss, ...gradient] = crossEntropy([...data.subarray(0, cols)], 1, 0);
    expectNear(call.read(losses, 4), [loss!, NaN, NaN, Infinity], logarithmic);
    expectNear(call.read(x, cols), gradient, () => 3e-7);
    expect(call.read(x + cols, 2 * cols).every((g) => Number.isNaN(g))).toBe(true);
    expect(call.read(x + 3 * cols, 2)[0]).toBe(-1);
  });

  it('a label that is no number gives NaN', () => {
    const call = new KernelCall(runtime, 64);
    const losses = call.result(2);
    const [x, labels] = [call.put(noise(6, 1, 1)), call.put(Float32Array.of(NaN, Infinity))];
    call.run('rows.crossEntropy', losses, -1, x, labels, 2, 3, 0);
    expect([...call.read(losses, 2)]).toEqual([NaN, NaN]);
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
