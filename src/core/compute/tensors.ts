/** Between host arrays and tfjs tensors, and what must hold when arrays come back from a checkpoint. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError, formatShape, sameShape } from '../../base/index';
import type { NamedArrays, NamedFloats, NdArray, TensorSpec } from '../../base/index';
import type { TensorDict } from '../optimizers/optimizer';

/** A tensor with a copy of the data: some backends keep the array that they are given. */
export function toTensor({ data, shape }: NdArray): Tensor {
  return tf.tensor(data.slice(), [...shape], data instanceof Int32Array ? 'int32' : 'float32');
}

/** A tensor over the data itself, for arrays that nobody writes to while the tensor lives. */
export function viewAsTensor({ data, shape }: NdArray): Tensor {
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
}

export function toTensors(arrays: NamedArrays): TensorDict {
  return mapValues(arrays, toTensor);
}

/** A number, or a row of them, that an optimizer's update is told. */
export function scalarTensor(value: number | Float32Array): Tensor {
  return typeof value === 'number' ? tf.scalar(value, 'float32') : tf.tensor1d(value, 'float32');
}

/** Copies of the values on the host. */
export function toFloats(tensors: TensorDict): NamedFloats {
  return mapValues(tensors, (tensor) => ({
    shape: [...tensor.shape],
    data: Float32Array.from(tensor.dataSync()),
  }));
}

/** The same names with mapped values. */
export function mapValues<A, B, K extends string = string>(
  record: Readonly<Record<K, A>>,
  map: (value: A, name: string) => B,
): Record<K, B> {
  const entries = Object.entries<A>(record).map(([name, value]) => [name, map(value, name)]);
  return Object.fromEntries(entries) as Record<K, B>;
}

/** `a` → `prefix/a` for every name. */
export function withPrefix(prefix: string, arrays: NamedFloats): NamedFloats {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]),
  );
}

/** The arrays below `prefix/`, without it. */
export function withoutPrefix(prefix: string, arrays: NamedFloats): NamedFloats {
  return Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, array]) => [name.slice(prefix.length + 1), array]),
  );
}

/**
 * The arrays that `specs` name, in their order.
 * @param what  what is being read, for messages: `parameters`
 * @throws UserError('checkpoint') on a missing or an extra name, or another shape
 */
export function requireArrays(
  what: string,
  specs: readonly TensorSpec[],
  arrays: NamedFloats,
): NamedFloats {
  const extra = Object.keys(arrays).find((name) => specs.every((spec) => spec.name !== name));
  if (extra !== undefined) {
    throw new UserError('checkpoint', `checkpoint: the ${what} have no array called ${extra}`);
  }
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const array = arrays[name];
      if (array === undefined) {
        throw new UserError('checkpoint', `checkpoint: array ${name} of the ${what} is missing`);
      }
      if (!sameShape(array.shape, shape)) {
        throw new UserError(
          'checkpoint',
          `checkpoint: array ${name} of the ${what} must be ${formatShape(shape)}, ` +
            `got ${formatShape(array.shape)}`,
        );
      }
      return [name, array];
    }),
  );
}
