/**
 * Times matrix products: the compiled kernel on every instruction set this machine has, and tfjs on its WebAssembly
 * backend, in GFLOP/s. All contenders of a case take turns within one run, so that their ratios mean something on a
 * busy machine; figures are medians with the 10th and 90th percentile. NN are plain products, T marks a transposed
 * side.
 */
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { performance } from 'node:perf_hooks';
import type { KernelRuntime } from '../../src/core/index';
import { createRng, installTransposedMatMul } from '../../src/core/index';
import { matmulWorkspace } from '../../src/core/compute/plan/matmulWorkspace';
import { runtimesIn } from './contest';

interface Shape {
  readonly M: number;
  readonly K: number;
  readonly N: number;
  readonly batch?: number;
}

/** A shape and which of its sides are transposed. */
interface Case extends Shape {
  readonly batch: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

interface Contender {
  readonly name: string;
  /** Makes the product that many times. */
  readonly repeat: (times: number) => void;
}

const SHAPES: readonly Shape[] = [
  { M: 128, K: 784, N: 128 },
  { M: 784, K: 128, N: 128 },
  { M: 128, K: 128, N: 784 },
  { M: 512, K: 512, N: 512 },
  { M: 64, K: 64, N: 32 },
  { M: 64, K: 32, N: 10 },
  { M: 128, K: 128, N: 10 },
  { M: 16, K: 256, N: 512 },
  { M: 512, K: 64, N: 192 },
  { M: 64, K: 16, N: 64, batch: 32 },
  { M: 512, K: 288, N: 64 },
  { M: 288, K: 512, N: 64 },
  { M: 128, K: 128, N: 1 },
  { M: 1, K: 128, N: 128 },
  { M: 128, K: 1, N: 128 },
];
/** Shortest time that one turn of a contender takes. */
const TURN_MS = 3;
/** Words that a kernel may read behind an array. */
const SLACK = 64;

function noise(count: number): Float32Array {
  const rng = createRng({ seed: 1, purpose: 'noise', step: 0, member: 0 });
  return Float32Array.from({ length: count }, () => rng.normal());
}

function compiled(runtime: KernelRuntime, one: Case): Contender {
  const { M, K, N, batch } = one;
  const words = matmulWorkspace(M, N, K);
  const [a, b] = [SLACK, 2 * SLACK + batch * M * K];
  const out = b + batch * K * N + SLACK;
  const workspace = out + batch * M * N + SLACK;
  const program = workspace + words + SLACK;
  const arena = runtime.allocate(program + 26 + SLACK);
  arena.f32.set(noise(batch * M * K), a);
  arena.f32.set(noise(batch * K * N), b);
  const aStrides = one.transposeA ? [1, M] : [K, 1];
  const bStrides = one.transposeB ? [1, K] : [N, 1];
  arena.i32.set(
    [
      ...[runtime.ops.get('matmul') ?? -1, 24, out, N, a, ...aStrides, b, ...bStrides, M, N, K],
      ...[batch, 1, M * N, 0, M * K, 0, K * N, 0, 0, workspace, words, -1, 0],
    ],
    program,
  );
  return {
    name: `${runtime.flavour} ${runtime.isa}`,
    repeat: (times) => {
      for (let i = 0; i < times; i++) arena.run(program, 26);
    },
  };
}

function tfjs({ M, K, N, batch, transposeA, transposeB }: Case): Contender {
  const a = tf.tensor3d(noise(batch * M * K), transposeA ? [batch, K, M] : [batch, M, K]);
  const b = tf.tensor3d(noise(batch * K * N), transposeB ? [batch, N, K] : [batch, K, N]);
  return {
    name: 'tfjs wasm',
    repeat: (times) => {
      for (let i = 0; i < times; i++) tf.matMul(a, b, transposeA, transposeB).dispose();
    },
  };
}

function milliseconds({ repeat }: Contender, times: number): number {
  const start = performance.now();
  repeat(times);
  return performance.now() - start;
}

/** Samples in GFLOP/s of each contender, in order. */
function time(one: Case, contenders: readonly Contender[], rounds: number): number[][] {
  const gigaflop = (2 * one.batch * one.M * one.N * one.K) / 1e9;
  const runs = contenders.map((contender) => {
    let times = 1;
    while (milliseconds(contender, times) < TURN_MS) times *= 2;
    return { contender, times, samples: [] as number[] };
  });
  for (let round = 0; round < rounds; round++)
    for (const { contender, times, samples } of runs)
      samples.push((gigaflop * times * 1000) / milliseconds(contender, times));
  return runs.map(({ samples }) => samples.sort((x, y) => x - y));
}

function casesOf(option: string | undefined): Case[] {
  const all = SHAPES.flatMap((shape) =>
    [false, true].flatMap((transposeB) =>
      [false, true].map((transposeA) => ({ batch: 1, ...shape, transposeA, transposeB })),
    ),
  );
  return option === undefined ? all : all.filter((one) => label(one).includes(option));
}

function label({ M, K, N, batch, transposeA, transposeB }: Case): string {
  const sides = `${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'}`;
  return `${batch > 1 ? `${batch} x ` : ''}${M}x${K}x${N} ${sides}`;
}

async function main(args: readonly string[]): Promise<void> {
  const [directory = '', tfjsWasm = '', ...options] = args;
  const option = (name: string): string | undefined =>
    options.includes(name) ? options[options.indexOf(name) + 1] : undefined;
  const runtimes = runtimesIn(directory);
  setWasmPaths(tfjsWasm);
  await tf.setBackend('wasm');
  installTransposedMatMul();
  console.log('GFLOP/s, median (10 % to 90 %)');
  for (const one of casesOf(option('--only'))) {
    const contenders = [...runtimes.map((runtime) => compiled(runtime, one)), tfjs(one)];
    const results = time(one, contenders, Number(option('--rounds') ?? 20));
    console.log(`\n${label(one)}`);
    results.forEach((samples, i) => {
      const at = (share: number): string =>
        (samples[Math.floor(share * (samples.length - 1))] ?? NaN).toFixed(1).padStart(6);
      const name = contenders[i]?.name ?? '';
      console.log(`  ${name.padEnd(16)}${at(0.5)}  (${at(0.1)} to ${at(0.9)})`);
    });
    tf.disposeVariables();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
