/** Random programs as fast-check draws them, with their inputs, their loss and its gradient. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { messageOf, sizeOf } from '../../../src/base/index';
import type { NamedArrays } from '../../../src/base/index';
import { capture, captureGradients } from '../../../src/core/compute/capture/capture';
import type { InputSpecs, Tensors } from '../../../src/core/compute/capture/capture';
import type { DrawSource } from '../../../src/core/compute/capture/draws';
import type { Graph } from '../../../src/core/compute/capture/graph';
import { createRng } from '../../../src/core/compute/rng';
import { runProgram } from '../randomPrograms';
import type { Gene } from '../randomPrograms';

const shape = fc
  .array(fc.constantFrom(1, 2, 3, 5, 8, 17, 33), { maxLength: 4, size: 'max' })
  .filter((sides) => sizeOf(sides) <= 1200);
const gene = fc.array(fc.nat(1_000_000), { minLength: 14, maxLength: 14 });
export const programs = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 4, size: 'max' }),
  genes: fc.array(gene, { minLength: 1, maxLength: 16, size: 'max' }),
  outputs: fc.array(fc.nat(1000), { minLength: 1, maxLength: 5, size: 'max' }),
  replaces: fc.array(fc.nat(1000), { minLength: 0, maxLength: 3 }),
});
export type Sketch = typeof programs extends fc.Arbitrary<infer T> ? T : never;

/** A program with any outputs, some of them in the place of inputs, by name. */
export function programOf(sketch: Sketch): {
  readonly graph: Graph;
  readonly inputs: NamedArrays;
  readonly replaces: Record<string, string>;
} {
  const specs = specsOf(sketch);
  let replaces: Record<string, string> = {};
  const graph = capture((tensors, rng) => {
    const outputs = outputsOf(tensors, sketch, rng);
    replaces = replacements(outputs, specs, sketch.replaces);
    return outputs;
  }, specs);
  return { graph, inputs: valuesFor(specs), replaces };
}

/** The gradient of the mean of a program's outputs; undefined where tfjs's own derivative fails. */
export function gradientOf(sketch: Sketch): Graph | undefined {
  const { ids, ...params } = specsOf(sketch);
  return differentiated(() =>
    captureGradients(
      (tensors, batch, rng) => lossOf(outputsOf({ ...tensors, ...batch }, sketch, rng)),
      params,
      { ids: ids! },
    ),
  );
}

/** Inputs of that gradient. */
export function gradientInputs(sketch: Sketch): NamedArrays {
  const { ids, ...rest } = valuesFor(specsOf(sketch));
  const named = Object.entries(rest).map(([name, value]) => [`params/${name}`, value] as const);
  return { ...Object.fromEntries(named), 'batch/ids': ids! };
}

/** What tfjs says where it has no derivative: of a maximum with a broadcast side, of tiles along five axes. */
const NO_DERIVATIVE = /Error in gradient for op|Cannot backprop|Gradient for tile/;

/** Undefined where tfjs's own derivative fails. */
function differentiated(run: () => Graph): Graph | undefined {
  try {
    return run();
  } catch (error) {
    if (NO_DERIVATIVE.test(messageOf(error))) return undefined;
    throw error;
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
