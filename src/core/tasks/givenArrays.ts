/** Batches as a task's loss takes them. */
import type { NamedArrays } from '../../base/index';
import type { Task } from './task';

/** The arrays of a batch with those that the task gives beside its data. */
export function withGiven({ batch: specs, given = {} }: Task, batch: NamedArrays): NamedArrays {
  const arrays = specs.flatMap(({ name, shape }) => {
    const data = given[name];
    return data === undefined ? [] : [[name, { shape, data }] as const];
  });
  return { ...batch, ...Object.fromEntries(arrays) };
}
