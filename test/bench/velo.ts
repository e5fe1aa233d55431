/**
 * Times VeLO's update: fused kernels on every instruction set this machine has, and the same update in tfjs ops
 * on its WebAssembly backend. All contenders of a case take turns within one run, so that their ratios mean
 * something on a busy machine; figures are medians with the 10th and 90th percentile.
 */
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { TensorSpec } from '../../src/base/index';
import { sizeOf } from '../../src/base/index';
import type { KernelRuntime, TensorDict, VeloTheta } from '../../src/core/index';
import {
  createFusedVelo,
  createRng,
  createVelo,
  initTheta,
  releasedArchitecture,
} from '../../src/core/index';
import { contest, runtimesIn } from './contest';
import type { Contender, Timing } from './contest';

/** One thing to be timed. */
interface Updating {
  readonly name: string;
  readonly update: (step: number) => void;
}

interface Case {
  readonly name: string;
  readonly unit: 'ns/parameter' | 'ms';
  /** Divisor from nanoseconds per update to the unit. */
  readonly per: number;
  /** First one is what ratios are against. */
  readonly contenders: readonly Updating[];
}

/** The MLP of the README: 784-128-128-10. */
const MLP: readonly TensorSpec[] = [
  { name: 'layer0/w', shape: [784, 128] },
  { name: 'layer0/b', shape: [128] },
  { name: 'layer1/w', shape: [128, 128] },
  { name: 'layer1/b', shape: [128] },
  { name: 'layer2/w', shape: [128, 10] },
  { name: 'layer2/b', shape: [10] },
];
/** Eight tensors so small that the LSTM is all the work. */
const DOTS: readonly TensorSpec[] = Array.from({ length: 8 }, (_, i) => ({
  name: `dot${i}`,
  shape: [2],
}));
const NUM_STEPS = 1_000_000;
/** Shortest time that one turn of a contender takes; long, since each turn finds the caches full of another's data. */
const TURN_MS = 20;

function theta(hidden: number, bank: number): VeloTheta {
  const rng = createRng({ seed: 1, purpose: 'theta', step: 0, member: 0 });
  const fresh = initTheta(releasedArchitecture(hidden, bank), rng);
  // A theta that knows nothing drives the parameters to NaN within seconds: let it take tiny steps.
  const stepSize = fresh.tensors['rnn_params/step_size/w']?.data;
  stepSize?.set(stepSize.map((weight) => weight * 1e-4));
  return fresh;
}

function noise(params: readonly TensorSpec[], scale: number): Map<string, Float32Array> {
  const rng = createRng({ seed: 2, purpose: 'noise', step: 0, member: 0 });
  return new Map(
    params.map(({ name, shape }) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => rng.normal() * scale),
    ]),
  );
}

function fused(
  runtime: KernelRuntime,
  weights: VeloTheta,
  params: readonly TensorSpec[],
): Updating {
  const session = createFusedVelo({ theta: weights, numSteps: NUM_STEPS }, runtime, params);
  for (const [name, values] of noise(params, 0.05)) session.params[name]?.data.set(values);
  for (const [name, values] of noise(params, 0.01)) session.grads[name]?.data.set(values);
  return {
    name: `fused ${runtime.flavour} ${runtime.isa}`,
    update: (step) => {
      session.update(step, 2);
    },
  };
}

function reference(weights: VeloTheta, specs: readonly TensorSpec[]): Updating {
  const optimizer = createVelo({ theta: weights, numSteps: NUM_STEPS });
  const shapes = new Map(specs.map(({ name, shape }) => [name, shape]));
  const tensors = (scale: number): TensorDict =>
    Object.fromEntries(
      [...noise(specs, scale)].map(([name, values]) => [
        name,
        tf.tensor(values, [...(shapes.get(name) ?? [])]),
      ]),
    );
  const grads = tensors(0.01);
  const loss = tf.scalar(2);
  let params = tensors(0.05);
  let state = optimizer.init(params);
  return {
    name: 'tfjs ops on tfjs wasm',
    update: (step) => {
      const next = tf.tidy(() => {
        const scalars = Object.fromEntries(
          Object.entries(optimizer.scalars(step)).map(([name, value]) => [name, tf.tensor(value)]),
        );
        const result = optimizer.update({ params, grads, loss, state, scalars });
        return { params: { ...result.params }, state: { ...result.state } };
      });
      tf.dispose([params, state]);
      ({ params, state } = next);
    },
  };
}

function cases(runtimes: readonly KernelRuntime[], withReference: boolean): Case[] {
  const size = MLP.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const small = theta(16, 8);
  const full = theta(512, 256);
  const everyone = (weights: VeloTheta, params: readonly TensorSpec[]): Updating[] => [
    ...runtimes.map((runtime) => fused(runtime, weights, params)),
    ...(withReference ? [reference(weights, params)] : []),
  ];
  return [
    {
      name: 'passes over the tensors, MLP 784-128-128-10 (theta 16/8)',
      unit: 'ns/parameter',
      per: size,
      contenders: everyone(small, MLP),
    },
    {
      name: 'LSTM and heads, 8 tensors (theta 512/256)',
      unit: 'ms',
      per: 1e6,
      contenders: everyone(full, DOTS),
    },
    {
      name: 'whole update, MLP 784-128-128-10 (theta 512/256)',
      unit: 'ms',
      per: 1e6,
      contenders: everyone(full, MLP),
    },
  ];
}

/** In the unit of the case. */
function time({ contenders, per }: Case, rounds: number): Timing[] {
  const timings = contest(contenders.map(stepping), rounds, TURN_MS);
  const converted = (ms: number): number => (ms * 1e6) / per;
  return timings.map(({ name, best, median, low, high }) => ({
    name,
    best: converted(best),
    median: converted(median),
    low: converted(low),
    high: converted(high),
  }));
}

/** Update after update. */
function stepping({ name, update }: Updating): Contender {
  let step = 0;
  return {
    name,
    run: () => {
      update(step++);
    },
  };
}

function print(one: Case, timings: readonly Timing[]): void {
  const first = timings[0]?.median ?? NaN;
  console.log(`\n${one.name}, ${one.unit}`);
  console.log('                          median   10 %    90 %    ratio');
  for (const { name, median, low, high } of timings) {
    const numbers = [median, low, high].map((value) => value.toFixed(2).padStart(8)).join('');
    console.log(`${name.padEnd(24)}${numbers}${(median / first).toFixed(2).padStart(9)}`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const [directory = '', tfjsWasm = '', ...options] = args;
  const roundsAt = options.indexOf('--rounds');
  const rounds = roundsAt < 0 ? 40 : Number(options[roundsAt + 1]);
  setWasmPaths(tfjsWasm);
  await tf.setBackend('wasm');
  const all = cases(runtimesIn(directory), !options.includes('--without-reference'));
  const results = all.map((one) => ({ one, timings: time(one, rounds) }));
  if (options.includes('--json')) {
    const plain = results.map(({ one, timings }) => ({ name: one.name, unit: one.unit, timings }));
    console.log(JSON.stringify({ node: process.version, rounds, cases: plain }, null, 2));
    return;
  }
  for (const { one, timings } of results) print(one, timings);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
