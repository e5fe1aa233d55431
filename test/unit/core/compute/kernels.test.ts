import { describe, expect, it } from 'vitest';
import type { Arena, KernelRuntime } from '../../../../src/core/index';
import { compileWasm, createNativeKernels, createWasmKernels } from '../../../../src/core/index';
import { loadNativeKernels, loadWasmKernels } from '../../../../src/engine/devices/loadKernels';
import { kernelRuntimes } from '../../../support/kernels';

/** Runs one instruction written behind `data` words of an arena. */
function runOne(arena: Arena, at: number, words: readonly number[]): void {
  arena.i32.set(words, at);
  arena.run(at, words.length);
}

function opCode(runtime: KernelRuntime, name: string): number {
  const code = runtime.ops.get(name);
  if (code === undefined) throw new Error(`no op ${name}`);
  return code;
}

/** An elementwise op of the kernels as a function on arrays. */
function elementwise(runtime: KernelRuntime, name: string, input: Float32Array): Float32Array {
  const n = input.length;
  const arena = runtime.allocate(2 * n + 64);
  arena.f32.set(input, n);
  runOne(arena, 2 * n + 32, [opCode(runtime, name), 3, 0, n, n]);
  return arena.f32.slice(0, n);
}

/** Distance in units of the last place of the float32 next to `exact`. */
function ulps(got: number, exact: number): number {
  const near = Math.fround(exact);
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(near))));
  return Math.abs(got - exact) / 2 ** (exponent - 23);
}

function sweep(low: number, high: number, count = 20_001): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

/** Powers of ten from 1e-37 to 1e38, with everything between. */
function decades(): Float32Array {
  return sweep(-37, 38).map((power) => 10 ** power);
}

const FUNCTIONS = [
  { op: 'math.exp', exact: Math.exp, inputs: sweep(-86.5, 88.7), bound: 2 },
  { op: 'math.tanh', exact: Math.tanh, inputs: sweep(-12, 12), bound: 3 },
  { op: 'math.tanh', exact: Math.tanh, inputs: sweep(-0.01, 0.01), bound: 2 },
  {
    op: 'math.sigmoid',
    exact: (x: number) => 1 / (1 + Math.exp(-x)),
    inputs: sweep(-80, 20),
    bound: 4,
  },
  { op: 'math.log', exact: Math.log, inputs: decades(), bound: 2 },
  { op: 'math.log', exact: Math.log, inputs: sweep(0.9, 1.1), bound: 2 },
];

/** The same code everywhere. */
const EXP = opCode(kernelRuntimes[0]!, 'math.exp');

