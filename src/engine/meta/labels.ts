/** What parts of a checkpoint have in common. */
import { UserError } from '../../base/index';
import type { NamedArrays } from '../../base/index';

export function floats(data: Float32Array): NamedArrays[string] {
  return { shape: [data.length], data };
}

/** @throws UserError('checkpoint') where there are none of that name */
export function savedFloats(tensors: NamedArrays, name: string): Float32Array {
  const data = tensors[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new UserError('checkpoint', `the checkpoint lacks "${name}"`, {
    remedy: 'Begin anew from its config.json.',
  });
}

export function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as Omit<T, K>;
}
