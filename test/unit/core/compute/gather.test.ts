import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KernelRuntime } from '../../../../src/core/index';
import { instructionsOf } from '../../../../src/core/compute/instructions';
import { KernelCall, bitsOf } from '../../../support/kernelCall';
import { kernelRuntimes } from '../../../support/kernels';
import { useBackend } from '../../../support/tfBackends';

const INNER = [1, 2, 3, 4, 5, 7, 10, 15, 16, 17, 31, 33, 48, 257];

interface Picks {
  readonly rows: number;
  readonly inner: number;
  readonly indices: readonly number[];
}

const picks = fc
  .tuple(fc.constantFrom(1, 2, 7, 100), fc.constantFrom(...INNER))
  .chain(([rows, inner]) =>
    fc.record<Picks>({
      rows: fc.constant(rows),
      inner: fc.constant(inner),
      indices: fc.array(fc.nat({ max: rows - 1 }), { maxLength: 40 }),
    }),
  );

function ramp(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 1.37) * 9);
}

function gather(runtime: KernelRuntime, table: Float32Array, p: Picks): Float32Array {
  const n = p.indices.length;
  const call = new KernelCall(runtime, table.length + n * (p.inner + 1));
  const out = call.result(n * p.inner);
  const indices = call.put(Float32Array.from(p.indices));
  call.run('gather.rows', out, call.put(table), indices, n, p.rows, p.inner);
  return call.read(out, n * p.inner);
}

function scatter(runtime: KernelRuntime, data: Float32Array, p: Picks): Float32Array {
  const words = p.rows * p.inner;
  const call = new KernelCall(runtime, data.length + words + p.indices.length);
  const out = call.result(words);
  const [x, indices] = [call.put(data), call.put(Float32Array.from(p.indices))];
  call.run('scatter.addRows', out, x, indices, p.indices.length, p.rows, p.inner);
  return call.read(out, words);
}

const KINDS = { floats: 0, bytes: 1, bytesOver: 2 } as const;

/** @returns rows of `source` by `data.gather` */
function data(
  runtime: KernelRuntime,
  source: Float32Array | Uint8Array,
  kind: number,
  p: Picks,
  { scale = 1, shift = 0 } = {},
): Float32Array {
  const n = p.indices.length;
  const call = new KernelCall(runtime, source.length + n * (p.inner + 1) + 16);
  const out = call.result(n * p.inner);
  const distance = call.put(Int32Array.of(4 * call.put(source), 0));
  const arrays = [out, distance, call.put(Int32Array.from(p.indices))];
  const bits = [bitsOf(scale), bitsOf(shift)];
  call.run('data.gather', ...arrays, n, p.rows, p.inner, kind, ...bits);
  return call.read(out, n * p.inner);
}

const BAD = [-1, 3, 2 ** 24, -(2 ** 24)];

beforeAll(() => useBackend('cpu'));

