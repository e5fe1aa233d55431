/** Between named arrays and all their numbers one behind the other, each array row by row. */
import { invariant, sizeOf } from '../../../base/index';
import type { FloatArray, NamedFloats, TensorSpec } from '../../../base/index';
import { entry } from '../velo/lookup';

/** How many numbers some arrays have together. */
export function wordsOf(specs: readonly TensorSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** @returns f32, arrays in the order of `specs` */
export function flatOf(specs: readonly TensorSpec[], tensors: NamedFloats): Float32Array {
  const flat = new Float32Array(wordsOf(specs));
  let at = 0;
  for (const { name, shape } of specs) {
    flat.set(entry(tensors, name).data, at);
    at += sizeOf(shape);
  }
  return flat;
}

/** The arrays of some numbers in the order of `flatOf`; views of them. */
export function tensorsOf(specs: readonly TensorSpec[], flat: Float32Array): NamedFloats {
  const wanted = wordsOf(specs);
  invariant(flat.length === wanted, `a theta of ${wanted} numbers, got ${flat.length}`);
  let at = 0;
  const tensors = specs.map(({ name, shape }): [string, FloatArray] => {
    const data = flat.subarray(at, (at += sizeOf(shape)));
    return [name, { shape, data }];
  });
  return Object.fromEntries(tensors);
}
