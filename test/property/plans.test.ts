/**
 * Random programs give as plans what they give kernel by kernel. VELO_FUZZ_SECONDS makes the search go on for so long,
 * with a seed of its own for each round.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { messageOf, sizeOf } from '../../src/base/index';
import type { NamedArrays } from '../../src/base/index';
import { capture, captureGradients } from '../../src/core/compute/capture/capture';
import type { InputSpecs, Tensors } from '../../src/core/compute/capture/capture';
import type { DrawSource } from '../../src/core/compute/capture/draws';
import type { Graph } from '../../src/core/compute/capture/graph';
import type { KernelRuntime } from '../../src/core/compute/kernelRuntime';
import { createRng } from '../../src/core/compute/rng';
import type { RngKey } from '../../src/core/compute/rng';
import { interpret } from '../support/graphInterpreter';
import { kernelRuntimes } from '../support/kernels';
import { largestDifference, runPlan } from '../support/planCheck';
import { runProgram } from '../support/randomPrograms';
import type { Gene } from '../support/randomPrograms';
import { useBackend } from '../support/tfBackends';

const KEY: RngKey = { seed: 9, purpose: 'dropout', step: 4 };
/** Relative to the largest number of an array, or a hundredth: values are near 1, derivatives of means are smaller. */
const TOLERANCE = 1e-4;
const LEAST_SCALE = 0.01;
const RUNS = 150;
const SECONDS = Number(process.env['VELO_FUZZ_SECONDS'] ?? 0);

const shape = fc
  .array(fc.constantFrom(1, 2, 3, 5, 8, 17, 33), { maxLength: 4, size: 'max' })
  .filter((sides) => sizeOf(sides) <= 1200);
const gene = fc.array(fc.nat(1_000_000), { minLength: 14, maxLength: 14 });
const programs = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 4, size: 'max' }),
  genes: fc.array(gene, { minLength: 1, maxLength: 16, size: 'max' }),
  outputs: fc.array(fc.nat(1000), { minLength: 1, maxLength: 5, size: 'max' }),
  replaces: fc.array(fc.nat(1000), { minLength: 0, maxLength: 3 }),
});
type Sketch = typeof programs extends fc.Arbitrary<infer T> ? T : never;

let worst = 0;
let count = 0;

beforeAll(() => useBackend('cpu'));

describe(
  'a random program gives as a plan what its kernel calls give',
  { timeout: 120_000 + 2000 * SECONDS },
  () => {
    it('with any outputs, some in the place of inputs', () => {
      search((sketch) => {
        const inputs = specsOf(sketch);
        let places: Record<string, string> = {};
        const graph = capture((tensors, rng) => {
          const outputs = outputsOf(tensors, sketch, rng);
          places = replacements(outputs, inputs, sketch.replaces);
          return outputs;
        }, inputs);
        check(graph, valuesFor(inputs), places);
      });
    });

    it('and its gradient too', () => {
      search((sketch) => {
        const { ids, ...params } = specsOf(sketch);
        const graph = differentiated(() =>
          captureGradients(
            (tensors, batch, rng) => lossOf(outputsOf({ ...tensors, ...batch }, sketch, rng)),
            params,
            { ids: ids! },
          ),
        );
        if (graph === undefined) return;
        const { ids: numbers, ...rest } = valuesFor(specsOf(sketch));
        const named = Object.entries(rest).map(
          ([name, value]) => [`params/${name}`, value] as const,
        );
        check(graph, { ...Object.fromEntries(named), 'batch/ids': numbers! }, {});
      });
    });
  },
);

/** Undefined where tfjs's own derivative fails, as that of a maximum with a broadcast side does. */
function differentiated(run: () => Graph): Graph | undefined {
  try {
    return run();
  } catch (error) {
    if (/Error in gradient for op|Cannot backprop/.test(messageOf(error))) return undefined;
    throw error;
  }
}