describe.each(kernelRuntimes)('kernels on $flavour $isa', (runtime) => {
  it('reports every op once, with codes from 0 on', () => {
    const codes = [...runtime.ops.values()];
    expect(codes).toEqual(codes.map((_, i) => i));
    expect([...runtime.ops.keys()]).toEqual([...kernelRuntimes[0]!.ops.keys()]);
    expect(runtime.ops.has('velo.apply')).toBe(true);
  });

  it('gives each session a zeroed arena of its own', () => {
    const first = runtime.allocate(100_000);
    first.f32.fill(3);
    const second = runtime.allocate(100_000);
    expect(second.f32).toHaveLength(100_000);
    expect(second.f32.every((x) => x === 0)).toBe(true);
    expect(first.i32.byteOffset).toBe(first.f32.byteOffset);
    expect(first.f32.every((x) => x === 3)).toBe(true);
  });

  it.each([
    { name: 'an unknown op code', words: [9999, 0], message: /unknown op code at word 0/ },
    { name: 'a negative op code', words: [-1, 0], message: /unknown op code/ },
    {
      name: 'a wrong number of arguments',
      words: [EXP, 2, 0, 0],
      message: /wrong number of arguments/,
    },
    { name: 'a program that is cut off', words: [EXP, 3, 0, 0], message: /cut off at word 0/ },
    { name: 'half an instruction', words: [EXP], message: /cut off/ },
    {
      name: 'trouble behind a good instruction',
      words: [EXP, 3, 0, 0, 0, 777, 1],
      message: /word 5/,
    },
    { name: 'a name that is no instruction', words: [0, 3, 0, 0, 0], message: /unknown op code/ },
  ])('answers $name with an Error', ({ words, message }) => {
    const arena = runtime.allocate(256);
    expect(() => {
      runOne(arena, 128, words);
    }).toThrow(message);
  });

  it('runs an empty program', () => {
    expect(() => {
      runtime.allocate(16).run(0, 0);
    }).not.toThrow();
  });

  it.each(FUNCTIONS)('$op is within $bound ulp', ({ op, exact, inputs, bound }) => {
    const got = elementwise(runtime, op, inputs);
    const worst = inputs.reduce((most, x, i) => Math.max(most, ulps(got[i]!, exact(x))), 0);
    expect(worst).toBeLessThanOrEqual(bound);
  });

  it('answers NaN, infinity and zero as Math does', () => {
    const special = Float32Array.of(NaN, Infinity, -Infinity, 0);
    const of = (op: string) => [...elementwise(runtime, op, special)];
    expect(of('math.exp')).toEqual([NaN, Infinity, 0, 1]);
    expect(of('math.tanh')).toEqual([NaN, 1, -1, 0]);
    expect(of('math.sigmoid')).toEqual([NaN, 1, 0, 0.5]);
    expect(of('math.log')).toEqual([NaN, Infinity, NaN, -Infinity]);
    expect([...elementwise(runtime, 'math.exp', Float32Array.of(89, 1000, -1000))]).toEqual([
      Infinity,
      Infinity,
      0,
    ]);
  });

  it('writes nothing behind the end of an array', () => {
    const arena = runtime.allocate(128);
    arena.f32.fill(7);
    runOne(arena, 96, [opCode(runtime, 'math.exp'), 3, 0, 32, 5]);
    expect(arena.f32[4]).toBeCloseTo(Math.exp(7), 2);
    expect([...arena.f32.slice(5, 32)]).toEqual(new Array(27).fill(7));
  });

  it.each([
    [1, 1, 1],
    [7, 33, 5],
    [8, 100, 64],
    [13, 31, 200],
    [25, 8, 3],
  ])('multiplies %i rows by packed weights with %i columns, depth %i', (M, N, K) => {
    const strips = Math.ceil(N / 32);
    const [left, right, packed, bias, out] = [0, 4096, 16384, 32768, 40960];
    const arena = runtime.allocate(65536);
    const value = (i: number): number => Math.fround(Math.sin(i * 12.9898) * 2);
    for (let i = 0; i < M * K; i++) arena.f32[left + i] = value(i);
    for (let i = 0; i < K * N; i++) arena.f32[right + i] = value(i + 5000);
    for (let i = 0; i < N; i++) arena.f32[bias + i] = value(i + 9000);
    for (let strip = 0; strip < strips; strip++) {
      const columns = Math.min(32, N - strip * 32);
      const args = [packed + strip * 32 * K, right + strip * 32, N, K, columns];
      runOne(arena, 60000, [opCode(runtime, 'gemm.pack'), 5, ...args]);
    }
    const args = [out, N + 1, left, K, packed, bias, M, N, K];
    arena.f32.fill(-1, out, out + M * (N + 1));
    runOne(arena, 60000, [opCode(runtime, 'gemm.packed'), 9, ...args]);
    for (let i = 0; i < M; i++) {
      for (let j = 0; j < N; j++) {
        let exact = arena.f32[bias + j]!;
        for (let k = 0; k < K; k++)
          exact += arena.f32[left + i * K + k]! * arena.f32[right + k * N + j]!;
        expect(Math.abs(arena.f32[out + i * (N + 1) + j]! - exact)).toBeLessThan(2e-6 * (K + 10));
      }
      expect(arena.f32[out + i * (N + 1) + N]).toBe(-1);
    }
  });
});

describe('loading kernels', () => {
  it('says which file is missing', () => {
    const { reason } = loadWasmKernels('/nowhere');
    expect(reason).toBe('there is no file /nowhere/velo.wasm');
    expect(loadNativeKernels('/nowhere').reason).toMatch(/there is no file .*\.node/);
  });

  it('says when an instruction set is not to be had', () => {
    const { reason } = loadNativeKernels(undefined, 'vax');
    expect(reason).toMatch(/cannot run the native kernels for vax/);
  });

  it('refuses a module or an addon that is something else', () => {
    const empty = compileWasm(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    expect(() => createWasmKernels(empty)).toThrow(/no function "opName"/);
    expect(() =>
      createNativeKernels({
        variants: [],
        misalignment: () => 0,
        preferLargePages: () => undefined,
        distance: () => 0,
      }),
    ).toThrow(/none/);
  });
});