describe.each(kernelRuntimes)('gather on $flavour $isa', (runtime) => {
  it('gather.rows is that of tfjs', () => {
    fc.assert(
      fc.property(picks, (p) => {
        fc.pre(p.indices.length > 0);
        const table = ramp(p.rows * p.inner);
        const x = tf.tensor2d(table, [p.rows, p.inner]);
        const exact = tf.gather(x, tf.tensor1d([...p.indices], 'int32')).dataSync();
        expect(gather(runtime, table, p)).toEqual(exact);
        x.dispose();
      }),
    );
    expect(gather(runtime, ramp(6), { rows: 2, inner: 3, indices: [] })).toHaveLength(0);
    expect(gather(runtime, ramp(0), { rows: 2, inner: 0, indices: [1] })).toHaveLength(0);
  });

  it.each([1, 5, 40])('a bad index gives a row of NaN, %i columns', (inner) => {
    const table = ramp(3 * inner);
    const indices = [1, ...BAD, NaN, Infinity, -Infinity, 2 ** 31, 1e38, 2];
    const got = gather(runtime, table, { rows: 3, inner, indices });
    const last = (indices.length - 1) * inner;
    expect(got.slice(0, inner)).toEqual(table.slice(inner, 2 * inner));
    expect(got.slice(inner, last)).toEqual(new Float32Array(last - inner).fill(NaN));
    expect(got.slice(last)).toEqual(table.slice(2 * inner));
  });

  it('scatter.addRows adds in order, also several times to one row', () => {
    fc.assert(
      fc.property(picks, (p) => {
        const x = ramp(p.indices.length * p.inner);
        const exact = new Float32Array(p.rows * p.inner);
        for (const [k, row] of p.indices.entries())
          for (let j = 0; j < p.inner; j++) exact[row * p.inner + j]! += x[k * p.inner + j]!;
        expect(scatter(runtime, x, p)).toEqual(exact);
      }),
    );
  });

  it('a bad index of scatter.addRows turns row 0 into NaN', () => {
    for (const bad of [...BAD, NaN]) {
      const got = scatter(runtime, ramp(30), { rows: 3, inner: 10, indices: [1, bad, 1] });
      expect(got.slice(0, 10)).toEqual(new Float32Array(10).fill(NaN));
      expect(got.slice(20)).toEqual(new Float32Array(10));
      expect(got[10]).toBe(Math.fround(ramp(30)[0]! + ramp(30)[20]!));
    }
  });

  it('data.gather scales and shifts floats and bytes', () => {
    const affine = fc.constantFrom(
      { scale: 1, shift: 0 },
      { scale: Math.fround(1 / 255), shift: -0.5 },
      { scale: 255, shift: 0 },
    );
    fc.assert(
      fc.property(picks, affine, fc.constantFrom(0, 1, 2), (p, { scale, shift }, kind) => {
        const floats = ramp(p.rows * p.inner);
        const source = kind === KINDS.floats ? floats : Uint8Array.from(floats, (x) => x * 1e4);
        const exact = p.indices.flatMap((row) =>
          Array.from(source.subarray(row * p.inner, (row + 1) * p.inner), (x) => {
            const scaled = kind === KINDS.bytesOver ? x / scale : x * scale;
            return Math.fround(Math.fround(scaled) + shift);
          }),
        );
        const got = data(runtime, source, kind, p, { scale, shift });
        expect(got).toEqual(Float32Array.from(exact));
      }),
    );
  });

  it('divides bytes as the data sets do', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const p = { rows: 1, inner: 256, indices: [0] };
    const got = data(runtime, bytes, KINDS.bytesOver, p, { scale: 255 });
    expect(got).toEqual(Float32Array.from(bytes, (x) => x / 255));
  });

  it.each(Object.entries(KINDS))('a bad index of data.gather gives a row of NaN, %s', (_, kind) => {
    const source = kind === KINDS.floats ? ramp(15) : new Uint8Array(15).fill(8);
    const indices = [2, ...BAD, -(2 ** 31), 2 ** 31 - 1, 0];
    const got = data(runtime, source, kind, { rows: 3, inner: 5, indices });
    expect([...got].map((x) => Number.isNaN(x))).toEqual(
      indices.flatMap((i) => new Array<boolean>(5).fill(!(i >= 0 && i < 3))),
    );
  });

  const { distance } = runtime;
  if (distance === undefined) return;
  it('data.gather reads memory that threads share', () => {
    const shared = Uint8Array.from({ length: 40 }, (_, i) => i);
    const memory = new Uint8Array(new SharedArrayBuffer(48)).subarray(3, 43);
    memory.set(shared);
    const arena = runtime.allocate(256);
    const bytes = distance(arena, memory);
    arena.i32.set([bytes, Math.floor(bytes / 2 ** 32), 3, 0], 0);
    const emit = instructionsOf(runtime);
    const code = emit('data.gather', 64, 0, 2, 2, 4, 10, KINDS.bytes, bitsOf(1), bitsOf(0));
    arena.i32.set(code, 128);
    arena.run(128, code.length);
    expect([...arena.f32.subarray(64, 84)]).toEqual([...shared.slice(30), ...shared.slice(0, 10)]);
  });
});