function search(property: (sketch: Sketch) => void): void {
  if (SECONDS === 0) {
    fc.assert(fc.property(programs, property), { numRuns: RUNS, seed: 1 });
    return;
  }
  const end = Date.now() + (SECONDS * 1000) / 2;
  for (let seed = Date.now() % 1e9; Date.now() < end; seed++) {
    const details = fc.check(fc.property(programs, property), { numRuns: RUNS, seed });
    console.log(`seed ${seed}, ${count} programs, worst difference ${worst.toExponential(1)}`);
    if (details.failed) throw new Error(fc.defaultReportMessage(details));
  }
}

function specsOf({ shapes }: Sketch): InputSpecs {
  const floats = shapes.map((sides, i) => [`x${i}`, { shape: sides, dtype: 'float32' }] as const);
  return { ...Object.fromEntries(floats), ids: { shape: [5], dtype: 'int32' } };
}

function valuesFor(specs: InputSpecs): NamedArrays {
  const rng = createRng({ seed: 3, purpose: 'task' });
  const entries = Object.entries(specs).map(([name, spec]) => {
    const length = sizeOf(spec.shape);
    const data =
      spec.dtype === 'int32'
        ? Int32Array.from({ length }, () => rng.integer(3))
        : Float32Array.from({ length }, () => rng.normal());
    return [name, { shape: spec.shape, data }] as const;
  });
  return Object.fromEntries(entries);
}

function outputsOf(
  inputs: Tensors,
  { genes, outputs }: { readonly genes: readonly Gene[]; readonly outputs: readonly number[] },
  rng: DrawSource,
): Tensors {
  const pool = runProgram(inputs, rng, genes);
  const chosen = outputs.map((number) => pool[pool.length - 1 - (number % pool.length)]!);
  return Object.fromEntries(chosen.map((tensor, i) => [`y${i}`, tensor]));
}

/** Some outputs in the place of an input of their shape, each input once. */
function replacements(
  outputs: Tensors,
  inputs: InputSpecs,
  choices: readonly number[],
): Record<string, string> {
  const free = new Set(Object.keys(inputs).filter((name) => name !== 'ids'));
  const result: Record<string, string> = {};
  for (const choice of choices) {
    const names = Object.keys(outputs).filter((name) => result[name] === undefined);
    const output = names[choice % Math.max(1, names.length)];
    if (output === undefined) continue;
    const fitting = [...free].filter(
      (name) => String(inputs[name]!.shape) === String(outputs[output]!.shape),
    );
    const input = fitting[choice % Math.max(1, fitting.length)];
    if (input === undefined) continue;
    free.delete(input);
    result[output] = input;
  }
  return result;
}

function lossOf(outputs: Tensors): Tensor {
  const means = Object.values(outputs).map((tensor, i) =>
    tf.mean(i % 2 === 0 ? tf.square(tensor) : tensor),
  );
  return tf.addN(means);
}

function relativeDifference(got: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), LEAST_SCALE);
  const scaled = (values: Float32Array): Float32Array => values.map((value) => value / largest);
  return largestDifference(scaled(got), scaled(expected));
}

/** WebAssembly and one of the native builds, each in its turn. */
function runtimesOf(turn: number): KernelRuntime[] {
  const [wasm, ...native] = kernelRuntimes;
  return [wasm!, ...native.slice(turn % Math.max(1, native.length)).slice(0, 1)];
}

function check(graph: Graph, inputs: NamedArrays, replaces: Record<string, string>): void {
  const expected = interpret(graph, inputs, KEY);
  // What overwrites its inputs gives something else the second time.
  const times = Object.keys(replaces).length > 0 ? 1 : 2;
  count++;
  for (const runtime of runtimesOf(count)) {
    const got = runPlan(graph, runtime, inputs, KEY, { times, replaces });
    for (const [name, { data }] of Object.entries(expected)) {
      const difference = relativeDifference(got[name]!.data, data);
      if (difference < TOLERANCE) {
        worst = Math.max(worst, difference);
        continue;
      }
      const calls = graph.nodes.map(({ op, outputs }) => `${op}→${outputs.join()}`).join(' ');
      throw new Error(
        `${name} differs by ${difference} on ${runtime.flavour} ${runtime.isa}; ${calls}; ` +
          `replaces ${JSON.stringify(replaces)}`,
      );
    }
  }
}
